"""Splits, dividends and capital gains of an instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_UPSERT = """
INSERT INTO corporate_action (instrument_id, ts, kind, value, currency, seen_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (instrument_id, ts, kind) DO UPDATE SET
    value = excluded.value, currency = excluded.currency, seen_at = excluded.seen_at
WHERE excluded.value IS NOT value OR excluded.currency IS NOT currency
"""
_SELECT = """
SELECT ts, kind, value, corporate_action.currency FROM corporate_action JOIN instrument USING (instrument_id)
WHERE spelling = ? ORDER BY ts, kind
"""


class StoredAction(NamedTuple):
    """A corporate action; fields as in ``providers.answers.CorporateAction``; ``date``: 00:00 UTC, seconds."""

    date: int
    kind: str
    value: float
    currency: str | None = None


@translate_faults()
def write_actions(conn: sqlite3.Connection, symbol: str, actions: Iterable[StoredAction], now: int) -> int:
    """Store actions; return how many are new or changed. Raises ``LookupError`` for an unknown symbol."""
    require_transaction(conn)
    row = fetch_one(conn, ("instrument",), "SELECT instrument_id FROM instrument WHERE spelling = ?", (symbol,))
    if row is None:
        raise LookupError(f"instrument {symbol} must be stored before its actions")
    rows = [(row[0], int(one.date), one.kind, float(one.value), one.currency, int(now)) for one in actions]
    return conn.executemany(_UPSERT, rows).rowcount if rows else 0  # total_changes counts the copies too


@translate_faults()
def read_actions(conn: sqlite3.Connection, symbol: str) -> list[StoredAction]:
    """Return the instrument's actions, ascending by date and kind."""
    return [StoredAction(*row) for row in fetch_proven(conn, ("corporate_action", "instrument"), _SELECT, (symbol,))]
