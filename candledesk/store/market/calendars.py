"""Stored session calendars, so that the next start paints without importing a calendar library (1.4 s)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

SessionSource = Literal["stated", "observed", "idle"]
_HALF_DAY_S = 43_200
_N_ARRAYS = 5  # date, open, close, break_start, break_end
_UPSERT = """
INSERT INTO calendar_cache (key, mic, tz, settle_s, is_24h, valid_until, data) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET mic = excluded.mic, tz = excluded.tz, settle_s = excluded.settle_s,
    is_24h = excluded.is_24h, valid_until = excluded.valid_until, data = excluded.data
"""


@translate_faults()
def write_calendar(conn: sqlite3.Connection, key: str, calendar: SessionCalendar, valid_until: int) -> None:
    """Store a calendar under ``key`` (``exchange/quote_type/tz``); ``valid_until``: UTC seconds when it expires."""
    require_transaction(conn)
    arrays = (calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end)
    data = np.stack(arrays).astype("<i8").tobytes()
    conn.execute(
        _UPSERT,
        (key, calendar.mic, calendar.tz, int(calendar.settle_s), int(calendar.is_24h), int(valid_until), data),
    )


@translate_faults()
def read_calendar(conn: sqlite3.Connection, key: str) -> tuple[SessionCalendar, int] | None:
    """Return the stored calendar and its ``valid_until``, ``None`` when there is none."""
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
def list_calendars(conn: sqlite3.Connection, venue: str) -> list[str]:
    """Return the keys of the stored calendars of a venue (``mic/tz``)."""
    rows = conn.execute("SELECT key FROM calendar_cache WHERE mic || '/' || tz = ? ORDER BY key", (venue,)).fetchall()
    return [str(row[0]) for row in rows]


@translate_faults()
def write_sessions(
    conn: sqlite3.Connection, venue: str, sessions: Iterable[tuple[int, int]], source: SessionSource
) -> None:
    """Store sessions of a venue, ``(open, close)`` in UTC seconds, that differ from its calendar.

    ``source``: ``stated`` by the provider, ``observed`` from bars, or ``idle``: sessions of the calendar in which the
    venue does not trade. A session replaces the stored one with the same open, and those from bars (``observed``,
    ``idle``) that open within half a day of it.
    """
    require_transaction(conn)
    rows = [(venue, int(opened), int(closed), source) for opened, closed in sessions]
    near = "DELETE FROM stated_session WHERE key = ? AND source <> 'stated' AND open > ? AND open < ?"
    conn.executemany(near, [(venue, opened - _HALF_DAY_S, opened + _HALF_DAY_S) for _, opened, _, _ in rows])
    conn.executemany("INSERT OR REPLACE INTO stated_session (key, open, close, source) VALUES (?, ?, ?, ?)", rows)


@translate_faults()
def read_sessions(conn: sqlite3.Connection, venue: str, source: SessionSource) -> list[tuple[int, int]]:
    """Return the stored ``(open, close)`` sessions of a venue from one source, ascending, in UTC seconds."""
    sql = "SELECT open, close FROM stated_session WHERE key = ? AND source = ? ORDER BY open"
    return conn.execute(sql, (venue, source)).fetchall()
