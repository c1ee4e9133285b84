"""An instrument with its sessions of the coming week, and its corporate events."""

from dataclasses import replace

import pytest

from candledesk.cache.queries.instruments.reports import coming_sessions
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.providers.answers import CorporateAction
from tests.cache.conftest import NOW, WAIT_S, days_back, weekday_calendar

TODAY = NOW // DAY_S * DAY_S
OPEN, CLOSE = 52_200, 75_600


def test_the_sessions_of_the_coming_week_begin_with_the_open_one(harness):
    harness.bars("1d", days_back(10))
    report = harness.cache.describe_instrument("AAA").result(WAIT_S)
    assert (report.instrument.symbol, report.instrument.source) == ("AAA", "Yahoo Finance")
    days = [0, 1, 2, 5, 6, 7]  # from a Wednesday on
    opens = [TODAY + day * DAY_S + OPEN for day in days]
    assert report.sessions == tuple(Span(time, time + CLOSE - OPEN) for time in opens if time < NOW + 7 * DAY_S)
    assert len(report.sessions) == 6


def test_a_session_that_has_closed_is_not_listed():
    calendar = weekday_calendar()
    assert coming_sessions(calendar, TODAY + CLOSE - 1)[0].start == TODAY + OPEN
    assert coming_sessions(calendar, TODAY + CLOSE)[0].start == TODAY + DAY_S + OPEN


def test_events_have_the_instant_at_which_their_session_opens(harness, yahoo):
    date = TODAY - 7 * DAY_S
    action = CorporateAction(date, "dividend", 0.5, None)
    yahoo.script = lambda request: replace(yahoo.bars_answer(request), actions=(action,))
    harness.bars("1d", days_back(10))
    (event,) = harness.cache.describe_instrument("AAA").result(WAIT_S).events
    assert (event.date, event.kind, event.value, event.open_time) == (date, "dividend", 0.5, date + OPEN)


def test_a_new_symbol_costs_one_request_and_a_known_one_none(harness, yahoo):
    for _ in range(2):
        assert harness.cache.describe_instrument("BBB").result(WAIT_S).sessions
        assert len(yahoo.requests) == 1


def test_a_symbol_that_the_provider_does_not_know_is_refused(harness, yahoo):
    yahoo.unknown.add("NOSUCH")
    with pytest.raises(UnknownSymbolError):
        harness.cache.describe_instrument("NOSUCH").result(WAIT_S)
