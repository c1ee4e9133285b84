"""Bars of a fetched interval derived from a finer one, for times that the provider no longer has. Pure.

The 5m bars of a year ago are derived from the stored 1m bars of that time (DESIGN.md, rule 4). Daily bars are never
derived from intraday ones: their open, close and volume differ (yahoo.md §4, hazard 13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.resample import derived_open_times, merge_bars
from candledesk.domain.span import Span, merge_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import Bars, BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval


def finer_intervals(interval: Interval) -> tuple[Interval, ...]:
    """Return the finer fetched intervals from which ``interval`` can be derived, the coarsest first; empty for 1d."""
    if interval.is_daily:
        return ()
    rows = [row for row in INTERVALS.values() if row.base is row and row.step_s < interval.step_s]
    fitting = [row for row in rows if interval.step_s % row.step_s == 0]
    return tuple(sorted(fitting, key=lambda row: row.step_s, reverse=True))


def finer_reach(interval: Interval, span: Span) -> Span:
    """Return the span of finer bars that is needed to derive every bar that opens in ``span``."""
    return Span(span.start - interval.step_s, span.end + interval.step_s)


def derive_from_finer(
    bars: Bars, finer: Interval, known: Sequence[Span], calendar: SessionCalendar, interval: Interval, span: Span
) -> Bars:
    """Return the complete bars of ``interval`` that open in ``span``.

    ``bars``: the stored bars of ``finer`` in ``finer_reach``; ``known``: the spans in which the finer bars are covered.
    A bar that contains an expected finer bar outside ``known`` is left out.
    """
    known = merge_spans(known)
    made = merge_bars(bars, calendar, interval)
    is_listed = np.isin(made.open_time, expected_open_times(calendar, interval, span))
    is_outside_known = _is_inside(made.open_time, known) & _is_inside(made.open_time + interval.step_s - 1, known)
    is_broken = np.isin(made.open_time, _broken(finer, known, calendar, interval, span))
    return made.take(~is_broken & (is_listed | is_outside_known)).within(span)


def derivable_spans(
    finer: Interval, known: Sequence[Span], calendar: SessionCalendar, interval: Interval, span: Span
) -> tuple[Span, ...]:
    """Return the parts of ``span`` for which ``derive_from_finer`` returns every bar."""
    expected = expected_open_times(calendar, interval, span)
    is_broken = np.isin(expected, _broken(finer, merge_spans(known), calendar, interval, span))
    return _runs(expected, ~is_broken, interval.step_s, span.end)


def _broken(
    finer: Interval, known: Sequence[Span], calendar: SessionCalendar, interval: Interval, span: Span
) -> IntArray:
    """Return the open_times of the bars that contain an expected finer bar outside ``known``."""
    parts = expected_open_times(calendar, finer, finer_reach(interval, span))
    return np.unique(derived_open_times(calendar, interval, parts[~_is_inside(parts, known)]))


def _is_inside(times: IntArray, spans: Sequence[Span]) -> BoolArray:
    """Tell which instants lie in one of the disjoint, ascending spans."""
    starts = np.array([span.start for span in spans], np.int64)
    ends = np.array([span.end for span in spans], np.int64)
    return np.searchsorted(starts, times, side="right") > np.searchsorted(ends, times, side="right")


def _runs(expected: IntArray, is_known: BoolArray, step_s: int, end: int) -> tuple[Span, ...]:
    """Return the spans of consecutive expected bars that are known; a run does not end at a weekend."""
    edges = np.diff(np.concatenate(([0], is_known.astype(np.int8), [0])))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    stops = np.minimum(expected[lasts] + step_s, end)
    return tuple(Span(start, stop) for start, stop in zip(expected[firsts].tolist(), stops.tolist(), strict=True))
