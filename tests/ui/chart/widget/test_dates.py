"""To the first bar and to a date in one step; a sentence says when the chart went elsewhere (WINDOW.md, rule 8)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from candledesk.cache.events import LimiterChanged
from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import DAY_S, INTERVALS
from tests.fake_data import NOW, make_bars


@pytest.fixture
def said(chart):
    said = []
    chart.model.said.connect(said.append)
    chart.feed.failed.connect(said.append)
    return said


def date(time):
    day = datetime.fromtimestamp(int(time), UTC)
    return f"{day.day} {day:%b %Y}"


def go_offline(chart, cache):
    cache.limiter = replace(cache.limiter, is_offline=True)
    cache.emit(LimiterChanged(cache.limiter))
    chart.settle()


def at_left(chart, time):
    """Whether the bar of a time is the one at the left edge."""
    x = chart.positions().get(int(time))
    return x is not None and 0 <= x < 60


def test_home_of_a_listing_that_nobody_knows_is_the_first_bar_that_is_stored(chart, cache):
    cache.add("LONG", "1d", make_bars(9_000))
    cache.instruments["LONG"] = replace(cache.instruments["LONG"], first_open_time=None)
    chart.open("LONG")
    n_asked = len(cache.requests)
    chart.model.go_first()
    chart.settle()
    assert at_left(chart, cache.bars["LONG", "1d"].open_time[0])
    assert len(cache.requests) <= n_asked + 2


def test_home_reaches_bars_that_were_stored_before_the_lookback_ended(chart, cache):
    cache.add("AAPL", "1m", make_bars(9_000, INTERVALS["1m"]))
    cache.instruments["AAPL"] = replace(cache.instruments["AAPL"], first_open_time=NOW - 10 * DAY_S)
    chart.open("AAPL", "1m")
    chart.model.go_first()
    chart.settle()
    assert at_left(chart, cache.bars["AAPL", "1m"].open_time[0])


def test_home_without_a_network_is_the_first_bar_that_is_stored(chart, cache, said):
    cache.add("LONG", "1d", make_bars(9_000), n_stored=5_000)
    chart.open("LONG")
    go_offline(chart, cache)
    chart.model.go_first()
    chart.settle()
    assert at_left(chart, cache.bars["LONG", "1d"].open_time[-5_000])
    assert said == []


def test_a_date_before_the_first_bar_leads_there_and_says_so(chart, cache, said):
    cache.add("LONG", "1d", make_bars(9_000))
    first = int(cache.bars["LONG", "1d"].open_time[0])
    cache.instruments["LONG"] = replace(cache.instruments["LONG"], first_open_time=first)
    chart.open("LONG")
    chart.model.go_to(first - 4_000 * DAY_S)
    chart.settle()
    assert chart.model.series.edge is EdgeState.START
    assert at_left(chart, first)
    assert said == [f"LONG begins on {date(first)}"]


def test_a_date_behind_the_latest_bar_leads_there_and_says_so(chart, said):
    chart.open("MSFT")
    chart.model.go_to(NOW + 30 * DAY_S)
    last = int(chart.model.series.bars.open_time[-1])
    assert chart.model.is_latest_visible()
    assert said == [f"The latest bar of MSFT is of {date(last)}"]


def test_a_date_that_is_there_needs_no_words(chart, said):
    chart.open("MSFT")
    time = int(chart.model.series.bars.open_time[100])
    chart.model.go_to(time)
    chart.settle()
    assert chart.positions()[time] == pytest.approx(chart.model.placed.view.width / 2)
    chart.model.go_to(int(chart.model.series.bars.open_time[-1]) + 3_600)  # the latest bar's own day
    assert said == []


def test_a_date_that_cannot_be_had_without_a_network_says_why(chart, cache, said):
    cache.add("LONG", "1d", make_bars(9_000), n_stored=600)
    chart.open("LONG")
    go_offline(chart, cache)
    cache.bars["LONG", "1d"] = cache.bars["LONG", "1d"].take(slice(8_000, None))
    cache.n_stored["LONG", "1d"] = 0
    time = int(NOW - 9_000 * DAY_S)
    chart.model.go_to(time)
    chart.settle()
    assert said == [f"The bars of {date(time)} are not stored, and nothing can be fetched now."]


def test_home_and_end_say_so_where_nothing_is_left_to_do(chart, said):
    chart.open("MSFT")
    chart.view.animate_latest()
    assert said == ["The latest bar is on screen"]
    for _ in range(3):
        chart.model.go_first()
        chart.settle()
    first = int(chart.model.series.bars.open_time[0])
    assert said[1:] == [f"1d bars of MSFT begin on {date(first)}"] * (len(said) - 1)
    assert len(said) >= 2


def test_a_single_pane_cannot_be_maximised_and_says_so(chart, cache, said):
    bars = make_bars(300)
    cache.add("EURUSD=X", "1d", replace(bars, volume=bars.volume * 0))
    chart.open("EURUSD=X")
    QTest.mouseDClick(chart.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    assert said == ["There is only one pane"]
