"""What is known of a span, mark by mark, for the strip under a chart: everything but what is simply stored. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from candledesk.cache.rules.planner import plan_span, refused_coverage, unknown_part
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import CoverageMark, CoverageState, MarkState
from candledesk.domain.interval import LONGEST_CLOSURE_S
from candledesk.domain.prices.oddity import odd_text
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.messages import DerivedSpan
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.interval import Interval

_NEAR_BARS = 3  # a weekend lies between two daily bars that are neighbours
_ODD_MARKS = 150  # of one span, about: more of them would run into one another on a screen
MAX_MARKS = 2_000  # more cannot be distinguished on a screen; the newest are kept
_STATES = {
    CoverageState.PROVISIONAL: MarkState.PROVISIONAL,
    CoverageState.KNOWN_EMPTY: MarkState.KNOWN_EMPTY,
    CoverageState.REFUSED: MarkState.REFUSED,
    CoverageState.FAILED: MarkState.FAILED,
}


class FlaggedBar(Protocol):
    """A bar that is odd, as the store has it."""

    @property
    def open_time(self) -> int:
        """The bar's open in UTC seconds."""
        ...

    @property
    def flags(self) -> int:
        """Its flags (``domain.prices.oddity``)."""
        ...


def find_marks(span: Span, facts: Facts, derived: Sequence[DerivedSpan] = ()) -> tuple[CoverageMark, ...]:
    """Return the marks that overlap ``span``, ascending and disjoint; what no mark covers is stored, or not expected.

    Missing is what the calendar expects and no entry of the ledger speaks of. ``derived``: what of it finer bars make.
    """
    made = [CoverageMark(part, MarkState.DERIVED, f"made from stored {name} bars") for part, name in derived]
    rows = [row for row in facts.coverage if row.state in _STATES and row.state is not CoverageState.REFUSED]
    rows += _never_asked(span, facts, [mark.span for mark in made])
    rows = [row for row in rows if row.state is not CoverageState.FAILED or _has_bars(row.span, facts)]
    marks = [*made, *(mark for row in rows if (mark := _mark_of(_narrowed(row, facts), span)) is not None)]
    part = unknown_part(span, facts)
    gaps = () if part is None else plan_span(part, facts).gaps
    spoken = [mark.span for mark in marks]
    for gap in gaps:
        shared = gap.span.intersect(span)
        left = [] if shared is None else subtract_spans([shared], spoken)
        marks += [CoverageMark(hole, MarkState.MISSING, gap.reason) for hole in left]
    return tuple(sorted(marks, key=lambda mark: mark.span)[-MAX_MARKS:])


def _never_asked(span: Span, facts: Facts, made: Sequence[Span]) -> list[Coverage]:
    """Return what was refused, or is never asked, of ``span`` and neither stored nor made from finer bars."""
    beyond = refused_coverage(facts)
    found: list[Coverage] = []
    for row in (*facts.coverage, *(() if beyond is None else (beyond,))):
        part = row.span.intersect(span) if row.state is CoverageState.REFUSED else None
        if part is not None:
            taken = [*made, *(other.span for other in facts.coverage)] if row is beyond else made
            left = subtract_spans([part], taken)
            found += [replace(row, span=piece) for piece in left if _has_bars(piece, facts)]
    return found


def _has_bars(span: Span, facts: Facts) -> bool:
    """Tell whether a bar can be missing in a span: between what is stored there are closed hours."""
    is_long = span.end - span.start > LONGEST_CLOSURE_S
    return is_long or len(expected_open_times(facts.calendar, facts.interval, span)) > 0


def _narrowed(row: Coverage, facts: Facts) -> Coverage:
    """Return a failure without the closed hours at its ends: what is fetched later does not cover them."""
    times = expected_open_times(facts.calendar, facts.interval, row.span)
    if row.state is not CoverageState.FAILED or not len(times):
        return row
    return replace(row, span=Span(int(times[0]), min(int(times[-1]) + facts.interval.step_s, row.span.end)))


def _mark_of(row: Coverage, span: Span) -> CoverageMark | None:
    shared = row.span.intersect(span)
    if shared is None:
        return None
    return CoverageMark(shared, _STATES[row.state], row.reason, row.fetched_at, row.expires_at)


def with_odd(
    marks: Sequence[CoverageMark], found: Sequence[FlaggedBar], interval: Interval, shown: Interval
) -> tuple[CoverageMark, ...]:
    """Return the marks with those of flagged bars behind them, ``MAX_MARKS`` at most, the newest.

    ``found``: the flagged bars of ``interval``, ascending; ``shown``: the interval of the chart, the same or derived
    from it. Marks of flagged bars are ascending and disjoint too, but may lie in others, as in what is provisional.
    """
    room = MAX_MARKS - len(marks)
    runs = _runs(found, interval)[-room:] if room > 0 else []
    name = "" if shown is interval else f"{interval.name} "
    return (*marks, *(_mark_of_run(run, interval, name) for run in runs))


def _runs(found: Sequence[FlaggedBar], interval: Interval) -> list[list[FlaggedBar]]:
    """Return runs of flagged bars that are near each other."""
    if not found:
        return []
    extent_s = found[-1].open_time - found[0].open_time
    near_s = max(_NEAR_BARS * interval.step_s, extent_s // _ODD_MARKS)
    runs = [[found[0]]]
    for bar in found[1:]:
        if bar.open_time - runs[-1][-1].open_time <= near_s:
            runs[-1].append(bar)
        else:
            runs.append([bar])
    return runs


def _mark_of_run(run: Sequence[FlaggedBar], interval: Interval, name: str) -> CoverageMark:
    flags = 0
    for bar in run:
        flags |= bar.flags
    span = Span(run[0].open_time, run[-1].open_time + interval.step_s)
    count = f"{len(run):,} odd {name}bars" if len(run) > 1 else f"1 odd {name}bar"
    return CoverageMark(span, MarkState.ODD, f"{count}: {odd_text(flags)}")
