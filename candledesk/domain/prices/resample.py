"""Derived intervals: bars of 30m, 4h, 1wk and every other multiple from stored ones (DESIGN.md, rule 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.outside_bars import outside_open_times
from candledesk.domain.calendar.periods import period_end, period_keys
from candledesk.domain.calendar.sessions import grid_open_times, next_grid_start, session_of
from candledesk.domain.prices.opens import first_opens
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval


def resample_bars(bars: Bars, calendar: SessionCalendar, interval: Interval) -> Bars:
    """Return bars of ``interval`` made from ``bars`` of its base: first open, extremes, last close, summed volume.

    Intraday bars use the grid of ``expected_open_times`` (anchored at the session's open; 24-hour venues: at 00:00 in
    the venue's zone); for the keys of longer bars see ``period_keys``. A bar outside every session belongs to the
    derived bar that contains its time (``outside_bars``). Only the given bars are used; ``base_span`` returns the span
    that makes the first and the last derived bar complete. Bars of a fetched interval are returned unchanged.
    """
    if interval.base is interval:
        return bars
    return merge_bars(bars, calendar, interval)


def merge_bars(bars: Bars, calendar: SessionCalendar, interval: Interval) -> Bars:
    """Return bars of ``interval``, derived or fetched, made from shorter ones; see ``resample_bars``."""
    if not len(bars):
        return bars
    keys = derived_open_times(calendar, interval, bars.open_time)
    return merge_runs(bars, keys, np.flatnonzero(np.append(True, keys[1:] != keys[:-1])))


def merge_runs(bars: Bars, keys: IntArray, first: IntArray) -> Bars:
    """Return one bar for each run of bars; ``first``: the index of each run's first bar, whose key is its open_time."""
    last = np.append(first[1:], len(bars)) - 1
    return Bars(
        keys[first],
        first_opens(bars.open, bars.low, bars.close, first),
        np.fmax.reduceat(bars.high, first),  # prices as received can be NaN
        np.fmin.reduceat(bars.low, first),
        bars.close[last],
        np.add.reduceat(bars.volume, first),
    )


def derived_open_times(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> IntArray:
    """Return the open_time of the ``interval`` bar that each shorter bar belongs to; ascending like ``open_time``."""
    if interval.is_daily:
        return period_keys(interval, open_time, calendar)
    keys = grid_open_times(calendar, interval, open_time)
    is_outside = keys < 0
    if is_outside.any():
        keys[is_outside] = outside_open_times(calendar, interval, open_time[is_outside])
    return keys


def base_span(interval: Interval, calendar: SessionCalendar, span: Span) -> Span:
    """Return the span of base bars that is needed for every derived bar opening in ``span``.

    It begins with the first derived bar that opens in ``span`` and ends with the last one, so that the coverage of the
    result is the coverage of those bars. ``span`` itself for a fetched interval, or when no derived bar can open in it.
    """
    if interval.base is interval:
        return span
    keys = derived_open_times(calendar, interval, np.array([span.start, span.end - 1], np.int64))
    start = span.start if int(keys[0]) == span.start else _next_start(interval, calendar, int(keys[0]), span.start)
    end = _end_of(interval, calendar, int(keys[1]), span.end - 1)
    return Span(start, end) if start < end else span


def _next_start(interval: Interval, calendar: SessionCalendar, key: int, time: int) -> int:
    """Return the start of the base bars that follow the derived bar ``key``, which contains ``time``.

    Outside every session it is ``time`` itself: no base bar is expected there, and those that exist are used.
    """
    if interval.is_daily:
        return period_end(interval, key, calendar)
    row = int(session_of(calendar, interval, np.array([time], np.int64))[0])
    return time if row < 0 else min(key + interval.step_s, int(calendar.close[row]))


def _end_of(interval: Interval, calendar: SessionCalendar, key: int, time: int) -> int:
    """Return a second after the end of the derived bar ``key``, which contains ``time``, and before the next one."""
    if interval.is_daily:
        return period_end(interval, key, calendar)
    following = next_grid_start(calendar, interval, time)
    return key + interval.step_s if following is None else min(key + interval.step_s, following)
