"""The updater with the real fetch process and the real yfinance while the demo market's clock goes on."""

import numpy as np
import pytest

from candledesk.cache.fetching.fetch_context import RetryPauses
from candledesk.cache.messages import BarsRequest, BarsStored, ViewportRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.settings import Settings
from tests.cache.conftest import wait_until

WAIT_S = 50
TUESDAY = parse_instant("2026-11-24T00:00:00Z")
OPEN, CLOSE = TUESDAY + 52_200, TUESDAY + 75_600  # New York


class CacheHarness:
    """A service that lives by the market's clock; time passes only when it is told to."""

    def __init__(self, market, folder):
        self.market, self.elapsed_s, self.events = market, 0.0, []
        settings = Settings(
            yahoo_url=market.url, requests_per_minute=6000, request_burst=600, breaker_pause_s=0.02, request_timeout_s=9
        )
        self.service = CacheService(
            folder / "candles.db",
            settings,
            folder,
            now=market.clock.now,
            elapsed=lambda: self.elapsed_s,
            pauses=RetryPauses(retry_s=(0.01,)),
        )
        self.cache = self.service.controller
        self.cache.subscribe(self.events.append)
        self._generation = 0

    def view(self, symbol, name, n_bars=60):
        self._generation += 1
        request = ViewportRequest(1, self._generation, symbol, INTERVALS[name], None, n_bars, 0)
        reply = self.cache.load_viewport(request).result(WAIT_S)
        wait_until(lambda: not self.service._fill_scheduler._live, WAIT_S)
        return reply

    def bars(self, symbol, name, span, **options):
        request = BarsRequest(symbol, INTERVALS[name], span, **{"timeout_s": WAIT_S, **options})
        return self.cache.load_bars(request).result(WAIT_S).bars

    def run_one_round(self):
        self.service.updater.run_round().result(WAIT_S)
        histories = self.service.updater._scheduler.histories.values()
        wait_until(lambda: not any(row.is_running for row in histories), WAIT_S)

    def run(self, seconds, step):
        for _ in range(seconds // step):
            self.market.clock.advance(step)
            self.elapsed_s += step
            self.run_one_round()

    def assert_true(self, symbol, name, span):
        bars, truth = self.bars(symbol, name, span, fill="none"), self.market.truth(symbol, name, span.start, span.end)
        np.testing.assert_array_equal(bars.open_time, truth.open_time)
        np.testing.assert_allclose(bars.close, truth.close, rtol=1e-6)
        np.testing.assert_allclose(bars.volume, truth.volume, rtol=1e-6)
        assert len(bars) > 0


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    with DemoMarket(now=TUESDAY) as market:
        harness = CacheHarness(market, tmp_path_factory.mktemp("desk"))
        yield harness
        harness.service.close()


def test_open_charts_are_current_through_a_close_and_ask_nothing_after_it(harness):
    market = harness.market
    market.clock.set(CLOSE - 600)
    harness.view("AAPL", "1m")
    first = harness.view("AAPL", "1m")
    leaves = [harness.cache.follow("AAPL", INTERVALS["1m"]) for _ in range(3)]
    n = len(market.chart_log("AAPL"))
    harness.events.clear()
    harness.run(300, 20)
    assert 4 <= len(market.chart_log("AAPL")) - n <= 5  # one a minute for three charts
    assert {event.interval.name for event in harness.events if isinstance(event, BarsStored)} == {"1m"}
    moved = harness.cache.load_viewport(ViewportRequest(2, 1, "AAPL", INTERVALS["1m"], None, 60, 0)).result(
        WAIT_S
    )  # what an open chart is given on the event, before anything is asked for it
    assert moved.bars.open_time[-1] >= first.bars.open_time[-1] + 240
    assert moved.bars.open_time[-1] >= market.clock.now() - 120
    wait_until(lambda: not harness.service._fill_scheduler._live, WAIT_S)
    harness.run(600, 20)
    n = len(market.chart_log("AAPL"))
    harness.run(12 * HOUR_S, 1_200)
    assert len(market.chart_log("AAPL")) == n
    harness.assert_true("AAPL", "1m", Span(CLOSE - 1_800, CLOSE))
    assert harness.cache.describe_series("AAPL", INTERVALS["1m"]).result(WAIT_S).coverage[-1].state == "have"
    for leave in leaves:
        leave()


def test_one_burst_after_a_sleep_over_a_whole_session(harness):
    market = harness.market
    market.clock.set(OPEN + DAY_S)
    for symbol in ("MSFT", "SPY"):
        harness.view(symbol, "5m")
        harness.cache.follow(symbol, INTERVALS["5m"])
    harness.run(180, 20)
    n = len(market.chart_log())
    market.clock.advance(10 * HOUR_S)
    harness.elapsed_s += 10 * HOUR_S
    harness.run(60, 5)
    names = sorted(entry.path.rpartition("/")[2] for entry in market.chart_log()[n:])
    assert names == ["MSFT", "SPY"]
    for symbol in ("MSFT", "SPY"):
        harness.assert_true(symbol, "5m", Span(OPEN + DAY_S, CLOSE + DAY_S))


def test_a_session_that_vanished_comes_back_days_later_by_itself(harness):
    market = harness.market
    market.clock.set(TUESDAY + 13 * HOUR_S, is_frozen=True)
    span = Span(TUESDAY - 720 * DAY_S, TUESDAY)
    market.faults.add("missing_session", symbol="VOD.L", seed=3)
    harness.cache.set_archived("VOD.L", INTERVALS["1h"], is_on=True).result(WAIT_S)
    harness.bars("VOD.L", "1h", span)
    truth = market.truth("VOD.L", "1h", span.start, span.end)
    assert len(harness.bars("VOD.L", "1h", span, fill="none")) < len(truth)
    market.faults.clear()
    n = len(market.chart_log("VOD.L"))
    harness.run(8 * DAY_S, 2 * HOUR_S)
    harness.assert_true("VOD.L", "1h", span)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert entry.unbroken_since < span.start
    assert len(market.chart_log("VOD.L")) - n <= 40
