"""Stored bars of a fetched interval, and beyond the provider's look-back what stored finer bars make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.planner import known_spans
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageState
from candledesk.domain.finer import derive_from_finer, finer_intervals, finer_reach
from candledesk.domain.resample import derived_open_times, resample_bars
from candledesk.domain.sessions import expected_open_times
from candledesk.domain.span import Span, subtract_spans
from candledesk.store import bars as bar_store
from candledesk.store import coverage as coverage_store
from candledesk.store import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.messages import DerivedSpan, Gap
    from candledesk.cache.planner import Facts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

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


def read_base(connection: Connection, symbol: str, series_id: int | None, facts: Facts, span: Span) -> BaseBars:
    """Read the bars of a fetched interval in ``span``: its own, and what finer ones make of what it lacks for good.

    ``series_id``: of the interval itself, ``None`` when nothing of it was ever stored.
    """
    own = Bars.empty() if series_id is None else bar_store.read_bars(connection, series_id, span)
    lacking = lacking_spans(span, facts)
    if not lacking:
        return BaseBars(own)
    parts, derived = [own], list[tuple[Span, str]]()
    for finer in find_finer(connection, symbol, facts.interval, Span(lacking[0].start, lacking[-1].end)):
        made = [_derive(connection, finer, facts, hole) for hole in lacking]
        spans = [piece for _, pieces in made for piece in pieces]
        parts += [bars for bars, _ in made if len(bars)]
        derived += [(piece, finer.interval.name) for piece in spans]
        lacking = subtract_spans(lacking, spans)
        if not lacking:
            break
    return BaseBars(_joined(parts), tuple(sorted(derived)), tuple(lacking))


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


def _derive(connection: Connection, finer: FinerSeries, facts: Facts, hole: Span) -> tuple[Bars, tuple[Span, ...]]:
    """Make what lies in one hole, as far as the finer series reaches."""
    part = finer_reach(facts.interval, finer.extent).intersect(hole)
    if part is None:
        return Bars.empty(), ()
    reach = finer_reach(facts.interval, part)
    known = known_spans(coverage_store.read_coverage(connection, finer.series_id, reach), facts.now)
    stored = bar_store.read_bars(connection, finer.series_id, reach)
    return derive_from_finer(stored, finer.interval, known, facts.calendar, facts.interval, part)


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
