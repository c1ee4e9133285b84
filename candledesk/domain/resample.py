"""Derived intervals: 30m, 4h, 1wk, 1mo and 3mo bars from stored ones (DESIGN.md, rule 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.opens import first_opens
from candledesk.domain.sessions import expected_open_times, grid_open_times, period_end, period_keys
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar


def resample_bars(bars: Bars, calendar: SessionCalendar, interval: Interval) -> Bars:
    """Return bars of ``interval`` made from ``bars`` of its base: first open, extremes, last close, summed volume.

    Intraday bars keep the grid of ``expected_open_times`` (session-anchored; 24-hour venues from 00:00 in the venue's
    zone); weeks are keyed by Monday, months and quarters by their first day. Bars outside every session are left out.
    Only the bars given are used: see ``base_span`` for what makes the edges whole. A fetched interval passes through.
    """
    if interval.base is interval or not len(bars):
        return bars
    if interval.is_daily:
        keys = period_keys(interval, bars.open_time)
    else:
        keys = grid_open_times(calendar, interval, bars.open_time)
        if (keys < 0).any():
            bars, keys = bars.take(keys >= 0), keys[keys >= 0]
            if not len(bars):
                return bars
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    last = np.append(first[1:], len(keys)) - 1
    return Bars(
        keys[first],
        first_opens(bars.open, bars.low, bars.close, first),
        np.fmax.reduceat(bars.high, first),  # prices as they were sent can be NaN
        np.fmin.reduceat(bars.low, first),
        bars.close[last],
        np.add.reduceat(bars.volume, first),
    )


def base_span(interval: Interval, calendar: SessionCalendar, span: Span) -> Span:
    """Return the span of base bars that makes every derived bar opening within ``span`` whole.

    ``span`` itself for a fetched interval, or when the venue has no such bar in it.
    """
    if interval.base is interval:
        return span
    keys = expected_open_times(calendar, interval, span)
    if not len(keys):
        return span
    last = int(keys[-1])
    return Span(int(keys[0]), period_end(interval, last) if interval.is_daily else last + interval.step_s)
