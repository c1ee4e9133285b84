"""The time of a bar in the UDF protocol: an instant at which its venue trades. Pure.

A client drops or moves bars that do not lie in the symbol's session. Ours lie on a grid that can begin before the
session, or open during its break (yahoo.md §4.13), and a week or month is keyed by its first day, session or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import session_of

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval


def udf_times(calendar: SessionCalendar | None, interval: Interval, open_time: IntArray) -> IntArray:
    """Return the time of each bar, UTC seconds, int64 ``(n,)``; never before its open_time, and in the same order.

    Intraday: the first instant of the bar at which the venue trades. 1d and longer: the date of the first session of
    its period at 00:00 UTC. A bar outside every session keeps its open_time.
    """
    if calendar is None or not len(calendar) or not len(open_time):
        return open_time
    row = session_of(calendar, interval, open_time)
    has_session, row = row >= 0, np.maximum(row, 0)
    if interval.is_daily:
        times = calendar.date[row]
    else:
        times = np.maximum(open_time, calendar.open[row])
        is_in_break = (times >= calendar.break_start[row]) & (times < calendar.break_end[row])
        times = np.where(is_in_break, calendar.break_end[row], times)
    found: IntArray = np.where(has_session, times, open_time)
    return found
