"""Which bar a dated event belongs to, such as the ex-date of a dividend. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.periods import period_keys
from candledesk.domain.calendar.sessions import grid_open_times

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval


def event_open_times(calendar: SessionCalendar, interval: Interval, dates: IntArray) -> IntArray:
    """Return the open_time of the bar that each date's event belongs to, int64 ``(n,)``.

    ``dates``: 00:00 UTC of session dates, ascending. Intraday: the first bar of the date's session, for the price
    changes with the first trade; 1d and longer: the bar of its period. A date without a session belongs to the next
    session; outside the calendar the dates themselves are used.
    """
    if not len(calendar) or not len(dates):
        return dates
    row = np.searchsorted(calendar.date, dates)
    is_inside = (row < len(calendar)) & (dates >= calendar.date[0])
    row = np.minimum(row, len(calendar) - 1)
    if interval.is_daily:
        return period_keys(interval, np.where(is_inside, calendar.date[row], dates), calendar)
    found = grid_open_times(calendar, interval, calendar.open[row])
    return np.where(is_inside & (found >= 0), found, dates)
