"""Reading the records of slabs through their chunks, each checked; and the ordinals of bars, from the coarsest level.

A chunk of level L holds the records (see ``pyramid``) of the slab ``start = floor(open_time / (span * L))``; level 1
holds the bars themselves, at most 2,048. Every slab of level 1 holds whole records of every coarser level, so a
change in it never touches more than one chunk of each level.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.codec import checksum, decode_into
from candledesk.store.market.chunks.decoded import MAX_BYTES, decoded_chunks
from candledesk.store.market.chunks.proof import DamagedBarsError, Finding, Verdict, prove_bars
from candledesk.store.market.chunks.table import (
    MAX_RECORDS,
    Head,
    decode,
    find_starts,
    is_damage,
    read_chunk,
    read_head,
    read_slab,
)
from candledesk.store.market.database import snapshot
from candledesk.store.market.rows import slab_keys
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.bars import IntArray

BATCH = 64  # slabs handled together when many change: 131,072 bars, 7 MB
_MAX_KEY = 2**62
_MAX_TOTAL = 1 << 31  # records of one read
_RECORD_BYTES = 8 * (rec.COUNT + 1)
_RANGE = "WHERE {0}.series_id = :series AND {0}.level = :level AND {0}.start >= :lo AND {0}.start < :hi"
_N_CHUNKS = f"SELECT count(*) FROM chunk AS c {_RANGE.format('c')}"
# The numbers of both tables are compared, so that a row that one of them has lost is noticed.
_CHECKED = f"""
SELECT s.start, s.n, s.crc, c.n, c.codec, c.crc, c.data, ({_N_CHUNKS})
FROM slab AS s LEFT JOIN chunk AS c USING (series_id, level, start) {_RANGE.format("s")} ORDER BY s.start
"""
_CHECKED_TOTAL = f"SELECT count(*), coalesce(sum(s.n), 0), ({_N_CHUNKS}) FROM slab AS s {_RANGE.format('s')}"
_UNCHECKED = f"""
SELECT c.start, s.n, s.crc, c.n, c.codec, c.crc, c.data
FROM chunk AS c LEFT JOIN slab AS s USING (series_id, level, start) {_RANGE.format("c")} ORDER BY c.start
"""
_UNCHECKED_TOTAL = f"SELECT count(*), coalesce(sum(c.n), 0), count(*) FROM chunk AS c {_RANGE.format('c')}"


class _NotProvenError(Exception):
    """A chunk does not hold what its checksum says, or is missing."""


def read_chunks(
    conn: sqlite3.Connection, head: Head, level: int, lo: int, hi: int, findings: list[Finding] | None = None
) -> IntArray:
    """Return the records of the slabs ``lo <= start < hi``, ascending; only what is proven.

    Every chunk is compared with its checksum. Where one does not hold, its records are taken from the rows (level 1)
    or made from the finer level, and that is added to ``findings``; without ``findings``, bars that are lost in both
    copies raise ``DamagedBarsError``.
    """
    try:
        return _read_exact(conn, head, level, lo, hi)
    except _NotProvenError:
        pass
    found: list[Finding] = []
    with snapshot(conn):
        parts = [_prove(conn, head, level, start, found) for start in find_slabs(conn, head, level, lo, hi)]
    if findings is not None:
        findings += found
    elif any(finding.lost for finding in found):
        raise DamagedBarsError(found)
    return np.concatenate([rec.empty(level), *parts], axis=1)


def _read_exact(conn: sqlite3.Connection, head: Head, level: int, lo: int, hi: int) -> IntArray:
    """Read chunks that all hold, else raise ``_NotProvenError``."""
    if not head.is_exact:
        raise _NotProvenError
    try:
        if hi - lo <= BATCH:
            return _read_few(conn, head, level, lo, hi)
        if conn.in_transaction:
            return _read_many(conn, head, level, lo, hi)
        conn.execute("BEGIN")
        try:
            return _read_many(conn, head, level, lo, hi)
        finally:
            conn.rollback()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        raise _NotProvenError from error


def _read_few(conn: sqlite3.Connection, head: Head, level: int, lo: int, hi: int) -> IntArray:
    """Read in one statement, because each one costs a turn at the interpreter's lock, which may take milliseconds."""
    key = {"series": head.series_id, "level": level, "lo": lo, "hi": hi}
    found = conn.execute(_UNCHECKED if head.is_unchecked else _CHECKED, key).fetchall()
    if not head.is_unchecked:
        n_chunks = found[0][-1] if found else conn.execute(_N_CHUNKS, key).fetchone()[0]
        if n_chunks != len(found):
            raise _NotProvenError
    return _join(found, head, level, sum(_number(row[3]) for row in found))


