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

    Intraday bars keep the grid of ``expected_open_times`` (session-anchored; 24-hour venues from 00:00 in the venue's
    zone); what longer ones are keyed by: see ``period_keys``. A bar that the calendar has no session for goes into the
    bar that its time falls into. Only the bars given are used: see ``base_span`` for what makes the edges whole. A
    fetched interval passes through.
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
        np.fmax.reduceat(bars.high, first),  # prices as they were sent can be NaN
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
    """Return the span of base bars that makes every derived bar opening within ``span`` whole.

    ``span`` itself for a fetched interval, or when no derived bar can open in it. It begins with the first derived bar
    that does and ends with the last one: what is known of it is what is known of those bars.
    """
    if interval.base is interval:
        return span
    keys = derived_open_times(calendar, interval, np.array([span.start, span.end - 1], np.int64))
    start = span.start if int(keys[0]) == span.start else _next_start(interval, calendar, int(keys[0]), span.start)
    end = _end_of(interval, calendar, int(keys[1]), span.end - 1)
    return Span(start, end) if start < end else span


def _next_start(interval: Interval, calendar: SessionCalendar, key: int, time: int) -> int:
    """Return where the base bars behind the derived bar ``key``, which holds ``time``, begin.

    Outside every session at ``time`` itself: no base bar is expected there, and those that are there are read.
    """
    if interval.is_daily:
        return period_end(interval, key, calendar)
    row = int(session_of(calendar, interval, np.array([time], np.int64))[0])
    return time if row < 0 else min(key + interval.step_s, int(calendar.close[row]))


def _end_of(interval: Interval, calendar: SessionCalendar, key: int, time: int) -> int:
    """Return the first second that surely does not belong to the derived bar ``key``, which holds ``time``."""
    if interval.is_daily:
        return period_end(interval, key, calendar)
    following = next_grid_start(calendar, interval, time)
    return key + interval.step_s if following is None else min(key + interval.step_s, following)
