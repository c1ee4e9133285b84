"""Imported series of symbols that no provider knows: stored, shown and searched, and never asked for."""

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState, Listing
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.errors import InputError, OfflineError, UnknownSymbolError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.venue import TradingDays, UnknownCalendarError
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import (
    NOW,
    WAIT_S,
    CacheHarness,
    FakeYahoo,
    all_day_calendar,
    make_bars,
    weekday_calendar,
)

DAILY, MINUTE = INTERVALS["1d"], INTERVALS["1m"]
TODAY = NOW // DAY_S * DAY_S
WEEK = Span(TODAY - 9 * DAY_S, TODAY - 2 * DAY_S)  # from a Monday to the Sunday after


class FakeProcess(FakeYahoo):
    """The fetch process: Yahoo knows no ACME, and calendars are known of New York alone."""

    def __init__(self):
        super().__init__()
        self.unknown = {"ACME"}
        self.venues = []

    def load_calendar(self, venue, start):
        self.venues.append(venue)
        if venue.days is TradingDays.EXCHANGE and venue.calendar != "XNYS":
            raise UnknownCalendarError(venue.calendar)
        return all_day_calendar() if venue.days is TradingDays.EVERY_DAY else weekday_calendar()


@pytest.fixture
def yahoo():
    return FakeProcess()


@pytest.fixture
def harness(tmp_path, yahoo):
    harness = CacheHarness(tmp_path, yahoo)
    yield harness
    harness.service.close()


