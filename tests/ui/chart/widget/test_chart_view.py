from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from candledesk.domain.prices.oddity import Oddity
from candledesk.ui.chart.core.crosshair import snap_crosshair
from candledesk.ui.chart.core.frame import TextMetrics
from candledesk.ui.chart.core.options import ChartOptions, Magnet, PriceMode, WheelZoom
from candledesk.ui.chart.core.time_ticks import format_open_time
from candledesk.ui.chart.widget.chart_model import ChartModel
from tests.fake_data import make_bars
from tests.ui.conftest import copied_areas

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT = Qt.MouseButton.LeftButton


def _wheel(chart, x, dy=120, dx=0, modifiers=NONE):
    at = QPointF(x, 200)
    event = QWheelEvent(
        at, at, QPoint(), QPoint(dx, dy), Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False
    )
    chart.qapp.sendEvent(chart.view.viewport(), event)
    chart.settle()


def _mouse(chart, kind, x, y, buttons=LEFT):
    at = QPointF(x, y)
    button = LEFT if kind != QEvent.Type.MouseMove else Qt.MouseButton.NoButton
    event = QMouseEvent(kind, at, chart.view.mapToGlobal(at), button, buttons, NONE)
    chart.qapp.sendEvent(chart.view.viewport(), event)
    chart.settle()


def _drag(chart, start, end):
    _mouse(chart, QEvent.Type.MouseButtonPress, *start)
    _mouse(chart, QEvent.Type.MouseMove, *end)
    _mouse(chart, QEvent.Type.MouseButtonRelease, *end, buttons=Qt.MouseButton.NoButton)


def _row_at(chart, x):
    placed = chart.model.placed
    return placed.axis.row_at(placed.logical_at(x))


@pytest.fixture
def opened(chart):
    return chart.open("MSFT")


@pytest.mark.parametrize("dy", [120, -120, 15, 480])
@pytest.mark.parametrize("x", [400, 500, 801])
def test_the_bar_under_the_cursor_stays_after_the_wheel(opened, x, dy):
    opened.model.pan(4_000)  # the latest bar is off screen
    opened.settle()
    placed = opened.model.placed
    row = placed.axis.row_at(placed.logical_at(x))
    before = placed.x_of(row)
    under = placed.logical_at(x)
    _wheel(opened, x, dy)
    after = opened.model.placed
    assert after.x_of(under) == pytest.approx(x, abs=0.5)
    assert abs(after.x_of(row) - before) <= abs(before - x) * 0.11 + 0.5


def test_one_notch_zooms_by_a_tenth(opened):
    spacing = opened.model.placed.view.spacing
    _wheel(opened, 500)
    assert opened.model.placed.view.spacing == pytest.approx(spacing * 1.1)


@pytest.mark.parametrize("dy", [120, -120])
def test_the_wheel_keeps_the_right_edge_while_the_latest_bar_is_on_screen(opened, dy):
    edge = opened.model.placed.right_edge
    _wheel(opened, 300, dy)
    assert opened.model.placed.right_edge == pytest.approx(edge)


def test_ctrl_wheel_keeps_the_bar_under_the_cursor(opened):
    under = opened.model.placed.logical_at(300)
    _wheel(opened, 300, modifiers=CTRL)
    assert opened.model.placed.x_of(under) == pytest.approx(300)


def test_with_the_cursor_as_a_choice_ctrl_has_the_right_edge(opened):
    opened.model.set_options(ChartOptions(wheel=WheelZoom.CURSOR))
    under = opened.model.placed.logical_at(300)
    _wheel(opened, 300)
    assert opened.model.placed.x_of(under) == pytest.approx(300)
    edge = opened.model.placed.right_edge
    _wheel(opened, 300, modifiers=CTRL)
    assert opened.model.placed.right_edge == pytest.approx(edge)


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("modifiers", [NONE, CTRL])
def test_zooming_out_never_leaves_a_third_of_the_chart_empty(chart, cache, is_right, modifiers):
    cache.add("SHORT", "1d", make_bars(400))
    chart.open("SHORT")
    if not is_right:
        chart.model.go_first()
    for _ in range(60):
        _wheel(chart, 60 if is_right else 700, -120, modifiers=modifiers)
        placed = chart.model.placed
        width = placed.view.width
        assert placed.x_of(-0.5) <= width / 3 + 1
        assert placed.x_of(399.5) >= width * 2 / 3 - 1 or placed.x_of(399.5) - placed.x_of(-0.5) > width
    assert placed.x_of(399.5) - placed.x_of(-0.5) == pytest.approx(width / 1.25)


@pytest.mark.parametrize(("dx", "dy", "modifiers"), [(120, 0, NONE), (0, 120, SHIFT)])
def test_the_horizontal_wheel_pans_eighty_pixels(opened, dx, dy, modifiers):
    opened.model.pan(500)
    before = opened.positions()
    _wheel(opened, 300, dy, dx, modifiers)
    after = opened.positions()
    shared = before.keys() & after.keys()
    assert {round(after[time] - before[time], 6) for time in shared} == {80.0}


