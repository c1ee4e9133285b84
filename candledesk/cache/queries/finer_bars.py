"""Stored bars of a fetched interval, and beyond the provider's look-back what stored finer bars make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.damaged_bars import cover_lost
from candledesk.cache.rules.planner import known_spans
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import CoverageState
from candledesk.domain.prices.from_finer import derivable_spans, derive_from_finer, finer_intervals, finer_reach
from candledesk.domain.prices.resample import derived_open_times, resample_bars
from candledesk.domain.span import Span, subtract_spans
from candledesk.store.market import bars as bar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.chunks.proof import lost_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.messages import DerivedSpan, Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

_HELD = (CoverageState.HAVE, CoverageState.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class FinerSeries:
    """A stored series of a finer interval; ``extent``: from its oldest bar to behind its newest."""

    series_id: int
    interval: Interval
    extent: Span


@dataclass(frozen=True, slots=True)
class BaseBars:
    """Bars of a fetched interval. ``derived``: where they were made from finer bars, ascending, and from which.

    ``unknown``: what is not stored, cannot be had any more and cannot be made.
    """

    bars: Bars
    derived: tuple[DerivedSpan, ...] = ()
    unknown: tuple[Span, ...] = ()

    @property
    def spans(self) -> list[Span]:
        """The derived spans without the names."""
        return [span for span, _ in self.derived]


def lacking_spans(span: Span, facts: Facts) -> list[Span]:
    """Return what of ``span`` the series does not hold and the provider does not answer for any more.

    That is what lies before the look-back, and what was refused.
    """
    floor = facts.lookback_floor
    if floor is None or facts.interval.is_daily:
        return []
    beyond = [] if span.start >= floor else [Span(span.start, min(span.end, floor))]
    refused = [row.span.intersect(span) for row in facts.coverage if row.state is CoverageState.REFUSED]
    held = [row.span for row in facts.coverage if row.state in _HELD]
    return subtract_spans([*beyond, *(part for part in refused if part is not None)], held)


def find_finer(connection: Connection, symbol: str, interval: Interval, span: Span) -> list[FinerSeries]:
    """Return the stored series of finer intervals that have bars in ``span``, the coarsest first."""
    found = []
    for finer in finer_intervals(interval):
        series_id = instrument_store.series_id(connection, symbol, finer)
        extent = None if series_id is None else bar_store.bars_extent(connection, series_id)
        if series_id is not None and extent is not None and extent.overlaps(span):
            found.append(FinerSeries(series_id, finer, extent))
    return found


def read_base(
    connection: Connection, symbol: str, series_id: int | None, facts: Facts, span: Span, findings: list[Finding]
) -> BaseBars:
    """Read the bars of a fetched interval in ``span``: its own, and what finer ones make of what it lacks for good.

    ``series_id``: of the interval itself, ``None`` when nothing of it was ever stored; ``findings``: ``read_proven``.
    """
    own = Bars.empty() if series_id is None else bar_store.read_bars(connection, series_id, span, findings)
    if series_id is not None and (lost := lost_spans(findings, series_id)):
        facts = replace(facts, coverage=cover_lost(facts.coverage, lost, None))
    lacking = lacking_spans(span, facts)
    if not lacking:
        return BaseBars(own)
    pieces = _find_pieces(connection, symbol, facts, lacking, findings)
    parts = [own, *(_derive(connection, piece, facts, findings) for piece in pieces)]
    derived = sorted((span, piece.finer.interval.name) for piece in pieces for span in piece.spans)
    left = subtract_spans(lacking, [span for span, _ in derived])
    return BaseBars(_joined([bars for bars in parts if len(bars)] or [own]), tuple(derived), tuple(left))


def find_derived(connection: Connection, symbol: str, facts: Facts, span: Span) -> tuple[DerivedSpan, ...]:
    """Return what of ``span`` finer bars make up for, without reading a bar."""
    pieces = _find_pieces(connection, symbol, facts, lacking_spans(span, facts), [])
    return tuple(sorted((span, piece.finer.interval.name) for piece in pieces for span in piece.spans))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a hole that one finer series reaches into; ``spans``: what of it is made whole."""

    finer: FinerSeries
    span: Span
    known: tuple[Span, ...]
    spans: tuple[Span, ...]


