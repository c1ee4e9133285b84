"""Stored bars whose venue's calendar was lost are read all the same: it is computed again, without a request."""

import sqlite3
from contextlib import closing

import pytest

from candledesk.cache.events import RefreshDue
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.venue import UnknownCalendarError
from tests.cache.conftest import days_back, same, wait_until

SPAN = days_back(40)


@pytest.fixture
def bereft(harness):
    """A home with bars and without a calendar, which is opened again."""
    for symbol in ("AAA", "BBB", "BTC-USD"):
        harness.bars("1d", SPAN, symbol=symbol)
    harness.service.close()
    with closing(sqlite3.connect(harness.folder / "candles.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM calendar_cache")
    harness.yahoo.n_calendars, harness.yahoo.requests[:] = 0, []
    harness.open()
    return harness


@pytest.mark.parametrize("fill", ["none", "wait"])
def test_bars_are_read_by_a_calendar_that_is_computed_again(bereft, fill):
    reply = bereft.bars("1d", SPAN, fill=fill)
    assert same(reply.bars, bereft.yahoo.truth("AAA", "1d", SPAN))
    assert reply.complete
    assert not bereft.yahoo.asked("1d")


def test_a_calendar_is_computed_once_and_stored(bereft):
    for symbol in ("AAA", "BBB", "AAA"):
        bereft.bars("1d", SPAN, symbol=symbol, fill="none")
    assert bereft.yahoo.n_calendars == 1
    bereft.service.close()
    bereft.open()
    assert len(bereft.bars("1d", SPAN, fill="none").bars)
    assert bereft.yahoo.n_calendars == 1


def test_the_coverage_of_a_series_and_of_all_series_is_read_too(bereft):
    report = bereft.cache.describe_series("BTC-USD", INTERVALS["1d"]).result(20)
    assert report.n_bars > 0
    assert report.coverage
    assert all(row.report.coverage and row.n_bars for row in bereft.cache.list_coverage().result(20))
    assert bereft.yahoo.n_calendars == 2


@pytest.mark.allow_logs
def test_a_home_where_nothing_can_be_stored_is_read_by_the_computed_calendar(bereft):
    bereft.service.close()
    bereft.open(refusal=EnvironmentFaultError("read-only"))
    assert same(bereft.bars("1d", SPAN, fill="none").bars, bereft.yahoo.truth("AAA", "1d", SPAN))
    assert bereft.yahoo.n_calendars == 1


@pytest.mark.allow_logs
def test_a_chart_of_such_a_home_reads_again_once_the_calendar_is_computed(bereft):
    bereft.service.close()
    bereft.open(refusal=EnvironmentFaultError("read-only"))
    assert not len(bereft.view("1d").bars)
    wait_until(lambda: RefreshDue("AAA", INTERVALS["1d"]) in bereft.events)
    assert len(bereft.view("1d").bars)
    assert bereft.yahoo.n_calendars == 1


@pytest.mark.allow_logs
def test_bars_stay_unreadable_where_no_calendar_can_be_computed(bereft):
    def refuse(_venue, _start):
        raise UnknownCalendarError

    bereft.yahoo.load_calendar = refuse
    reply = bereft.bars("1d", SPAN, fill="none")
    assert not len(reply.bars)
    assert not reply.complete
