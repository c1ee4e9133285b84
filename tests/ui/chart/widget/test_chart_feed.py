from dataclasses import replace

import pytest

from candledesk.cache.events import BarsStored, CoverageChanged, JobChanged, LimiterChanged, RefreshDue
from candledesk.cache.messages import EdgeState, JobState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.chart.core.feed.prefetch import MAX_ROWS
from tests.fake_data import NOW, make_bars, make_job


def test_opening_asks_once_for_three_screens(chart, cache):
    chart.open("MSFT")
    assert len(cache.requests) == 1
    assert cache.requests[0].n_before >= 3 * chart.model.placed.view.n_screen
    assert len(chart.model.series.bars) == cache.requests[0].n_before


def test_a_stale_reply_is_dropped(chart, cache):
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    chart.feed.open("MSFT", INTERVALS["1d"])
    late, early = cache.held
    late[1].set_result(cache.answer(late[0]))
    chart.settle()
    assert chart.model.series.symbol == ""
    early[1].set_result(cache.answer(early[0]))
    chart.settle()
    assert chart.model.series.symbol == "MSFT"


def test_a_reply_of_an_older_generation_is_dropped(chart, cache):
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    request, future = cache.held[0]
    future.set_result(cache.answer(replace(request, generation=request.generation - 1)))
    chart.settle()
    assert chart.model.series.symbol == ""


def test_one_request_is_in_flight_and_the_latest_wins(chart, cache):
    chart.open("MSFT")
    cache.is_holding = True
    n_before = len(cache.requests)
    for _ in range(30):
        chart.model.pan(400)
    assert len(cache.requests) == n_before + 1
    cache.release()
    chart.settle()
    assert len(cache.requests) <= n_before + 2


def test_older_bars_move_nothing_even_mid_drag(chart, cache):
    chart.open()
    for _ in range(14):
        chart.model.pan(300)
        chart.settle()
    before = chart.positions()
    assert chart.model.series.edge is EdgeState.LOADING
    cache.store_older("AAPL", "1d", 900)
    chart.settle()
    after = chart.positions()
    assert len(after) > len(before)
    assert {time: after[time] for time in before} == pytest.approx(before, abs=1e-6)


def test_newer_bars_move_nothing_when_scrolled_back(chart, cache):
    full = cache.bars["MSFT", "1d"]
    cache.bars["MSFT", "1d"] = full.take(slice(0, 2_990))
    cache.n_stored["MSFT", "1d"] = 2_990
    chart.open("MSFT")
    chart.model.pan(900)
    chart.settle()
    before = chart.positions()
    cache.add("MSFT", "1d", full)
    cache.emit_stored("MSFT", "1d")
    chart.settle()
    assert int(chart.model.series.bars.open_time[-1]) == int(full.open_time[-1])
    assert chart.positions() == pytest.approx(before, abs=1e-6)


def test_a_newer_bar_shifts_the_view_when_the_latest_is_visible(chart, cache):
    full = cache.bars["MSFT", "1d"]
    cache.add("MSFT", "1d", full.take(slice(0, 2_999)))
    chart.open("MSFT")
    x = chart.model.placed.x_of(len(chart.model.series.bars) - 1)
    cache.add("MSFT", "1d", full)
    cache.emit_stored("MSFT", "1d")
    chart.settle()
    assert chart.model.placed.x_of(len(chart.model.series.bars) - 1) == pytest.approx(x)


def test_nothing_is_asked_after_the_start_of_history(chart, cache):
    chart.open("MSFT")
    chart.model.fit()
    chart.settle()
    assert chart.model.series.edge is EdgeState.START
    n_asked = len(cache.requests)
    for _ in range(20):
        chart.model.pan(200)
        chart.settle()
    assert len(cache.requests) == n_asked


def test_a_loading_edge_is_not_asked_in_circles(chart, cache):
    chart.open()
    for _ in range(10):
        chart.model.pan(400)
        chart.settle()
    n_asked = len(cache.requests)
    for _ in range(50):
        chart.model.pan(0.5)
        chart.model.pan(-0.5)
        chart.settle()
    assert len(cache.requests) <= n_asked + 1


