"""Limits that the provider stated, by interval and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3


@translate_faults()
def write_limit(conn: sqlite3.Connection, interval: str, kind: str, seconds: int) -> None:
    """Remember one limit; a later statement wins."""
    require_transaction(conn)
    row = (interval, kind, int(seconds))
    conn.execute("INSERT OR REPLACE INTO learnt_limit (interval, kind, seconds) VALUES (?, ?, ?)", row)


@translate_faults()
def read_limits(conn: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return every ``(interval, kind, seconds)``."""
    return conn.execute("SELECT interval, kind, seconds FROM learnt_limit ORDER BY interval, kind").fetchall()
