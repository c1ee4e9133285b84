"""Reads the records of chunks, each checked, and the ordinals of bars from the coarsest level (words: ``table``)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import checksum, data_checksum, decode_into
from candledesk.store.market.chunks.decoded import MAX_BYTES, decoded_chunks
from candledesk.store.market.chunks.proof import DamagedBarsError, Finding, Verdict, prove_bars
from candledesk.store.market.chunks.table import (
    MAX_RECORDS,
    SeriesHead,
    decode,
    find_stored_keys,
    read_checksum,
    read_chunk,
)
from candledesk.store.market.database import snapshot
from candledesk.store.market.rows import chunk_keys
from candledesk.store.sqlite_errors import is_damage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

BATCH = 64  # chunks handled together when many change: 131,072 bars, 7 MB
_MAX_KEY = 2**62
_MAX_TOTAL = 1 << 31  # records of one read
_RECORD_BYTES = 8 * (pyramid.COUNT + 1)
_RANGE = "WHERE {0}.series_id = :series AND {0}.level = :level AND {0}.start >= :first_key AND {0}.start < :end_key"
_N_CHUNKS = f"SELECT count(*) FROM chunk AS c {_RANGE.format('c')}"
# The numbers of rows of both tables are compared, because one of them may have lost a row.
_CHECKED = f"""
SELECT s.start, s.n, s.crc, s.data_crc, c.n, c.codec, c.crc, c.data_crc, c.data, ({_N_CHUNKS})
FROM chunk_checksum AS s LEFT JOIN chunk AS c USING (series_id, level, start) {_RANGE.format("s")} ORDER BY s.start
"""
_CHECKED_TOTAL = f"SELECT count(*), coalesce(sum(s.n), 0), ({_N_CHUNKS}) FROM chunk_checksum AS s {_RANGE.format('s')}"
_UNCHECKED = f"""
SELECT c.start, s.n, s.crc, s.data_crc, c.n, c.codec, c.crc, c.data_crc, c.data
FROM chunk AS c LEFT JOIN chunk_checksum AS s USING (series_id, level, start) {_RANGE.format("c")} ORDER BY c.start
"""
_UNCHECKED_TOTAL = f"SELECT count(*), coalesce(sum(c.n), 0), count(*) FROM chunk AS c {_RANGE.format('c')}"


class _NotProvenError(Exception):
    """A chunk disagrees with its checksum or is missing."""


def read_chunks(
    conn: sqlite3.Connection,
    head: SeriesHead,
    level: int,
    first_key: int,
    end_key: int,
    findings: list[Finding] | None = None,
    inside: Span | None = None,
) -> IntArray:
    """Return the proven records of the chunks with ``first_key <= key < end_key``, ascending; do not change them.

    ``inside``: only the records that open in this span, which overlaps all these chunks. Every chunk is compared with
    its checksum. The records of a damaged chunk are read from the rows (level 1) or
    aggregated from the finer level, and a finding is added to ``findings``. Without ``findings``, bars that are damaged
    in both copies raise ``DamagedBarsError``.
    """
    try:
        return _joined(level, _read_exact(conn, head, level, first_key, end_key), inside)
    except _NotProvenError:
        pass
    found: list[Finding] = []
    with snapshot(conn):
        parts = [_prove(conn, head, level, key, found) for key in find_keys(conn, head, level, first_key, end_key)]
    if findings is not None:
        findings += found
    elif any(finding.lost for finding in found):
        raise DamagedBarsError(found)
    return _joined(level, parts, inside)


def _joined(level: int, parts: list[IntArray], inside: Span | None) -> IntArray:
    """Join records in ascending order; cut to ``inside`` before, so that only what is returned is copied."""
    parts = [part for part in parts if part.shape[1]]
    if not parts:
        return pyramid.empty(level)
    if inside is not None:
        parts[-1] = parts[-1][:, : np.searchsorted(parts[-1][pyramid.TIME], inside.end)]
        parts[0] = parts[0][:, np.searchsorted(parts[0][pyramid.TIME], inside.start) :]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _read_exact(conn: sqlite3.Connection, head: SeriesHead, level: int, first_key: int, end_key: int) -> list[IntArray]:
    """Read chunks that all agree with their checksums, else raise ``_NotProvenError``."""
    if not head.is_exact:
        raise _NotProvenError
    try:
        if end_key - first_key <= BATCH:
            return _read_few(conn, head, level, first_key, end_key)
        if conn.in_transaction:
            return [_read_many(conn, head, level, first_key, end_key)]
        conn.execute("BEGIN")
        try:
            return [_read_many(conn, head, level, first_key, end_key)]
        finally:
            conn.rollback()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        raise _NotProvenError from error


def _read_few(conn: sqlite3.Connection, head: SeriesHead, level: int, first_key: int, end_key: int) -> list[IntArray]:
    """Read in one statement: after each the thread waits for the interpreter's lock, which can take milliseconds."""
    place = {"series": head.series_id, "level": level, "first_key": first_key, "end_key": end_key}
    found = conn.execute(_UNCHECKED if head.is_unchecked else _CHECKED, place).fetchall()
    if not head.is_unchecked:
        n_chunks = found[0][-1] if found else conn.execute(_N_CHUNKS, place).fetchone()[0]
        if n_chunks != len(found):
            raise _NotProvenError
    return [_kept(head, level, row) for row in found]


