"""Panes of indicators under the mouse: dragged to another place or into each other, enlarged, closed; lines found."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDialog

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.geometry.pane_drop import PaneDrop, Side
from candledesk.ui.chart.core.geometry.pane_head import HeadPart, head_parts
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.paint.panes.pane_head import _corner
from candledesk.ui.chart.paint.studies.legend import legend_rows
from candledesk.ui.features.indicators.settings_dialog import SettingsDialog
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    made.window.resize(1200, 900)
    yield made.open("AAPL")
    made.close()


def _add(opened, *names):
    for name in names:
        opened.page.studies.add(name)
    settle(opened.qapp)


def _panes(opened):
    return [pane.id for pane in opened.page.model.scene.panes]


def _pane_of(opened, key):
    return opened.page.studies.find(key).pane


def _send(opened, kind, at, button=LEFT):
    view = opened.page.view
    event = QMouseEvent(kind, QPointF(at), view.mapToGlobal(QPointF(at)), button, button, NONE)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)


def _hover(opened, at):
    _send(opened, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)


def _button(opened, pane, part):
    """Return the middle of a button of a pane, in logical pixels."""
    frame = opened.page.model.frame()
    left, top, width, height = _corner(frame, frame.panes.box(pane))
    at = head_parts(pane).index(part)
    return QPointF(left + (at + 0.5) * width, top + height / 2) / frame.dpr


def _title(opened, key):
    frame = opened.page.model.frame()
    row = next(row for row in legend_rows(frame) if row.shown.study.key == key)
    return QPointF(row.left + 6, row.top + 10) / frame.dpr


def _in_pane(opened, pane, share):
    """Return a place at a share of a pane's height, in its middle from left to right."""
    frame = opened.page.model.frame()
    box = frame.panes.box(pane)
    return QPointF(frame.panes.plot_w / 2, box.top + share * box.height) / frame.dpr


def _click(opened, at):
    _hover(opened, at)
    _send(opened, QEvent.Type.MouseButtonPress, at)
    _send(opened, QEvent.Type.MouseButtonRelease, at)


def _drag(opened, start, end):
    _hover(opened, start)
    _send(opened, QEvent.Type.MouseButtonPress, start)
    for share in (0.3, 0.7, 1.0):
        _send(opened, QEvent.Type.MouseMove, start + (end - start) * share)


def _drop(opened, end):
    _send(opened, QEvent.Type.MouseButtonRelease, end)


def test_a_pane_dragged_by_its_grip_lands_between_others_in_one_undo_step(opened):
    _add(opened, "rsi", "macd")
    end = _in_pane(opened, VOLUME, 0.05)
    _drag(opened, _button(opened, "macd-1", HeadPart.GRIP), end)
    assert opened.page.model.scene.drop == PaneDrop(VOLUME, Side.ABOVE)
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1", "macd-1"], "nothing moves before the mouse is released"
    _drop(opened, end)
    assert _panes(opened) == [PRICE, "macd-1", VOLUME, "rsi-1"]
    assert opened.page.model.scene.drop is None
    opened.run("undo")
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1", "macd-1"]


def test_a_pane_dragged_into_another_is_merged_with_all_of_its_indicators(opened):
    _add(opened, "rsi", "cci", "macd")
    opened.page.studies.move_to("cci-1", "rsi-1")
    end = _in_pane(opened, "macd-1", 0.5)
    _drag(opened, _button(opened, "rsi-1", HeadPart.GRIP), end)
    _drop(opened, end)
    assert {key: _pane_of(opened, key) for key in ("rsi-1", "cci-1")} == {"rsi-1": "macd-1", "cci-1": "macd-1"}
    assert _panes(opened) == [PRICE, VOLUME, "macd-1"]
    opened.run("undo")
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1", "macd-1"]
    assert _pane_of(opened, "cci-1") == "rsi-1"


def test_a_title_dragged_into_a_pane_merges_one_indicator_and_between_panes_gives_it_its_own(opened):
    _add(opened, "rsi", "macd", "sma")
    end = _in_pane(opened, "rsi-1", 0.5)
    _drag(opened, _title(opened, "sma-1"), end)
    _drop(opened, end)
    assert _pane_of(opened, "sma-1") == "rsi-1"
    end = _in_pane(opened, "macd-1", 0.95)
    _drag(opened, _title(opened, "sma-1"), end)
    _drop(opened, end)
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1", "macd-1", "sma-1"]
    assert _pane_of(opened, "sma-1") == "sma-1"


def test_escape_ends_a_drag_and_a_click_on_a_title_moves_nothing(opened):
    _add(opened, "rsi", "macd")
    _drag(opened, _title(opened, "macd-1"), _in_pane(opened, "rsi-1", 0.5))
    opened.page.view.keyPressEvent(_key(Qt.Key.Key_Escape))
    assert opened.page.model.scene.drop is None
    _drop(opened, _in_pane(opened, "rsi-1", 0.5))
    _click(opened, _title(opened, "rsi-1"))
    assert _panes(opened) == [PRICE, VOLUME, "rsi-1", "macd-1"]
    assert opened.window.table.actions["undo"].text() == "Undo add MACD"


