"""The checksum of a stored calendar. A damaged calendar is not restored but computed again from its venue."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from candledesk.store.market.row_copies.pages import find_damage, is_about_pages
from candledesk.store.sqlite_errors import is_damage

TABLE = "calendar_cache"
COLUMNS = ("key", "mic", "tz", "settle_s", "is_24h", "valid_until", "data", "crc")
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"


@dataclass(frozen=True, slots=True)
class CalendarsState:
    """The stored calendars: rows that agree with their checksum, and the keys of the others.

    ``lines``: what SQLite says of the pages of the table and its index; ``is_broken``: whether it can be cleared no
    more.
    """

    rows: tuple[tuple[Any, ...], ...]
    damaged: tuple[str, ...]
    lines: tuple[str, ...] = ()
    is_broken: bool = False


def calendar_checksum(row: tuple[Any, ...]) -> int:
    """Return the CRC-32 of the values of a calendar's columns without the checksum."""
    return crc32(row[-1], crc32(repr(row[:-1]).encode()))


def is_calendar_good(row: tuple[Any, ...]) -> bool:
    """Return whether a row of all columns agrees with its checksum."""
    return isinstance(row[-2], bytes) and calendar_checksum(row[:-1]) == row[-1]


def add_calendar_checksums(conn: sqlite3.Connection) -> None:
    """Write the checksum of each stored calendar; inside a transaction."""
    for row in conn.execute(_SELECT).fetchall():
        conn.execute(f"UPDATE {TABLE} SET crc = ? WHERE key = ?", (calendar_checksum(row[:-1]), row[0]))


def read_calendars_state(conn: sqlite3.Connection) -> CalendarsState:
    """Compare all stored calendars with their checksums; the caller holds a snapshot."""
    lines = tuple(find_damage(conn, TABLE))
    try:
        rows = conn.execute(f"{_SELECT} NOT INDEXED").fetchall()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return CalendarsState((), (), lines, is_broken=True)
    good = tuple(row for row in rows if is_calendar_good(row))
    damaged = tuple(str(row[0]) for row in rows if not is_calendar_good(row))
    return CalendarsState(good, damaged, lines, any(is_about_pages(line) for line in lines))
