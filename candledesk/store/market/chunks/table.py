"""The tables ``chunk`` and ``chunk_checksum``, one chunk at a time.

Words: a *row* is a row of the table ``candle``, one bar. A *level* is 1, 8, 64 or 512. A *record* aggregates the bars
of one bucket of ``level`` steps (``pyramid``). A *chunk* is a blob with the records of one series and level whose key
is ``floor(open_time / (chunk_s * level))``; the key is the column ``start``. ``chunk_s`` is the column ``series.span``.

A chunk of level 1 holds bars, at most 2,048. Its time range consists of whole buckets of every coarser level, so a
change in it changes at most one chunk of each level. For each chunk ``chunk_checksum`` has the number of its records
and their checksum (``codec.checksum``), which at level 1 is also the checksum of its rows. The table ``chunk`` has the
checksum too, so that damage of the checksum itself is found.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import checksum, data_checksum, decode_into, encode
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.instruments import CHUNK_BARS
from candledesk.store.market.row_copies.reading import fetch_one
from candledesk.store.sqlite_errors import is_damage

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

MAX_RECORDS = 1 << 20  # of one chunk; a damaged number must not ask for gigabytes
WHERE = "WHERE series_id = ? AND level = ? AND start >= ? AND start < ?"
_ENTRY = "series_id, level, start, n, rev, crc, data_crc, first_ts, last_ts, own_crc"  # the last one sums up the others
_KEY = "WHERE series_id = ? AND level = ? AND start = ?"
_UPSERT_CHUNK = """
INSERT INTO chunk (series_id, level, start, n, codec, rev, data, crc, data_crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET
    n = excluded.n, codec = excluded.codec, rev = excluded.rev, data = excluded.data, crc = excluded.crc,
    data_crc = excluded.data_crc
"""
_UPSERT_CHECKSUM = """
INSERT INTO chunk_checksum (series_id, level, start, n, rev, crc, data_crc, first_ts, last_ts, own_crc)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET n = excluded.n, rev = excluded.rev, crc = excluded.crc,
    data_crc = excluded.data_crc, first_ts = excluded.first_ts, last_ts = excluded.last_ts, own_crc = excluded.own_crc
"""
_HEAD = "SELECT series_id, step, span, rev, rev = chunk_rev, is_unchecked FROM series WHERE series_id = ?"


@dataclass(frozen=True, slots=True)
class SeriesHead:
    """The row of a series. ``step_s``: seconds of a bar; ``chunk_s``: seconds of a chunk of level 1.

    ``is_exact``: whether the chunks agree with the rows; ``is_unchecked``: whether the series has chunks without
    checksums, from a version before there were any.
    """

    series_id: int
    step_s: int
    chunk_s: int
    rev: int
    is_exact: bool
    is_unchecked: bool


class StoredChunk(NamedTuple):
    """A chunk as it is stored. ``crc`` and ``data_crc``: of its records and of ``data``.

    They are ``None`` when it was written before there were checksums.
    """

    n: int
    codec: int
    rev: int
    crc: int | None
    data_crc: int | None
    data: bytes


class StoredChecksum(NamedTuple):
    """The row of ``chunk_checksum`` of a chunk."""

    n: int
    rev: int
    crc: int
    data_crc: int


def read_head(conn: sqlite3.Connection, series_id: int) -> SeriesHead:
    """Return the head of a series; ``LookupError`` when there is none, ``EnvironmentFaultError`` for a damaged one."""
    row = fetch_one(conn, ("series",), _HEAD, (int(series_id),))
    if row is None:
        raise LookupError(f"no series {series_id}")
    found, step_s, chunk_s, rev, is_exact, is_unchecked = row
    if chunk_s != CHUNK_BARS * step_s:
        raise EnvironmentFaultError(
            f"The entry of series {series_id} in the database is damaged: run `candledesk doctor`; the bars are kept."
        )
    return SeriesHead(found, step_s, chunk_s, rev, is_exact=bool(is_exact), is_unchecked=bool(is_unchecked))


def read_chunk(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int) -> StoredChunk | None:
    """Return one chunk as stored; ``None`` when there is none or SQLite cannot read it."""
    row = _read(conn, f"SELECT n, codec, rev, crc, data_crc, data FROM chunk {_KEY}", (head.series_id, level, key))
    return None if row is None else StoredChunk(*row)


def read_checksum(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int) -> StoredChecksum | None:
    """Return the checksum of one chunk; ``None`` when there is none, or its row is damaged."""
    sql = f"SELECT {_ENTRY} FROM chunk_checksum {_KEY}"
    row = _read(conn, sql, (head.series_id, level, key))
    return None if row is None or _own_crc(row[:-1]) != row[-1] else StoredChecksum(*row[3:7])


def sum_checksums(conn: sqlite3.Connection) -> dict[int, tuple[int, int, int, int]]:
    """Return the numbers of chunks and bars of level 1, and the opens of the oldest and the newest bar, by series.

    Series without checksums, or with a damaged one, are left out.
    """
    sql = f"SELECT {_ENTRY} FROM chunk_checksum WHERE level = 1"
    found: dict[int, tuple[int, int, int, int]] = {}
    damaged = {row[0] for row in conn.execute("SELECT series_id FROM series WHERE is_unchecked OR rev <> chunk_rev")}
    for row in conn.execute(sql).fetchall():  # by series and time: it is the order of the table
        series_id, n, first, last = row[0], row[3], row[-3], row[-2]
        if _own_crc(row[:-1]) != row[-1]:
            damaged.add(series_id)
            continue
        n_chunks, n_bars, start, _ = found.get(series_id, (0, 0, first, last))
        found[series_id] = n_chunks + 1, n_bars + n, start, last
    return {series_id: entry for series_id, entry in found.items() if series_id not in damaged}


def _read(conn: sqlite3.Connection, sql: str, place: tuple[int, int, int]) -> tuple[Any, ...] | None:
    try:
        row: tuple[Any, ...] | None = conn.execute(sql, place).fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return None
    return row


def decode(level: int, stored: StoredChunk) -> IntArray | None:
    """Return a chunk's records, ``None`` when it cannot be decoded; their checksum is not compared here."""
    if type(stored.n) is not int or not 0 < stored.n <= MAX_RECORDS or not isinstance(stored.data, bytes):
        return None
    records = pyramid.empty(level, stored.n)
    try:
        decode_into(records, stored.codec, stored.data)
    except ValueError:
        return None
    return records


def write_chunk(
    conn: sqlite3.Connection, head: SeriesHead, level: int, key: int, records: IntArray, *, is_kept: bool
) -> None:
    """Store a chunk and its checksums with the next revision of the series; delete them when it has no records.

    ``is_kept``: keep it decoded, because it will be read or written again soon, as the newest bars are.
    """
    if not records.shape[1]:
        for table in ("chunk", "chunk_checksum"):
            conn.execute(f"DELETE FROM {table} {_KEY}", (head.series_id, level, key))
        return
    codec, data = encode(records)
    crc = checksum(records, head.series_id, level, key)
    n, rev = records.shape[1], head.rev + 1
    data_crc = data_checksum(data, codec, (head.series_id, level, key, n))
    conn.execute(_UPSERT_CHUNK, (head.series_id, level, key, n, codec, rev, data, crc, data_crc))
    if is_kept:
        decoded_chunks.put((head.series_id, level, key), crc, records.copy())
    row = (
        head.series_id,
        level,
        key,
        n,
        rev,
        crc,
        data_crc,
        int(records[pyramid.TIME, 0]),
        int(records[pyramid.TIME, -1]),
    )
    conn.execute(_UPSERT_CHECKSUM, (*row, _own_crc(row)))


def _own_crc(row: tuple[Any, ...]) -> int:
    return crc32(repr(row).encode())


def find_stored_keys(
    conn: sqlite3.Connection, table: str, head: SeriesHead, level: int, first_key: int, end_key: int
) -> set[int]:
    """Return the keys ``first_key <= key < end_key`` in ``chunk`` or ``chunk_checksum``, as far as SQLite can read."""
    found: set[int] = set()
    with closing(conn.cursor()) as cursor:
        try:
            for (key,) in cursor.execute(
                f"SELECT start FROM {table} {WHERE}", (head.series_id, level, first_key, end_key)
            ):
                found.add(key)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
    return {key for key in found if type(key) is int}


def same(left: IntArray | None, right: IntArray | None) -> bool:
    """Return whether both exist and have equal records."""
    return left is not None and right is not None and np.array_equal(left, right)