def _read_many(conn: sqlite3.Connection, head: SeriesHead, level: int, first_key: int, end_key: int) -> IntArray:
    """Stream chunks into one preallocated array; the caller holds a snapshot."""
    place = {"series": head.series_id, "level": level, "first_key": first_key, "end_key": end_key}
    rows, totals = (_UNCHECKED, _UNCHECKED_TOTAL) if head.is_unchecked else (_CHECKED, _CHECKED_TOTAL)
    n_checksums, n_records, n_chunks = conn.execute(totals, place).fetchone()
    if n_checksums != n_chunks or type(n_records) is not int or not 0 <= n_records <= _MAX_TOTAL:
        raise _NotProvenError
    is_kept = n_records * _RECORD_BYTES <= MAX_BYTES
    with closing(conn.execute(rows, place)) as found:
        return _join(found, head, level, n_records, is_kept=is_kept)


def _number(n: object) -> int:
    if type(n) is not int or not 0 < n <= MAX_RECORDS:
        raise _NotProvenError
    return n


def _join(rows: Iterable[tuple[Any, ...]], head: SeriesHead, level: int, n_records: int, *, is_kept: bool) -> IntArray:
    """Decode and join chunks; ``is_kept``: keep them decoded for the next read."""
    out = pyramid.empty(level, n_records)
    at = 0
    for row in rows:
        end = at + _number(row[4])
        if end > n_records:
            raise _NotProvenError
        if is_kept:
            out[:, at:end] = _kept(head, level, row)
        else:
            _decode_checked(out[:, at:end], head, level, row)
        at = end
    if at != n_records:
        raise _NotProvenError
    return out


def _kept(head: SeriesHead, level: int, row: tuple[Any, ...]) -> IntArray:
    """Return the records of one chunk, decoded already or decoded now and kept for the next read."""
    crc, n = row[6], _number(row[4])
    place = (head.series_id, level, row[0])
    known = None if crc is None or crc != row[2] else decoded_chunks.get(place, n, crc)
    if known is None:
        known = pyramid.empty(level, n)
        _decode_checked(known, head, level, row)
        if crc is not None:
            decoded_chunks.offer(place, crc, known)
    elif n != row[1] or row[7] != row[3]:
        raise _NotProvenError
    return known


def _decode_checked(out: IntArray, head: SeriesHead, level: int, row: tuple[Any, ...]) -> None:
    """Fill ``out`` with the records of one chunk; raise ``_NotProvenError`` unless its checksum agrees.

    The checksum of the encoded bytes is compared: that takes 3 µs where that of the records takes 22 µs, as long as to
    decode them. Decoding is exact and always gives the same, and was tried when the chunk was written (``encode``).
    """
    key, *entry, n, codec, crc, data_crc, data = row[:9]
    is_older = head.is_unchecked and crc is None and entry[1] is None  # than checksums
    try:
        if not is_older and (
            [n, crc, data_crc] != entry or data_checksum(data, codec, (head.series_id, level, key, n)) != data_crc
        ):
            raise _NotProvenError
        decode_into(out, codec, data)
    except (TypeError, ValueError) as error:
        raise _NotProvenError from error


