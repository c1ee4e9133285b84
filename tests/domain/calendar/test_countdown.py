"""When the forming bar closes: sessions, breaks and grids of made-up venues, to the second."""

import pytest

from candledesk.domain.calendar.countdown import TradingHours, TradingSession, seconds_to_close, trading_hours
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, all_days, calendar_of

HOUR, DAY, WEEK = INTERVALS["1h"], INTERVALS["1d"], INTERVALS["1wk"]
# Six days with sessions from 9:30 to 16:00 and a lunch break from 12:00 to 13:00.
CALENDAR = calendar_of(
    *((FIRST_DAY_S + day * DAY_S, 34_200, 16 * HOUR_S, 12 * HOUR_S, 13 * HOUR_S) for day in range(6))
)


def clock(day, hour, minute=0, second=0):
    return FIRST_DAY_S + day * DAY_S + hour * HOUR_S + minute * 60 + second


def test_the_present_and_the_next_three_sessions_are_reported():
    hours = trading_hours(CALENDAR, HOUR, clock(0, 10))
    assert (hours.now, hours.step_s) == (clock(0, 10), HOUR_S)
    assert [session.open for session in hours.sessions] == [clock(day, 9, 30) for day in range(4)]
    assert hours.sessions[0] == TradingSession(
        clock(0, 9, 30), clock(0, 9, 30), clock(0, 16), Span(clock(0, 12), clock(0, 13)), 0
    )


def test_a_session_that_has_closed_is_not_reported():
    assert trading_hours(CALENDAR, HOUR, clock(0, 15, 59, 59)).sessions[0].close == clock(0, 16)
    assert trading_hours(CALENDAR, HOUR, clock(0, 16)).sessions[0].close == clock(1, 16)
    assert len(trading_hours(CALENDAR, HOUR, clock(4, 16)).sessions) == 1
    assert trading_hours(CALENDAR, HOUR, clock(5, 16)).sessions == ()


def test_a_daily_bar_closes_with_its_last_session():
    day, week = trading_hours(CALENDAR, DAY, clock(3, 10)), trading_hours(CALENDAR, WEEK, clock(3, 10))
    assert (day.step_s, day.sessions[0].bar_close) == (0, clock(3, 16))
    assert week.sessions[0].bar_close == clock(5, 16)  # the first day is a Friday; the calendar ends on Wednesday
    assert trading_hours(CALENDAR, WEEK, clock(2, 10)).sessions[0].bar_close == clock(2, 16)


def test_the_grid_of_a_market_that_never_closes_begins_at_midnight():
    assert trading_hours(all_days(), HOUR, clock(3, 10)).sessions[0].start == clock(3, 0)
    late = calendar_of((FIRST_DAY_S, 1_800, DAY_S, 0, 0), is_24h=True)
    session = trading_hours(late, HOUR, clock(0, 10)).sessions[0]
    assert (session.start, session.open, session.pause) == (clock(0, 0), clock(0, 0, 30), None)


@pytest.mark.parametrize(
    ("now", "left_s"),
    [
        ((9, 29, 59), None),
        ((9, 30, 0), HOUR_S),
        ((9, 30, 1), HOUR_S - 1),
        ((10, 29, 59), 1),
        ((10, 30, 0), HOUR_S),
        ((11, 59, 59), 1_801),
        ((12, 0, 0), None),  # lunch
        ((12, 59, 59), None),
        ((13, 0, 0), 1_800),  # of the bar from 12:30
        ((15, 30, 0), 1_800),  # the close cuts the last bar
        ((15, 59, 59), 1),
        ((16, 0, 0), None),
    ],
)
def test_how_long_an_intraday_bar_still_has(now, left_s):
    hours = trading_hours(CALENDAR, HOUR, clock(0, 8))
    assert seconds_to_close(hours, clock(0, *now)) == left_s


def test_how_long_a_daily_bar_still_has():
    hours = trading_hours(CALENDAR, DAY, clock(0, 8))
    assert seconds_to_close(hours, clock(0, 9, 30)) == 23_400
    assert seconds_to_close(hours, clock(0, 12, 30)) is None
    assert seconds_to_close(hours, clock(1, 15)) == HOUR_S
    assert seconds_to_close(trading_hours(CALENDAR, WEEK, clock(3, 8)), clock(3, 10)) == 2 * DAY_S + 6 * HOUR_S


def test_without_sessions_no_bar_forms():
    assert seconds_to_close(TradingHours(0, HOUR_S, ()), 0) is None