def test_a_title_that_is_pressed_and_moves_a_little_stays(opened):
    _add(opened, "rsi", "cci")
    opened.page.studies.move_to("cci-1", "rsi-1")
    at = _title(opened, "cci-1")
    _drag(opened, at, at - QPointF(3, 4))
    assert opened.page.model.scene.drop is None
    _drop(opened, at - QPointF(3, 4))
    assert _pane_of(opened, "cci-1") == "rsi-1"


def _key(key):
    return QKeyEvent(QEvent.Type.KeyPress, key, NONE)


def test_nothing_is_merged_into_the_pane_of_volumes(opened):
    _add(opened, "rsi")
    _drag(opened, _title(opened, "rsi-1"), _in_pane(opened, VOLUME, 0.4))
    assert opened.page.model.scene.drop == PaneDrop(VOLUME, Side.ABOVE)


def test_the_cross_of_a_pane_removes_its_indicators_in_one_undo_step(opened):
    _add(opened, "rsi", "cci")
    opened.page.studies.move_to("cci-1", "rsi-1")
    _click(opened, _button(opened, "rsi-1", HeadPart.CLOSE))
    assert (_panes(opened), opened.page.model.scene.studies) == ([PRICE, VOLUME], ())
    opened.run("undo")
    assert [one.key for one in opened.page.model.scene.studies] == ["rsi-1", "cci-1"]


def test_the_square_of_a_pane_gives_it_all_of_the_height_and_back(opened):
    _add(opened, "rsi")
    _click(opened, _button(opened, "rsi-1", HeadPart.ENLARGE))
    assert [box.pane.id for box in opened.page.model.frame().panes.boxes] == ["rsi-1"]
    _click(opened, _button(opened, "rsi-1", HeadPart.ENLARGE))
    assert len(opened.page.model.frame().panes.boxes) == 3


def test_the_buttons_are_shown_only_in_the_pane_of_the_mouse(opened):
    _add(opened, "rsi")
    _hover(opened, _in_pane(opened, "rsi-1", 0.5))
    assert opened.page.view._overlay.picture.head.pane == "rsi-1"
    opened.qapp.sendEvent(opened.page.view, QEvent(QEvent.Type.Leave))
    assert opened.page.view._overlay.picture.head is None


def _on_line(opened, key, output, back=60):
    """Return a place on a line, some bars before the latest."""
    frame = opened.page.model.frame()
    shown = next(one for one in frame.studies if one.study.key == key)
    columns = shown.lines[output]
    at = len(columns.x) - back
    y = float(frame.scales[shown.study.pane].y_of(float(columns.last[at])))
    return QPointF(float(columns.x[at]), y) / frame.dpr


@pytest.mark.parametrize("name", ["sma", "bollinger", "rsi", "macd", "supertrend", "sar", "obv"])
def test_a_double_click_on_a_line_opens_its_settings_and_a_hand_is_shown_over_it(opened, name):
    _add(opened, name)
    one = opened.page.model.scene.studies[0]
    output = next(row.name for row in one.drawn if row.plot in {Plot.LINE, Plot.CROSSES})
    at = _on_line(opened, one.key, output)
    _hover(opened, at)
    assert opened.page.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    _send(opened, QEvent.Type.MouseButtonDblClick, at)
    dialog = next(row for row in opened.window.findChildren(QDialog) if isinstance(row, SettingsDialog))
    assert dialog.windowTitle() == one.study.indicator.title
    assert opened.page.model.scene.maximised == ""
    dialog.reject()


def test_a_drag_that_begins_on_a_line_pans(opened):
    _add(opened, "sma")
    at = _on_line(opened, "sma-1", "value")
    before = opened.page.model.placed.right_edge
    _drag(opened, at, at + QPointF(80, 0))
    _drop(opened, at + QPointF(80, 0))
    assert opened.page.model.placed.right_edge < before - 1


def test_beside_the_lines_a_double_click_enlarges_the_pane(opened):
    _add(opened, "sma")
    at = _on_line(opened, "sma-1", "value") + QPointF(0, 60)
    opened.page.model.restore(studies=tuple(opened.page.model.scene.studies))
    _hover(opened, at)
    assert opened.page.view.viewport().cursor().shape() is Qt.CursorShape.CrossCursor
    _send(opened, QEvent.Type.MouseButtonDblClick, at)
    assert opened.page.model.scene.maximised == PRICE


def test_a_line_is_found_at_every_zoom(opened):
    _add(opened, "sma")
    for factor in (1.0, 0.2, 0.2):
        opened.page.model.zoom_right(factor)
        settle(opened.qapp)
        at = _on_line(opened, "sma-1", "value", back=30)
        assert opened.page.view._overlay.line_at(at) == "sma-1"
        assert opened.page.view._overlay.line_at(at + QPointF(0, 220)) == ""