def find_keys(
    conn: sqlite3.Connection, head: SeriesHead, level: int, first_key: int = -_MAX_KEY, end_key: int = _MAX_KEY
) -> list[int]:
    """Return the keys ``first_key <= key < end_key`` that have a chunk, a checksum or (level 1) rows, ascending."""
    found = find_stored_keys(conn, "chunk_checksum", head, level, first_key, end_key) | find_stored_keys(
        conn, "chunk", head, level, first_key, end_key
    )
    if level > 1:
        first, last = max(first_key * level, -_MAX_KEY), min(end_key * level, _MAX_KEY)
        return sorted(found | {key // level for key in find_keys(conn, head, 1, first, last)})
    try:
        found.update(chunk_keys(conn, head.series_id, head.chunk_s, first_key, end_key))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    return sorted(found)


def _prove(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int, found: list[Finding]) -> IntArray:
    """Return the proven records of one chunk; add its damage to ``found``."""
    try:
        return _joined(level, _read_exact(conn, head, level, key, key + 1), None)
    except _NotProvenError:
        pass
    if level == 1:
        records, finding = prove_bars(conn, head, key)
        if finding is not None:
            found.append(finding)
        return records
    return _prove_coarse(conn, head, level, key, found)


def _prove_coarse(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int, found: list[Finding]) -> IntArray:
    """Return a coarser chunk that agrees with one of its checksums, else aggregate its bars."""
    stored, entry = read_chunk(conn, head, level, key), read_checksum(conn, head, level, key)
    if stored is not None and head.is_exact:
        records = decode(level, stored)
        stored_checksums = {stored.crc, None if entry is None else entry.crc} - {None}
        if records is not None and checksum(records, head.series_id, level, key) in stored_checksums:
            found.append(Finding(head.series_id, level, key, Verdict.BOTH))
            return records
    bars = read_chunks(conn, head, 1, key * level, (key + 1) * level, found)
    records = pyramid.coarsen(bars, head.step_s * level)
    if stored is not None or entry is not None or records.shape[1]:
        found.append(Finding(head.series_id, level, key, Verdict.ROWS))
    return records


def keys_around(conn: sqlite3.Connection, head: SeriesHead, key: int, n_before: int, n_after: int) -> tuple[int, int]:
    """Return level-1 keys ``[first, end)`` with ``n_before`` bars before chunk ``key`` and ``n_after`` after it.

    There may be fewer bars when the stored numbers of records are damaged.
    """
    table = "chunk" if head.is_unchecked else "chunk_checksum"
    older = f"SELECT start, n FROM {table} WHERE series_id = ? AND level = 1 AND start < ? ORDER BY start DESC LIMIT ?"
    newer = f"SELECT start, n FROM {table} WHERE series_id = ? AND level = 1 AND start > ? ORDER BY start LIMIT ?"
    try:
        first_key = _reach(conn, older, head.series_id, key, n_before)
        end_key = _reach(conn, newer, head.series_id, key, n_after) + 1
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return key, key + 1
    return first_key, end_key


def _reach(conn: sqlite3.Connection, sql: str, series_id: int, key: int, n_wanted: int) -> int:
    """Return the key of the chunk with the last of ``n_wanted`` bars beyond chunk ``key``, or of the last chunk."""
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


def read_ranks(
    conn: sqlite3.Connection, head: SeriesHead, findings: list[Finding] | None = None
) -> tuple[IntArray, IntArray]:
    """Return the first open time of every record of the coarsest level, and how many bars open before it.

    ``findings``: damage is added to it; without it damage is not reported.
    """
    top = read_chunks(conn, head, pyramid.LEVELS[-1], -_MAX_KEY, _MAX_KEY, [] if findings is None else findings)
    return top[pyramid.TIME], np.cumsum(top[pyramid.COUNT]) - top[pyramid.COUNT]


def rank_among(conn: sqlite3.Connection, head: SeriesHead, top: tuple[IntArray, IntArray], open_time: int) -> int:
    """Return how many bars open before ``open_time``; ``top``: what ``read_ranks`` returned in the same snapshot."""
    times, ranks = top
    at = int(np.searchsorted(times, open_time, side="right")) - 1
    if at < 0:
        return 0
    key = int(times[at] // head.chunk_s)  # the bars of a record lie within one chunk of level 1
    inside = read_chunks(conn, head, 1, key, key + 1, [])[pyramid.TIME]
    return int(ranks[at]) + int(np.searchsorted(inside, open_time) - np.searchsorted(inside, times[at]))
