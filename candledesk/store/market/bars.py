"""Bars of one series: idempotent writes that return the number of real changes, and reads for charts and scripts.

The statements of a read need no common snapshot: a commit in between changes rows and chunks together, and a read
returns the bars of its last statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span
from candledesk.store.market import pyramid
from candledesk.store.market.chunks import (
    BATCH,
    SeriesHead,
    keys_around,
    rank_in,
    read_chunks,
    read_head,
    rebuild_chunks,
    write_bar_chunks,
)
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import (
    count_rows,
    delete_rows,
    read_rows,
    read_rows_around,
    require_storable,
    upsert_rows,
)
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

    from candledesk.domain.bars import Bars, IntArray

_FOREVER = 2**62


@translate_faults()
def write_bars(conn: sqlite3.Connection, series_id: int, bars: Bars) -> int:
    """Insert or update bars, in rows and chunks; return how many bars were new or different.

    The series' revision is raised only when something changed. Raises ``ValueError`` for bars that are not finite, or
    not ascending and unique.
    """
    require_transaction(conn)
    head = read_head(conn, series_id)
    new = pyramid.from_bars(require_storable(bars))
    if not head.is_exact:
        n_changed = upsert_rows(conn, head.series_id, pyramid.to_bars(new))
        _raise_rev(conn, head, n_changed)
        rebuild_chunks(conn, head.series_id)
        return n_changed
    keys = new[pyramid.TIME] // head.chunk_s
    starts = pyramid.run_starts(keys)
    n_changed = 0
    for first in range(0, len(starts), BATCH):
        begin = starts[first]
        end = starts[first + BATCH] if first + BATCH < len(starts) else new.shape[1]
        n_changed += _write_part(conn, head, new[:, begin:end])
    _raise_rev(conn, head, n_changed)
    return n_changed


def _write_part(conn: sqlite3.Connection, head: SeriesHead, new: IntArray) -> int:
    """Write the records of at most ``BATCH`` chunks; only records that differ from the stored ones are written."""
    chunks: dict[int, IntArray] = {}
    changes: list[IntArray] = []
    keys = new[pyramid.TIME] // head.chunk_s
    starts = pyramid.run_starts(keys)
    for key, part in zip(keys[starts].tolist(), np.split(new, starts[1:], axis=1), strict=True):
        old = read_chunks(conn, head, 1, key, key + 1)
        changed = pyramid.differing(part, old)
        if changed.shape[1]:
            changes.append(changed)
            chunks[key] = pyramid.overlay(old, changed)
    if not chunks:
        return 0
    n_changed = upsert_rows(conn, head.series_id, pyramid.to_bars(np.concatenate(changes, axis=1)))
    write_bar_chunks(conn, head, chunks)
    return n_changed


def _raise_rev(conn: sqlite3.Connection, head: SeriesHead, n_changed: int) -> None:
    """Raise the revision of a changed series by one, and that of its chunks with it."""
    if n_changed:
        sql = "UPDATE series SET rev = rev + 1, chunk_rev = chunk_rev + 1 WHERE series_id = ?"
        conn.execute(sql, (head.series_id,))


@translate_faults()
def delete_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> int:
    """Delete the bars that open in ``span`` (the provider withdrew them); return how many were deleted."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    times = read_bars(conn, series_id, span).open_time
    n_deleted = delete_rows(conn, head.series_id, span.start, span.end)
    _raise_rev(conn, head, n_deleted)
    if not head.is_exact:
        rebuild_chunks(conn, head.series_id)
        return n_deleted
    keys = np.unique(times // head.chunk_s).tolist()
    for first in range(0, len(keys), BATCH):
        chunks = {}
        for key in keys[first : first + BATCH]:
            old = read_chunks(conn, head, 1, key, key + 1)
            chunks[key] = old[:, (old[pyramid.TIME] < span.start) | (old[pyramid.TIME] >= span.end)]
        write_bar_chunks(conn, head, chunks)
    return n_deleted


@translate_faults()
def read_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> Bars:
    """Return the stored bars whose open lies in ``span``."""
    head = read_head(conn, series_id)
    if not head.is_exact:
        return read_rows(conn, head.series_id, span.start, span.end)
    records = read_chunks(conn, head, 1, span.start // head.chunk_s, -(-span.end // head.chunk_s))
    return pyramid.to_bars(records).within(span)


@translate_faults()
def read_bars_around(conn: sqlite3.Connection, series_id: int, anchor: int | None, n_before: int, n_after: int) -> Bars:
    """Return the ``n_before`` bars that open before ``anchor`` and the ``n_after`` from it on.

    ``anchor`` ``None``: the newest ``n_before`` bars.
    """
    if anchor is None:
        extent = bars_extent(conn, series_id)
        anchor, n_after = (0 if extent is None else extent.end), 0
    head = read_head(conn, series_id)
    if not head.is_exact:
        return read_rows_around(conn, head.series_id, anchor, n_before, n_after)
    first_key, end_key = keys_around(conn, head, anchor // head.chunk_s, n_before, n_after)
    records = read_chunks(conn, head, 1, first_key, end_key)
    at = int(np.searchsorted(records[pyramid.TIME], anchor))
    return pyramid.to_bars(records[:, max(0, at - n_before) : at + n_after])


@translate_faults()
def count_bars(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> int:
    """Return how many bars are stored in ``span``, or in all, from the counts of the chunks."""
    start, end = (-_FOREVER, _FOREVER) if span is None else (span.start, span.end)
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return count_rows(conn, head.series_id, start, end)
        return rank_in(conn, head, end) - rank_in(conn, head, start)


@translate_faults()
def bars_extent(conn: sqlite3.Connection, series_id: int) -> Span | None:
    """Return the span ``[oldest open, newest open + 1)`` of the stored bars, ``None`` when there are none."""
    sql = (
        "SELECT (SELECT min(ts) FROM candle WHERE series_id = :id), (SELECT max(ts) FROM candle WHERE series_id = :id)"
    )
    oldest, newest = conn.execute(sql, {"id": int(series_id)}).fetchone()
    return None if oldest is None else Span(oldest, newest + 1)


@translate_faults()
def has_older(conn: sqlite3.Connection, series_id: int, open_time: int) -> bool:
    """Tell whether a bar that opens before ``open_time`` is stored."""
    sql = "SELECT 1 FROM candle WHERE series_id = ? AND ts < ? LIMIT 1"
    return conn.execute(sql, (int(series_id), int(open_time))).fetchone() is not None