def _find_pieces(
    connection: Connection, symbol: str, facts: Facts, lacking: Sequence[Span], findings: Sequence[Finding]
) -> list[_Piece]:
    """Find what fills the holes, the coarsest series first; what one leaves open the next is asked for."""
    pieces: list[_Piece] = []
    left = list(lacking)
    hull = Span(left[0].start, left[-1].end) if left else None
    for finer in [] if hull is None else find_finer(connection, symbol, facts.interval, hull):
        reach = finer_reach(facts.interval, finer.extent)
        lost = lost_spans(findings, finer.series_id)
        parts = [part for hole in left if (part := reach.intersect(hole)) is not None]
        found = [_piece(connection, finer, facts, part, lost) for part in parts]
        pieces += [piece for piece in found if piece.spans]
        left = subtract_spans(left, [span for piece in found for span in piece.spans])
    return pieces


def _piece(connection: Connection, finer: FinerSeries, facts: Facts, span: Span, lost: Sequence[Span]) -> _Piece:
    rows = coverage_store.read_coverage(connection, finer.series_id, finer_reach(facts.interval, span))
    known = subtract_spans(known_spans(rows, facts.now), lost)
    spans = derivable_spans(finer.interval, known, facts.calendar, facts.interval, span)
    return _Piece(finer, span, tuple(known), spans)


def _derive(connection: Connection, piece: _Piece, facts: Facts, findings: list[Finding]) -> Bars:
    reach = finer_reach(facts.interval, piece.span)
    stored = bar_store.read_bars(connection, piece.finer.series_id, reach, findings)
    finer = piece.finer.interval
    return derive_from_finer(stored, finer, piece.known, facts.calendar, facts.interval, piece.span)


def derive_whole(base: BaseBars, stored: Bars, facts: Facts, interval: Interval) -> Bars:
    """Return bars of a derived interval made from ``stored`` (those of ``base``, adjusted or not), but for broken ones.

    A bar with a base bar inside that can never be known is left out; others with gaps are made as far as they go, for
    their gaps will be filled.
    """
    bars = resample_bars(stored, facts.calendar, interval)
    if not base.unknown or not len(bars):
        return bars
    near = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + interval.step_s)
    holes = [part for span in base.unknown if (part := span.intersect(near)) is not None]
    lost = [expected_open_times(facts.calendar, facts.interval, hole) for hole in holes]
    broken = [derived_open_times(facts.calendar, interval, times) for times in lost if len(times)]
    return bars.take(~np.isin(bars.open_time, np.concatenate(broken))) if broken else bars


def _joined(parts: Sequence[Bars]) -> Bars:
    """Return all bars in the order of time; of two of one time the earlier part's."""
    if len(parts) == 1:
        return parts[0]
    columns = ("open_time", "open", "high", "low", "close", "volume")
    time, *prices = (np.concatenate([getattr(bars, name) for bars in parts]) for name in columns)
    _, first = np.unique(time, return_index=True)  # the first of equal ones
    return Bars(time[first], *(column[first] for column in prices))


def gaps_without(gaps: Sequence[Gap], derived: Sequence[Span], facts: Facts) -> tuple[Gap, ...]:
    """Return the gaps without what was derived; a rest in which no bar is expected is none."""
    left: list[Gap] = []
    for gap in gaps:
        if not any(span.overlaps(gap.span) for span in derived):
            left.append(gap)
            continue
        rest = subtract_spans([gap.span], derived)
        left += [replace(gap, span=part) for part in rest if _is_expected(part, facts)]
    return tuple(left)


def _is_expected(span: Span, facts: Facts) -> bool:
    return len(expected_open_times(facts.calendar, facts.interval, span)) > 0
