"""The object tree with real keys and a real mouse: what the active chart draws, and what can be done to it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.features.indicators.settings_dialog import SettingsDialog
from candledesk.ui.features.options_dialog import OptionsDialog
from candledesk.ui.panels.object_tree.tree_model import CROSS, EYE, NAME
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    made.open("AAPL")
    for name in ("sma", "ema", "rsi"):
        made.page.studies.add(name)
    made.run("object_tree")
    yield made
    made.close()


@pytest.fixture
def panel(opened):
    return opened.window.features["object_tree"].panel.dock


def titles(panel):
    return [line.title for line in panel.model.lines]


def keys(opened):
    return [one.key for one in opened.page.model.scene.studies]


def line_of(panel, key):
    return next(at for at, line in enumerate(panel.model.lines) if getattr(line, "key", "") == key)


def place(panel, line, column=NAME):
    return panel.tree.visualRect(panel.model.index(line, column)).center()


def click(opened, panel, key, column=NAME, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.mouseClick(panel.tree.viewport(), LEFT, modifiers, place(panel, line_of(panel, key), column))
    settle(opened.qapp)


def press_key(opened, panel, key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(panel.tree, key, modifiers)
    settle(opened.qapp)


def drag(opened, panel, key, target_line, *, below=False):
    """Drag an object onto the upper or the lower half of a line."""
    viewport, start = panel.tree.viewport(), place(panel, line_of(panel, key))
    target = place(panel, target_line) + QPoint(0, 8 if below else -8)
    QTest.mousePress(viewport, LEFT, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(viewport, start + (target - start) * step / 8)
        settle(opened.qapp)
    assert panel.tree.drop_line is not None
    QTest.mouseRelease(viewport, LEFT, pos=target)
    settle(opened.qapp)


def dialog(opened, kind):
    found = (one for one in opened.window.findChildren(QDialog) if isinstance(one, kind) and one.isVisible())
    return next(found, None)


def test_panes_hold_their_objects_the_foremost_first(opened, panel):
    assert titles(panel) == [
        "Prices", "EMA 9 close", "SMA 9 close", "AAPL  1d", "Volume", "Volume", "RSI", "RSI 14 close",
    ]  # fmt: skip


def test_the_eye_hides_and_shows_and_undo_takes_it_back(opened, panel):
    click(opened, panel, "ema-1", EYE)
    assert not opened.page.studies.find("ema-1").is_shown
    assert panel.model.data(panel.model.index(line_of(panel, "ema-1"), EYE), Qt.ItemDataRole.ToolTipRole) == "Show"
    opened.run("undo")
    assert opened.page.studies.find("ema-1").is_shown
    click(opened, panel, "ema-1")
    press_key(opened, panel, Qt.Key.Key_Space)
    assert not opened.page.studies.find("ema-1").is_shown


def test_the_cross_removes_one_and_delete_all_that_are_selected_in_one_step(opened, panel):
    click(opened, panel, "rsi-1", CROSS)
    assert keys(opened) == ["sma-1", "ema-1"]
    assert "RSI" not in titles(panel)
    click(opened, panel, "sma-1")
    click(opened, panel, "ema-1", modifiers=CTRL)
    press_key(opened, panel, Qt.Key.Key_Delete)
    assert keys(opened) == []
    opened.run("undo")
    assert keys(opened) == ["sma-1", "ema-1"]
    opened.run("undo")
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]


def test_the_series_cannot_be_removed(opened, panel):
    click(opened, panel, "series")
    press_key(opened, panel, Qt.Key.Key_Delete)
    assert "AAPL  1d" in titles(panel)
    assert opened.page.model.series.symbol == "AAPL"


def test_control_and_arrows_change_the_order_of_painting(opened, panel):
    click(opened, panel, "sma-1")
    press_key(opened, panel, Qt.Key.Key_Up, CTRL)
    assert keys(opened) == ["ema-1", "sma-1", "rsi-1"]
    assert [one.key for one in panel.tree.selected_objects()] == ["sma-1"]
    press_key(opened, panel, Qt.Key.Key_Up, CTRL)  # it is the foremost already
    assert keys(opened) == ["ema-1", "sma-1", "rsi-1"]
    press_key(opened, panel, Qt.Key.Key_Down, CTRL)
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]
    press_key(opened, panel, Qt.Key.Key_Down, CTRL)  # the series is no indicator
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]


def test_control_and_arrows_move_a_pane(opened, panel):
    line = titles(panel).index("RSI")
    QTest.mouseClick(panel.tree.viewport(), LEFT, pos=place(panel, line))
    press_key(opened, panel, Qt.Key.Key_Up, CTRL)
    assert [pane.id for pane in opened.page.model.scene.panes] == [PRICE, "rsi-1", VOLUME]


def test_dragging_within_a_pane_changes_the_order(opened, panel):
    drag(opened, panel, "ema-1", line_of(panel, "sma-1"), below=True)
    assert keys(opened) == ["ema-1", "sma-1", "rsi-1"]
    drag(opened, panel, "ema-1", line_of(panel, "sma-1"))
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]
    drag(opened, panel, "ema-1", line_of(panel, "series"), below=True)
    assert keys(opened) == ["ema-1", "sma-1", "rsi-1"]
    assert panel.tree.drop_line is None


def test_dragging_to_another_pane_draws_it_there_and_undo_takes_it_back(opened, panel):
    drag(opened, panel, "ema-1", line_of(panel, "rsi-1"), below=True)
    assert opened.page.studies.find("ema-1").pane == "rsi-1"
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]
    assert titles(panel)[-3:] == ["EMA, RSI", "RSI 14 close", "EMA 9 close"]
    drag(opened, panel, "rsi-1", line_of(panel, "series"))
    assert opened.page.studies.find("rsi-1").pane == PRICE
    opened.run("undo")
    opened.run("undo")
    assert opened.page.studies.find("ema-1").pane == PRICE


def test_nothing_can_be_dragged_into_the_pane_of_volume(opened, panel):
    drag(opened, panel, "ema-1", line_of(panel, "series volume"), below=True)
    assert opened.page.studies.find("ema-1").pane == PRICE


def test_a_double_click_and_return_open_the_settings(opened, panel):
    QTest.mouseDClick(panel.tree.viewport(), LEFT, pos=place(panel, line_of(panel, "rsi-1")))
    settle(opened.qapp)
    shown = dialog(opened, SettingsDialog)
    assert shown is not None
    shown.close()
    settle(opened.qapp)
    click(opened, panel, "series")
    press_key(opened, panel, Qt.Key.Key_Return)
    assert dialog(opened, OptionsDialog) is not None


def test_the_filter_leaves_what_contains_its_text(opened, qtbot, panel):
    QTest.keyClicks(panel.filter, "ema")
    assert titles(panel) == ["Prices", "EMA 9 close"]
    panel.filter.clear()
    assert len(titles(panel)) == 8


def test_the_menu_offers_what_can_be_done(opened, panel):
    def entries(key):
        return [action.text() for action in panel.menu_of(line_of(panel, key)).actions() if action.text()]

    moves = ["Move up", "Move down"]
    assert entries("ema-1") == ["Settings…", "Hide", "Remove", *moves, "Move to a pane of its own"]
    assert entries("series") == ["Settings…"]
    menu = panel.menu_of(line_of(panel, "ema-1"))
    menu.actions()[-1].trigger()
    assert opened.page.studies.find("ema-1").pane == "ema-1"


def test_changes_made_elsewhere_are_followed(opened, qtbot, panel):
    opened.page.studies.add("macd")
    qtbot.waitUntil(lambda: titles(panel)[-2:] == ["MACD", "MACD 12 26 9 close"] or "MACD" in titles(panel))
    opened.window.charts.add_chart()
    opened.open("MSFT")
    qtbot.waitUntil(lambda: titles(panel) == ["Prices", "MSFT  1d", "Volume", "Volume"])


def test_panning_does_not_rebuild_the_tree_and_escape_returns_to_the_chart(opened, qtbot, panel):
    resets = []
    panel.model.modelReset.connect(lambda: resets.append(1))
    for _ in range(10):
        opened.page.model.pan(3.0)
    qtbot.wait(150)
    assert resets == []
    press_key(opened, panel, Qt.Key.Key_Escape)
    assert opened.page.view.hasFocus()


def test_a_drop_where_the_object_is_already_is_no_step_to_undo(opened, panel):
    before = opened.actions["undo"].text()
    drag(opened, panel, "sma-1", line_of(panel, "ema-1"), below=True)
    assert keys(opened) == ["sma-1", "ema-1", "rsi-1"]
    assert opened.actions["undo"].text() == before


def test_escape_in_the_filter_empties_it_and_then_goes_back_to_the_chart(opened, panel):
    panel.filter.setFocus()
    QTest.keyClicks(panel.filter, "rsi")
    QTest.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert (panel.filter.text(), panel.filter.hasFocus()) == ("", True)
    QTest.keyClick(panel.filter, Qt.Key.Key_Escape)
    settle(opened.qapp)
    assert opened.page.view.hasFocus()
