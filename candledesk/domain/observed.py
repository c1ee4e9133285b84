"""Sessions that rows show and the calendar lacks: they join it for every interval and instrument of the venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.domain.sessions import utc_of_wall, wall_of_utc

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.domain.stated import StatedSession

N_MODELS = 10  # sessions on either side of which the longest lends its hours to a date that only daily rows show


def observed_sessions(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> list[StatedSession]:
    """Return ``(open, close)`` of the sessions that bars opening at ``open_time`` show and ``calendar`` lacks.

    ``open_time``: ascending int64 ``(n,)``, bars that were kept. A daily bar shows that its date is a session; its
    hours are then those of an ordinary session nearby, until intraday rows or the provider tell better. Intraday bars
    of a date without a session, or outside the hours that were assumed for it, show its hours: from the first one's
    open to the last one's end. Bars around a session that the calendar has change nothing, nor do those of 24-hour
    venues, whose days are all there is.
    """
    if calendar.is_24h or not len(calendar) or not len(open_time):
        return []
    if interval.is_daily:
        dates = np.setdiff1d(open_time, calendar.date) if interval.step_s == DAY_S else open_time[:0]
        return _with_ordinary_hours(calendar, dates)
    dates = wall_of_utc(calendar.tz, open_time) // DAY_S * DAY_S
    listed = np.setdiff1d(calendar.date, calendar.observed)
    found: list[StatedSession] = []
    for date in np.setdiff1d(dates, listed).tolist():
        times = open_time[dates == date]
        opened, closed = int(times[0]), int(times[-1]) + interval.step_s
        at = int(np.searchsorted(calendar.date, date))
        is_known = at < len(calendar) and calendar.date[at] == date
        if not is_known or opened < calendar.open[at] or int(times[-1]) >= calendar.close[at]:
            found.append((opened, closed))
    return found


def _with_ordinary_hours(calendar: SessionCalendar, dates: IntArray) -> list[StatedSession]:
    found: list[StatedSession] = []
    for date in dates.tolist():
        at = int(np.searchsorted(calendar.date, date))
        near = slice(max(0, at - N_MODELS), at + N_MODELS)
        longest = near.start + int(np.argmax(calendar.close[near] - calendar.open[near]))
        hours = np.array([calendar.open[longest], calendar.close[longest]], np.int64)
        wall = wall_of_utc(calendar.tz, hours) - calendar.date[longest] + date
        opened, closed = utc_of_wall(calendar.tz, wall).tolist()
        found.append((opened, closed))
    return found
