"""The tables ``chunk`` and ``slab``, one slab at a time: what is stored, and what vouches for it.

A slab is the time ``[start * span * level, (start + 1) * span * level)`` of a series. Its chunk holds its records; its
row of ``slab`` says how many they are and their checksum (``codec.checksum``), which at level 1 is the checksum of its
rows of ``candle`` too. Both tables carry the checksum, so that a damaged copy of it is noticed as well.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.codec import checksum, decode_into, encode
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.instruments import CHUNK_BARS

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

MAX_RECORDS = 1 << 20  # of one chunk; a damaged number must not ask for gigabytes
WHERE = "WHERE series_id = ? AND level = ? AND start >= ? AND start < ?"
_KEY = "WHERE series_id = ? AND level = ? AND start = ?"
_UPSERT_CHUNK = """
INSERT INTO chunk (series_id, level, start, n, codec, rev, data, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET
    n = excluded.n, codec = excluded.codec, rev = excluded.rev, data = excluded.data, crc = excluded.crc
"""
_UPSERT_SLAB = """
INSERT INTO slab (series_id, level, start, n, rev, crc, first_ts, last_ts, own_crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET n = excluded.n, rev = excluded.rev, crc = excluded.crc,
    first_ts = excluded.first_ts, last_ts = excluded.last_ts, own_crc = excluded.own_crc
"""
# What SQLite reports for a page or a cell that it cannot read as what it was.
_DAMAGE_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_NOMEM}
_DAMAGE_WORDS = ("Could not decode", "integer overflow")  # text that is none, and a sum of numbers that are none


@dataclass(frozen=True, slots=True)
class Head:
    """What a series says of itself.

    ``step``: seconds of a bar; ``span``: seconds of a level-1 slab; ``is_exact``: whether chunks were written with
    every change of the rows; ``is_unchecked``: whether some slabs are older than checksums and have none.
    """

    series_id: int
    step: int
    span: int
    rev: int
    is_exact: bool
    is_unchecked: bool


class StoredChunk(NamedTuple):
    """A chunk as it is stored; ``crc`` ``None``: written before there were checksums."""

    n: int
    codec: int
    rev: int
    crc: int | None
    data: bytes


class StoredSlab(NamedTuple):
    """What was noted of a slab when it was written."""

    n: int
    rev: int
    crc: int


def read_head(conn: sqlite3.Connection, series_id: int) -> Head:
    """Return the head of a series; ``LookupError`` when there is none, ``EnvironmentFaultError`` for a damaged one."""
    sql = "SELECT series_id, step, span, rev, rev = chunk_rev, is_unchecked FROM series WHERE series_id = ?"
    row = conn.execute(sql, (int(series_id),)).fetchone()
    if row is None:
        raise LookupError(f"no series {series_id}")
    found, step, span, rev, is_exact, is_unchecked = row
    if span != CHUNK_BARS * step:
        raise EnvironmentFaultError(
            f"What the database says of series {series_id} is damaged: run `candledesk doctor`; the bars are kept."
        )
    return Head(found, step, span, rev, is_exact=bool(is_exact), is_unchecked=bool(is_unchecked))


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether SQLite could not make sense of a page or a cell; other errors say nothing of what is stored."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in _DAMAGE_CODES or (code == sqlite3.SQLITE_ERROR and str(error).startswith(_DAMAGE_WORDS))


def read_chunk(conn: sqlite3.Connection, head: Head, level: int, start: int) -> StoredChunk | None:
    """Return one chunk as stored; ``None`` when there is none or SQLite cannot read it."""
    row = _read(conn, f"SELECT n, codec, rev, crc, data FROM chunk {_KEY}", (head.series_id, level, start))
    return None if row is None else StoredChunk(*row)


def read_slab(conn: sqlite3.Connection, head: Head, level: int, start: int) -> StoredSlab | None:
    """Return what was noted of one slab; ``None`` when nothing was, or the note itself is damaged."""
    sql = f"SELECT series_id, level, start, n, rev, crc, first_ts, last_ts, own_crc FROM slab {_KEY}"
    row = _read(conn, sql, (head.series_id, level, start))
    return None if row is None or _own_crc(row[:-1]) != row[-1] else StoredSlab(*row[3:6])


def _read(conn: sqlite3.Connection, sql: str, key: tuple[int, int, int]) -> tuple[Any, ...] | None:
    try:
        row: tuple[Any, ...] | None = conn.execute(sql, key).fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return None
    return row


def decode(level: int, stored: StoredChunk) -> IntArray | None:
    """Return a chunk's records, ``None`` when it cannot be decoded; their checksum is not compared here."""
    if type(stored.n) is not int or not 0 < stored.n <= MAX_RECORDS or not isinstance(stored.data, bytes):
        return None
    records = rec.empty(level, stored.n)
    try:
        decode_into(records, stored.codec, stored.data)
    except ValueError:
        return None
    return records


def write_slab(
    conn: sqlite3.Connection, head: Head, level: int, start: int, records: IntArray, *, is_kept: bool
) -> None:
    """Store the chunk of a slab and its checksums, for the series' next revision; both are removed when it is empty.

    ``is_kept``: it is likely to be read or written again soon, as the newest bars are.
    """
    if not records.shape[1]:
        for table in ("chunk", "slab"):
            conn.execute(f"DELETE FROM {table} {_KEY}", (head.series_id, level, start))
        return
    codec, data = encode(records)
    crc = checksum(records, head.series_id, level, start)
    n, rev = records.shape[1], head.rev + 1
    conn.execute(_UPSERT_CHUNK, (head.series_id, level, start, n, codec, rev, data, crc))
    if is_kept:
        decoded_chunks.put((head.series_id, level, start), crc, records)
    row = (head.series_id, level, start, n, rev, crc, int(records[rec.TIME, 0]), int(records[rec.TIME, -1]))
    conn.execute(_UPSERT_SLAB, (*row, _own_crc(row)))


def _own_crc(row: tuple[Any, ...]) -> int:
    return crc32(repr(row).encode())


def find_starts(conn: sqlite3.Connection, table: str, head: Head, level: int, lo: int, hi: int) -> set[int]:
    """Return the slabs ``lo <= start < hi`` that ``table`` (``chunk`` or ``slab``) holds, as far as SQLite can read."""
    found: set[int] = set()
    with closing(conn.cursor()) as cursor:
        try:
            for (start,) in cursor.execute(f"SELECT start FROM {table} {WHERE}", (head.series_id, level, lo, hi)):
                found.add(start)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
    return {start for start in found if type(start) is int}


def same(left: IntArray | None, right: IntArray | None) -> bool:
    """Tell whether both are there and hold the same records."""
    return left is not None and right is not None and np.array_equal(left, right)
