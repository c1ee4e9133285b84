"""A ratio and compared series in a real window on a real cache and the demo market, across venues."""

import numpy as np
import pytest

from candledesk.demo import DemoMarket
from candledesk.domain.calendar.sessions import bar_close_times
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from tests.live_window import NOW, SLOW_MS, LiveWindow


@pytest.fixture
def live(qtbot, tmp_path):
    with DemoMarket(now=NOW) as market:
        window = LiveWindow(qtbot, tmp_path / "home", market.url)
        yield window, market
        window.close()


def values_of(live, key="compare-1"):
    return live.model.scene.compare_values.get(key)


def wait_for_all(live, n=1):
    """Wait until every compared series has come whole."""
    feed = live.window.charts.page.compare_feed

    def has_come():
        values = live.model.scene.compare_values
        return (
            len(values) == n and not feed.is_loading and all(np.isfinite(one.last[5:]).all() for one in values.values())
        )

    live.qtbot.waitUntil(has_come, timeout=SLOW_MS)


def test_new_york_hours_stand_beside_tokyo_and_a_coin_without_looking_ahead(live):
    live, market = live
    live.open("AAPL", "1h")
    for symbol in ("7203.T", "BTC-USD"):
        live.window.charts.page.compares.add(symbol)
    wait_for_all(live, 2)
    times, hour = live.model.series.bars.open_time, INTERVALS["1h"]
    reader, catalog = live.service.controller._context.readers, live.service.controller._catalog

    def closes(symbol, open_time):
        known = reader.submit(lambda connection: catalog.read(connection, symbol, hour)).result()
        return bar_close_times(known.readable.calendar, hour, open_time)

    main_close = closes("AAPL", times)
    for key, symbol in (("compare-1", "7203.T"), ("compare-2", "BTC-USD")):
        values = values_of(live, key)
        has_value = values.own_time > 0
        assert (closes(symbol, values.own_time[has_value]) <= main_close[has_value]).all()
        truth = market.truth(symbol, "1h", int(times[0]) - 86_400 * 20, int(times[-1]) + 3_600)
        at = np.searchsorted(truth.open_time, values.own_time[has_value])
        np.testing.assert_allclose(values.last[has_value], truth.close[at], rtol=1e-6)
    assert values_of(live).is_carried.all()
    assert not values_of(live, "compare-2").is_carried.any()
    live.window.charts.page.view.grab()


@pytest.mark.parametrize("interval", ["1d", "1h", "1wk"])
def test_a_ratio_chart_shows_both_divided_and_reaches_back(live, interval):
    live, market = live
    live.open("AAPL/SPY", interval)
    series = live.model.series
    assert series.symbol == "AAPL/SPY"
    assert len(series.bars) > 50
    if interval != "1wk":  # of weeks the market has no older ones than these
        span = int(series.bars.open_time[0]), int(series.bars.open_time[-1]) + 1
        above, below = (market.truth(symbol, interval, *span) for symbol in ("AAPL", "SPY"))
        np.testing.assert_array_equal(series.bars.open_time, above.open_time)
        np.testing.assert_allclose(series.bars.close, above.close / below.close, rtol=1e-6)
        oldest = series.bars.open_time[0]
        live.model.page(-6)
        live.qtbot.waitUntil(lambda: live.model.series.bars.open_time[0] < oldest and live.is_quiet(), timeout=SLOW_MS)
    live.window.charts.page.view.grab()
    assert [row.symbol for row in live.service.controller.list_instruments().result()] == ["AAPL", "SPY"]


def test_zoomed_out_a_compared_series_keeps_its_extremes(live):
    live, market = live
    live.open("AAPL", "1d")
    live.window.charts.page.compares.add("SPY")
    live.model.fit()
    live.qtbot.waitUntil(live.is_quiet, timeout=SLOW_MS)
    wait_for_all(live)
    live.model.fit()
    live.qtbot.waitUntil(live.is_quiet, timeout=SLOW_MS)
    wait_for_all(live)
    values, axis = values_of(live), live.model.series.axis
    np.testing.assert_array_equal(values.open_time, axis.open_time)
    truth = market.truth("SPY", "1d", int(axis.open_time[0]), int(axis.loaded_end))
    own = live.stored("AAPL", "1d").within(Span(int(axis.open_time[0]), int(axis.loaded_end)))
    beside = truth.close[np.searchsorted(truth.open_time, own.open_time, side="right") - 1]
    assert np.nanmax(values.greatest) == pytest.approx(beside.max(), rel=1e-6)
    assert np.nanmin(values.least) == pytest.approx(beside.min(), rel=1e-6)
