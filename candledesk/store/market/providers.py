"""What is remembered of each provider over a restart: its rate limiter's state, and the limits that it stated.

So a restart neither forgets a pause nor gets a fresh burst, and does not try again what was refused as too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

_UPSERT = """
INSERT INTO provider_limiter (provider, tokens, paused_until, n_limited, saved_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (provider) DO UPDATE SET tokens = excluded.tokens, paused_until = excluded.paused_until,
    n_limited = excluded.n_limited, saved_at = excluded.saved_at
"""

LimiterRow = tuple[float, float, int, float]
"""``(tokens, paused_until, n_limited, saved_at)``; times are wall-clock UTC seconds."""

LimitRow = tuple[str, str, str, int]
"""``(provider id, interval name, kind, seconds)``; ``kind``: ``span_too_wide`` or ``beyond_lookback``."""


@translate_faults()
def write_limiter(conn: sqlite3.Connection, provider: str, row: LimiterRow) -> None:
    """Replace the row of a provider, which is named by its id."""
    require_transaction(conn)
    tokens, paused_until, n_limited, saved_at = row
    conn.execute(_UPSERT, (provider, float(tokens), float(paused_until), int(n_limited), float(saved_at)))


@translate_faults()
def read_limiter(conn: sqlite3.Connection, provider: str) -> LimiterRow | None:
    """Return the row of a provider, ``None`` before its first request."""
    found: LimiterRow | None = conn.execute(
        "SELECT tokens, paused_until, n_limited, saved_at FROM provider_limiter WHERE provider = ?", (provider,)
    ).fetchone()
    return found


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
