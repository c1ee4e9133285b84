"""Chunks: the derived, exact read path of a series, kept in the same transaction as its rows.

A chunk of level L holds the records (see ``records``) of the slab ``start = floor(open_time / (span * L))``; level 1
holds the bars themselves, at most 2,048. Every slab of level 1 holds whole records of every coarser level, so a
change in it never touches more than one chunk of each level. ``series.chunk_rev`` equals ``series.rev`` while the
chunks are exact; when it does not, readers use the rows and the next write rebuilds the chunks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.market import pyramid as rec
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import count_rows, read_rows, slab_keys
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from candledesk.domain.bars import IntArray

BATCH = 64  # slabs handled together when many change: 131,072 bars, 7 MB
_MAX_KEY = 2**62
_WHERE = "FROM chunk WHERE series_id = ? AND level = ? AND start >= ? AND start < ?"
_UPSERT = """
INSERT INTO chunk (series_id, level, start, n, rev, data) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET n = excluded.n, rev = excluded.rev, data = excluded.data
"""


@dataclass(frozen=True, slots=True)
class Head:
    """What a series says of itself. ``step``: seconds of a bar; ``span``: seconds of a level-1 slab."""

    series_id: int
    step: int
    span: int
    rev: int
    is_exact: bool


def read_head(conn: sqlite3.Connection, series_id: int) -> Head:
    """Return the head of a series; ``LookupError`` when it does not exist."""
    sql = "SELECT series_id, step, span, rev, rev = chunk_rev FROM series WHERE series_id = ?"
    row = conn.execute(sql, (int(series_id),)).fetchone()
    if row is None:
        raise LookupError(f"no series {series_id}")
    found, step, span, rev, is_exact = row
    return Head(found, step, span, rev, is_exact=bool(is_exact))


def read_chunks(conn: sqlite3.Connection, head: Head, level: int, lo: int, hi: int) -> IntArray:
    """Return the records of the slabs ``lo <= start < hi``.

    A few slabs are one statement, because each one costs a turn at the interpreter's lock, which a busy thread may hold
    for milliseconds; many are streamed into one preallocated array.
    """
    key = (head.series_id, level, lo, hi)
    data = f"SELECT n, data {_WHERE} ORDER BY start"
    if hi - lo <= BATCH:
        found = conn.execute(data, key).fetchall()
        return _join(found, level, sum(n for n, _ in found))
    with snapshot(conn):
        n_records = conn.execute(f"SELECT coalesce(sum(n), 0) {_WHERE}", key).fetchone()[0]
        return _join(conn.execute(data, key), level, n_records)


def _join(chunks: Iterable[tuple[int, bytes]], level: int, n_records: int) -> IntArray:
    out = rec.empty(level, n_records)
    at = 0
    try:
        for n, data in chunks:
            rec.decode_into(out[:, at : at + n], data)
            at += n
    except ValueError as error:
        raise EnvironmentFaultError(
            "A chunk of the database is damaged: run `candledesk doctor --repair`; the bars themselves are kept apart."
        ) from error
    return out


def write_slabs(conn: sqlite3.Connection, head: Head, slabs: Mapping[int, IntArray]) -> None:
    """Store the level-1 records of whole slabs and bring the coarser levels in step; empty slabs are removed."""
    for key, records in slabs.items():
        _write_chunk(conn, head, 1, key, records)
    keys = np.array(sorted(slabs), np.int64)
    records = np.concatenate([rec.empty(1), *(slabs[key] for key in keys.tolist())], axis=1)
    for level in rec.LEVELS[1:]:
        records = rec.coarsen(records, head.step * level)
        parents = keys // level
        starts = rec.run_starts(parents)
        for parent, mine in zip(parents[starts].tolist(), np.split(keys, starts[1:]), strict=True):
            merged = read_chunks(conn, head, level, parent, parent + 1)
            for run in np.split(mine, np.flatnonzero(np.diff(mine) != 1) + 1):
                merged = rec.splice(merged, records, int(run[0]) * head.span, int(run[-1] + 1) * head.span)
            _write_chunk(conn, head, level, parent, merged)


def _write_chunk(conn: sqlite3.Connection, head: Head, level: int, key: int, records: IntArray) -> None:
    if not records.shape[1]:
        sql = "DELETE FROM chunk WHERE series_id = ? AND level = ? AND start = ?"
        conn.execute(sql, (head.series_id, level, key))
        return
    data = rec.encode(records)
    conn.execute(_UPSERT, (head.series_id, level, key, records.shape[1], head.rev + 1, data))


@translate_faults()
def rebuild_chunks(conn: sqlite3.Connection, series_id: int) -> None:
    """Derive every chunk of a series from its rows again."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    conn.execute("DELETE FROM chunk WHERE series_id = ?", (head.series_id,))
    keys = slab_keys(conn, head.series_id, head.span)
    for first in range(0, len(keys), BATCH):
        write_slabs(conn, head, {key: _slab_rows(conn, head, key) for key in keys[first : first + BATCH]})
    conn.execute("UPDATE series SET chunk_rev = rev WHERE series_id = ?", (head.series_id,))


