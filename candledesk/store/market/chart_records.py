"""Reads for charts: the span around an anchor, and its bars or aggregated records from the pyramid (``pyramid``)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span
from candledesk.store.market import pyramid
from candledesk.store.market.bars import bars_extent, read_bars
from candledesk.store.market.chunks.reading import rank_among, read_chunks, read_ranks
from candledesk.store.market.chunks.table import SeriesHead, read_head
from candledesk.store.market.database import snapshot
from candledesk.store.sqlite_errors import is_damage, translate_faults

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, IntArray
    from candledesk.store.market.chunks.proof import Finding


@dataclass(frozen=True, eq=False, slots=True)
class BarRecords:
    """Consecutive records of one series; a record aggregates one or more stored bars.

    ``bars``: the values of each record (first open time and open, highest high, lowest low, last close, summed volume),
    n of them; ``n_bars``: int64 ``(n,)``, how many stored bars each aggregates; ``rev``: the series' revision.
    """

    bars: Bars
    n_bars: IntArray
    rev: int


def _read_level(
    conn: sqlite3.Connection, head: SeriesHead, level: int, span: Span, findings: list[Finding] | None
) -> IntArray:
    """Return the records of ``level`` in ``span``; records that cross its ends are aggregated from the bars inside."""
    width = head.step_s * level
    start, end = -(-span.start // width) * width, span.end // width * width
    if start > end:
        return _edge(conn, head, (span.start, span.end), width, findings)
    chunk_s = head.chunk_s * level
    inner = read_chunks(conn, head, level, start // chunk_s, -(-end // chunk_s), findings)
    first, last = np.searchsorted(inner[pyramid.TIME], [start, end])
    left = _edge(conn, head, (span.start, start), width, findings)
    right = _edge(conn, head, (end, span.end), width, findings)
    return np.concatenate((left, inner[:, first:last], right), axis=1)


def _edge(
    conn: sqlite3.Connection, head: SeriesHead, times: tuple[int, int], width: int, findings: list[Finding] | None
) -> IntArray:
    """Aggregate the bars of the half-open ``times``, which may be empty."""
    start, end = times
    if start == end:
        return pyramid.coarsen(pyramid.empty(1), width)
    records = read_chunks(conn, head, 1, start // head.chunk_s, -(-end // head.chunk_s), findings)
    first, last = np.searchsorted(records[pyramid.TIME], [start, end])
    return pyramid.coarsen(records[:, first:last], width)


@translate_faults()
def find_around(
    conn: sqlite3.Connection, series_id: int, anchor: int | None, n_before: int, n_after: int
) -> Span | None:
    """Return the span of the ``n_before`` bars that open before ``anchor`` and of the ``n_after`` from it on.

    ``anchor`` ``None``: the newest bars. The span is widened to whole records of the coarsest level, which consist
    of whole records of every level. Returns ``None`` when no bar is stored there.
    """
    with snapshot(conn):
        head = read_head(conn, series_id)
        extent = bars_extent(conn, series_id)
        if extent is None:
            return None
        times, ranks = top = read_ranks(conn, head)
        total = rank_among(conn, head, top, extent.end)
        at = total if anchor is None else rank_among(conn, head, top, anchor)
    first = int(np.searchsorted(ranks, max(0, at - n_before), side="right")) - 1
    behind = int(np.searchsorted(ranks, min(total, at + n_after)))
    edges = np.append(times, extent.end)
    return Span(int(edges[first]), int(edges[behind])) if first < behind else None


@translate_faults()
def count_beside(conn: sqlite3.Connection, series_id: int, span: Span) -> tuple[int, int]:
    """Return how many bars are stored before and after ``span``, from the counts of the chunks."""
    with snapshot(conn):
        head = read_head(conn, series_id)
        extent = bars_extent(conn, series_id)
        if extent is None:
            return 0, 0
        has_older, has_newer = extent.start < span.start, span.end < extent.end
        top = read_ranks(conn, head) if has_older or has_newer else None
        ranks = [0 if top is None else rank_among(conn, head, top, at) for at in (span.start, span.end, extent.end)]
        return ranks[0], ranks[2] - ranks[1]


@translate_faults()
def read_records(
    conn: sqlite3.Connection, series_id: int, span: Span, level: int, findings: list[Finding] | None = None
) -> BarRecords:
    """Return the bars of ``span`` as records of at most ``level`` bars each; every value is exact.

    ``level``: one of ``pyramid.LEVELS``, else ``ValueError``; charts call it the stride. The first bar of a record is
    also the first bar of a record of every finer level. Records that cross the ends of ``span`` hold the bars inside.
    ``findings``: as in ``read_bars``.
    """
    if level not in pyramid.LEVELS:
        raise ValueError(f"no level of {level} bars")
    with snapshot(conn):
        head = read_head(conn, series_id)
        if level > 1:
            records = _read_level(conn, head, level, span, findings)
        else:
            records = pyramid.from_bars(read_bars(conn, head.series_id, span, findings))
    return BarRecords(pyramid.to_bars(records), pyramid.counts(records), head.rev)


@translate_faults()
def has_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> bool:
    """Tell whether a bar opens in ``span``."""
    sql = "SELECT 1 FROM candle WHERE series_id = ? AND ts >= ? AND ts < ? LIMIT 1"
    try:
        return conn.execute(sql, (int(series_id), int(span.start), int(span.end))).fetchone() is not None
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    return len(read_bars(conn, series_id, span, [])) > 0
