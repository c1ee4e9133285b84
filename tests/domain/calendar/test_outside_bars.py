"""Bars outside every session of the calendar: which derived bar they belong to."""

from datetime import UTC, datetime

import pytest

from candledesk.domain.calendar.outside_bars import outside_open_times
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, HOUR_S, parse_interval
from tests.domain.strategies import FIRST_DAY_S, calendar_of, column

# Days 1, 2 and 4 trade from 9:00 to 16:00, with a half day on day 2; day 3 has no session.
CALENDAR = calendar_of(
    *((FIRST_DAY_S + day * DAY_S, 9 * HOUR_S, close * HOUR_S, 0, 0) for day, close in ((1, 16), (2, 12), (4, 16)))
)


def clock(day, hour, minute=0):
    return FIRST_DAY_S + day * DAY_S + hour * HOUR_S + minute * 60


@pytest.mark.parametrize(
    ("name", "time", "expected"),
    [
        ("1h", (1, 16, 30), (1, 16)),  # after the close: the session's own grid goes on
        ("4h", (1, 16, 30), (1, 13)),
        ("4h", (2, 12, 30), (2, 9)),  # what the calendar takes for a half day
        ("90m", (2, 14, 59), (2, 13, 30)),
        ("1h", (2, 8, 59), (2, 8)),  # before the open
        ("4h", (2, 8, 59), (2, 5)),
        ("4h", (2, 1, 30), (2, 1)),
        ("4h", (2, 0, 30), (2, 0)),  # no bar begins before its own date
        ("12h", (2, 8, 0), (2, 0)),
        ("1h", (3, 10, 30), (3, 10)),  # a date without a session: counted from the ordinary open
        ("90m", (3, 10, 29), (3, 9)),
        ("90m", (3, 10, 30), (3, 10, 30)),
        ("4h", (3, 20, 59), (3, 17)),
        ("5h", (3, 10, 30), (3, 9)),  # a step that does not divide the day shows from which day it is counted
        ("5h", (3, 20, 30), (3, 19)),
        ("5h", (1, 16, 30), (1, 14)),
        ("4h", (0, 8, 0), (0, 5)),  # before the first session: its own open counts
        ("4h", (0, 0, 30), (0, 0)),
        ("4h", (5, 9, 0), (5, 9)),
    ],
)
def test_the_bar_of_an_instant(name, time, expected):
    assert outside_open_times(CALENDAR, parse_interval(name), column([clock(*time)])).tolist() == [clock(*expected)]


def test_many_instants_give_what_each_gives():
    interval, times = parse_interval("4h"), column([clock(1, 16, 30), clock(2, 12, 30), clock(3, 10), clock(5, 9)])
    together = outside_open_times(CALENDAR, interval, times)
    assert together.tolist() == [int(outside_open_times(CALENDAR, interval, times[i : i + 1])[0]) for i in range(4)]
    assert len(outside_open_times(CALENDAR, interval, times[:0])) == 0


def test_no_bar_begins_inside_the_session_before():
    night = calendar_of((FIRST_DAY_S, 9 * HOUR_S, 26 * HOUR_S, 0, 0))  # until 2:00 of the next day
    assert outside_open_times(night, parse_interval("4h"), column([clock(1, 2, 30)])).tolist() == [clock(1, 2)]
    assert outside_open_times(night, parse_interval("4h"), column([clock(1, 5)])).tolist() == [clock(1, 5)]


def test_markets_that_never_close_count_from_midnight():
    coin = calendar_of(*((FIRST_DAY_S + day * DAY_S, 0, DAY_S, 0, 0) for day in (0, 2)), is_24h=True)
    assert outside_open_times(coin, parse_interval("4h"), column([clock(1, 11)])).tolist() == [clock(1, 8)]


def test_without_sessions_the_grid_counts_from_midnight():
    empty = SessionCalendar("XNON", "UTC", *(column([]) for _ in range(5)))
    assert outside_open_times(empty, parse_interval("4h"), column([clock(1, 11)])).tolist() == [clock(1, 8)]


def test_the_ordinary_open_is_a_time_on_the_wall():
    """New York's clock goes back on 1 November 2026: 9:30 is 13:30 UTC before, 14:30 UTC after."""

    def utc(text):
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())

    friday = utc("2026-10-30")
    calendar = calendar_of((friday, 48_600, 72_000, 0, 0), tz="America/New_York")
    found = outside_open_times(calendar, parse_interval("1h"), column([utc("2026-11-02T15:10")]))
    assert found.tolist() == [utc("2026-11-02T14:30")]
    late = outside_open_times(calendar, parse_interval("1h"), column([utc("2026-10-31T01:00")]))  # Friday 21:00 there
    assert late.tolist() == [utc("2026-10-31T00:30")]
