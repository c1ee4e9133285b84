"""The updater with the real fetch process and the real yfinance while the demo market's clock goes on."""

import pytest

from candledesk.cache.events import BarsStored
from candledesk.cache.messages import ViewportRequest
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import wait_until
from tests.cache.market_harness import WAIT_S, LiveHarness

TUESDAY = parse_instant("2026-11-24T00:00:00Z")
OPEN, CLOSE = TUESDAY + 52_200, TUESDAY + 75_600  # New York


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    with DemoMarket(now=TUESDAY) as market:
        harness = LiveHarness(market, tmp_path_factory.mktemp("home"))
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
    assert len(harness.bars("VOD.L", "1h", span, fill="none").bars) < len(truth)
    market.faults.clear()
    n = len(market.chart_log("VOD.L"))
    harness.run(8 * DAY_S, 2 * HOUR_S)
    harness.assert_true("VOD.L", "1h", span)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert entry.unbroken_since < span.start
    assert len(market.chart_log("VOD.L")) - n <= 40