def _read_many(conn: sqlite3.Connection, head: Head, level: int, lo: int, hi: int) -> IntArray:
    """Stream chunks into one preallocated array (inside a snapshot)."""
    key = {"series": head.series_id, "level": level, "lo": lo, "hi": hi}
    rows, totals = (_UNCHECKED, _UNCHECKED_TOTAL) if head.is_unchecked else (_CHECKED, _CHECKED_TOTAL)
    n_slabs, n_records, n_chunks = conn.execute(totals, key).fetchone()
    if n_slabs != n_chunks or type(n_records) is not int or not 0 <= n_records <= _MAX_TOTAL:
        raise _NotProvenError
    is_kept = n_records * _RECORD_BYTES <= MAX_BYTES
    with closing(conn.execute(rows, key)) as found:
        return _join(found, head, level, n_records, is_kept=is_kept)


def _number(n: object) -> int:
    if type(n) is not int or not 0 < n <= MAX_RECORDS:
        raise _NotProvenError
    return n


def _join(rows: Iterable[tuple[Any, ...]], head: Head, level: int, n_records: int, *, is_kept: bool = True) -> IntArray:
    """Decode chunks one after the other; ``is_kept``: keep them decoded for the next read."""
    out = rec.empty(level, n_records)
    at = 0
    for row in rows:
        n = _number(row[3])
        if at + n > n_records:
            raise _NotProvenError
        _decode_checked(out[:, at : at + n], head, level, row, is_kept=is_kept)
        at += n
    if at != n_records:
        raise _NotProvenError
    return out


def _decode_checked(out: IntArray, head: Head, level: int, row: tuple[Any, ...], *, is_kept: bool) -> None:
    """Fill ``out`` with the records of one chunk; raise ``_NotProvenError`` unless its checksum holds."""
    start, slab_n, slab_crc, n, codec, crc, data = row[:7]
    is_older = head.is_unchecked and slab_crc is None and crc is None  # than checksums
    if not is_older and (n != slab_n or crc != slab_crc):
        raise _NotProvenError
    place = (head.series_id, level, start)
    known = None if is_older else decoded_chunks.get(place, n, crc)
    if known is not None:
        out[:] = known
        return
    try:
        decode_into(out, codec, data)
    except (TypeError, ValueError) as error:
        raise _NotProvenError from error
    if is_older:
        return
    if checksum(out, head.series_id, level, start) != crc:
        raise _NotProvenError
    if is_kept:
        decoded_chunks.put(place, crc, out)


