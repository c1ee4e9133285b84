"""Session calendars remembered, so that the next start paints without importing a calendar library (1.4 s)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.sessions import SessionCalendar
from candledesk.store.database import require_transaction
from candledesk.store.faults import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_N_ARRAYS = 5  # date, open, close, break_start, break_end
_UPSERT = """
INSERT INTO calendar_cache (key, mic, tz, settle_s, is_24h, valid_until, data) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET mic = excluded.mic, tz = excluded.tz, settle_s = excluded.settle_s,
    is_24h = excluded.is_24h, valid_until = excluded.valid_until, data = excluded.data
"""


@translate_faults()
def write_calendar(conn: sqlite3.Connection, key: str, calendar: SessionCalendar, valid_until: int) -> None:
    """Remember a calendar under ``key`` (``exchange/quote_type/tz``); ``valid_until``: UTC s when to renew it."""
    require_transaction(conn)
    arrays = (calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end)
    data = np.stack(arrays).astype("<i8").tobytes()
    conn.execute(
        _UPSERT,
        (key, calendar.mic, calendar.tz, int(calendar.settle_s), int(calendar.is_24h), int(valid_until), data),
    )


@translate_faults()
def read_calendar(conn: sqlite3.Connection, key: str) -> tuple[SessionCalendar, int] | None:
    """Return the remembered calendar and its ``valid_until``, ``None`` when there is none."""
    row = conn.execute(
        "SELECT mic, tz, settle_s, is_24h, valid_until, data FROM calendar_cache WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    mic, tz, settle_s, is_24h, valid_until, data = row
    date, open_, close, break_start, break_end = np.frombuffer(data, "<i8").astype(np.int64).reshape(_N_ARRAYS, -1)
    calendar = SessionCalendar(
        mic, tz, date, open_, close, break_start, break_end, settle_s=settle_s, is_24h=bool(is_24h)
    )
    return calendar, int(valid_until)


@translate_faults()
def write_stated(conn: sqlite3.Connection, key: str, sessions: Iterable[tuple[int, int]]) -> None:
    """Remember ``(open, close)`` sessions that the provider stated (UTC seconds); a later statement wins."""
    require_transaction(conn)
    rows = [(key, int(opened), int(closed)) for opened, closed in sessions]
    conn.executemany("INSERT OR REPLACE INTO stated_session (key, open, close) VALUES (?, ?, ?)", rows)


@translate_faults()
def read_stated(conn: sqlite3.Connection, key: str) -> list[tuple[int, int]]:
    """Return the remembered ``(open, close)`` sessions, ascending."""
    return conn.execute("SELECT open, close FROM stated_session WHERE key = ? ORDER BY open", (key,)).fetchall()
