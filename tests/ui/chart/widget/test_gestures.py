from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest

from candledesk.ui.chart.core.crosshair import snap_crosshair
from candledesk.ui.chart.core.interaction import kinetics
from candledesk.ui.chart.core.options import ChartOptions, Kinetic, Magnet
from candledesk.ui.chart.core.panes import MIN_PANE_PX, PRICE, VOLUME, Zone

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NONE = Qt.KeyboardModifier.NoModifier
PRESS, MOVE, RELEASE, DOUBLE = (
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
)  # fmt: skip


@pytest.fixture
def opened(chart):
    return chart.open("MSFT")


def _mouse(chart, kind, x, y, at_ms=0):
    at = QPointF(x, y)
    button = NO_BUTTON if kind == MOVE else LEFT
    event = QMouseEvent(kind, at, chart.view.mapToGlobal(at), button, LEFT, NONE)
    event.setTimestamp(at_ms)
    chart.qapp.sendEvent(chart.view.viewport(), event)
    chart.settle()


def _drag(chart, start, end, ms=0):
    _mouse(chart, PRESS, *start)
    for step in range(1, 5):
        x, y = (a + (b - a) * step / 4 for a, b in zip(start, end, strict=True))
        _mouse(chart, MOVE, x, y, step * ms)
    _mouse(chart, RELEASE, *end, 4 * ms + 1)


@pytest.fixture(scope="module")
def screen(qapp):
    """Return a touch screen; Qt keeps it for good."""
    return QTest.createTouchDevice()


def _touch(chart, screen, verb, *points):
    """Let every finger do ``verb``: press, move or release."""
    sequence = QTest.touchEvent(chart.view.viewport(), screen)
    for at, (x, y) in enumerate(points):
        getattr(sequence, verb)(at, QPoint(x, y), chart.view.viewport())
    sequence.commit()
    chart.settle()


def _separator_y(chart):
    frame = chart.model.frame()
    return (frame.panes.box(PRICE).bottom + frame.panes.box(VOLUME).top) / 2 / frame.dpr


def test_every_part_is_distinguished(opened):
    hit_at, width, height = opened.view._gestures.hit_at, opened.view.width(), opened.view.height()
    y = _separator_y(opened)
    assert hit_at(300, 100)[:2] == (Zone.PLOT, PRICE)
    assert hit_at(300, y)[:2] == (Zone.SEPARATOR, VOLUME)
    assert hit_at(300, y + 20)[:2] == (Zone.PLOT, VOLUME)
    assert hit_at(width - 5, 100)[:2] == (Zone.VALUE_AXIS, PRICE)
    assert hit_at(width - 5, y + 20)[:2] == (Zone.VALUE_AXIS, VOLUME)
    assert hit_at(300, height - 5).zone is Zone.TIME_AXIS


def test_the_separator_follows_the_mouse(opened):
    _drag(opened, (300, _separator_y(opened)), (300, 300))
    assert _separator_y(opened) == pytest.approx(300, abs=1.5)


@pytest.mark.parametrize("to", [-200, 2_000])
def test_no_pane_gets_lower_than_thirty_pixels(opened, to):
    _drag(opened, (300, _separator_y(opened)), (300, to))
    assert min(box.height for box in opened.model.frame().panes.boxes) == MIN_PANE_PX


def test_a_double_click_maximises_a_pane_and_restores_it(opened):
    before = opened.model.frame().panes
    _mouse(opened, DOUBLE, 300, _separator_y(opened) + 30)
    assert opened.model.scene.maximised == VOLUME
    assert [(box.pane.id, box.top) for box in opened.model.frame().panes.boxes] == [(VOLUME, 0)]
    opened.view.grab()
    _mouse(opened, MOVE, 300, 200)
    assert opened.view.point is not None
    _mouse(opened, DOUBLE, 300, 200)
    assert opened.model.frame().panes == before
    _mouse(opened, DOUBLE, 300, 100)
    assert [box.pane.id for box in opened.model.frame().panes.boxes] == [PRICE]
    _mouse(opened, DOUBLE, 300, 100)
    assert opened.model.frame().panes == before


def test_the_volume_axis_moves_no_price(opened):
    _drag(opened, (opened.view.width() - 5, _separator_y(opened) + 20), (opened.view.width() - 5, 590))
    assert opened.model.scene.price_range is None


def test_the_price_axis_scales_about_its_centre(opened):
    before = opened.model.frame().price.range
    _drag(opened, (opened.view.width() - 5, 100), (opened.view.width() - 5, 160))
    after = opened.model.scene.price_range
    assert after.hi - after.lo > before.hi - before.lo
    assert (after.hi + after.lo) / 2 == pytest.approx((before.hi + before.lo) / 2)


@pytest.mark.parametrize("y", [-2_000_000, 2_000_000])
def test_a_price_axis_that_is_dragged_beyond_all_measure_is_still_drawn(opened, y):
    x = opened.view.width() - 5
    opened.view._gestures.press(x, 100)
    opened.view._gestures.move(x, y)
    opened.view._gestures.release()
    opened.settle()
    shown = opened.model.frame().price.range
    assert shown.hi > shown.lo


