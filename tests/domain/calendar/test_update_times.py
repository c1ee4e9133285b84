"""When a series is worth asking again, at made-up venues, to the second."""

import pytest

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.update_times import (
    backoff_interval_s,
    closing_update_s,
    forming_pause_s,
    idle_trading_s,
    is_open,
    load_factor,
    next_due_time,
    recent_span,
    settle_s,
    usual_update_s,
)
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS, MINUTE_S
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, calendar_of, column

MINUTE, HOUR, DAY = INTERVALS["1m"], INTERVALS["1h"], INTERVALS["1d"]
LAG_S = 2


def clock(day, hour, minute=0, second=0):
    return FIRST_DAY_S + day * DAY_S + hour * HOUR_S + minute * 60 + second


def venue(n_days=6, delay_s=0, pause=(0, 0)):
    """Sessions from 9:00 to 16:00 each day; ``pause`` in hours; the provider lags ``delay_s`` seconds."""
    rows = ((clock(day, 0), 9 * HOUR_S, 16 * HOUR_S, pause[0] * HOUR_S, pause[1] * HOUR_S) for day in range(n_days))
    calendar = calendar_of(*rows)
    fields = ("mic", "tz", "date", "open", "close", "break_start", "break_end")
    return SessionCalendar(*(getattr(calendar, name) for name in fields), settle_s=delay_s)


PLAIN, LATE, BREAK = venue(), venue(delay_s=1_200), venue(pause=(12, 13))


# -- pauses


def test_a_bar_settles_minutes_after_its_close_and_a_daily_one_hours():
    assert (settle_s(PLAIN, MINUTE), settle_s(PLAIN, DAY)) == (120, 4 * HOUR_S)
    assert (settle_s(LATE, MINUTE), settle_s(LATE, DAY)) == (1_320, 4 * HOUR_S + 1_200)


@pytest.mark.parametrize(
    ("name", "pause_s"), [("1m", 30), ("2m", 60), ("5m", 150), ("30m", 900), ("1h", 900), ("1d", 900)]
)
def test_an_answer_about_a_forming_bar_is_believed_for_half_a_bar(name, pause_s):
    assert forming_pause_s(INTERVALS[name]) == pause_s


@pytest.mark.parametrize(
    ("name", "floor", "expected"),
    [
        *(("1m", 60, 60), ("2m", 60, 60), ("5m", 60, 60), ("15m", 60, 180), ("1h", 60, 720), ("90m", 60, 900)),
        *(("1d", 60, 900), ("1m", 15, 15), ("1m", 90, 120), ("5m", 70, 75), ("1d", 3_600, 3_600), ("1m", 0, 12)),
    ],
)
def test_update_intervals_align_with_the_bars_closes(name, floor, expected):
    interval = INTERVALS[name]
    assert usual_update_s(interval, floor) == expected
    assert interval.step_s % expected == 0 or expected % interval.step_s == 0
    assert closing_update_s(interval, floor) == max(expected, interval.step_s)


def test_updates_of_forming_bars_share_what_closed_bars_leave():
    assert load_factor([], 12) == 1
    assert load_factor([(60, 60)] * 100, 12) == 1  # none in between
    assert load_factor([(60, 300)] * 12, 12) == 1  # 2.4 and 9.6 a minute
    assert load_factor([(60, 300)] * 13, 12) == 2
    assert load_factor([(60, 300)] * 60, 12) is None
    assert load_factor([(60, 60)] * 12 + [(60, 300)], 12) is None
    assert load_factor([(60, 60)] * 11 + [(60, 300)], 12) == 1
    assert load_factor([(900, 86_400)] * 100, 12) == 1


# -- nothing new


def test_only_trading_without_a_new_bar_is_idle():
    newest = clock(1, 14)
    assert idle_trading_s(PLAIN, HOUR, newest, clock(1, 15)) == 0
    assert idle_trading_s(PLAIN, HOUR, newest, clock(1, 15, 30)) == 1_800
    assert idle_trading_s(PLAIN, HOUR, newest, clock(1, 20)) == HOUR_S
    assert idle_trading_s(PLAIN, HOUR, newest, clock(2, 9)) == HOUR_S  # the night does not count
    assert idle_trading_s(PLAIN, HOUR, newest, clock(2, 10)) == 2 * HOUR_S
    assert idle_trading_s(LATE, HOUR, newest, clock(1, 15, 30)) == 600  # as the provider shows it


def test_a_series_without_bars_is_idle_for_the_sessions_of_thirty_days():
    long = venue(60)
    assert idle_trading_s(long, HOUR, None, clock(3, 16)) == 4 * 7 * HOUR_S
    assert idle_trading_s(long, HOUR, None, clock(50, 9)) == 30 * 7 * HOUR_S
    assert idle_trading_s(long, HOUR, None, clock(50, 9, 0, 1)) == 29 * 7 * HOUR_S + 1


def test_what_brings_nothing_new_is_asked_less_and_less():
    assert backoff_interval_s(60, 0) == 60
    assert backoff_interval_s(60, 480) == 60
    assert backoff_interval_s(60, 488) == 120  # an eighth of the idle time, in whole update intervals
    assert backoff_interval_s(60, HOUR_S) == 480
    assert backoff_interval_s(60, 300 * DAY_S) == 2 * HOUR_S
    assert backoff_interval_s(900, 100) == 900


