"""Lines of many bars for a chart that is zoomed out: the extremes and the last value of each row of bars.

The real bars are read and computed piece by piece, never rows of them: an average of rows would be another average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.indicator_messages import IndicatorRows
from candledesk.cache.queries.studies.computation import PIECE_BARS, piece_start
from candledesk.cache.queries.studies.kept_pieces import Piece
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.computing import Values
from candledesk.indicators.declaration import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.indicator_messages import IndicatorRowsRequest
    from candledesk.cache.queries.studies.bars_reader import StudyBars, StudyBarsReader
    from candledesk.cache.queries.studies.computation import StudyComputation
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

_N_AHEAD = 1_024  # bars
_N_BEFORE = 4_096  # bars that are read before a piece at least: most studies read the same ones, and settle within them
_TAIL_BARS = 8 * 512
"""Steps before now that are a piece of their own at least: only these are computed again at a tick."""
_NO_END = 2**62


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """The rows of one piece; see ``IndicatorRows``."""

    open_time: IntArray
    n_bars: IntArray
    least: dict[str, FloatArray]
    greatest: dict[str, FloatArray]
    last: dict[str, FloatArray]
    settled: BoolArray
    rev: int


def plan_pieces(reader: StudyBarsReader, request: IndicatorRowsRequest) -> list[Span]:
    """Return the pieces that a span lies in, those with stored bars, ascending.

    The one with the latest bars is cut: what can still change is a small piece of its own.
    """
    interval = request.interval
    start = piece_start(interval, max(request.span.start, reader.oldest))
    end = min(request.span.end, reader.facts.now + 1)
    width, tail = PIECE_BARS * interval.step_s, _TAIL_BARS * interval.step_s
    pieces = [Span(at, at + width) for at in range(start, end, width)]
    cut = (reader.facts.now - tail) // tail * tail
    if pieces and pieces[-1].start < cut < pieces[-1].end:
        last = pieces.pop()
        pieces += [one for one in (Span(last.start, cut), Span(cut, last.end)) if one.overlaps(request.span)]
    return pieces


def read_piece(computation: StudyComputation, request: IndicatorRowsRequest, span: Span) -> Rows:
    """Return the rows of one piece, from what is kept or computed."""
    key = ("rows", request.symbol, request.interval.name, request.study, request.stride, span)
    kept = computation.earlier.kept
    found = kept.find(key)
    if found is not None:
        rows: Rows = found.value
        return rows
    computation.prepare(span)
    left = max(span.start, computation.reader.oldest)
    read, values, is_sure = _compute(computation, left, span.end)
    first, behind = np.searchsorted(read.bars.open_time, [left, span.end]).tolist()
    lines = {name: line[first:behind] for name, line in values.lines.items()}
    shown = Values(lines, values.settled[first:behind])
    made = _reduce(read.bars.open_time[first:behind], shown, request.interval.step_s * request.stride, read.rev)
    begin = _begin_of(computation, read)
    last = int(read.bars.open_time[-1]) + 1 if len(read.bars) else span.end
    reached = Span(min(begin, span.start), max(last, span.end) if is_sure else _NO_END)
    n_bytes = 200 + 8 * len(made.open_time) * (3 + 3 * len(lines))
    piece = Piece(request.symbol, request.interval.base, reached, computation.is_of_daily, made, n_bytes)
    kept.keep(key, piece, computation.earlier.n_events)
    return made


def _begin_of(computation: StudyComputation, read: StudyBars) -> int:
    """Return from when bars are part of the values: any older one that comes is, too, where they began with the oldest.

    A sum is made of all bars before it.
    """
    reader = computation.reader
    is_sum = any(study.indicator.reach is Reach.HISTORY for study in computation.study.chain)
    if is_sum or not len(read.bars) or int(read.bars.open_time[0]) <= reader.oldest + reader.interval.longest_s:
        return HISTORY_START
    return int(read.bars.open_time[0])


def _compute(computation: StudyComputation, left: int, end: int) -> tuple[StudyBars, Values, bool]:
    """Return bars and values up to ``end``, and whether bars that are still to come leave the values as they are.

    Where values are known later, as many bars more are read as make them sure.
    """
    study, step_s, now = computation.study, computation.reader.interval.step_s, computation.reader.facts.now
    is_known_later = any(one.indicator.is_known_later for one in study.chain)
    n_ahead = _N_AHEAD if is_known_later else 0
    while True:
        behind_all = end + n_ahead * step_s
        is_kept = behind_all > now  # values of closed bars do not change with a tick
        read, values = computation.compute(left, behind_all, _N_BEFORE, is_kept=is_kept)
        behind = int(np.searchsorted(read.bars.open_time, end))
        n_later = int(np.isfinite(values.lines[study.indicator.output_names[0]][behind:]).sum())
        is_sure = not is_known_later or n_later > 1
        if is_sure or behind_all > now:
            return read, values, is_sure
        n_ahead *= 16


def _reduce(open_time: IntArray, values: Values, width: int, rev: int) -> Rows:
    """Return the extremes of rows that are cut as the store cuts its own: at whole multiples of ``width`` seconds."""
    n, lines = len(open_time), values.lines
    keys = open_time // width
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if n else np.empty(0, np.int64)
    behind = np.append(first[1:], n).astype(np.int64) if n else first
    if not n:
        none = {name: np.empty(0) for name in lines}
        return Rows(open_time, first, none, none, none, values.settled, rev)
    return Rows(
        open_time[first],
        behind - first,
        {name: np.fmin.reduceat(line, first) for name, line in lines.items()},
        {name: np.fmax.reduceat(line, first) for name, line in lines.items()},
        {name: line[behind - 1] for name, line in lines.items()},
        np.logical_and.reduceat(values.settled, first),
        rev,
    )


def join_rows(request: IndicatorRowsRequest, pieces: Sequence[Rows]) -> IndicatorRows:
    """Return the rows of all pieces that hold bars of the span."""
    names = request.study.indicator.output_names
    times = np.concatenate([np.empty(0, np.int64), *(piece.open_time for piece in pieces)])
    counts = np.concatenate([np.empty(0, np.int64), *(piece.n_bars for piece in pieces)])
    width = request.interval.step_s * request.stride
    lo = int(np.searchsorted(times // width, request.span.start // width))
    hi = int(np.searchsorted(times, request.span.end))

    def joined(parts: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
        return {name: np.concatenate([np.empty(0), *(part[name] for part in parts)])[lo:hi] for name in names}

    return IndicatorRows(
        request,
        times[lo:hi],
        counts[lo:hi],
        joined([piece.least for piece in pieces]),
        joined([piece.greatest for piece in pieces]),
        joined([piece.last for piece in pieces]),
        np.concatenate([np.empty(0, np.bool_), *(piece.settled for piece in pieces)])[lo:hi],
        max((piece.rev for piece in pieces), default=0),
    )