def test_the_price_follows_the_drag_when_autoscale_is_off(opened):
    opened.model.price_axis.scale(1.0)
    price = opened.model.frame().price.value_at(200)
    _drag(opened, (300, 200), (300, 260))
    assert opened.model.frame().price.value_at(260) == pytest.approx(price)


def _x_of(chart, time):
    placed = chart.model.placed
    return placed.x_of(int(np.searchsorted(placed.open_time, time)))


def test_the_mouse_throws_only_where_it_is_wanted(opened, qtbot):
    opened.model.pan(1_000)
    opened.settle()
    time = int(opened.model.placed.open_time[-100])
    _drag(opened, (300, 200), (420, 200), ms=10)
    assert not opened.view.motion.is_running
    opened.model.set_options(ChartOptions(kinetic=Kinetic.ALWAYS))
    x = _x_of(opened, time)
    _drag(opened, (300, 200), (420, 200), ms=10)
    assert opened.view.motion.is_running
    qtbot.waitUntil(lambda: _x_of(opened, time) > x + 120 + 40)
    _mouse(opened, PRESS, 300, 200)
    assert not opened.view.motion.is_running


def test_a_finger_drags_and_throws(opened, screen, qtbot, monkeypatch):
    monkeypatch.setattr(kinetics, "_MAX_AGE_MS", 60_000)  # a slow machine is no finger that rests
    opened.model.pan(1_000)
    opened.settle()
    time = int(opened.model.placed.open_time[-100])
    x = _x_of(opened, time)
    _touch(opened, screen, "press", (300, 200))
    for step in range(1, 4):
        qtbot.wait(10)  # a finger takes its time: its speed is measured
        _touch(opened, screen, "move", (300 + 30 * step, 200))
    assert _x_of(opened, time) == pytest.approx(x + 90)
    _touch(opened, screen, "release", (390, 200))
    qtbot.waitUntil(lambda: _x_of(opened, time) > x + 90 + 40)


def test_two_fingers_zoom_at_their_centre(opened, screen):
    opened.model.pan(1_000)
    opened.settle()
    spacing, under = opened.model.placed.view.spacing, opened.model.placed.logical_at(400)
    time = int(opened.model.placed.open_time[round(under)])
    x = _x_of(opened, time)
    _touch(opened, screen, "press", (350, 200), (450, 200))
    _touch(opened, screen, "move", (300, 200), (500, 200))
    assert opened.model.placed.view.spacing == pytest.approx(2 * spacing)
    assert _x_of(opened, time) - 400 == pytest.approx(2 * (x - 400), abs=0.5)
    _touch(opened, screen, "release", (300, 200), (500, 200))
    assert not opened.view.motion.is_running
    assert opened.view._gestures.grabbed is None


def test_a_pinch_of_the_trackpad_zooms_at_its_centre(opened):
    opened.model.pan(1_000)
    opened.settle()
    spacing, time = opened.model.placed.view.spacing, int(opened.model.placed.open_time[-150])
    x, at = _x_of(opened, time), QPointF(400, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, at, at, at, 0.25, QPointF()
    )
    opened.qapp.sendEvent(opened.view.viewport(), event)
    assert opened.model.placed.view.spacing == pytest.approx(1.25 * spacing)
    assert _x_of(opened, time) - 400 == pytest.approx(1.25 * (x - 400), abs=0.5)


def test_the_crosshair_is_there_before_the_mouse_moves(opened):
    assert opened.view.point is None
    at = QPointF(300, 200)
    opened.qapp.sendEvent(opened.view, QEnterEvent(at, at, at))
    row = opened.view.point.row
    time = int(opened.model.series.bars.open_time[row])
    opened.open("AAPL")  # by typing: the mouse rests
    assert opened.view.point is not None
    point = opened.view.point
    assert abs(opened.model.placed.x_of(point.row) - 300) <= opened.model.placed.view.spacing / 2
    assert time


@pytest.mark.parametrize(
    ("magnet", "names"), [(Magnet.CLOSE, ["close"]), (Magnet.OHLC, ["open", "high", "low", "close"])]
)
def test_the_magnet_takes_the_nearest_price(opened, magnet, names):
    frame, bars = opened.model.frame(), opened.model.series.bars
    for y in range(60, 400, 17):
        point = snap_crosshair(frame, opened.model.series, 300.0, float(y), magnet)
        prices = [float(getattr(bars, name)[point.row]) for name in names]
        nearest = min(prices, key=lambda price: abs(float(frame.price.y_of(price)) - y))
        assert point.value_text == f"{nearest:,.2f}"
        assert point.y == round(float(frame.price.y_of(nearest)))


def test_the_magnet_lets_go_of_what_is_off_screen(opened):
    opened.model.price_axis.scale(1.0)
    opened.model._replace(price_range=replace(opened.model.scene.price_range, lo=1.0, hi=2.0))
    point = snap_crosshair(opened.model.frame(), opened.model.series, 300.0, 150.0, Magnet.CLOSE)
    assert point.y == 150
