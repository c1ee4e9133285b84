"""Bars of several sessions: which days, weeks, months and years belong to one bar, and when it ends. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.weeks import week_of, week_starts
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

_MONTHS = 12
_EPOCH_YEAR = 1970


def period_keys(interval: Interval, date: IntArray, calendar: SessionCalendar) -> IntArray:
    """Return the open_time of the 1d or longer bar that each date belongs to, whether or not it is a session.

    ``date``: int64 ``(n,)``, ascending, at 00:00 UTC; the keys ascend too. The provider's own stamps of long bars are
    not used, because they vary from answer to answer (yahoo.md §4.15). Days: groups of n sessions counted from the
    first session of each calendar year, keyed by their first session; a date without one belongs to the group before
    it. Weeks: keyed by the venue's own first weekday (``weeks``), n weeks counted from the week of 1969-12-29. Months:
    keyed by their first day, n months counted from January of each year. Years: keyed by 1 January, n years counted
    from the year 0.
    """
    n = interval.n_units
    if interval.unit == "d":
        return date if n == 1 else _day_keys(n, date, calendar)
    if interval.unit == "wk":
        return week_starts(calendar, week_of(calendar, date) // n * n)
    months = date.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    january = months // _MONTHS * _MONTHS
    if interval.unit == "mo":
        return _seconds_of_months(january + (months - january) // n * n)
    years = january // _MONTHS + _EPOCH_YEAR
    return _seconds_of_months((years // n * n - _EPOCH_YEAR) * _MONTHS)


def period_ends(interval: Interval, key: IntArray, calendar: SessionCalendar) -> IntArray:
    """Return the first second after the period of each bar keyed ``key``: the key of the next one, int64 ``(n,)``."""
    n = interval.n_units
    if interval.unit == "d":
        return key + DAY_S if n == 1 else _day_ends(n, key, calendar)
    if interval.unit == "wk":
        return week_starts(calendar, week_of(calendar, key) // n * n + n)
    months = key.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    if interval.unit == "y":
        return _seconds_of_months(months + n * _MONTHS)
    next_january = (months // _MONTHS + 1) * _MONTHS
    return _seconds_of_months(np.minimum(months + n, next_january))


def period_end(interval: Interval, key: int, calendar: SessionCalendar) -> int:
    """Return the first second after the period of the 1d or longer bar keyed ``key`` (UTC seconds)."""
    return int(period_ends(interval, np.array([key], np.int64), calendar)[0])


def _seconds_of_months(months: IntArray) -> IntArray:
    """Return the first second of months counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)


def _first_days(n: int, calendar: SessionCalendar) -> IntArray:
    """Return the dates that begin a group of ``n`` sessions: every n-th of each year, starting with the first."""
    years = calendar.date.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64)
    place = np.arange(len(years)) - np.searchsorted(years, years)
    first: IntArray = calendar.date[place % n == 0]
    return first


def _day_keys(n: int, date: IntArray, calendar: SessionCalendar) -> IntArray:
    starts = _first_days(n, calendar)
    if not len(starts):
        return date
    row = np.searchsorted(starts, date, side="right") - 1
    key = starts[np.maximum(row, 0)]
    is_inside = (row >= 0) & (date < _day_ends(n, key, calendar))
    return np.where(is_inside, key, date)  # before the first session and after the last each date is its own key


def _day_ends(n: int, key: IntArray, calendar: SessionCalendar) -> IntArray:
    """Return the first date of the next group; after the calendar's last group an upper bound for ``n`` sessions."""
    starts = _first_days(n, calendar)
    alone = key + n * DAY_S
    if not len(starts):
        return key + DAY_S
    row = np.searchsorted(starts, key, side="right")
    last = np.maximum(alone, calendar.date[-1] + DAY_S)
    ends = np.where(row < len(starts), starts[np.minimum(row, len(starts) - 1)], last)
    return np.where((row == 0) | (key > starts[-1]), key + DAY_S, ends)