def test_a_drag_is_one_to_one_and_leaves_the_price_on_autoscale(opened):
    before = opened.positions()
    _drag(opened, (300, 200), (437, 260))
    after = opened.positions()
    assert {round(after[time] - before[time], 6) for time in before.keys() & after.keys()} == {137.0}
    assert opened.model.scene.price_range is None


def test_each_change_of_the_range_is_painted_exactly_once(opened, monkeypatch):
    opened.model.pan(500)  # the button to the latest bar is there already
    _mouse(opened, QEvent.Type.MouseMove, 500, 200, buttons=Qt.MouseButton.NoButton)
    copies = copied_areas(opened, monkeypatch)
    for move in range(10):
        n_paints = opened.view.canvas.n_paints
        opened.model.pan(5)
        opened.model.zoom(300, 1.01)
        opened.settle()
        assert opened.view.canvas.n_paints == n_paints + 1, move
        _wheel(opened, 400)
        assert opened.view.canvas.n_paints == n_paints + 2, move
        assert not copies, move


def test_the_crosshair_paints_no_bars(opened):
    _mouse(opened, QEvent.Type.MouseMove, 300, 200, buttons=Qt.MouseButton.NoButton)
    n_paints = opened.view.canvas.n_paints
    for x in range(300, 500, 7):
        _mouse(opened, QEvent.Type.MouseMove, x, 200, buttons=Qt.MouseButton.NoButton)
    assert opened.view.canvas.n_paints == n_paints
    assert opened.view.point is not None


def test_the_crosshair_repaints_a_small_part(opened, monkeypatch):
    areas = copied_areas(opened, monkeypatch)
    for x in range(300, 500, 20):
        _mouse(opened, QEvent.Type.MouseMove, x, 200, buttons=Qt.MouseButton.NoButton)
    assert len(areas) >= 10
    assert sum(areas) / 10 < 0.25 * opened.view.width() * opened.view.height()


def test_what_is_copied_under_the_crosshair_is_what_was_painted(opened):
    before = opened.view.grab().toImage()
    for x in range(300, 500, 20):
        _mouse(opened, QEvent.Type.MouseMove, x, 200, buttons=Qt.MouseButton.NoButton)
    opened.qapp.sendEvent(opened.view, QEvent(QEvent.Type.Leave))
    opened.settle()
    assert opened.view.grab().toImage() == before


def test_the_crosshair_leaves_no_trail_on_the_screen(opened):
    def on_screen():
        return opened.view.screen().grabWindow(opened.view.winId()).toImage()

    bare = on_screen()
    for x, y in [(100, 60), (420, 30), (423, 31), (640, 300), (641, 470), (90, 20), (400, 200)]:
        _mouse(opened, QEvent.Type.MouseMove, x, y, buttons=Qt.MouseButton.NoButton)
        assert on_screen() != bare
        assert on_screen() == opened.view.grab().toImage(), (x, y)  # which paints all of it
    opened.qapp.sendEvent(opened.view, QEvent(QEvent.Type.Leave))
    assert on_screen() == bare


def test_the_crosshair_snaps_to_bar_and_close(opened):
    frame, series = opened.model.frame(), opened.model.series
    point = snap_crosshair(frame, series, 403.0, 150.0, Magnet.CLOSE)
    assert point is not None
    assert point.x == round(frame.device_x(point.row))
    assert point.value_text == f"{series.bars.close[point.row]:,.2f}"
    free = snap_crosshair(frame, series, 403.0, 150.0, Magnet.FREE)
    assert free is not None
    assert free.y == 150


def test_behind_the_latest_bar_the_crosshair_shows_bars_to_come(opened):
    latest = int(opened.model.series.bars.open_time[-1])
    opened.cache.upcoming = latest + np.array([3, 4, 5, 6, 7]) * 86_400
    opened.cache.emit_stored("MSFT", "1d")
    opened.settle()
    placed = opened.model.placed
    x = placed.x_of(placed.n_bars + 1) + 1
    _mouse(opened, QEvent.Type.MouseMove, x, 200, buttons=Qt.MouseButton.NoButton)
    point = opened.view.point
    assert (point.slot, point.row, point.y) == (placed.n_bars + 1, placed.n_bars - 1, 200)
    assert point.x == round(placed.x_of(placed.n_bars + 1))
    assert f"{opened.model.series.bars.close[-1]:,.2f}" in opened.view.legend
    opens = datetime.fromtimestamp(latest + 4 * 86_400, UTC)
    assert format_open_time(opened.model.series.calendar, point.slot) == f"{opens:%a %d %b %Y}"


