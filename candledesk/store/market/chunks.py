"""Chunks: copies of a series' rows for fast reads, changed in the same transaction as the rows.

Words: a *row* is a row of the table ``candle``, one bar. A *level* is 1, 8, 64 or 512. A *record* aggregates the bars
of one bucket of ``level`` steps (``pyramid``). A *chunk* is a blob with the records of one series and level whose key
is ``floor(open_time / (chunk_s * level))``; the key is the column ``start``. ``chunk_s`` is the column ``series.span``.

A chunk of level 1 holds bars, at most 2,048. Its time range consists of whole buckets of every coarser level, so a
change in it changes at most one chunk of each level. The chunks are exact while ``series.chunk_rev`` equals
``series.rev``; while they are not, reads use the rows, and the next write rebuilds the chunks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.market import pyramid
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import chunk_keys, read_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from candledesk.domain.bars import IntArray

BATCH = 64  # chunks of level 1 that are written together when many change: 131,072 bars, 7 MB
_MAX_KEY = 2**62
_WHERE = "FROM chunk WHERE series_id = ? AND level = ? AND start >= ? AND start < ?"
_UPSERT = """
INSERT INTO chunk (series_id, level, start, n, rev, data) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, level, start) DO UPDATE SET n = excluded.n, rev = excluded.rev, data = excluded.data
"""


@dataclass(frozen=True, slots=True)
class SeriesHead:
    """The row of a series. ``step_s``: seconds of a bar; ``chunk_s``: seconds of a chunk of level 1.

    ``is_exact``: whether the chunks agree with the rows.
    """

    series_id: int
    step_s: int
    chunk_s: int
    rev: int
    is_exact: bool


def read_head(conn: sqlite3.Connection, series_id: int) -> SeriesHead:
    """Return the head of a series; raise ``LookupError`` when it does not exist."""
    sql = "SELECT series_id, step, span, rev, rev = chunk_rev FROM series WHERE series_id = ?"
    row = conn.execute(sql, (int(series_id),)).fetchone()
    if row is None:
        raise LookupError(f"no series {series_id}")
    found, step_s, chunk_s, rev, is_exact = row
    return SeriesHead(found, step_s, chunk_s, rev, is_exact=bool(is_exact))


def read_chunks(conn: sqlite3.Connection, head: SeriesHead, level: int, first_key: int, end_key: int) -> IntArray:
    """Return the records of the chunks with ``first_key <= key < end_key``.

    A few chunks are read in one statement, because after each statement the thread waits for the interpreter's lock,
    which a busy thread may hold for milliseconds. Many chunks are streamed into one preallocated array.
    """
    place = (head.series_id, level, first_key, end_key)
    data = f"SELECT n, data {_WHERE} ORDER BY start"
    if end_key - first_key <= BATCH:
        found = conn.execute(data, place).fetchall()
        return _join(found, level, sum(n for n, _ in found))
    with snapshot(conn):
        n_records = conn.execute(f"SELECT coalesce(sum(n), 0) {_WHERE}", place).fetchone()[0]
        return _join(conn.execute(data, place), level, n_records)


def _join(chunks: Iterable[tuple[int, bytes]], level: int, n_records: int) -> IntArray:
    out = pyramid.empty(level, n_records)
    at = 0
    try:
        for n, data in chunks:
            pyramid.decode_into(out[:, at : at + n], data)
            at += n
    except ValueError as error:
        raise EnvironmentFaultError(
            "A chunk of the database is damaged: run `candledesk doctor --repair`; the bars themselves are kept apart."
        ) from error
    return out


def write_bar_chunks(conn: sqlite3.Connection, head: SeriesHead, chunks: Mapping[int, IntArray]) -> None:
    """Store whole chunks of level 1 and update the chunks of the coarser levels; empty chunks are deleted.

    ``chunks``: all records of each changed chunk of level 1, by its key.
    """
    for key, records in chunks.items():
        _write_chunk(conn, head, 1, key, records)
    keys = np.array(sorted(chunks), np.int64)
    records = np.concatenate([pyramid.empty(1), *(chunks[key] for key in keys.tolist())], axis=1)
    for level in pyramid.LEVELS[1:]:
        records = pyramid.coarsen(records, head.step_s * level)
        parents = keys // level
        starts = pyramid.run_starts(parents)
        for parent, mine in zip(parents[starts].tolist(), np.split(keys, starts[1:]), strict=True):
            merged = read_chunks(conn, head, level, parent, parent + 1)
            for run in np.split(mine, np.flatnonzero(np.diff(mine) != 1) + 1):
                merged = pyramid.splice(merged, records, int(run[0]) * head.chunk_s, int(run[-1] + 1) * head.chunk_s)
            _write_chunk(conn, head, level, parent, merged)


def _write_chunk(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int, records: IntArray) -> None:
    if not records.shape[1]:
        sql = "DELETE FROM chunk WHERE series_id = ? AND level = ? AND start = ?"
        conn.execute(sql, (head.series_id, level, key))
        return
    data = pyramid.encode(records)
    conn.execute(_UPSERT, (head.series_id, level, key, records.shape[1], head.rev + 1, data))


@translate_faults()
def rebuild_chunks(conn: sqlite3.Connection, series_id: int) -> None:
    """Build all chunks of a series from its rows."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    conn.execute("DELETE FROM chunk WHERE series_id = ?", (head.series_id,))
    keys = chunk_keys(conn, head.series_id, head.chunk_s)
    for first in range(0, len(keys), BATCH):
        write_bar_chunks(conn, head, {key: _read_bar_chunk(conn, head, key) for key in keys[first : first + BATCH]})
    conn.execute("UPDATE series SET chunk_rev = rev WHERE series_id = ?", (head.series_id,))


