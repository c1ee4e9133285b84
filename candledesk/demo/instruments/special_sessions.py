"""Sessions that calendar libraries lack: Mumbai's special days, and Riyadh's week before and after 2013."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import utc_of_wall
from candledesk.domain.interval import DAY_S, MINUTE_S

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray

MUMBAI_MIC, RIYADH_MIC = "XNSE", "XSAU"
_RIYADH_TZ = "Asia/Riyadh"
_NEW_WEEK = date(2013, 6, 29)  # Saturday to Wednesday before, Sunday to Thursday since
_OLD_DAYS, _NEW_DAYS = (5, 6, 0, 1, 2), (6, 0, 1, 2, 3)  # Monday is 0; the first is the first of the week
_RIYADH_HOLIDAYS = frozenset({(2, 22), (9, 23)})  # founding day and national day; the moving feasts are left out

# (date, open, close) on the wall clock of Mumbai: budgets on a Saturday or Sunday, drills of the second data centre,
# and the hour of Diwali. The dates are NSE's, some of the hours rounded.
_MUMBAI = (
    ("2020-02-01", "09:15", "15:30"),
    ("2021-11-04", "18:15", "19:15"),
    ("2022-10-24", "18:15", "19:15"),
    ("2023-11-12", "18:15", "19:15"),
    ("2024-01-20", "09:15", "15:30"),
    ("2024-03-02", "09:15", "12:30"),
    ("2024-05-18", "09:15", "12:30"),
    ("2024-11-01", "18:00", "19:00"),
    ("2025-02-01", "09:15", "15:30"),
    ("2025-10-21", "13:45", "14:45"),
    ("2026-02-01", "09:15", "15:30"),
    ("2026-11-08", "18:00", "19:00"),
)


def add_special_sessions(calendar: SessionCalendar) -> SessionCalendar:
    """Return the calendar with Mumbai's special sessions if it is Mumbai's; sessions that it has already stay."""
    if calendar.mic != MUMBAI_MIC:
        return calendar
    times = np.array([[_wall(f"{day}T{clock}") for clock in ("00:00", *hours)] for day, *hours in _MUMBAI])
    is_new = ~np.isin(times[:, 0], calendar.date) & (times[:, 0] > calendar.date[0]) & (times[:, 0] < calendar.date[-1])
    dates, opens, closes = times[is_new].T
    dates = np.concatenate([calendar.date, dates])
    opens = np.concatenate([calendar.open, utc_of_wall(calendar.tz, opens)])
    closes = np.concatenate([calendar.close, utc_of_wall(calendar.tz, closes)])
    order, none = np.argsort(dates), np.zeros(len(dates), np.int64)
    return replace(
        calendar, date=dates[order], open=opens[order], close=closes[order], break_start=none, break_end=none
    )


def riyadh_sessions(first: date, last: date) -> SessionCalendar:
    """Return Riyadh's sessions from ``first`` to ``last``, 10:00 to 15:00."""
    days = np.arange(_wall(first.isoformat()), _wall(last.isoformat()) + DAY_S, DAY_S, dtype=np.int64)
    weekday = _weekday(days)
    is_open = np.where(days < _wall(_NEW_WEEK.isoformat()), np.isin(weekday, _OLD_DAYS), np.isin(weekday, _NEW_DAYS))
    days = days[is_open & [not _is_holiday(day) for day in days.tolist()]]
    none = np.zeros_like(days)
    opens, closes = (utc_of_wall(_RIYADH_TZ, days + hour * 60 * MINUTE_S) for hour in (10, 15))
    return SessionCalendar(RIYADH_MIC, _RIYADH_TZ, days, opens, closes, none, none, settle_s=15 * MINUTE_S)


def week_starts(mic: str, dates: IntArray) -> IntArray:
    """Return the date on which the venue's own week of each session date begins (00:00 UTC)."""
    first = np.zeros(len(dates), np.int64)
    if mic == RIYADH_MIC:
        first[:] = np.where(dates < _wall(_NEW_WEEK.isoformat()), _OLD_DAYS[0], _NEW_DAYS[0])
    starts: IntArray = dates - (_weekday(dates) - first) % 7 * DAY_S
    return starts


def _weekday(days: IntArray) -> IntArray:
    """Return 0 for Monday to 6 for Sunday."""
    return (days // DAY_S + 3) % 7


def _is_holiday(day: int) -> bool:
    found = datetime.fromtimestamp(day, UTC)
    return (found.month, found.day) in _RIYADH_HOLIDAYS


def _wall(text: str) -> int:
    """Return a wall-clock time written as if it were UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
