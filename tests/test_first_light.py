"""The main job, end to end: the real window, the real yfinance client, the demo market, and mouse drags."""

import pytest

from candledesk.demo import DemoMarket
from candledesk.domain.span import HISTORY_START, Span
from tests.live_window import NOW, SLOW_MS, LiveWindow

N_DRAGS = 16


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def make_harness(qtbot, tmp_path):
    harnesses = []

    def make(yahoo_url):
        harnesses.append(LiveWindow(qtbot, tmp_path / "home", yahoo_url))
        return harnesses[-1]

    yield make
    for harness in harnesses:
        harness.close()


@pytest.mark.parametrize(("symbol", "interval"), [("MSFT", "1m"), ("7203.T", "1m")])
def test_dragging_left_fetches_what_is_missing_and_nothing_on_screen_moves(make_harness, market, symbol, interval):
    harness = make_harness(market.url)
    harness.open(symbol, interval)
    oldest = len(harness.stored(symbol, interval))
    for _ in range(N_DRAGS):
        harness.drag(900)
        time, x = harness.left_time()
        harness.qtbot.waitUntil(harness.is_quiet, timeout=SLOW_MS)
        assert harness.x_of_time(time) == pytest.approx(x, abs=0.5)
    stored = harness.stored(symbol, interval)
    assert len(stored) > oldest
    truth = market.truth(symbol, interval, int(stored.open_time[0]), int(stored.open_time[-1]) + 1)
    assert len(stored) - len(truth) <= 1  # the bar that forms is stored, and no truth yet
    assert stored.within(Span(HISTORY_START, int(truth.open_time[-1]) + 1)).equals(truth)


def test_a_second_start_without_network_shows_the_same_chart(make_harness, market):
    harness = make_harness(market.url)
    harness.open("AAPL", "1d")
    seen = harness.model.series.bars
    harness.close()
    market.stop()
    again = make_harness(market.url)
    again.open("AAPL", "1d")
    assert again.model.series.bars.equals(seen)
