"""What a provider states of its sessions overrules the calendar, and never costs a bar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from candledesk.cache.fetching.commit import accept_overrides
from candledesk.cache.fetching.single_flight import Claim
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_overrides import apply_overrides, find_overrides
from candledesk.domain.calendar.sessions import expected_open_times, is_on_grid
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import BarsAnswer
from candledesk.venues.calendars import load_calendar

NEW_YORK = ZoneInfo("America/New_York")
NOW = int(datetime(2026, 11, 20, 22, tzinfo=NEW_YORK).timestamp())


def at(day, hour, minute=0, zone=NEW_YORK):
    return int(datetime(2026, 11, day, hour, minute, tzinfo=zone).timestamp())


@pytest.fixture(scope="module")
def calendar():
    return load_calendar("NMS", "EQUITY", "America/New_York", date(2026, 1, 1), date(2026, 12, 31))


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
    calendar = load_calendar("JPX", "EQUITY", "Asia/Tokyo", date(2026, 1, 1), date(2026, 12, 31))
    stated = [(at(17, 9, 0, tokyo), at(17, 11, 30, tokyo)), (at(17, 12, 30, tokyo), at(17, 15, 0, tokyo))]
    learnt = apply_overrides(calendar, stated)
    row = int(np.searchsorted(learnt.open, at(17, 9, 0, tokyo)))
    assert learnt.close[row] == at(17, 15, 0, tokyo)
    assert learnt.break_start[row] == at(17, 11, 30, tokyo)


def test_an_unknown_exchange_that_opens_at_the_half_hour_keeps_its_hours(calendar):
    unknown = load_calendar("XXX", "EQUITY", "America/New_York", date(2026, 1, 1), date(2026, 12, 31))
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
