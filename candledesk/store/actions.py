"""Splits and dividends of an instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.database import require_transaction
from candledesk.store.faults import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_UPSERT = """
INSERT INTO corporate_action (instrument_id, ts, kind, value, seen_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (instrument_id, ts, kind) DO UPDATE SET value = excluded.value, seen_at = excluded.seen_at
WHERE excluded.value IS NOT value
"""


@translate_faults()
def write_actions(conn: sqlite3.Connection, symbol: str, actions: Iterable[tuple[int, str, float]], now: int) -> int:
    """Store ``(date, kind, value)`` actions; return how many are new or changed. ``LookupError``: unknown symbol."""
    require_transaction(conn)
    row = conn.execute("SELECT instrument_id FROM instrument WHERE symbol = ?", (symbol,)).fetchone()
    if row is None:
        raise LookupError(f"instrument {symbol} must be stored before its actions")
    before = conn.total_changes
    conn.executemany(_UPSERT, [(row[0], int(date), kind, float(value), int(now)) for date, kind, value in actions])
    return conn.total_changes - before


@translate_faults()
def read_actions(conn: sqlite3.Connection, symbol: str) -> list[tuple[int, str, float]]:
    """Return the instrument's ``(date, kind, value)`` actions, ascending (``date``: UTC midnight, seconds)."""
    return conn.execute(
        "SELECT ts, kind, value FROM corporate_action JOIN instrument USING (instrument_id)"
        " WHERE symbol = ? ORDER BY ts, kind",
        (symbol,),
    ).fetchall()
