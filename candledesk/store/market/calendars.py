"""Stored session calendars, so that the next start paints without importing a calendar library (1.4 s)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Literal

import numpy as np

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.calendar_checksums import COLUMNS, calendar_checksum, is_calendar_good
from candledesk.store.market.row_copies.reading import fetch_proven, note_damage
from candledesk.store.sqlite_errors import is_damage, translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

SessionSource = Literal["stated", "observed", "idle"]
_HALF_DAY_S = 43_200
_N_ARRAYS = 5  # date, open, close, break_start, break_end
_UPSERT = f"""
INSERT INTO calendar_cache ({", ".join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET mic = excluded.mic, tz = excluded.tz, settle_s = excluded.settle_s,
    is_24h = excluded.is_24h, valid_until = excluded.valid_until, data = excluded.data, crc = excluded.crc
"""
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM calendar_cache WHERE key = ?"
_UPSERT_SESSION = """
INSERT INTO stated_session (key, open, close, source) VALUES (?, ?, ?, ?)
ON CONFLICT (key, open) DO UPDATE SET close = excluded.close, source = excluded.source
WHERE (excluded.close, excluded.source) IS NOT (close, source)
"""


@translate_faults()
def write_calendar(conn: sqlite3.Connection, key: str, calendar: SessionCalendar, valid_until: int) -> None:
    """Store a calendar under ``key`` (``exchange/quote_type/tz``); ``valid_until``: UTC seconds when it expires."""
    require_transaction(conn)
    arrays = (calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end)
    data = np.stack(arrays).astype("<i8").tobytes()
    row = (key, calendar.mic, calendar.tz, int(calendar.settle_s), int(calendar.is_24h), int(valid_until), data)
    conn.execute(_UPSERT, (*row, calendar_checksum(row)))


@translate_faults()
def read_calendar(conn: sqlite3.Connection, key: str) -> tuple[SessionCalendar, int] | None:
    """Return the stored calendar and its ``valid_until``, ``None`` when there is none or it is damaged."""
    try:
        row = conn.execute(_SELECT, (key,)).fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        note_damage(conn)
        return None
    if row is None:
        return None
    if row[0] != key or not is_calendar_good(row):
        note_damage(conn)
        return None
    _, mic, tz, settle_s, is_24h, valid_until, data, _ = row
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
    conn.executemany(_UPSERT_SESSION, rows)


@translate_faults()
def read_sessions(conn: sqlite3.Connection, venue: str, source: SessionSource) -> list[tuple[int, int]]:
    """Return the stored ``(open, close)`` sessions of a venue from one source, ascending, in UTC seconds."""
    sql = "SELECT open, close FROM stated_session WHERE key = ? AND source = ? ORDER BY open"
    return [(opened, closed) for opened, closed in fetch_proven(conn, ("stated_session",), sql, (venue, source))]