def test_an_unknown_symbol_keeps_the_previous_chart_and_says_so(chart, qtbot):
    chart.open("MSFT")
    with qtbot.waitSignal(chart.feed.failed) as failed:
        chart.feed.open("NOSUCH", INTERVALS["1d"])
    assert "NOSUCH" in failed.args[0]
    assert chart.model.series.symbol == "MSFT"
    assert chart.feed.target == ("MSFT", INTERVALS["1d"])


def test_a_lookup_that_fails_later_is_reported_by_its_job(chart, cache, qtbot):
    chart.open("MSFT")
    cache.is_holding = True
    chart.feed.open("NOSUCH", INTERVALS["1d"])
    request, future = cache.held.pop()
    future.set_result(replace(cache.answer(request), edge=EdgeState.LOADING, error=""))
    chart.settle()
    assert chart.feed.target == ("NOSUCH", INTERVALS["1d"])
    cache.is_holding = False
    with qtbot.waitSignal(chart.feed.failed):
        cache.emit(JobChanged(make_job(state=JobState.FAILED, symbol="NOSUCH")))
    assert chart.feed.target == ("MSFT", INTERVALS["1d"])


def test_another_symbol_or_interval_does_not_ask(chart, cache):
    chart.open("MSFT")
    n_asked = len(cache.requests)
    cache.emit_stored("AAPL", "1d")
    cache.emit_stored("MSFT", "5m")
    chart.settle()
    assert len(cache.requests) == n_asked


def test_a_derived_interval_follows_its_base(chart, cache):
    cache.add("MSFT", "1wk", make_bars(300))
    chart.open("MSFT", "1wk")
    n_asked = len(cache.requests)
    cache.emit_stored("MSFT", "1d")
    chart.settle()
    assert len(cache.requests) == n_asked + 1


def test_a_window_does_not_grow_with_the_series(chart, cache, qtbot):
    cache.add("LONG", "1d", make_bars(200_000, end=5_900_000_000))
    chart.open("LONG")
    for _ in range(60):
        chart.model.zoom_right(0.7)
        chart.settle()
        assert len(chart.model.series.bars) <= 90 * chart.model.placed.view.width  # 16 rows a pixel, 5.5 screens
    assert chart.model.placed.n_bars == 200_000
    chart.model.zoom_right(5_000)
    for _ in range(12):
        chart.model.pan(20_000)
        chart.settle()
        before = chart.positions()
        assert len(chart.model.series.bars) <= MAX_ROWS
    assert before
    chart.view.animate_latest()
    qtbot.waitUntil(chart.model.is_latest_visible, timeout=3_000)


def go(cache, chart, *, is_offline):
    cache.emit(LimiterChanged(replace(cache.limiter, is_offline=is_offline)))
    chart.settle()


def test_a_chart_without_bars_says_that_the_network_is_missing_and_asks_when_it_is_back(chart, cache):
    cache.add("EMPTY", "1d", make_bars(500), n_stored=0)
    chart.open("EMPTY")
    assert chart.model.scene.notice.title == "Loading EMPTY"
    n_asked = len(cache.requests)
    go(cache, chart, is_offline=False)
    go(cache, chart, is_offline=True)
    assert chart.model.scene.notice.title == "No 1d bars of EMPTY are stored"
    go(cache, chart, is_offline=True)
    assert len(cache.requests) == n_asked
    go(cache, chart, is_offline=False)
    assert len(cache.requests) == n_asked + 1


def test_a_chart_is_reported_as_opened_once_for_each_series(chart, cache):
    opened = []
    chart.feed.opened.connect(lambda: opened.append(chart.model.series.symbol))
    chart.open("AAPL")
    assert opened == ["AAPL"]
    cache.store_older("AAPL", "1d", 900)
    chart.settle()
    chart.open("MSFT")
    assert opened == ["AAPL", "MSFT"]


