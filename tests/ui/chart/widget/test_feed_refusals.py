"""A series that cannot be shown: the previous chart stays, an empty one says why and tries again."""

from dataclasses import replace

from candledesk.cache.events import LimiterChanged
from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.chart_messages import NO_SYMBOL
from tests.fake_data import make_bars


def test_going_back_from_a_refused_symbol_asks_for_the_previous_chart_again(chart, cache):
    chart.open()
    chart.feed.open("NOSUCH", INTERVALS["1d"])
    chart.settle()
    assert cache.requests[-1].symbol == "AAPL", "the cache follows one series per view and dropped this one's fills"
    n_asked = len(cache.requests)
    chart.settle()
    assert len(cache.requests) == n_asked


def test_going_back_from_a_refused_symbol_stays_where_it_was(chart, cache):
    """Far back, with a window that does not reach the latest bar, the chart jumped to the newest window."""
    cache.add("LONG", "1d", make_bars(9_000))
    chart.open("LONG")
    chart.model.go_first()
    chart.settle()
    assert not chart.model.series.at_latest
    before = chart.positions()
    chart.feed.open("NOSUCH", INTERVALS["1d"])
    chart.settle()
    assert chart.model.series.symbol == "LONG"
    assert chart.positions() == before


def test_a_refusal_names_its_symbol(chart):
    chart.open("NOSUCH")
    assert chart.model.scene.notice.title == "NOSUCH cannot be opened now"


def test_the_chart_knows_when_there_is_no_network(chart, cache):
    chart.open()
    assert not chart.model.scene.is_offline
    cache.emit(LimiterChanged(replace(cache.limiter, is_offline=True)))
    chart.settle()
    assert chart.model.scene.is_offline


def go(cache, chart, *, is_offline):
    cache.emit(LimiterChanged(replace(cache.limiter, is_offline=is_offline)))
    chart.settle()


def test_an_empty_chart_opens_what_was_refused_once_the_network_is_back(chart, cache, qtbot):
    go(cache, chart, is_offline=True)
    chart.open("NVDA")
    assert chart.model.scene.notice.title == "NVDA cannot be opened now"
    assert "when the network is back" in chart.model.scene.notice.detail
    assert chart.feed.target == ("NVDA", INTERVALS["1d"])
    cache.add("NVDA", "1d", make_bars(500))
    go(cache, chart, is_offline=False)
    assert (chart.model.series.symbol, chart.model.scene.notice) == ("NVDA", None)


def test_an_empty_chart_opens_what_was_refused_when_it_may_be_tried_again(chart, cache):
    """The cache reports it by an event of the series, as of a window that failed."""
    chart.open("NVDA")
    cache.add("NVDA", "1d", make_bars(500))
    cache.emit_stored("NVDA", "1d")
    chart.settle()
    assert chart.model.series.symbol == "NVDA"


def test_the_same_refusal_again_is_not_reported(chart, cache):
    reported = []
    chart.feed.failed.connect(reported.append)
    chart.open("NVDA")
    for is_offline in (True, False, True):
        go(cache, chart, is_offline=is_offline)  # which puts other words into the chart
        cache.emit_stored("NVDA", "1d")
        chart.settle()
    assert len(reported) == 1
    chart.open("NVDA")
    assert len(reported) == 2, "the user asked again"


def test_a_chart_with_bars_asks_nothing_when_the_network_is_back(chart, cache):
    chart.open("MSFT")
    n_asked = len(cache.requests)
    go(cache, chart, is_offline=True)
    go(cache, chart, is_offline=False)
    assert len(cache.requests) == n_asked


def test_a_chart_without_bars_becomes_the_next_symbols_at_once(chart, cache):
    """It said of the former symbol that it cannot be opened, and nothing of the one that was looked up."""
    chart.open("NVDA")
    cache.is_holding = True
    chart.feed.open("MSFT", INTERVALS["1d"])
    request, future = cache.held.pop()
    empty = replace(cache.answer(request), bars=Bars.empty(), instrument=None, edge=EdgeState.LOADING)
    future.set_result(empty)
    chart.settle()
    assert (chart.model.series.symbol, chart.model.scene.notice.title) == ("MSFT", "Loading MSFT")


def test_a_chart_without_bars_does_not_go_back_to_the_previous_refusal(chart):
    chart.open("NVDA")
    chart.open("NOSUCH")
    assert chart.feed.target == ("NOSUCH", INTERVALS["1d"])
    assert chart.model.series.symbol == "NOSUCH"
    assert chart.model.scene.notice.title == "NOSUCH cannot be opened now"


def test_the_first_series_is_loaded_in_words_and_a_second_beside_the_first(chart, cache):
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    assert chart.model.scene.notice == NO_SYMBOL
    chart.feed.show_loading()
    assert chart.model.scene.notice.title == "Loading AAPL"
    cache.release()
    chart.settle()
    assert chart.model.scene.notice is None
    chart.feed.open("MSFT", INTERVALS["1d"])
    chart.feed.show_loading()
    assert chart.model.scene.notice is None


def test_trying_an_empty_chart_again_says_so_and_requests_it_once(chart, cache):
    cache.is_holding = True
    chart.feed.open("AAPL", INTERVALS["1d"])
    cache.held.pop()[1].set_exception(EnvironmentFaultError("The disk is full."))
    chart.settle()
    assert chart.model.scene.notice.title == "AAPL cannot be opened now"
    n_asked = len(cache.requests)
    chart.feed.try_again()
    assert chart.model.scene.notice.title == "Loading AAPL"
    assert len(cache.requests) == n_asked + 1
