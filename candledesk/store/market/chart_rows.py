"""What a chart reads of a series: the span around an anchor, and its bars or rows of many bars from the pyramid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span
from candledesk.store.market import pyramid as rec
from candledesk.store.market.bars import bars_extent, read_bars, read_bars_around
from candledesk.store.market.chunks import Head, rank_among, read_chunks, read_head, read_ranks
from candledesk.store.market.database import snapshot
from candledesk.store.market.rows import count_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

    from candledesk.domain.bars import Bars, IntArray

_FOREVER = 2**62


@dataclass(frozen=True, eq=False, slots=True)
class BarRows:
    """Consecutive bars as one row, of one series.

    ``bars``: the aggregate of each row (first open time and open, highest high, lowest low, last close, summed
    volume); ``n_bars``: int64, how many stored bars each row stands for; ``rev``: the series' revision.
    """

    bars: Bars
    n_bars: IntArray
    rev: int


def _read_level(conn: sqlite3.Connection, head: Head, level: int, span: Span) -> IntArray:
    """Read the records of ``level`` within ``span``; what its ends cut off a record is aggregated from bars."""
    width = head.step * level
    lo, hi = -(-span.start // width) * width, span.end // width * width
    if lo > hi:
        return _edge(conn, head, span.start, span.end, width)
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


@translate_faults()
def find_around(
    conn: sqlite3.Connection, series_id: int, anchor: int | None, n_before: int, n_after: int
) -> Span | None:
    """Return the span of the ``n_before`` bars that open before ``anchor`` and of the ``n_after`` from it on.

    ``anchor`` ``None``: the newest bars. The span is widened to whole records of the coarsest level, so that rows of
    every level lie whole inside it. ``None`` when nothing is stored there.
    """
    with snapshot(conn):
        head = read_head(conn, series_id)
        extent = bars_extent(conn, series_id)
        if extent is None:
            return None
        if not head.is_exact:
            bars = read_bars_around(conn, series_id, anchor, n_before, n_after)
            return Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1) if len(bars) else None
        times, ranks = top = read_ranks(conn, head)
        total = rank_among(conn, head, top, extent.end)
        at = total if anchor is None else rank_among(conn, head, top, anchor)
    first = int(np.searchsorted(ranks, max(0, at - n_before), side="right")) - 1
    behind = int(np.searchsorted(ranks, min(total, at + n_after)))
    edges = np.append(times, extent.end)
    return Span(int(edges[first]), int(edges[behind])) if first < behind else None


@translate_faults()
def count_beside(conn: sqlite3.Connection, series_id: int, span: Span) -> tuple[int, int]:
    """Return how many bars are stored on either side of ``span``, without counting rows."""
    with snapshot(conn):
        head = read_head(conn, series_id)
        extent = bars_extent(conn, series_id)
        if extent is None:
            return 0, 0
        has_older, has_newer = extent.start < span.start, span.end < extent.end
        if not head.is_exact:
            older = count_rows(conn, series_id, -_FOREVER, span.start) if has_older else 0
            return older, count_rows(conn, series_id, span.end, _FOREVER) if has_newer else 0
        top = read_ranks(conn, head) if has_older or has_newer else None
        ranks = [0 if top is None else rank_among(conn, head, top, at) for at in (span.start, span.end, extent.end)]
        return ranks[0], ranks[2] - ranks[1]


@translate_faults()
def read_rows_of(conn: sqlite3.Connection, series_id: int, span: Span, stride: int) -> BarRows:
    """Return the bars of ``span`` as rows of at most ``stride`` bars, a level of the pyramid; every value is exact.

    A row starts at a bar that also starts a row of every finer level; what the ends of ``span`` cut off a record is
    aggregated from bars.
    """
    if stride not in rec.LEVELS:
        raise ValueError(f"no level of {stride} bars")
    with snapshot(conn):
        head = read_head(conn, series_id)
        if stride > 1 and head.is_exact:
            records = _read_level(conn, head, stride, span)
        else:
            records = rec.from_bars(read_bars(conn, head.series_id, span))
    if stride > 1 and not head.is_exact:
        records = rec.coarsen(records, head.step * stride)
    return BarRows(rec.to_bars(records), rec.counts(records), head.rev)


@translate_faults()
def has_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> bool:
    """Tell whether a bar opens in ``span``."""
    sql = "SELECT 1 FROM candle WHERE series_id = ? AND ts >= ? AND ts < ? LIMIT 1"
    return conn.execute(sql, (int(series_id), int(span.start), int(span.end))).fetchone() is not None
