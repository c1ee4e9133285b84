"""A zoomed-out series: a few thousand exact columns from the pyramid, whatever the number of bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.store import records as rec
from candledesk.store.bars import bars_extent, read_bars
from candledesk.store.chunks import Head, read_chunks, read_head
from candledesk.store.database import snapshot
from candledesk.store.faults import translate_faults

if TYPE_CHECKING:
    import sqlite3

    from candledesk.domain.bars import Bars, IntArray
    from candledesk.domain.span import Span


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """Consecutive bars drawn as one, of one series.

    ``bars``: the aggregate of each column (first open time and open, highest high, lowest low, last close, summed
    volume); ``n_bars``: int64, how many stored bars each column stands for; ``rev``: the series' revision.
    """

    bars: Bars
    n_bars: IntArray
    rev: int


@translate_faults()
def read_columns(conn: sqlite3.Connection, series_id: int, span: Span, n_columns: int) -> Columns:
    """Return the bars of ``span`` as at most ``n_columns`` columns of nearly the same number of bars each.

    Column edges lie between records of the coarsest level that has enough of them; every value is exact. When the
    span holds fewer bars than columns, each bar is a column.
    """
    with snapshot(conn):
        head = read_head(conn, series_id)
        extent = bars_extent(conn, series_id)
        part = None if extent is None else span.intersect(extent)
        records = rec.empty(1) if part is None else _read_records(conn, head, part, n_columns)
    columns = rec.group(records, _column_starts(records, n_columns))
    return Columns(rec.to_bars(columns), columns[rec.COUNT], head.rev)


def _read_records(conn: sqlite3.Connection, head: Head, span: Span, n_columns: int) -> IntArray:
    """Read the coarsest records of which ``span`` holds at least ``n_columns``; bars when no level has enough."""
    if head.is_exact:
        n_steps = (span.end - span.start) // head.step
        for level in reversed(rec.LEVELS[1:]):
            if n_steps < n_columns * level:  # a bucket of time holds at most one record
                continue
            records = _read_level(conn, head, level, span)
            if records.shape[1] >= n_columns:
                return records
    return rec.from_bars(read_bars(conn, head.series_id, span))


def _read_level(conn: sqlite3.Connection, head: Head, level: int, span: Span) -> IntArray:
    """Read the records of ``level`` within ``span``; what its ends cut off a record is aggregated from bars."""
    width = head.step * level
    lo, hi = -(-span.start // width) * width, span.end // width * width
    slab = head.span * level
    inner = read_chunks(conn, head, level, lo // slab, -(-hi // slab))
    first, last = np.searchsorted(inner[rec.TIME], [lo, hi])
    left = _edge(conn, head, span.start, lo, width)
    right = _edge(conn, head, hi, span.end, width)
    return np.concatenate((left, inner[:, first:last], right), axis=1)


def _edge(conn: sqlite3.Connection, head: Head, lo: int, hi: int, width: int) -> IntArray:
    records = read_chunks(conn, head, 1, lo // head.span, -(-hi // head.span))
    first, last = np.searchsorted(records[rec.TIME], [lo, hi])
    return rec.coarsen(records[:, first:last], width)


def _column_starts(records: IntArray, n_columns: int) -> IntArray:
    """Return where each column starts: by the ordinal of its first bar, so that columns are equally wide."""
    counts = rec.counts(records)
    total = int(counts.sum())
    if records.shape[1] <= n_columns:
        return np.arange(records.shape[1], dtype=np.int64)
    rank = np.cumsum(counts) - counts
    return rec.run_starts(rank * n_columns // total)
