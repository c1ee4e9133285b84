"""Undo and redo in the window: panes, price scales and chart options, in whichever chart they were changed."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import PriceMode, ZoneName
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qapp, cache, tmp_path):
    for symbol in ("AAPL", "MSFT"):
        cache.add(symbol, "1d", make_bars(300))
    made = WindowHarness(qapp, cache, tmp_path)
    yield made.open("AAPL")
    made.close()


def _model(opened):
    return opened.charts.page.model


def _mouse(opened, kind, x, y):
    view, at = opened.charts.page.view, QPointF(x, y)
    event = QMouseEvent(kind, at, view.mapToGlobal(at), LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)


def _drag(opened, start, *places):
    _mouse(opened, PRESS, *start)
    for place in places:
        _mouse(opened, MOVE, *place)
    _mouse(opened, RELEASE, *places[-1])


def _separator_y(opened):
    panes = _model(opened).frame().panes
    return (panes.box(PRICE).bottom + panes.box(VOLUME).top) / 2


def _press(opened, key, modifiers=Qt.KeyboardModifier.ControlModifier):
    QTest.keyClick(opened.window, key, modifiers)
    settle(opened.qapp)


def _title(opened, name):
    action = opened.window.table.actions[name]
    return action.text(), action.isEnabled()


def test_at_first_there_is_nothing_to_undo(opened):
    assert (_title(opened, "undo"), _title(opened, "redo")) == (("Undo", False), ("Redo", False))


def test_a_drag_of_a_separator_is_one_step(opened):
    before, y = _model(opened).scene.panes, _separator_y(opened)
    _drag(opened, (200, y), (200, y - 40), (200, y - 80), (200, y - 120))
    after = _model(opened).scene.panes
    assert after != before
    assert _title(opened, "undo") == ("Undo resize panes", True)
    _press(opened, Qt.Key.Key_Z)
    assert _model(opened).scene.panes == before
    assert (_title(opened, "undo"), _title(opened, "redo")) == (("Undo", False), ("Redo resize panes", True))
    _press(opened, Qt.Key.Key_Y)
    assert _model(opened).scene.panes == after
    _press(opened, Qt.Key.Key_Z)
    _press(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert _model(opened).scene.panes == after


def test_a_press_that_moves_nothing_is_no_step(opened):
    y = _separator_y(opened)
    _drag(opened, (200, y), (200, y))
    _drag(opened, (200, 200), (260, 230))  # the view is not undone
    assert _title(opened, "undo") == ("Undo", False)


def test_escape_puts_back_what_is_being_dragged(opened):
    before, y = _model(opened).scene.panes, _separator_y(opened)
    _mouse(opened, PRESS, 200, y)
    _mouse(opened, MOVE, 200, y - 90)
    assert _model(opened).scene.panes != before
    QTest.keyClick(opened.charts.page.view, Qt.Key.Key_Escape)
    assert _model(opened).scene.panes == before
    _mouse(opened, MOVE, 200, y - 150)
    _mouse(opened, RELEASE, 200, y - 150)
    assert (_model(opened).scene.panes, _title(opened, "undo")) == (before, ("Undo", False))


def test_every_change_of_the_price_scale_can_be_undone(opened):
    model = _model(opened)
    fitted = model.scene
    x = opened.charts.page.view.width() - 5
    model.price_axis.set_mode(PriceMode.LOG)
    model.price_axis.set_inverted(is_on=True)
    _drag(opened, (x, 100), (x, 130), (x, 160))
    assert model.scene.price_range is not None
    model.toggle_maximised(VOLUME)
    titles = []
    while _title(opened, "undo")[1]:
        titles.append(_title(opened, "undo")[0])
        _press(opened, Qt.Key.Key_Z)
    assert titles == [
        "Undo maximise pane", "Undo scale prices", "Undo invert prices", "Undo logarithmic price scale",
    ]  # fmt: skip
    scene = model.scene
    assert (scene.price_mode, scene.is_inverted, scene.price_range, scene.maximised) == (
        fitted.price_mode, fitted.is_inverted, None, "",
    )  # fmt: skip


def test_the_prices_of_another_symbol_are_not_scaled_by_an_undo(opened):
    model = _model(opened)
    model.price_axis.scale(3.0)
    model.price_axis.fit()
    opened.open("MSFT")
    _press(opened, Qt.Key.Key_Z)
    assert (model.series.symbol, model.scene.price_range) == ("MSFT", None)


def test_chart_options_can_be_undone_by_their_name(opened):
    options = opened.window.options
    options.update(zone=ZoneName.UTC)
    options.update(has_grid=False, has_sessions=False)
    assert _title(opened, "undo")[0] == "Undo chart options"
    _press(opened, Qt.Key.Key_Z)
    assert _title(opened, "undo")[0] == "Undo time zone"
    _press(opened, Qt.Key.Key_Z)
    assert options.value.zone is ZoneName.EXCHANGE
    assert _model(opened).scene.options.zone is ZoneName.EXCHANGE
    _press(opened, Qt.Key.Key_Y)
    assert (options.value.zone, options.value.has_grid) == (ZoneName.UTC, True)
    assert _title(opened, "redo")[0] == "Redo chart options"


def test_an_undo_shows_the_chart_that_it_changes(opened):
    first = opened.charts.page
    first.model.price_axis.set_inverted(is_on=True)
    opened.charts.show_series("MSFT", INTERVALS["1d"])
    settle(opened.qapp)
    assert opened.charts.page is not first
    _press(opened, Qt.Key.Key_Z)
    assert opened.charts.page is first
    assert not first.model.scene.is_inverted


def test_what_was_done_to_a_closed_chart_is_forgotten(opened):
    opened.charts.show_series("MSFT", INTERVALS["1d"])
    settle(opened.qapp)
    _model(opened).price_axis.set_inverted(is_on=True)
    opened.charts.close_chart()
    settle(opened.qapp)
    assert _title(opened, "undo") == ("Undo", False)
