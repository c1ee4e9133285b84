"""What a provider states of its sessions overrules the calendar, and never costs a bar."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from candledesk.cache.fetching.single_flight import Claim
from candledesk.cache.storing.answer_sessions import accept_overrides
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.session_overrides import apply_overrides, find_overrides, session_dates
from candledesk.domain.calendar.sessions import expected_open_times, is_on_grid
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import BarsAnswer
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.venues.calendars import load_calendar
from tests.domain.strategies import FIRST_DAY_S, all_days, calendar_of, column

NEW_YORK = ZoneInfo("America/New_York")
NOW = int(datetime(2026, 11, 20, 22, tzinfo=NEW_YORK).timestamp())


def at(day, hour, minute=0, zone=NEW_YORK):
    return int(datetime(2026, 11, day, hour, minute, tzinfo=zone).timestamp())


@pytest.fixture(scope="module")
def calendar():
    return load_calendar(find_venue("NMS", "EQUITY", "America/New_York"), date(2026, 1, 1), date(2026, 12, 31))


def test_what_the_calendar_knows_is_no_override(calendar):
    stated = list(zip(calendar.open[-30:].tolist(), calendar.close[-30:].tolist(), strict=True))
    assert find_overrides(calendar, stated) == {}
    assert apply_overrides(calendar, stated) is calendar


def test_an_early_close_that_nobody_announced_and_a_saturday_session_are_learnt(calendar):
    learnt = apply_overrides(calendar, [(at(17, 9, 30), at(17, 12)), (at(14, 10), at(14, 11))])
    assert len(learnt) == len(calendar) + 1
    assert (np.diff(learnt.date) > 0).all()
    bars = expected_open_times(learnt, INTERVALS["5m"], Span(at(14, 0), at(18, 0)))
    assert len(bars) == 12 + 78 + 30  # Saturday's hour, Monday, and the shortened Tuesday
    assert apply_overrides(learnt, [(at(17, 9, 30), at(17, 12))]) is learnt


def test_sessions_that_are_not_stated_stay(calendar):
    learnt = apply_overrides(calendar, [(at(17, 9, 30), at(17, 12))])
    assert set(calendar.date.tolist()) == set(learnt.date.tolist())


def test_two_periods_of_a_day_are_one_session_and_the_break_stays():
    tokyo = ZoneInfo("Asia/Tokyo")
    calendar = load_calendar(find_venue("JPX", "EQUITY", "Asia/Tokyo"), date(2026, 1, 1), date(2026, 12, 31))
    stated = [(at(17, 9, 0, tokyo), at(17, 11, 30, tokyo)), (at(17, 12, 30, tokyo), at(17, 15, 0, tokyo))]
    learnt = apply_overrides(calendar, stated)
    row = int(np.searchsorted(learnt.open, at(17, 9, 0, tokyo)))
    assert learnt.close[row] == at(17, 15, 0, tokyo)
    assert learnt.break_start[row] == at(17, 11, 30, tokyo)


def test_an_unknown_exchange_that_opens_at_the_half_hour_keeps_its_hours(calendar):
    unknown = load_calendar(find_venue("XXX", "EQUITY", "America/New_York"), date(2026, 1, 1), date(2026, 12, 31))
    times = expected_open_times(calendar, INTERVALS["1h"], Span(at(16, 0), at(20, 0)))
    assert not is_on_grid(unknown, INTERVALS["1h"], times).any()
    stated = [
        row
        for row in zip(calendar.open.tolist(), calendar.close.tolist(), strict=True)
        if at(16, 0) < row[0] < at(20, 0)
    ]
    learnt = apply_overrides(unknown, stated)
    assert is_on_grid(learnt, INTERVALS["1h"], times).all()
    assert np.array_equal(expected_open_times(learnt, INTERVALS["1h"], Span(at(16, 0), at(20, 0))), times)


@pytest.mark.parametrize(("close_hour", "is_believed"), [(12, False), (16, True)])
def test_hours_that_the_bars_contradict_are_not_believed(calendar, close_hour, is_believed):
    interval = INTERVALS["1h"]
    window = Span(at(17, 0), at(18, 0))
    times = expected_open_times(calendar, interval, window)
    price = np.full(len(times), 10.0)
    bars = Bars(times, price, price.copy(), price.copy(), price.copy(), price.copy())
    instrument = Instrument("AAA", "NMS", "EQUITY", "America/New_York", "USD", 2, None)
    stated = ((at(17, 9, 30), at(17, close_hour)), (at(14, 10), at(14, 11)))
    answer = BarsAnswer(bars, instrument, sessions=stated)
    overrides = accept_overrides(calendar, Claim("AAA", interval, window), answer, NOW)
    assert (overrides.calendar is not calendar) == is_believed
    assert bool(overrides.stated) == is_believed
    assert overrides.observed == ()


def test_nonsense_is_not_learnt(calendar):
    assert find_overrides(calendar, [(at(17, 9, 30), at(17, 9, 31)), (at(17, 9, 30), at(17, 9, 30) + 3 * DAY_S)]) == {}


# -- to the second, on a made-up calendar of two days with a break from 12:00 to 13:00

OPEN_S, CLOSE_S, BREAK_S = 9 * HOUR_S, 16 * HOUR_S, (12 * HOUR_S, 13 * HOUR_S)
DAYS = [FIRST_DAY_S, FIRST_DAY_S + 2 * DAY_S]
PLAIN = calendar_of(*((day, OPEN_S, CLOSE_S, *BREAK_S) for day in DAYS))


def stated(opened, closed, day=FIRST_DAY_S):
    return [(day + opened, day + closed)]


@pytest.mark.parametrize(("length_s", "is_learnt"), [(599, False), (600, True), (86_400, True), (86_401, False)])
def test_a_stated_session_lasts_from_ten_minutes_to_a_day(length_s, is_learnt):
    assert bool(find_overrides(PLAIN, stated(0, length_s))) is is_learnt


def test_days_of_markets_that_never_close_are_left_alone():
    assert find_overrides(all_days(), stated(0, DAY_S - 60)) == {}
    assert find_overrides(PLAIN, []) == {}


@pytest.mark.parametrize(
    ("hours", "has_break"),
    [
        ((9, 15), True),
        ((11, 14), True),
        ((12, 16), False),  # opens as the break begins
        ((9, 13), False),  # closes as it ends
        ((14, 16), False),
        ((9, 11), False),
    ],
)
def test_a_break_stays_while_it_lies_within_the_stated_hours(hours, has_break):
    learnt = apply_overrides(PLAIN, stated(*(hour * HOUR_S for hour in hours)))
    expected = [FIRST_DAY_S + time for time in BREAK_S] if has_break else [0, 0]
    assert [int(learnt.break_start[0]), int(learnt.break_end[0])] == expected
    assert (int(learnt.open[0]), int(learnt.close[0])) == tuple(FIRST_DAY_S + hour * HOUR_S for hour in hours)
    assert learnt.break_start[1] == PLAIN.break_start[1]


@pytest.mark.parametrize("day", [FIRST_DAY_S - DAY_S, FIRST_DAY_S + DAY_S, FIRST_DAY_S + 9 * DAY_S])
def test_a_session_of_another_date_has_no_break(day):
    learnt = apply_overrides(PLAIN, stated(OPEN_S, CLOSE_S, day))
    assert learnt.date.tolist() == sorted([*DAYS, day])
    assert learnt.break_start[learnt.date.tolist().index(day)] == 0


def test_an_empty_calendar_learns_its_sessions():
    empty = SessionCalendar("XNON", "UTC", *(column([]) for _ in range(5)))
    assert apply_overrides(empty, stated(OPEN_S, CLOSE_S)).open.tolist() == [FIRST_DAY_S + OPEN_S]


def test_what_was_concluded_from_rows_is_remembered_until_it_is_stated():
    seen = apply_overrides(PLAIN, stated(OPEN_S, OPEN_S + 60, DAYS[0] + DAY_S), is_observed=True)
    assert seen.observed.tolist() == [DAYS[0] + DAY_S]
    assert apply_overrides(seen, stated(OPEN_S, CLOSE_S, DAYS[0] + DAY_S)).observed.tolist() == []


def test_dates_of_sessions_are_the_venues_own():
    tokyo = replace(PLAIN, tz="Asia/Tokyo")
    sessions = [(FIRST_DAY_S + 16 * HOUR_S, 0), (FIRST_DAY_S + 15 * HOUR_S - 1, 0), (FIRST_DAY_S + 15 * HOUR_S, 0)]
    assert session_dates(tokyo, sessions).tolist() == [FIRST_DAY_S, FIRST_DAY_S + DAY_S]