def test_a_failed_look_up_is_tried_again_once(chart, cache, qtbot):
    chart.feed._retry.setInterval(1)
    cache.add("EMPTY", "1d", make_bars(500), n_stored=0)
    chart.open("EMPTY")
    n_asked = len(cache.requests)
    cache.emit(JobChanged(make_job(state=JobState.FAILED, symbol="EMPTY")))
    qtbot.waitUntil(lambda: len(cache.requests) > n_asked)
    qtbot.wait(50)
    assert len(cache.requests) == n_asked + 1


def test_a_closed_chart_is_not_called(chart, cache):
    cache.is_holding = True
    chart.feed.open("MSFT", INTERVALS["1d"])
    chart.feed.close()
    cache.release()
    chart.settle()
    assert chart.model.series.symbol == ""


def test_bars_stored_beyond_a_cut_window_ask_nothing(chart, cache):
    chart.open("MSFT")
    assert chart.model.series.edge is EdgeState.MORE
    n_asked = len(cache.requests)
    cache.emit(BarsStored("MSFT", INTERVALS["1d"], Span(0, 1_000_000), 2))
    chart.settle()
    assert len(cache.requests) == n_asked


@pytest.mark.parametrize(
    ("event", "is_asked"),
    [
        (CoverageChanged("MSFT", INTERVALS["1d"], Span(0, NOW), 1), True),
        (CoverageChanged("AAPL", INTERVALS["1d"], Span(0, NOW), 1), False),
        (RefreshDue("MSFT", INTERVALS["1d"]), True),
        (RefreshDue("MSFT", INTERVALS["1h"]), False),
        (RefreshDue(), True),
    ],
)
def test_what_became_known_of_the_series_is_read_again(chart, cache, event, is_asked):
    chart.open("MSFT")
    n_asked = len(cache.requests)
    cache.emit(event)
    chart.settle()
    assert (len(cache.requests) > n_asked) == is_asked


def test_a_reply_that_changes_nothing_paints_nothing(chart, cache):
    chart.open("MSFT")
    n_paints = chart.view.canvas.n_paints
    cache.emit_stored("MSFT", "1d")
    chart.settle()
    assert chart.view.canvas.n_paints == n_paints


@pytest.mark.allow_logs
def test_a_bug_behind_the_api_is_reported(chart, cache, qtbot):
    chart.open("MSFT")
    cache.is_holding = True
    with qtbot.waitSignal(chart.feed.failed) as failed:
        chart.feed.open("AAPL", INTERVALS["1d"])
        cache.held[0][1].set_exception(ZeroDivisionError())
    assert "log" in failed.args[0]


def test_fit_goes_on_until_every_stored_bar_is_shown(chart, cache):
    chart.open("MSFT")
    chart.model.fit()
    chart.settle()
    assert len(chart.model.series.bars) == 3_000
    assert chart.model.placed.visible() == (0, 3_000)


def test_a_date_that_is_set_while_another_symbol_is_loaded_is_shown_of_that(chart, cache):
    """The reply was dropped because it was not of that date, and the symbol never came."""
    chart.open("AAPL")
    cache.is_holding = True
    chart.feed.open("MSFT", INTERVALS["1d"])
    date = int(cache.bars["MSFT", "1d"].open_time[200])
    chart.model.date_requested.emit(date)
    cache.is_holding = False
    cache.release()
    chart.settle()
    assert chart.model.series.symbol == "MSFT"
    assert date in chart.positions()


def test_a_cancelled_request_leaves_the_chart_as_it_is(chart, cache):
    chart.open("MSFT")
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    cache.held.pop()[1].cancel()
    chart.settle()
    assert chart.model.series.symbol == "MSFT"
    assert not chart.feed.is_loading


def test_a_slot_that_opens_another_chart_is_handled_after_the_first(chart, cache):
    """A slot of ``failed`` may open a chart while the feed handles the refusal."""
    chart.open("MSFT")
    chart.feed.failed.connect(lambda _text: chart.feed.open("AAPL", INTERVALS["5m"]))
    chart.feed.open("NOSUCH", INTERVALS["1d"])
    chart.settle()
    assert (chart.model.series.symbol, chart.model.series.interval.name) == ("AAPL", "5m")
    assert cache.followed == [("AAPL", "5m")]
