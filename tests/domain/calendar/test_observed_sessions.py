"""Sessions that are known from bars only, and their hours."""

import numpy as np
import pytest

from candledesk.domain.calendar.observed_sessions import N_MODELS, observed_sessions
from candledesk.domain.calendar.session_overrides import apply_overrides
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from tests.domain.strategies import FIRST_DAY_S, all_days, calendar_of, column

HOURS = (9 * HOUR_S, 16 * HOUR_S, 0, 0)
FRIDAY, SATURDAY, SUNDAY, MONDAY = (FIRST_DAY_S + i * DAY_S for i in range(4))
WEEKDAYS = calendar_of((FRIDAY, *HOURS), (MONDAY, *HOURS))
DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]


def at(day, *hours):
    return column([day + hour * HOUR_S for hour in hours])


def test_a_daily_bar_shows_a_session_of_ordinary_hours():
    found = observed_sessions(WEEKDAYS, DAY, column([FRIDAY, SUNDAY, MONDAY]))
    assert found == [(SUNDAY + 9 * HOUR_S, SUNDAY + 16 * HOUR_S)]
    assert observed_sessions(WEEKDAYS, DAY, column([FRIDAY, MONDAY])) == []


def test_a_daily_bar_gets_the_longest_hours_nearby():
    short = (9 * HOUR_S, 12 * HOUR_S, 0, 0)
    early = (8 * HOUR_S, 20 * HOUR_S, 0, 0)
    days = [FIRST_DAY_S + (2 * i) * DAY_S for i in range(2 * N_MODELS + 4)]
    hours = [HOURS if i == N_MODELS + 5 else short for i in range(len(days))]
    hours[0] = hours[-1] = early  # too far away
    calendar = calendar_of(*((day, *row) for day, row in zip(days, hours, strict=True)))
    extra = days[N_MODELS + 1] + DAY_S
    assert observed_sessions(calendar, DAY, column([extra])) == [(extra + 9 * HOUR_S, extra + 16 * HOUR_S)]


@pytest.mark.parametrize(("place", "is_used"), [(0, False), (1, False), (2, True), (21, True), (22, False)])
def test_only_the_ten_nearest_sessions_give_their_hours(place, is_used):
    short = (9 * HOUR_S, 12 * HOUR_S, 0, 0)
    days = [FIRST_DAY_S + (2 * i) * DAY_S for i in range(24)]
    calendar = calendar_of(*((day, *(HOURS if i == place else short)) for i, day in enumerate(days)))
    extra = days[11] + DAY_S  # twelve sessions lie before it, of which the ten nearest count
    (found,) = observed_sessions(calendar, DAY, column([extra]))
    assert found == (extra + 9 * HOUR_S, extra + (16 if is_used else 12) * HOUR_S)


def test_hours_are_copied_as_local_wall_clock_times():
    new_york = calendar_of(
        *((FIRST_DAY_S + i * DAY_S, 13.5 * HOUR_S, 20 * HOUR_S, 0, 0) for i in (24, 25, 26)), tz="America/New_York"
    )
    sunday = FIRST_DAY_S + 30 * DAY_S  # 2024-11-03: the clocks have changed
    assert observed_sessions(new_york, DAY, column([sunday])) == [(sunday + 14.5 * HOUR_S, sunday + 21 * HOUR_S)]


def test_intraday_bars_show_their_own_hours():
    found = observed_sessions(WEEKDAYS, HOUR, np.concatenate([at(FRIDAY, 9, 10), at(SUNDAY, 18, 19, 20)]))
    assert found == [(SUNDAY + 18 * HOUR_S, SUNDAY + 21 * HOUR_S)]


def test_a_date_after_the_last_session_can_be_a_session():
    later = MONDAY + 5 * DAY_S
    assert observed_sessions(WEEKDAYS, HOUR, at(later, 9, 10)) == [(later + 9 * HOUR_S, later + 11 * HOUR_S)]
    assert observed_sessions(WEEKDAYS, DAY, column([later])) == [(later + 9 * HOUR_S, later + 16 * HOUR_S)]


def test_bars_outside_the_hours_of_a_listed_session_change_nothing():
    assert observed_sessions(WEEKDAYS, HOUR, at(FRIDAY, 4, 9, 10, 18)) == []


@pytest.mark.parametrize(
    ("hours", "is_new_fact"), [((10, 12), False), ((9, 15), False), ((8, 10), True), ((10, 16), True), ((18, 19), True)]
)
def test_assumed_hours_are_replaced_by_those_of_bars(hours, is_new_fact):
    assumed = apply_overrides(WEEKDAYS, [(SUNDAY + 9 * HOUR_S, SUNDAY + 16 * HOUR_S)], is_observed=True)
    found = observed_sessions(assumed, HOUR, at(SUNDAY, *hours))
    assert found == ([(SUNDAY + hours[0] * HOUR_S, SUNDAY + (hours[1] + 1) * HOUR_S)] if is_new_fact else [])


@pytest.mark.parametrize("interval", [DAY, HOUR])
def test_24_hour_venues_have_no_observed_sessions(interval):
    later = column([FIRST_DAY_S + 100 * DAY_S])
    assert observed_sessions(all_days(), interval, later) == []
    assert observed_sessions(WEEKDAYS, interval, later[:0]) == []
    empty = apply_overrides(WEEKDAYS, [])
    assert observed_sessions(empty, INTERVALS["1wk"], later) == []
