"""Limits that a provider stated in its answers, by provider, interval and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

LimitRow = tuple[str, str, str, int]
"""``(provider id, interval name, kind, seconds)``; ``kind``: ``span_too_wide`` or ``beyond_lookback``."""


@translate_faults()
def write_limit(conn: sqlite3.Connection, row: LimitRow) -> None:
    """Remember one limit; a later statement replaces an earlier one."""
    require_transaction(conn)
    provider, interval, kind, seconds = row
    conn.execute(
        "INSERT OR REPLACE INTO provider_limit (provider, interval, kind, seconds) VALUES (?, ?, ?, ?)",
        (provider, interval, kind, int(seconds)),
    )


@translate_faults()
def read_limits(conn: sqlite3.Connection) -> list[LimitRow]:
    """Return every limit."""
    sql = "SELECT provider, interval, kind, seconds FROM provider_limit ORDER BY provider, interval, kind"
    return conn.execute(sql).fetchall()