@translate_faults()
def verify_chunks(conn: sqlite3.Connection, series_id: int, max_findings: int = 20) -> list[str]:
    """Compare all chunks with the rows; return one sentence for each difference, at most ``max_findings``."""
    findings: list[str] = []
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return [f"series {series_id}: the chunks are older than the rows"]
        row_keys = chunk_keys(conn, head.series_id, head.chunk_s)
        top = pyramid.LEVELS[-1]
        stored = "SELECT level, start FROM chunk WHERE series_id = ?"
        tops = {start * level // top for level, start in conn.execute(stored, (head.series_id,)).fetchall()}
        for parent in sorted(tops | {key // top for key in row_keys}):
            findings += _verify_under(conn, head, parent, [key for key in row_keys if key // top == parent])
            if len(findings) >= max_findings:
                break
    return findings[:max_findings]


def _verify_under(conn: sqlite3.Connection, head: SeriesHead, parent: int, row_keys: list[int]) -> list[str]:
    """Compare the chunks of all levels in the time range of one chunk of the coarsest level with the rows.

    ``row_keys``: the keys of the level-1 chunks in it that have rows.
    """
    top = pyramid.LEVELS[-1]
    findings: list[str] = []
    chunks = [_read_bar_chunk(conn, head, key) for key in row_keys]
    expected = np.concatenate([pyramid.empty(1), *chunks], axis=1)
    for level in pyramid.LEVELS:
        first_key, end_key = parent * top // level, (parent + 1) * top // level
        if level > 1:
            expected = pyramid.coarsen(expected, head.step_s * level)
        expected_keys = expected[pyramid.TIME] // (head.chunk_s * level)
        sql = f"SELECT start {_WHERE}"
        stored = {row[0] for row in conn.execute(sql, (head.series_id, level, first_key, end_key)).fetchall()}
        for key in sorted(stored | set(np.unique(expected_keys).tolist())):
            try:
                found = read_chunks(conn, head, level, key, key + 1)
            except EnvironmentFaultError:
                found = pyramid.empty(level)
            if not np.array_equal(found, expected[:, expected_keys == key]):
                findings.append(f"series {head.series_id}: chunk {key} of level {level} differs from the rows")
    return findings


def _read_bar_chunk(conn: sqlite3.Connection, head: SeriesHead, key: int) -> IntArray:
    return pyramid.from_bars(read_rows(conn, head.series_id, key * head.chunk_s, (key + 1) * head.chunk_s))


def keys_around(conn: sqlite3.Connection, head: SeriesHead, key: int, n_before: int, n_after: int) -> tuple[int, int]:
    """Return level-1 keys ``[first, end)`` with ``n_before`` bars before chunk ``key`` and ``n_after`` after it."""
    older = "SELECT start, n FROM chunk WHERE series_id = ? AND level = 1 AND start < ? ORDER BY start DESC LIMIT ?"
    newer = "SELECT start, n FROM chunk WHERE series_id = ? AND level = 1 AND start > ? ORDER BY start LIMIT ?"
    return (
        _reach(conn, older, head.series_id, key, n_before),
        _reach(conn, newer, head.series_id, key, n_after) + 1,
    )


def _reach(conn: sqlite3.Connection, sql: str, series_id: int, key: int, n_wanted: int) -> int:
    """Return the key of the chunk with the last of ``n_wanted`` bars beyond chunk ``key``, or of the last chunk."""
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


def read_ranks(conn: sqlite3.Connection, head: SeriesHead) -> tuple[IntArray, IntArray]:
    """Return the first open time of every record of the coarsest level, and how many bars open before it."""
    top = read_chunks(conn, head, pyramid.LEVELS[-1], -_MAX_KEY, _MAX_KEY)
    return top[pyramid.TIME], np.cumsum(top[pyramid.COUNT]) - top[pyramid.COUNT]


def rank_in(conn: sqlite3.Connection, head: SeriesHead, open_time: int) -> int:
    """Return how many bars open before ``open_time``; the caller holds a snapshot."""
    return rank_among(conn, head, read_ranks(conn, head), open_time)


def rank_among(conn: sqlite3.Connection, head: SeriesHead, top: tuple[IntArray, IntArray], open_time: int) -> int:
    """Return how many bars open before ``open_time``; ``top``: what ``read_ranks`` returned in the same snapshot."""
    times, ranks = top
    at = int(np.searchsorted(times, open_time, side="right")) - 1
    if at < 0:
        return 0
    key = int(times[at] // head.chunk_s)  # the bars of a record lie within one chunk of level 1
    inside = read_chunks(conn, head, 1, key, key + 1)[pyramid.TIME]
    return int(ranks[at]) + int(np.searchsorted(inside, open_time) - np.searchsorted(inside, times[at]))