def find_slabs(conn: sqlite3.Connection, head: Head, level: int, lo: int = -_MAX_KEY, hi: int = _MAX_KEY) -> list[int]:
    """Return the slabs ``lo <= start < hi`` of which anything is stored, whatever part of it can be read."""
    found = find_starts(conn, "slab", head, level, lo, hi) | find_starts(conn, "chunk", head, level, lo, hi)
    if level > 1:
        first, last = max(lo * level, -_MAX_KEY), min(hi * level, _MAX_KEY)
        return sorted(found | {start // level for start in find_slabs(conn, head, 1, first, last)})
    try:
        found.update(slab_keys(conn, head.series_id, head.span, lo, hi))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    return sorted(found)


def _prove(conn: sqlite3.Connection, head: Head, level: int, start: int, found: list[Finding]) -> IntArray:
    """Return what is proven of one slab; add what is wrong with it to ``found``."""
    try:
        return _read_exact(conn, head, level, start, start + 1)
    except _NotProvenError:
        pass
    if level == 1:
        records, finding = prove_bars(conn, head, start)
        if finding is not None:
            found.append(finding)
        return records
    return _prove_coarse(conn, head, level, start, found)


def _prove_coarse(conn: sqlite3.Connection, head: Head, level: int, start: int, found: list[Finding]) -> IntArray:
    """Return a coarser chunk that one of its checksums vouches for, else make it from the bars again."""
    stored, slab = read_chunk(conn, head, level, start), read_slab(conn, head, level, start)
    if stored is not None and head.is_exact:
        records = decode(level, stored)
        vouchers = {stored.crc, None if slab is None else slab.crc} - {None}
        if records is not None and checksum(records, head.series_id, level, start) in vouchers:
            found.append(Finding(head.series_id, level, start, Verdict.BOTH))
            return records
    bars = read_chunks(conn, head, 1, start * level, (start + 1) * level, found)
    records = rec.coarsen(bars, head.step * level)
    if stored is not None or slab is not None or records.shape[1]:
        found.append(Finding(head.series_id, level, start, Verdict.ROWS))
    return records


def keys_around(conn: sqlite3.Connection, head: Head, key: int, n_before: int, n_after: int) -> tuple[int, int]:
    """Return slabs ``[lo, hi)`` that hold ``key``'s, ``n_before`` bars before it and ``n_after`` behind it.

    Where the numbers of bars are damaged there may be fewer.
    """
    table = "chunk" if head.is_unchecked else "slab"
    older = f"SELECT start, n FROM {table} WHERE series_id = ? AND level = 1 AND start < ? ORDER BY start DESC LIMIT ?"
    newer = f"SELECT start, n FROM {table} WHERE series_id = ? AND level = 1 AND start > ? ORDER BY start LIMIT ?"
    try:
        lo = _reach(conn, older, head.series_id, key, n_before)
        hi = _reach(conn, newer, head.series_id, key, n_after) + 1
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return key, key + 1
    return lo, hi


def _reach(conn: sqlite3.Connection, sql: str, series_id: int, key: int, n_wanted: int) -> int:
    """Walk away from slab ``key`` in growing steps until ``n_wanted`` bars are passed; return the last slab."""
    limit = 4
    while n_wanted > 0:
        rows = conn.execute(sql, (series_id, key, limit)).fetchall()
        for start, n in rows:
            if type(start) is not int or abs(start) > _MAX_KEY:
                return key
            key = start
            n_wanted -= n if type(n) is int and n > 0 else 1
            if n_wanted <= 0:
                return key
        if len(rows) < limit:
            return key
        limit *= 4
    return key


def read_ranks(conn: sqlite3.Connection, head: Head) -> tuple[IntArray, IntArray]:
    """Return the first open time of every record of the coarsest level and the ordinal of that bar."""
    top = read_chunks(conn, head, rec.LEVELS[-1], -_MAX_KEY, _MAX_KEY, [])
    return top[rec.TIME], np.cumsum(top[rec.COUNT]) - top[rec.COUNT]


def rank_in(conn: sqlite3.Connection, head: Head, open_time: int) -> int:
    """Return how many bars open before ``open_time`` (inside a snapshot)."""
    return rank_among(conn, head, read_ranks(conn, head), open_time)


def rank_among(conn: sqlite3.Connection, head: Head, top: tuple[IntArray, IntArray], open_time: int) -> int:
    """Return how many bars open before ``open_time``; ``top``: what ``read_ranks`` returned in the same snapshot."""
    times, ranks = top
    at = int(np.searchsorted(times, open_time, side="right")) - 1
    if at < 0:
        return 0
    slab = int(times[at] // head.span)  # a record lies within one slab
    inside = read_chunks(conn, head, 1, slab, slab + 1, [])[rec.TIME]
    return int(ranks[at]) + int(np.searchsorted(inside, open_time) - np.searchsorted(inside, times[at]))


@translate_faults()
def rank_of(conn: sqlite3.Connection, series_id: int, open_time: int) -> int:
    """Return the ordinal of a time: how many stored bars open before it (a gapless axis needs it)."""
    with snapshot(conn):
        return rank_in(conn, read_head(conn, series_id), int(open_time))


@translate_faults()
def time_at_rank(conn: sqlite3.Connection, series_id: int, rank: int) -> int | None:
    """Return the open time of the bar with that ordinal, counted from 0; ``None`` when there is no such bar."""
    if rank < 0:
        return None
    with snapshot(conn):
        head = read_head(conn, series_id)
        times, ranks = read_ranks(conn, head)
        if not len(times):
            return None
        at = int(np.searchsorted(ranks, rank, side="right")) - 1
        slab = int(times[at] // head.span)
        inside = read_chunks(conn, head, 1, slab, slab + 1, [])[rec.TIME]
    place = int(np.searchsorted(inside, times[at]) + rank - ranks[at])
    return int(inside[place]) if place < len(inside) else None
