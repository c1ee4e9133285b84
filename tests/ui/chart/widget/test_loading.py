"""What a chart asks for and when: once per visit of an edge, nothing after the start, a date directly."""

import threading
from dataclasses import replace

import pytest

from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.scene import Series
from tests.fake_data import make_bars
from tests.ui.chart.core.test_strides import FIVE, zoom_out_to

DAY_S = 86_400


def reach_edge(chart):
    """Scroll left until the oldest stored bar is on screen."""
    for _ in range(100):
        if chart.model.series.edge is not EdgeState.MORE and chart.model.placed.left_edge < 0:
            return
        chart.model.page(-0.5)
        chart.settle()
    raise AssertionError("no edge")


@pytest.mark.parametrize("symbol", ["AAPL", "LONG"])
def test_one_request_at_most_per_visit_of_an_edge(chart, cache, symbol):
    cache.add("LONG", "1d", make_bars(60_000, end=3_900_000_000), n_stored=40_000)
    chart.open(symbol)
    if symbol == "LONG":
        zoom_out_to(chart, 8)
    reach_edge(chart)
    assert chart.model.series.edge is EdgeState.LOADING
    for _ in range(3):  # away and back again
        chart.model.page(2)
        chart.settle()
        n_asked = len(cache.requests)
        for _ in range(60):
            chart.model.page(-0.05)
            chart.settle()
        assert chart.model.placed.left_edge < 0
        for pixels in (40, -40, 3, -3) * 10:
            chart.model.pan(pixels)
            chart.settle()
        assert len(cache.requests) <= n_asked + 1


def test_one_request_at_most_per_visit_when_the_latest_bar_is_far_away(chart, cache):
    cache.add("LONG", "1d", make_bars(60_000, end=3_900_000_000), n_stored=50_000)
    chart.open("LONG")
    chart.model.go_to(int(cache.bars["LONG", "1d"].open_time[10_300]))
    chart.settle()
    assert not chart.model.series.at_latest
    reach_edge(chart)
    n_asked = len(cache.requests)
    for pixels in (30, -30, 50, -50, 2, -2) * 10:
        chart.model.pan(pixels)
        chart.settle()
    assert len(cache.requests) <= n_asked + 1


def test_nothing_is_asked_at_the_start_of_history(chart, cache):
    cache.add("LONG", "5m", make_bars(30_000, FIVE))
    chart.open("LONG", "5m")
    zoom_out_to(chart, 8)
    reach_edge(chart)
    assert chart.model.series.edge is EdgeState.START
    n_asked = len(cache.requests)
    for _ in range(30):
        chart.model.page(-0.1)
        chart.model.pan(5)
        chart.settle()
    assert len(cache.requests) == n_asked


def test_older_bars_appear_in_place_between_two_moves_of_a_drag(chart, cache):
    chart.open()
    reach_edge(chart)
    chart.model.pan(-50)
    times = chart.positions()
    chart.model.pan(7)
    cache.store_older("AAPL", "1d", 900)
    chart.settle()
    chart.model.pan(8)
    after = chart.positions()
    shared = times.keys() & after.keys()
    assert len(shared) > 20
    assert {round(after[time] - times[time], 6) for time in shared} == {15.0}


@pytest.mark.parametrize("name", ["1d", "5m"])
def test_every_window_that_arrives_is_one_paint(chart, cache, name):
    cache.add("LONG", name, make_bars(40_000, INTERVALS[name], end=3_900_000_000))
    chart.open("LONG", name)
    for _ in range(12):
        n_paints, n_asked = chart.view.canvas.n_paints, len(cache.requests)
        chart.model.zoom_right(0.8)
        chart.settle()
        n_replies = len(cache.requests) - n_asked
        assert chart.view.canvas.n_paints - n_paints in (1, 1 + n_replies)


def test_a_cached_symbol_is_shown_in_one_paint_with_the_previous_chart_until_then(chart, cache):
    chart.open("MSFT")
    cache.is_holding = True
    n_paints = chart.view.canvas.n_paints
    chart.feed.open("AAPL", INTERVALS["1d"])
    chart.settle()
    assert chart.model.series.symbol == "MSFT"
    assert chart.view.canvas.n_paints == n_paints
    cache.is_holding = False
    cache.release()
    chart.settle()
    assert chart.model.series.symbol == "AAPL"
    assert chart.view.canvas.n_paints == n_paints + 1


