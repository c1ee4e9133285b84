"""Which dates make one bar of days, weeks, months and years, and when it ends."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from candledesk.domain.calendar.periods import period_end, period_ends, period_keys
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, HOUR_S, parse_interval
from tests.domain.strategies import calendar_of, column

FIRST, N_DAYS = "2023-12-18", 60  # a Monday


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def text(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


HOLIDAYS = {"2023-12-25", "2024-01-01"}
DATES = [utc(FIRST) + n * DAY_S for n in range(N_DAYS)]
SESSIONS = [day for day in DATES if date.fromisoformat(text(day)).weekday() < 5 and text(day) not in HOLIDAYS]
CALENDAR = calendar_of(*((day, 9 * HOUR_S, 16 * HOUR_S, 0, 0) for day in SESSIONS))
EMPTY = SessionCalendar("XNON", "UTC", *(column([]) for _ in range(5)))


@pytest.mark.parametrize(
    ("name", "day", "key", "end"),
    [
        ("1d", "2024-01-06", "2024-01-06", "2024-01-07"),
        # Groups of three sessions, counted anew from each year's first one: 2, 3, 4 January; 5, 8, 9; …
        ("3d", "2024-01-02", "2024-01-02", "2024-01-05"),
        ("3d", "2024-01-04", "2024-01-02", "2024-01-05"),
        ("3d", "2024-01-05", "2024-01-05", "2024-01-10"),
        ("3d", "2024-01-07", "2024-01-05", "2024-01-10"),  # a Sunday belongs to the group before it
        ("3d", "2023-12-18", "2023-12-18", "2023-12-21"),
        ("4d", "2023-12-31", "2023-12-29", "2024-01-02"),  # the year's last group is short
        ("3d", "2023-12-17", "2023-12-17", "2023-12-18"),  # before the calendar each date stands alone
        ("1wk", "2024-01-07", "2024-01-01", "2024-01-08"),
        ("1wk", "2024-01-08", "2024-01-08", "2024-01-15"),
        ("2wk", "2024-01-08", "2024-01-01", "2024-01-15"),  # pairs counted from the week of 1969-12-29
        ("2wk", "2024-01-15", "2024-01-15", "2024-01-29"),
        ("1mo", "2024-02-29", "2024-02-01", "2024-03-01"),
        ("1mo", "2023-12-31", "2023-12-01", "2024-01-01"),
        ("3mo", "2024-03-31", "2024-01-01", "2024-04-01"),
        ("3mo", "2024-04-01", "2024-04-01", "2024-07-01"),
        ("5mo", "2024-05-31", "2024-01-01", "2024-06-01"),
        ("5mo", "2024-12-31", "2024-11-01", "2025-01-01"),  # January begins the count again
        ("1y", "2024-12-31", "2024-01-01", "2025-01-01"),
        ("2y", "2025-06-15", "2024-01-01", "2026-01-01"),  # counted from the year 0
        ("10y", "2029-12-31", "2020-01-01", "2030-01-01"),
        ("10y", "1969-06-01", "1960-01-01", "1970-01-01"),
    ],
)
def test_which_bar_a_date_belongs_to_and_when_that_ends(name, day, key, end):
    interval = parse_interval(name)
    (found,) = period_keys(interval, column([utc(day)]), CALENDAR).tolist()
    assert text(found) == key
    assert text(period_end(interval, found, CALENDAR)) == end


def sessions_on(*days):
    return calendar_of(*((utc(day), 9 * HOUR_S, 16 * HOUR_S, 0, 0) for day in days))


@pytest.mark.parametrize(
    ("days", "key", "end"),
    [
        (("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"), "2024-01-05", "2024-01-08"),  # two days may follow
        (("2024-01-04", "2024-01-05", "2024-01-09"), "2024-01-04", "2024-01-10"),  # a weekend inside
    ],
)
def test_the_last_group_of_days_lasts_as_long_as_its_days_can_take(days, key, end):
    interval, calendar = parse_interval("3d"), sessions_on(*days)
    assert period_keys(interval, column([utc(days[-1])]), calendar).tolist() == [utc(key)]
    assert text(period_end(interval, utc(key), calendar)) == end
    after = utc(end)
    assert period_keys(interval, column([after]), calendar).tolist() == [after], "later dates stand alone"
    assert period_end(interval, after, calendar) == after + DAY_S


def test_without_sessions_each_date_stands_alone():
    interval, days = parse_interval("3d"), column(DATES[:3])
    assert period_keys(interval, days, EMPTY).tolist() == DATES[:3]
    assert period_ends(interval, days, EMPTY).tolist() == DATES[1:4]


@pytest.mark.parametrize("name", ["1d", "2d", "3d", "7d", "1wk", "2wk", "1mo", "5mo", "1y", "2y"])
def test_bars_follow_each_other_without_overlap(name):
    interval = parse_interval(name)
    keys = np.unique(period_keys(interval, column(SESSIONS), CALENDAR))
    assert (period_ends(interval, keys, CALENDAR)[:-1] <= keys[1:]).all()
    assert (period_keys(interval, keys, CALENDAR) == keys).all()
