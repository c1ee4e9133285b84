"""Which bar of another series stands beside a main one: the last that is known, never one from the future."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.compare.alignment import MAX_CARRIED_S, align, bar_times
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.domain.strategies import DAILY, FIRST_DAY_S, INTRADAY, all_days, calendar_of, calendars, column

DAYS = [FIRST_DAY_S + day * DAY_S for day in range(60)]
WEEKDAYS = [day for day in DAYS if (day // DAY_S + 3) % 7 < 5]
HOLIDAY = WEEKDAYS[7]
NEW_YORK = calendar_of(*((day, 14.5 * HOUR_S, 21 * HOUR_S, 0, 0) for day in WEEKDAYS), tz="America/New_York")
TOKYO = calendar_of(
    *((day, 0, 6 * HOUR_S, 2.5 * HOUR_S, 3.5 * HOUR_S) for day in WEEKDAYS if day != HOLIDAY), tz="Asia/Tokyo"
)
COIN = all_days(n_days=60)
RIYADH = calendar_of(*((day, 7 * HOUR_S, 12 * HOUR_S, 0, 0) for day in DAYS if (day // DAY_S + 3) % 7 not in {4, 5}))
WHOLE = Span(DAYS[0] - DAY_S, DAYS[-1] + DAY_S)


def times_of(calendar, name):
    return expected_open_times(calendar, INTERVALS[name], WHOLE)


def side_by_side(main, other, name):
    """Return the open times of both, and the alignment."""
    opens = times_of(main, name), times_of(other, name)
    both = (
        bar_times(calendar, INTERVALS[name], open_time)
        for calendar, open_time in zip((main, other), opens, strict=True)
    )
    return *opens, align(*both)


@pytest.mark.parametrize("name", ["1m", "5m", "15m", "1h", "90m", "4h"])
@pytest.mark.parametrize("other", [TOKYO, COIN, NEW_YORK, RIYADH], ids=["Tokyo", "coin", "New York", "Riyadh"])
def test_beside_new_york_stands_the_last_bar_that_closed_by_then(other, name):
    main_open, other_open, beside = side_by_side(NEW_YORK, other, name)
    main_close = bar_close_times(NEW_YORK, INTERVALS[name], main_open)
    other_close = bar_close_times(other, INTERVALS[name], other_open)
    for close, index in zip(main_close.tolist(), beside.index.tolist(), strict=True):
        closed = np.flatnonzero(other_close <= close)
        assert index == (closed[-1] if len(closed) else -1)


@given(calendars(), calendars(), st.sampled_from(INTRADAY))
def test_nothing_closes_later_than_the_bar_it_stands_beside(main, other, interval):
    main_open = expected_open_times(main, interval, WHOLE)
    other_open = expected_open_times(other, interval, WHOLE)
    beside = align(bar_times(main, interval, main_open), bar_times(other, interval, other_open))
    found = beside.index >= 0
    other_close = bar_close_times(other, interval, other_open)[beside.index[found]] if found.any() else column([])
    main_close = bar_close_times(main, interval, main_open)[found]
    assert (other_close <= main_close).all()
    assert (beside.is_carried[found] == (other_close <= main_open[found])).all()
    assert (main_open[found] - other_close <= MAX_CARRIED_S).all()


@given(calendars(), calendars(), st.sampled_from(DAILY))
def test_no_later_date_stands_beside_a_day(main, other, interval):
    main_open = expected_open_times(main, interval, WHOLE)
    other_open = expected_open_times(other, interval, WHOLE)
    beside = align(bar_times(main, interval, main_open), bar_times(other, interval, other_open))
    slack_s = 2 * DAY_S if interval.unit == "wk" else 0  # the same week may begin on Monday here, on Saturday there
    for time, index in zip(main_open.tolist(), beside.index.tolist(), strict=True):
        assert index < 0 or int(other_open[index]) <= time + slack_s


@pytest.mark.parametrize("other", [TOKYO, COIN], ids=["Tokyo", "coin"])
def test_days_of_the_same_date_stand_beside_each_other_in_whatever_zones(other):
    main_open, other_open, beside = side_by_side(NEW_YORK, other, "1d")
    same = np.isin(main_open, other_open)
    np.testing.assert_array_equal(other_open[beside.index[same]], main_open[same])
    assert not beside.is_carried[same].any()


def test_a_holiday_carries_the_day_before_and_says_so():
    main_open, other_open, beside = side_by_side(NEW_YORK, TOKYO, "1d")
    at = main_open.tolist().index(HOLIDAY)
    assert other_open[beside.index[at]] == WEEKDAYS[6]
    assert np.flatnonzero(beside.is_carried).tolist() == [at]


def test_a_venue_that_is_closed_meanwhile_carries_its_last_bar():
    _, other_open, beside = side_by_side(NEW_YORK, TOKYO, "1h")
    assert beside.is_carried.all()
    assert other_open[beside.index[0]] == WEEKDAYS[0] + 5 * HOUR_S


def test_hours_that_begin_at_other_minutes_are_no_holiday():
    main_open, other_open, beside = side_by_side(NEW_YORK, COIN, "1h")
    assert not beside.is_carried.any()
    assert main_open[0] - other_open[beside.index[0]] == 1800  # the coin's bar from 14:00 closes within that from 14:30


@pytest.mark.parametrize("pair", [(NEW_YORK, RIYADH), (RIYADH, NEW_YORK)])
def test_weeks_that_begin_on_other_days_are_the_same_week(pair):
    main_open, other_open, beside = side_by_side(*pair, "1wk")
    shift_s = other_open[beside.index[2:]] - main_open[2:]
    assert set(np.abs(shift_s).tolist()) == {DAY_S}
    assert not beside.is_carried[2:].any()


def test_a_series_that_has_ended_is_not_carried_on_for_ever():
    main = bar_times(COIN, INTERVALS["1d"], column(DAYS))
    other = bar_times(COIN, INTERVALS["1d"], column(DAYS[:5]))
    index = align(main, other).index
    n_carried = MAX_CARRIED_S // DAY_S + 1
    assert index.tolist() == [0, 1, 2, 3, *[4] * (1 + n_carried), *[-1] * (60 - 5 - n_carried)]


def test_nothing_stands_beside_bars_before_the_others_first():
    main, other = (bar_times(COIN, INTERVALS["1d"], column(days)) for days in (DAYS, DAYS[10:]))
    beside = align(main, other)
    assert beside.index[:11].tolist() == [-1] * 10 + [0]
    assert not beside.is_carried.any()
    assert align(main, bar_times(COIN, INTERVALS["1d"], column([]))).index.tolist() == [-1] * 60