# -- when the next update is due


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((1, 3), (1, 9, 15, LAG_S)),  # before the open: after the first update interval
        ((1, 9), (1, 9, 15, LAG_S)),
        ((1, 9, 15, LAG_S - 1), (1, 9, 15, LAG_S)),
        ((1, 9, 15, LAG_S), (1, 9, 30, LAG_S)),
        ((1, 9, 20), (1, 9, 30, LAG_S)),
        ((1, 15, 45, LAG_S), (1, 16, 0, LAG_S)),  # the close
        ((1, 16, 0, LAG_S), (1, 16, 2, LAG_S)),  # the last bar can change no more
        ((1, 16, 2, LAG_S), (2, 9, 15, LAG_S)),  # the next session
    ],
)
def test_updates_follow_the_session(after, expected):
    assert next_due_time(PLAIN, HOUR, clock(*after), 900) == clock(*expected)


def test_updates_come_as_late_as_the_provider_shows_bars():
    assert next_due_time(LATE, HOUR, clock(1, 9), 900) == clock(1, 9, 35, LAG_S)
    assert next_due_time(LATE, HOUR, clock(1, 16, 20, LAG_S - 1), 900) == clock(1, 16, 20, LAG_S)
    assert next_due_time(LATE, HOUR, clock(1, 16, 20, LAG_S), 900) == clock(1, 16, 22, LAG_S)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((1, 11, 0, LAG_S), (1, 11, 40, LAG_S)),
        ((1, 11, 40, LAG_S), (1, 12, 0, LAG_S)),  # the break begins between two ticks
        ((1, 12, 0, LAG_S - 1), (1, 12, 0, LAG_S)),
        ((1, 12, 0, LAG_S), (1, 13, 40, LAG_S)),  # the first tick of the grid after the break
        ((1, 12, 30), (1, 13, 40, LAG_S)),
        ((1, 13, 40, LAG_S), (1, 14, 20, LAG_S)),
    ],
)
def test_no_update_is_due_during_a_break(after, expected):
    assert next_due_time(BREAK, HOUR, clock(*after), 40 * MINUTE_S) == clock(*expected)


def test_the_start_of_a_break_is_a_tick_only_where_none_comes_before_it():
    assert next_due_time(BREAK, HOUR, clock(1, 11, 30, LAG_S), 15 * MINUTE_S) == clock(1, 11, 45, LAG_S)
    assert next_due_time(BREAK, HOUR, clock(1, 11, 59, LAG_S), 15 * MINUTE_S) == clock(1, 12, 0, LAG_S)
    late = venue(delay_s=1_200, pause=(12, 13))
    assert next_due_time(late, HOUR, clock(1, 12, 19, LAG_S), 40 * MINUTE_S) == clock(1, 12, 20, LAG_S)
    short = venue(delay_s=1_200, pause=(12, 12.5))  # a tick soon after a break that is shorter than twice the delay
    assert next_due_time(short, HOUR, clock(1, 11), 215 * MINUTE_S) == clock(1, 12, 20, LAG_S)


def test_a_daily_bar_settles_after_the_close():
    assert next_due_time(PLAIN, DAY, clock(1, 16, 0, LAG_S), 900) == clock(1, 20, 0, LAG_S)
    assert next_due_time(PLAIN, DAY, clock(1, 20, 0, LAG_S), 900) == clock(2, 9, 15, LAG_S)


def test_beyond_the_calendar_nothing_is_due():
    assert next_due_time(PLAIN, HOUR, clock(5, 16, 2, LAG_S - 1), 900) == clock(5, 16, 2, LAG_S)
    assert next_due_time(PLAIN, HOUR, clock(5, 16, 2, LAG_S), 900) is None


# -- sessions around now


@pytest.mark.parametrize(
    ("calendar", "now", "expected"),
    [
        (PLAIN, (1, 8, 59, 59), False),
        (PLAIN, (1, 9), True),
        (BREAK, (1, 12, 30), True),  # a break counts as open
        (PLAIN, (1, 15, 59, 59), True),
        (PLAIN, (1, 16), False),
        (PLAIN, (5, 16), False),
        (LATE, (1, 9, 19, 59), False),
        (LATE, (1, 9, 20), True),
        (LATE, (1, 16, 19, 59), True),
        (LATE, (1, 16, 20), False),
    ],
)
def test_a_venue_is_open_as_the_provider_shows_it(calendar, now, expected):
    assert is_open(calendar, clock(*now)) is expected


def test_the_last_three_sessions_are_read_again():
    assert recent_span(PLAIN, HOUR, clock(3, 10, 30, 30)) == Span(clock(1, 9), clock(3, 10, 31))
    assert recent_span(PLAIN, HOUR, clock(3, 8)) == Span(clock(0, 9), clock(3, 8, 1))
    assert recent_span(PLAIN, HOUR, clock(3, 9)).start == clock(1, 9)
    assert recent_span(PLAIN, HOUR, clock(0, 9)) == Span(clock(0, 9), clock(0, 9, 1))
    assert recent_span(PLAIN, HOUR, clock(0, 9) - 1) is None
    assert recent_span(PLAIN, HOUR, clock(3, 10), 1).start == clock(3, 9)
    assert recent_span(PLAIN, DAY, clock(3, 10)) == Span(clock(1, 0), clock(3, 10, 1))


def test_a_daily_bar_whose_date_has_not_begun_in_utc_is_read_again():
    eastern = calendar_of((clock(1, 0), -8 * HOUR_S, -1 * HOUR_S, 0, 0))  # opens at 16:00 UTC of the day before
    assert recent_span(eastern, DAY, clock(0, 17)) == Span(clock(1, 0), clock(1, 0, 0, 1))


def test_without_sessions_nothing_is_due_and_nothing_open():
    empty = SessionCalendar("XNON", "UTC", *(column([]) for _ in range(5)))
    assert next_due_time(empty, HOUR, 0, 900) is None
    assert not is_open(empty, 0)
    assert recent_span(empty, HOUR, 0) is None
