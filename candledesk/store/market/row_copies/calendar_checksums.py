"""The checksum of a stored calendar. A damaged calendar is not restored but computed again from its venue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    import sqlite3

COLUMNS = "key, mic, tz, settle_s, is_24h, valid_until, data"


def calendar_checksum(row: tuple[Any, ...]) -> int:
    """Return the CRC-32 of the values of ``COLUMNS``."""
    return crc32(row[-1], crc32(repr(row[:-1]).encode()))


def add_calendar_checksums(conn: sqlite3.Connection) -> None:
    """Write the checksum of each stored calendar; inside a transaction."""
    for row in conn.execute(f"SELECT {COLUMNS} FROM calendar_cache").fetchall():
        conn.execute("UPDATE calendar_cache SET crc = ? WHERE key = ?", (calendar_checksum(row), row[0]))
