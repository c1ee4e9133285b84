"""The space right of the last bar is part of the chart: dates, and a free crosshair (WINDOW.md, rule 6)."""

from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.calendar.future_days import days_beyond
from candledesk.ui.chart.core.time_ticks import TimeAxisData, build_calendar, format_slot, time_ticks
from candledesk.ui.chart.core.viewport import Logical, Viewport
from tests.fake_data import make_bars


def weekdays_after(time, n):
    days = np.arange(time + DAY_S, time + 2 * n * DAY_S + 10 * DAY_S, DAY_S)
    return days[(days // DAY_S + 3) % 7 < 5][:n]


@pytest.fixture
def opened(chart, cache):
    bars = cache.bars["MSFT", "1d"]
    cache.upcoming = weekdays_after(int(bars.open_time[-1]), 30)
    return chart.open("MSFT")


def hover(chart, x, y=200):
    QTest.mouseMove(chart.view.viewport(), QPoint(round(x), y))
    chart.settle()
    return chart.view.point


def tag(chart, point):
    series = chart.model.series
    return format_slot(series.calendar, series.axis, point.slot)


def test_the_crosshair_goes_on_behind_the_bars_that_the_calendar_names(opened):
    opened.model.pan(-600)
    placed, series = opened.model.placed, opened.model.series
    known = placed.n_bars + 30
    point = hover(opened, placed.x_of(known - 1))
    assert tag(opened, point) == f"{datetime.fromtimestamp(int(opened.cache.upcoming[-1]), UTC):%a %d %b %Y}"
    beyond = hover(opened, placed.x_of(known + 20))
    assert beyond.x == round(placed.x_of(known + 20))
    assert beyond.y == 200  # no bar to snap to
    found = datetime.strptime(tag(opened, beyond), "%a %d %b %Y").replace(tzinfo=UTC).timestamp()
    expected = int(opened.cache.upcoming[-1]) + 21 * 1.4 * DAY_S  # five sessions a week
    assert abs(found - expected) < 3 * DAY_S
    assert beyond.row == len(series.bars) - 1  # the legend shows the latest bar


def test_the_time_axis_has_labels_in_all_of_the_space(opened):
    opened.model.pan(-600)
    placed = opened.model.placed
    ticks = time_ticks(opened.model.series.calendar, placed, 76)
    ahead = [tick for tick in ticks if tick.index >= placed.n_bars + 30]
    assert len(ahead) >= 2
    assert max(tick.index for tick in ticks) > placed.right_edge - 30
    gaps = np.diff([placed.x_of(tick.index) for tick in ticks])
    assert gaps.min() > 40


def ahead_of(bars, upcoming, n, *, is_daily=True):
    axis = BarAxis(bars.open_time, upcoming=upcoming)
    calendar = build_calendar(axis.slot_times, "UTC", is_daily=is_daily, n_upcoming=axis.n_upcoming)
    return axis, calendar, days_beyond(axis, calendar.local_s, n)


def test_a_month_ahead_begins_near_its_first_day():
    bars = make_bars(1_000)
    axis, calendar, _ = ahead_of(bars, weekdays_after(int(bars.open_time[-1]), 30), 0)
    view = Viewport(width=900).place(axis).moved(Logical(1_100), 8.0)
    ticks = time_ticks(calendar, view.place(axis), 76)
    texts = [tick.text for tick in ticks if tick.index > 1_030]
    assert "Feb" in texts
    assert "Mar" in texts
    february = next(tick for tick in ticks if tick.text == "Feb")
    start = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    assert abs(axis.time_at(february.index) - start) < 3 * DAY_S


def test_every_date_ahead_has_a_bar_of_its_own_and_none_has_two():
    bars = make_bars(600, INTERVALS["1h"])
    upcoming = bars.open_time[-6:] + 3 * DAY_S
    axis, _, (days, index) = ahead_of(bars, upcoming, 60, is_daily=False)
    assert np.all(np.diff(index) > 0)
    assert np.all(np.diff(days) > 0)
    assert index[0] >= axis.start_of(axis.n_slots)
    daily = make_bars(600)
    _, _, (days, index) = ahead_of(daily, weekdays_after(int(daily.open_time[-1]), 5), 50)
    assert np.all(np.diff(index) > 0)


def test_where_no_calendar_is_known_no_dates_are_made_up():
    bars = make_bars(300)
    axis = BarAxis(bars.open_time)
    calendar: TimeAxisData = build_calendar(axis.slot_times, "UTC", is_daily=True)
    view = Viewport(width=900).place(axis).moved(Logical(380), 8.0)
    assert max(tick.index for tick in time_ticks(calendar, view.place(axis), 76)) < 300


def test_bars_that_are_not_loaded_are_no_future(opened, cache):
    cache.add("LONG", "1d", make_bars(9_000))
    opened.open("LONG")
    opened.model.go_first()
    opened.settle()
    placed, series = opened.model.placed, opened.model.series
    assert not series.at_latest
    cache.is_holding = True
    opened.model.move_to(placed.n_bars + 50)
    point = hover(opened, opened.model.placed.x_of(placed.n_bars + 20))
    assert point.slot == placed.n_bars - 1
    cache.is_holding = False
    cache.release()