def daily_bars(span=WEEK, n_week=5):
    days = np.arange(span.start, span.end, DAY_S, dtype=np.int64)
    return make_bars(days[(days // DAY_S + 3) % 7 < n_week])


def store(harness, symbol="ACME", bars=None, interval=DAILY, listing=None):
    bars = daily_bars() if bars is None else bars
    return harness.cache.import_bars(symbol, interval, bars, listing).result(WAIT_S)


def test_a_symbol_that_the_provider_does_not_know_becomes_a_local_one(harness, yahoo):
    report = store(harness)
    assert (report.symbol, report.n_stored, report.refused) == ("local:ACME", 5, {})
    assert len(yahoo.requests) == 1  # by which its provider was asked for the symbol
    reply = harness.bars("1d", WEEK, symbol="local:ACME")
    assert reply.bars.equals(daily_bars())
    assert reply.complete
    assert reply.instrument.symbol == "local:ACME"
    assert len(yahoo.requests) == 1


def test_a_known_symbol_takes_the_bars_itself(harness, yahoo):
    assert store(harness, "AAA", daily_bars(Span(WEEK.start - 70 * DAY_S, WEEK.end - 70 * DAY_S))).symbol == "AAA"
    assert [row.symbol for row in harness.cache.list_instruments().result(WAIT_S)] == ["AAA"]


def test_without_a_network_nothing_is_stored_as_local(harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("no network", is_offline=True)
    with pytest.raises(OfflineError):
        store(harness)
    assert store(harness, "local:ACME").n_stored == 5  # named so, no provider is asked


def test_a_chart_shows_it_and_asks_nobody(harness, yahoo):
    store(harness, "local:ACME")
    reply = harness.view("1d", symbol="local:ACME", n_before=500)
    assert reply.bars.equals(daily_bars())
    assert (reply.edge, reply.error, reply.oldest_askable) == (EdgeState.START, "", None)
    assert reply.edge_reason == "only imported bars are available"
    assert harness.view("1wk", symbol="local:ACME").bars.open_time.tolist() == [WEEK.start]
    harness.settle()
    assert yahoo.requests == []


def test_a_followed_local_series_is_never_due_or_late(harness, yahoo):
    store(harness, "local:ACME")
    unfollow = harness.cache.follow("local:ACME", DAILY)
    for _ in range(2):
        assert harness.service.updater.run_round().result(WAIT_S).tasks == []
        assert harness.cache.describe_series("local:ACME", DAILY).result(WAIT_S).lag_s is None
        yahoo.now += 3 * DAY_S
    unfollow()
    assert yahoo.requests == []


def test_coarser_bars_are_made_from_imported_minutes(harness, yahoo):
    day = Span(WEEK.start, WEEK.start + DAY_S)
    minutes = make_bars(expected_open_times(weekday_calendar(), MINUTE, day))
    store(harness, "local:ACME", minutes, MINUTE)
    hours = harness.view("1h", symbol="local:ACME").bars
    assert (int(hours.open_time[0]), len(hours)) == (WEEK.start + 52_200, 7)
    assert hours.close[0] == minutes.close[59]
    reply = harness.bars("5m", day, symbol="local:ACME")
    assert (len(reply.bars), reply.complete, reply.derived) == (78, True, ((Span(*_ends(minutes)), "1m"),))
    assert yahoo.requests == []


def _ends(minutes):
    return int(minutes.open_time[0]), int(minutes.open_time[-1]) + 60


def test_what_was_not_imported_is_a_gap_with_its_reason(harness, yahoo):
    store(harness, "local:ACME")
    wider = Span(WEEK.start - 14 * DAY_S, WEEK.end)
    reply = harness.bars("1d", wider, symbol="local:ACME")
    assert not reply.complete
    assert {gap.reason for gap in reply.gaps} == {"only imported bars are available"}
    assert all(gap.retry_at is None for gap in reply.gaps)
    assert harness.cache.describe_series("local:ACME", DAILY).result(WAIT_S).n_bars == 5
    assert yahoo.requests == []


def test_jobs_and_the_archive_refuse_it_in_words(harness, yahoo):
    store(harness, "local:ACME")
    words = "1d bars of local:ACME cannot be fetched: only imported bars are available"
    for start in (
        lambda: harness.cache.start_backfill("local:ACME", DAILY, None),
        lambda: harness.cache.start_update([("local:ACME", DAILY)]),
        lambda: harness.cache.set_archived("local:ACME", DAILY, is_on=True),
    ):
        with pytest.raises(InputError, match=words):
            start().result(WAIT_S)
    assert harness.cache.list_jobs().result(WAIT_S) == []
    estimate = harness.cache.estimate_backfill([("local:ACME", DAILY)], None).result(WAIT_S)
    assert (estimate.n_requests, estimate.seconds) == (0, 0.0)
    unknown = harness.cache.estimate_backfill([("local:NONE", DAILY)], None).result(WAIT_S)
    assert (unknown.n_requests, unknown.unknown) == (0, ("local:NONE",))


def test_a_local_symbol_without_bars_is_unknown(harness, yahoo):
    with pytest.raises(UnknownSymbolError, match="'local:NONE': import a file with its bars first"):
        harness.bars("1d", WEEK, symbol="local:NONE")
    assert "import a file" in harness.view("1d", symbol="local:NONE").error
    assert yahoo.requests == []


def test_bars_on_a_weekend_show_that_it_trades_every_day(harness, yahoo):
    report = store(harness, "local:COIN", daily_bars(n_week=7))
    assert (report.n_stored, report.refused) == (7, {})
    assert [venue.days for venue in yahoo.venues] == [TradingDays.EVERY_DAY]
    assert harness.bars("1d", WEEK, symbol="local:COIN").odd == {}


def test_a_listing_says_what_the_file_does_not(harness, yahoo):
    listing = Listing("XNYS", "USD", "Acme Corporation")
    store(harness, "local:ACME", listing=listing)
    (found,) = harness.cache.list_instruments("acme corp").result(WAIT_S)
    facts = found.symbol, found.exchange, found.exchange_name, found.currency, found.name
    assert facts == ("local:ACME", "XNYS", "XNYS", "USD", "Acme Corporation")
    store(harness, "local:ACME", listing=Listing(name="Acme & Sons"))
    (found,) = harness.cache.list_instruments("local:ac").result(WAIT_S)
    assert (found.exchange, found.currency, found.name) == ("XNYS", "USD", "Acme & Sons")
    for exchange, words in (("XLON", "stored with the exchange XNYS already"), ("XNYS", None)):
        if words:
            with pytest.raises(InputError, match=words):
                store(harness, "local:ACME", listing=Listing(exchange))
    with pytest.raises(InputError, match="No calendar is known of the exchange NOWHERE"):
        store(harness, "local:OTHER", listing=Listing("NOWHERE"))


def test_the_same_symbol_at_the_provider_is_another_instrument(harness, yahoo):
    yahoo.unknown.clear()
    harness.bars("1d", WEEK, symbol="ACME")
    other = Bars(*(column + (0 if place == 0 else 5.0) for place, column in enumerate(_columns(daily_bars()))))
    store(harness, "local:ACME", other)
    assert harness.bars("1d", WEEK, symbol="local:ACME", fill="none").bars.equals(other)
    assert not harness.bars("1d", WEEK, symbol="ACME", fill="none").bars.equals(other)


def _columns(bars):
    return bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume


def test_decimals_are_those_of_the_file(harness):
    prices = np.array([1.0853, 1.0854, 1.0849, 1.08, 1.1])
    times = daily_bars().open_time
    store(harness, "local:RATE", Bars(times, prices, prices, prices, prices, np.ones(5)))
    (found,) = harness.cache.list_instruments("rate").result(WAIT_S)
    assert found.price_decimals == 4