def test_legend_and_crosshair_say_why_the_hovered_bar_is_flagged(opened):
    bars = opened.cache.bars["MSFT", "1d"]
    row = _row_at(opened, 300)
    time = int(opened.model.series.bars.open_time[row])
    assert time in bars.open_time
    opened.cache.flags["MSFT", "1d"] = {time: int(Oddity.SESSION | Oddity.UNIT)}
    opened.cache.emit_stored("MSFT", "1d")
    opened.settle()
    words = "sent in the other unit of the currency, converted; session that the calendar lacks"
    assert words not in opened.view.legend
    before = opened.view.grab().toImage()
    _mouse(opened, QEvent.Type.MouseMove, 300, 200, buttons=Qt.MouseButton.NoButton)
    assert f"Odd bar: {words}" in opened.view.legend
    assert opened.view.point.flag_text == words
    hovered = opened.view.grab().toImage()
    _mouse(opened, QEvent.Type.MouseMove, 330, 200, buttons=Qt.MouseButton.NoButton)
    assert opened.view.point.flag_text == ""
    assert words not in opened.view.legend
    opened.qapp.sendEvent(opened.view, QEvent(QEvent.Type.Leave))
    assert opened.view.grab().toImage() == before  # nothing is left behind
    assert hovered != before


def test_the_legend_follows_the_hovered_bar(opened):
    series = opened.model.series
    assert f"{series.bars.close[-1]:,.2f}" in opened.view.legend
    _mouse(opened, QEvent.Type.MouseMove, 300, 200, buttons=Qt.MouseButton.NoButton)
    row = _row_at(opened, 300)
    assert f"{series.bars.open[row]:,.2f}" in opened.view.legend
    assert "MSFT" in opened.view.legend
    opened.qapp.sendEvent(opened.view, QEvent(QEvent.Type.Leave))
    assert f"{series.bars.close[-1]:,.2f}" in opened.view.legend
    assert opened.view.point is None


def test_the_price_axis_scales_and_resets(opened):
    x = opened.view.width() - 10
    _drag(opened, (x, 200), (x, 260))
    scaled = opened.model.scene.price_range
    assert scaled is not None
    _drag(opened, (300, 200), (300, 240))
    assert opened.model.scene.price_range != scaled
    _mouse(opened, QEvent.Type.MouseButtonDblClick, x, 200)
    assert opened.model.scene.price_range is None


def test_another_symbol_restores_autoscale(opened):
    opened.model.price_axis.scale(2)
    opened.open("AAPL")
    assert opened.model.scene.price_range is None


def test_the_time_axis_scales_about_the_right_edge_and_resets(opened):
    y = opened.view.height() - 8
    edge, spacing = opened.model.placed.right_edge, opened.model.placed.view.spacing
    _drag(opened, (400, y), (500, y))
    assert opened.model.placed.right_edge == pytest.approx(edge)
    assert opened.model.placed.view.spacing > spacing
    _mouse(opened, QEvent.Type.MouseButtonDblClick, 400, y)
    assert opened.model.placed.view.spacing == 8.0


def test_resize_keeps_right_edge_and_spacing(opened):
    opened.model.pan(333)
    before = opened.model.placed
    row = before.visible()[1] - 2
    from_right = before.view.width - before.x_of(row)
    opened.view.resize(700, 420)
    opened.settle()
    after = opened.model.placed
    assert after.right_edge == pytest.approx(before.right_edge)
    assert after.view.spacing == before.view.spacing
    assert after.view.width == before.view.width - 300
    assert after.view.width - after.x_of(row) == pytest.approx(from_right)


def test_the_button_leads_back_to_the_latest_bar(opened, qtbot):
    opened.model.pan(4_000)
    opened.settle()
    assert opened.view._latest_button.isVisible()
    opened.view._latest_button.click()
    qtbot.waitUntil(lambda: not opened.view._latest_button.isVisible(), timeout=3_000)
    assert opened.model.is_latest_visible()


def test_letters_and_digits_are_handed_on(opened, qtbot):
    typed = []
    opened.view.typed.connect(typed.append)
    for key in (Qt.Key.Key_M, Qt.Key.Key_5):
        qtbot.keyClick(opened.view, key)
    qtbot.keyClicks(opened.view, "^")
    assert typed == ["m", "5", "^"]


def test_log_and_inverted_axes(opened):
    low, high = 100.0, 120.0
    scale = opened.model.frame().price
    assert scale.y_of(low) > scale.y_of(high)
    opened.model.price_axis.set_mode(PriceMode.LOG)
    assert opened.model.frame().price.range.is_log
    opened.model.price_axis.set_inverted(is_on=True)
    inverted = opened.model.frame().price
    assert inverted.y_of(low) < inverted.y_of(high)


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0])
def test_the_chart_paints_each_pixel_of_which_it_has_a_part(qapp, dpr):
    """At 1.5 a row of old volume columns stayed between the time axis and the coverage strip."""
    model = ChartModel()
    for side in range(401, 405):
        model.resize(side + 300.0, float(side), dpr, TextMetrics())
        panes = model.frame().panes
        assert 0 <= panes.height - side * dpr < 1
        assert 0 <= panes.width - (side + 300) * dpr < 1
