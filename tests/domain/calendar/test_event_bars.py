"""Which bar a dated event belongs to, in every length of bar."""

import numpy as np

from candledesk.domain.calendar.event_bars import event_open_times
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from tests.domain.strategies import FIRST_DAY_S, calendar_of

# A Friday, then Monday to Friday; Wednesday is a holiday. Sessions from 9:30 to 16:00.
DAYS = (0, 3, 4, 6, 7)
CALENDAR = calendar_of(*((FIRST_DAY_S + day * DAY_S, 34_200, 16 * HOUR_S, 0, 0) for day in DAYS))
HOLIDAY = 5


def day(n):
    return FIRST_DAY_S + n * DAY_S


def times(name, *days):
    return event_open_times(CALENDAR, INTERVALS[name], np.array([day(n) for n in days], np.int64)).tolist()


def test_a_daily_bar_has_the_date_of_its_event():
    assert times("1d", 0, 3, 7) == [day(0), day(3), day(7)]


def test_an_intraday_event_belongs_to_the_first_bar_of_its_session():
    assert times("1h", 3, 6) == [day(3) + 34_200, day(6) + 34_200]
    assert times("5m", 4) == [day(4) + 34_200]
    assert times("4h", 4) == [day(4) + 34_200]


def test_a_week_and_a_month_hold_the_events_of_their_days():
    assert times("1wk", 3, 4, 6, 7) == [day(3)] * 4
    month = int(np.array([day(3)], "datetime64[s]").astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)[0])
    assert times("1mo", 3) == [month]


def test_a_date_without_a_session_belongs_to_the_next_session():
    assert times("1d", HOLIDAY) == [day(6)]
    assert times("1h", HOLIDAY, 1) == [day(6) + 34_200, day(3) + 34_200]


def test_a_date_outside_the_calendar_stays_as_it_is():
    assert times("1d", -400, 90) == [day(-400), day(90)]
    assert times("1h", -400, 90) == [day(-400), day(90)]
    assert event_open_times(CALENDAR, INTERVALS["1d"], np.empty(0, np.int64)).tolist() == []
