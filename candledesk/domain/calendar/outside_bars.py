"""The derived bar to which an intraday bar outside every session of the calendar belongs. Pure.

A received bar is never left out of a derived bar because the calendar lacks its session (DESIGN.md, rule 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import utc_of_wall, wall_of_utc
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval


def outside_open_times(calendar: SessionCalendar, interval: Interval, times: IntArray) -> IntArray:
    """Return the open_time of the ``interval`` bar that contains each instant outside every session, int64 ``(n,)``.

    ``times``: ascending UTC seconds, none inside a session's grid. After the close of the session of its own date an
    instant stays on that session's grid (a half day of the calendar may have been a whole day). On a date without a
    session the grid is counted from the wall-clock time at which the nearest earlier session opens (24-hour venues:
    00:00). No such bar begins before its own date or inside the session before it. The result depends on the calendar
    and the instant only, so that bars derived in parts equal bars derived together.
    """
    if not len(times):
        return times
    dates = wall_of_utc(calendar.tz, times) // DAY_S * DAY_S
    anchor = _anchors(calendar, dates)
    keys = anchor + (times - anchor) // interval.step_s * interval.step_s
    if not len(calendar):
        return np.maximum(keys, _each(calendar.tz, dates))
    before = np.searchsorted(calendar.close, times, side="right") - 1
    is_after_own = (before >= 0) & (calendar.date[before] == dates)
    earliest = np.where(before < 0, keys, calendar.close[before])
    earliest = np.maximum(earliest, _each(calendar.tz, dates))
    return np.where(is_after_own, keys, np.maximum(keys, earliest))


def _anchors(calendar: SessionCalendar, dates: IntArray) -> IntArray:
    """Return the instant from which the grid of each date is counted (UTC seconds)."""
    if calendar.is_24h or not len(calendar):
        return _each(calendar.tz, dates)
    row = np.maximum(np.searchsorted(calendar.date, dates, side="right") - 1, 0)
    found, place = np.unique(row, return_inverse=True)
    opens = calendar.open[found]
    of_day = (wall_of_utc(calendar.tz, opens) - calendar.date[found])[place]
    ordinary = _each(calendar.tz, dates + of_day)
    return np.where(calendar.date[row] == dates, calendar.open[row], ordinary)


def _each(tz: str, wall: IntArray) -> IntArray:
    """Return ``utc_of_wall`` for many times with few distinct values, converting each value once because it is slow."""
    found, place = np.unique(wall, return_inverse=True)
    return utc_of_wall(tz, found)[place]