def test_a_loaded_date_is_shown_in_the_middle_without_asking(chart, cache):
    chart.open("MSFT")
    n_asked = len(cache.requests)
    time = int(chart.model.series.bars.open_time[-200])
    chart.model.go_to(time)
    assert chart.positions()[time] == pytest.approx(chart.model.placed.view.width / 2)
    assert len(cache.requests) <= n_asked + 1


def test_a_date_far_away_is_loaded_directly(chart, cache):
    cache.add("LONG", "5m", make_bars(60_000, FIVE))
    chart.open("LONG", "5m")
    time = int(cache.bars["LONG", "5m"].open_time[5_000])
    n_asked = len(cache.requests)
    chart.model.go_to(time + 60)
    chart.settle()
    asked = cache.requests[n_asked:]
    assert asked[0].anchor == time + 60
    assert sum(request.n_before + request.n_after for request in asked) < 5_000
    assert chart.positions()[time] == pytest.approx(
        chart.model.placed.view.width / 2, abs=chart.model.placed.view.spacing
    )
    chart.model.go_latest()
    chart.settle()
    assert chart.model.is_latest_visible()


def test_a_date_that_is_not_stored_yet_is_waited_for_with_the_previous_chart(chart, cache, qtbot):
    chart.open()
    full = cache.bars["AAPL", "1d"]
    time = int(full.open_time[100])
    before = chart.positions()
    with qtbot.waitSignal(chart.feed.waiting_changed, check_params_cb=lambda text: text.startswith("Loading")):
        chart.model.go_to(time)
    assert chart.positions() == before
    cache.store_older("AAPL", "1d", 3_000)
    chart.settle()
    assert time in chart.positions()


def test_a_date_without_bars_around_it_is_reported(chart, cache, qtbot):
    chart.open("MSFT")
    before, shown = chart.positions(), chart.model.series
    cache.is_holding = True
    chart.model.go_to(int(shown.bars.open_time[0]) - 9_000 * DAY_S)
    request, future = cache.held.pop()
    cache.is_holding = False
    nothing = replace(cache.answer(request), bars=Bars.empty(), edge=EdgeState.START, edge_reason="nothing so early")
    with qtbot.waitSignal(chart.feed.failed) as failed:
        future.set_result(nothing)
    assert failed.args == ["nothing so early"]
    chart.settle()
    assert chart.positions() == before
    assert cache.requests[-1].anchor != request.anchor, "the cache follows what was asked for last"


def test_a_date_before_the_first_bar_shows_the_first(chart, cache):
    chart.open("MSFT")
    first = int(cache.bars["MSFT", "1d"].open_time[0])
    chart.model.go_to(first - 5_000 * DAY_S)
    chart.settle()
    assert first in chart.positions()


def test_another_symbol_ends_the_wait_for_a_date(chart, cache):
    chart.open()
    chart.model.go_to(int(cache.bars["AAPL", "1d"].open_time[100]))
    chart.settle()
    chart.open("MSFT")
    cache.store_older("AAPL", "1d", 3_000)
    chart.settle()
    assert chart.model.series.symbol == "MSFT"
    assert chart.model.is_latest_visible()


def test_a_window_is_made_ready_on_the_thread_that_brings_it(chart, cache, monkeypatch):
    chart.open("MSFT")
    built_on = []
    build = Series.from_reply
    monkeypatch.setattr(Series, "from_reply", lambda reply: (built_on.append(threading.get_ident()), build(reply))[1])
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    thread = threading.Thread(target=cache.release)
    thread.start()
    thread.join()
    chart.settle()
    assert built_on == [thread.ident]
    assert chart.model.series.symbol == "AAPL"


def test_home_loads_the_first_bar_directly(chart, cache):
    cache.add("LONG", "1d", make_bars(9_000))
    chart.open("LONG")
    n_asked = len(cache.requests)
    chart.model.go_first()
    chart.settle()
    assert int(cache.bars["LONG", "1d"].open_time[0]) in chart.positions()
    assert sum(request.n_before + request.n_after for request in cache.requests[n_asked:]) < 3_000
    assert chart.model.series.edge is EdgeState.START
    before = chart.model.placed.left_edge
    chart.model.go_first()
    assert before == chart.model.placed.left_edge
    assert -10 < before < 0