@translate_faults()
def verify_chunks(conn: sqlite3.Connection, series_id: int, max_findings: int = 20) -> list[str]:
    """Compare every chunk with the rows; return what differs, at most ``max_findings`` sentences."""
    findings: list[str] = []
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return [f"series {series_id}: the chunks are older than the rows"]
        row_keys = slab_keys(conn, head.series_id, head.span)
        top = rec.LEVELS[-1]
        stored = "SELECT level, start FROM chunk WHERE series_id = ?"
        tops = {start * level // top for level, start in conn.execute(stored, (head.series_id,)).fetchall()}
        for parent in sorted(tops | {key // top for key in row_keys}):
            findings += _verify_under(conn, head, parent, [key for key in row_keys if key // top == parent])
            if len(findings) >= max_findings:
                break
    return findings[:max_findings]


def _verify_under(conn: sqlite3.Connection, head: Head, parent: int, row_keys: list[int]) -> list[str]:
    """Compare all levels below one chunk of the coarsest level; ``row_keys``: its slabs that hold rows."""
    top = rec.LEVELS[-1]
    findings: list[str] = []
    slabs = [_slab_rows(conn, head, key) for key in row_keys]
    expected = np.concatenate([rec.empty(1), *slabs], axis=1)
    for level in rec.LEVELS:
        lo, hi = parent * top // level, (parent + 1) * top // level
        if level > 1:
            expected = rec.coarsen(expected, head.step * level)
        expected_keys = expected[rec.TIME] // (head.span * level)
        sql = f"SELECT start {_WHERE}"
        stored = {row[0] for row in conn.execute(sql, (head.series_id, level, lo, hi)).fetchall()}
        for key in sorted(stored | set(np.unique(expected_keys).tolist())):
            try:
                found = read_chunks(conn, head, level, key, key + 1)
            except EnvironmentFaultError:
                found = rec.empty(level)
            if not np.array_equal(found, expected[:, expected_keys == key]):
                findings.append(f"series {head.series_id}: chunk {key} of level {level} differs from the rows")
    return findings


def _slab_rows(conn: sqlite3.Connection, head: Head, key: int) -> IntArray:
    return rec.from_bars(read_rows(conn, head.series_id, key * head.span, (key + 1) * head.span))


def keys_around(conn: sqlite3.Connection, head: Head, key: int, n_before: int, n_after: int) -> tuple[int, int]:
    """Return slabs ``[lo, hi)`` that hold ``key``'s, ``n_before`` bars before it and ``n_after`` behind it."""
    older = "SELECT start, n FROM chunk WHERE series_id = ? AND level = 1 AND start < ? ORDER BY start DESC LIMIT ?"
    newer = "SELECT start, n FROM chunk WHERE series_id = ? AND level = 1 AND start > ? ORDER BY start LIMIT ?"
    return (
        _reach(conn, older, head.series_id, key, n_before),
        _reach(conn, newer, head.series_id, key, n_after) + 1,
    )


def _reach(conn: sqlite3.Connection, sql: str, series_id: int, key: int, n_wanted: int) -> int:
    """Walk away from slab ``key`` in growing steps until ``n_wanted`` bars are passed; return the last slab."""
    limit = 4
    while n_wanted > 0:
        rows = conn.execute(sql, (series_id, key, limit)).fetchall()
        for start, n in rows:
            key = start
            n_wanted -= n
            if n_wanted <= 0:
                return key
        if len(rows) < limit:
            return key
        limit *= 4
    return key


def read_ranks(conn: sqlite3.Connection, head: Head) -> tuple[IntArray, IntArray]:
    """Return the first open time of every record of the coarsest level and the ordinal of that bar."""
    top = read_chunks(conn, head, rec.LEVELS[-1], -_MAX_KEY, _MAX_KEY)
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
    inside = read_chunks(conn, head, 1, slab, slab + 1)[rec.TIME]
    return int(ranks[at]) + int(np.searchsorted(inside, open_time) - np.searchsorted(inside, times[at]))


@translate_faults()
def rank_of(conn: sqlite3.Connection, series_id: int, open_time: int) -> int:
    """Return the ordinal of a time: how many stored bars open before it (a gapless axis needs it)."""
    with snapshot(conn):
        head = read_head(conn, series_id)
        if head.is_exact:
            return rank_in(conn, head, int(open_time))
        return count_rows(conn, head.series_id, -_MAX_KEY, int(open_time))


@translate_faults()
def time_at_rank(conn: sqlite3.Connection, series_id: int, rank: int) -> int | None:
    """Return the open time of the bar with that ordinal, counted from 0; ``None`` when there is no such bar."""
    if rank < 0:
        return None
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            sql = "SELECT ts FROM candle WHERE series_id = ? ORDER BY ts LIMIT 1 OFFSET ?"
            row = conn.execute(sql, (head.series_id, int(rank))).fetchone()
            return None if row is None else int(row[0])
        times, ranks = read_ranks(conn, head)
        if not len(times):
            return None
        at = int(np.searchsorted(ranks, rank, side="right")) - 1
        slab = int(times[at] // head.span)
        inside = read_chunks(conn, head, 1, slab, slab + 1)[rec.TIME]
    place = int(np.searchsorted(inside, times[at]) + rank - ranks[at])
    return int(inside[place]) if place < len(inside) else None
