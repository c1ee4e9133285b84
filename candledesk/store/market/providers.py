"""Stored facts about each provider: the state of its rate limiter, and the limits that it reported.

With them a restart continues a pause, gets no new burst, and repeats no request that was refused as too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

_UPSERT = """
INSERT INTO provider_limiter (provider, tokens, paused_until, n_limited, saved_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (provider) DO UPDATE SET tokens = excluded.tokens, paused_until = excluded.paused_until,
    n_limited = excluded.n_limited, saved_at = excluded.saved_at
"""
_UPSERT_LIMIT = """
INSERT INTO provider_limit (provider, interval, kind, seconds) VALUES (?, ?, ?, ?)
ON CONFLICT (provider, interval, kind) DO UPDATE SET seconds = excluded.seconds WHERE excluded.seconds IS NOT seconds
"""

LimiterRow = tuple[float, float, int, float]
"""``(tokens, paused_until, n_limited, saved_at)``; times are wall-clock UTC seconds."""

LimitRow = tuple[str, str, str, int]
"""``(provider id, interval name, kind, seconds)``; ``kind``: ``span_too_wide`` or ``beyond_lookback``."""


@translate_faults()
def write_limiter(conn: sqlite3.Connection, provider: str, row: LimiterRow) -> None:
    """Store the state of a provider's limiter; ``provider``: its id."""
    require_transaction(conn)
    tokens, paused_until, n_limited, saved_at = row
    conn.execute(_UPSERT, (provider, float(tokens), float(paused_until), int(n_limited), float(saved_at)))


@translate_faults()
def read_limiter(conn: sqlite3.Connection, provider: str) -> LimiterRow | None:
    """Return the state of a provider's limiter, ``None`` before its first request."""
    sql = "SELECT tokens, paused_until, n_limited, saved_at FROM provider_limiter WHERE provider = ?"
    row = fetch_one(conn, ("provider_limiter",), sql, (provider,))
    return None if row is None else (row[0], row[1], row[2], row[3])


@translate_faults()
def write_limit(conn: sqlite3.Connection, row: LimitRow) -> None:
    """Store one limit; it replaces the stored one of the same provider, interval and kind."""
    require_transaction(conn)
    provider, interval, kind, seconds = row
    conn.execute(_UPSERT_LIMIT, (provider, interval, kind, int(seconds)))


@translate_faults()
def read_limits(conn: sqlite3.Connection) -> list[LimitRow]:
    """Return all stored limits."""
    sql = "SELECT provider, interval, kind, seconds FROM provider_limit ORDER BY provider, interval, kind"
    return [(row[0], row[1], row[2], row[3]) for row in fetch_proven(conn, ("provider_limit",), sql)]
