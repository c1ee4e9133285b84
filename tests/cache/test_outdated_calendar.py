"""What is stored is shown also when the venue's calendar has run out, or was never loaded, and cannot be loaded now."""

import sqlite3
import threading

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.times import iso_time
from tests.cache.conftest import NOW, WAIT_S, CacheHarness, days_back, weekday_calendar

LATER = NOW + 100 * DAY_S


class NoCalendars:
    """A provider whose calendars hang until the test ends."""

    def __init__(self, yahoo):
        self.gate = threading.Event()
        self.plain = yahoo.load_calendar
        yahoo.load_calendar = self.load_calendar
        self.n_asked = 0

    def load_calendar(self, *key):
        self.n_asked += 1
        self.gate.wait(WAIT_S)
        return self.plain(*key)


def weeks(open_time):
    return (open_time // DAY_S + 3) // 7


def forget_calendars(database):
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("DELETE FROM calendar_cache")
    connection.close()


@pytest.fixture
def outdated(harness, yahoo):
    """A cache with a year of dailies, started again when its calendar has run out; calendars hang."""
    yahoo.calendars["EQUITY"] = weekday_calendar(last=NOW + 60 * DAY_S)
    harness.bars("1d", days_back(300))
    harness.service.close()
    yahoo.now = LATER
    yahoo.calendars["EQUITY"] = weekday_calendar(last=LATER + 200 * DAY_S)
    calendars = NoCalendars(yahoo)
    harness.open()
    harness.calendars = calendars
    yield harness
    calendars.gate.set()


@pytest.mark.parametrize("name", ["1d", "1wk"])
def test_stored_bars_are_read_by_the_outdated_calendar(outdated, yahoo, name):
    span = Span(NOW - 290 * DAY_S, LATER)
    reply = outdated.bars(name, span, fill="none")
    truth = yahoo.truth("AAA", "1d", Span(span.start, NOW))
    assert len(reply.bars) == len(truth if name == "1d" else np.unique(weeks(truth.open_time)))
    assert len(reply.bars) > 40
    assert not reply.complete
    assert "calendar is not loaded" in reply.gaps[-1].reason
    assert reply.gaps[-1].span.end == LATER


def test_a_chart_shows_them_at_once_and_the_rest_when_the_calendar_comes(outdated, yahoo):
    first = outdated.view("1d", n_before=100)
    np.testing.assert_array_equal(first.bars.open_time, yahoo.truth("AAA", "1d", days_back(300, NOW)).open_time[-100:])
    assert first.bars.open_time[-1] < NOW
    outdated.calendars.gate.set()
    outdated.settle()
    last = outdated.view("1d", n_before=100)
    np.testing.assert_array_equal(last.bars.open_time, yahoo.truth("AAA", "1d", days_back(300, LATER)).open_time[-100:])


def test_coverage_says_what_is_stored_and_what_is_not_known(outdated):
    report = outdated.cache.describe_series("AAA", INTERVALS["1d"]).result(WAIT_S)
    assert report.n_bars > 200
    assert report.coverage
    assert report.gaps[-1].span.end == LATER


def test_an_instrument_without_any_calendar_is_answered_with_times_that_can_be_written(tmp_path, yahoo):
    harness = CacheHarness(tmp_path, yahoo)
    try:
        harness.bars("1d", days_back(3))
        harness.service.close()
        forget_calendars(harness.folder / "candles.db")
        calendars = NoCalendars(yahoo)
        harness.open()
        for span in (None, days_back(3)):
            request = BarsRequest("AAA", INTERVALS["1d"], span, fill="none", timeout_s=0.2)
            reply = harness.cache.load_bars(request).result(WAIT_S)
            assert not reply.complete
            assert reply.span.end <= NOW
            assert iso_time(reply.span.start)
            assert iso_time(reply.span.end)
        report = harness.cache.describe_series("AAA", INTERVALS["1d"]).result(WAIT_S)
        assert [gap.span.end for gap in report.gaps] == [NOW]
        calendars.gate.set()
    finally:
        harness.service.close()
