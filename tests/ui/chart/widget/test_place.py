"""Another symbol or interval is shown at the place where the chart looks (WINDOW.md, rule 1)."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.series_view import ChartPlace
from tests.fake_data import NOW, make_bars


@pytest.fixture
def opened(chart, cache):
    cache.store_older("AAPL", "1d", 3_000)
    chart.said = []
    chart.model.said.connect(chart.said.append)
    return chart.open("AAPL", "1d")


def drag(chart, n_px):
    """Drag the bars to the right, in steps of 400 pixels."""
    target = chart.view.viewport()
    while n_px > 0:
        step, start = min(400, n_px), QPoint(200, 250)
        QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(target, start + QPoint(step, 0))
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=start + QPoint(step, 0))
        n_px -= step
        chart.settle()


def right_bar(chart):
    """The open time of the bar at the right edge, of which at least a part is on screen."""
    placed = chart.model.placed
    return int(placed.open_time[math.ceil(placed.right_edge + 0.5) - 1])


def test_another_symbol_is_shown_at_the_same_date_and_spacing(opened):
    drag(opened, 8_000)
    before, x = right_bar(opened), opened.model.placed.x_of(opened.model.placed.axis.row_of(right_bar(opened)))
    spacing = opened.model.scene.viewport.spacing
    opened.open("MSFT", "1d")
    assert opened.model.series.symbol == "MSFT"
    assert right_bar(opened) == before
    assert opened.model.placed.x_of(opened.model.placed.axis.row_of(before)) == pytest.approx(x, abs=0.5)
    assert opened.model.scene.viewport.spacing == spacing
    assert opened.said == []


def test_the_scale_mode_stays_and_the_prices_of_another_symbol_are_fitted(opened):
    opened.model.price_axis.set_mode(PriceMode.LOG)
    opened.model.price_axis.scale(2.0)
    opened.open("MSFT", "1d")
    assert opened.model.scene.price_mode is PriceMode.LOG
    assert opened.model.scene.price_range is None


def test_another_interval_shows_the_same_date_at_the_right_edge_and_back_again(opened, cache):
    cache.add("AAPL", "1h", make_bars(20_000, INTERVALS["1h"]))
    drag(opened, 8_000)
    day = right_bar(opened)
    opened.open("AAPL", "1h")
    assert day < right_bar(opened) < day + DAY_S
    opened.open("AAPL", "1d")
    assert right_bar(opened) == day


def test_at_the_latest_bar_it_stays_at_the_latest_with_the_same_room(opened):
    drag(opened, 30)
    right = opened.model.place().right_bars
    opened.open("MSFT", "1d")
    assert opened.model.is_latest_visible()
    assert opened.model.place() == ChartPlace(None, right, opened.model.scene.viewport.spacing)


def test_a_series_that_begins_later_shows_its_first_bar_and_says_so(opened, cache):
    cache.add("NEW", "1d", make_bars(300, seed=5))
    drag(opened, 8_000)
    opened.open("NEW", "1d")
    first = int(opened.model.series.bars.open_time[0])
    assert opened.model.placed.x_of(0) < opened.model.placed.view.width / 4
    assert opened.said == [f"1d bars of NEW begin on {date(first)}"]


def date(time):
    day = np.datetime64(int(time), "s").astype("datetime64[D]").item()
    return f"{day.day} {day:%b %Y}"


def test_a_series_that_ended_before_shows_its_last_bar_and_says_so(opened, cache):
    cache.add("OLD", "1d", make_bars(500, end=NOW - 2_000 * DAY_S, seed=5))
    drag(opened, 8_000)
    opened.open("OLD", "1d")
    last = int(opened.model.series.bars.open_time[-1])
    assert opened.model.is_latest_visible()
    assert opened.said == [f"OLD ends on {date(last)}"]


def test_bars_that_are_not_stored_yet_are_waited_for_at_their_place(opened, cache):
    cache.add("SLOW", "1d", make_bars(3_000, seed=9), n_stored=0)
    drag(opened, 8_000)
    before = right_bar(opened)
    opened.open("SLOW", "1d")
    assert not len(opened.model.series.bars)
    cache.store_older("SLOW", "1d", 3_000)
    opened.settle()
    assert right_bar(opened) == before


def test_once_it_is_there_the_place_can_be_left(opened, cache):
    drag(opened, 8_000)
    opened.open("MSFT", "1d")
    drag(opened, 800)
    moved = right_bar(opened)
    cache.emit_stored("MSFT", "1d")
    opened.settle()
    assert right_bar(opened) == moved


def test_a_place_outside_the_lookback_is_the_oldest_bar_there_is(opened, cache):
    cache.add("AAPL", "5m", make_bars(4_000, INTERVALS["5m"]))
    drag(opened, 12_000)
    opened.open("AAPL", "5m")
    assert right_bar(opened) > int(opened.model.series.bars.open_time[0])
    assert opened.model.placed.left_edge < 1
    assert opened.said == [f"5m bars of AAPL begin on {date(opened.model.series.bars.open_time[0])}"]
