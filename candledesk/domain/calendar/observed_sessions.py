"""Corrections of a venue's calendar from bars: sessions that it lacks, and listed sessions without any trading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import utc_of_wall, wall_of_utc
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.calendar.session_overrides import SessionTimes
    from candledesk.domain.interval import Interval

N_IDLE_WEEKS = 8
_MOST = 0.75
N_MODELS = 10  # sessions on either side; a date that only daily rows show gets the hours of the longest of them


def observed_sessions(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> list[SessionTimes]:
    """Return ``(open, close)`` of the sessions for which there are bars and which ``calendar`` lacks.

    ``open_time``: ascending int64 ``(n,)``, the open times of the bars that were kept. A daily bar proves that its date
    is a session; the session gets the hours of an ordinary one nearby, until intraday rows or the provider state its
    hours. Intraday bars prove a session on a date that has none, and correct hours that were assumed before: it runs
    from the first bar's open to the last bar's end. Bars outside the hours of a listed session change nothing. For
    24-hour venues the result is empty, because every day is a session already.
    """
    if calendar.is_24h or not len(calendar) or not len(open_time):
        return []
    if interval.is_daily:
        dates = np.setdiff1d(open_time, calendar.date) if interval.step_s == DAY_S else open_time[:0]
        return _with_ordinary_hours(calendar, dates)
    dates = wall_of_utc(calendar.tz, open_time) // DAY_S * DAY_S
    listed = np.setdiff1d(calendar.date, calendar.observed)
    found: list[SessionTimes] = []
    for date in np.setdiff1d(dates, listed).tolist():
        times = open_time[dates == date]
        opened, closed = int(times[0]), int(times[-1]) + interval.step_s
        at = int(np.searchsorted(calendar.date, date))
        is_known = at < len(calendar) and calendar.date[at] == date
        if not is_known or opened < calendar.open[at] or int(times[-1]) >= calendar.close[at]:
            found.append((opened, closed))
    return found


def idle_sessions(calendar: SessionCalendar, open_time: IntArray) -> list[SessionTimes]:
    """Return ``(open, close)`` of the sessions that ``calendar`` expects on a weekday without any trading.

    ``open_time``: ascending session dates of an answer's daily bars. A weekday is idle during ``N_IDLE_WEEKS`` or more
    consecutive weeks without a bar on it while more than three quarters of the other sessions of those weeks have one.
    A venue that changed its week is therefore handled for each period. Thin shares and holidays do not qualify.
    """
    if calendar.is_24h or len(open_time) < N_IDLE_WEEKS:
        return []
    rows = np.flatnonzero((calendar.date >= open_time[0]) & (calendar.date <= open_time[-1]))
    dates = calendar.date[rows]
    has_bar = np.isin(dates, open_time)
    found: list[int] = []
    for weekday in range(7):
        mine = np.flatnonzero(dates // DAY_S % 7 == weekday)
        runs = np.split(mine, np.flatnonzero(np.diff(has_bar[mine].astype(np.int64))) + 1)
        for run in runs:
            if len(run) < N_IDLE_WEEKS or has_bar[run[0]]:
                continue
            others = np.setdiff1d(np.arange(run[0], run[-1] + 1), run)
            if has_bar[others].mean() > _MOST if len(others) else False:
                found += rows[run].tolist()
    return [(int(calendar.open[row]), int(calendar.close[row])) for row in sorted(found)]


def without_sessions(calendar: SessionCalendar, dates: IntArray) -> SessionCalendar:
    """Return the calendar without its sessions on ``dates``; the same object when there is nothing to remove."""
    kept = ~np.isin(calendar.date, dates)
    if kept.all():
        return calendar
    columns = ("date", "open", "close", "break_start", "break_end")
    return replace(calendar, **{name: getattr(calendar, name)[kept] for name in columns})


def _with_ordinary_hours(calendar: SessionCalendar, dates: IntArray) -> list[SessionTimes]:
    found: list[SessionTimes] = []
    for date in dates.tolist():
        at = int(np.searchsorted(calendar.date, date))
        near = slice(max(0, at - N_MODELS), at + N_MODELS)
        longest = near.start + int(np.argmax(calendar.close[near] - calendar.open[near]))
        hours = np.array([calendar.open[longest], calendar.close[longest]], np.int64)
        wall = wall_of_utc(calendar.tz, hours) - calendar.date[longest] + date
        opened, closed = utc_of_wall(calendar.tz, wall).tolist()
        found.append((opened, closed))
    return found
