"""Drawings in the object tree, with real keys and a real mouse."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.events.event_words import date_words
from candledesk.ui.features.drawing_tools.bin_dialog import BinDialog
from candledesk.ui.features.drawing_tools.commands import DrawingCommands
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings
from candledesk.ui.panels.object_tree.tree_model import CROSS, EYE, LOCK, NAME
from tests.ui.features.drawing_tools.conftest import open_surfaces
from tests.ui.panels.object_tree.test_object_tree import click, drag, line_of, press_key, titles

__all__ = ["open_surfaces"]


@pytest.fixture
def opened(open_surfaces):
    made = open_surfaces()
    for name in ("a", "b", "c"):
        made.draw("ray" if name == "b" else "trend_line", name=name)
    made.editor.select("", ())
    made.run("object_tree")
    made.settle()
    return made


@pytest.fixture
def grouped(opened, panel):
    """The drawings b and c in a group, in front of a."""
    opened.editor.select("AAPL", ["b", "c"])
    opened.window.findChild(DrawingCommands).group(is_group=True)
    opened.editor.select("", ())
    _update(opened, panel)
    return next(line.key for line in panel.model.lines if getattr(line, "is_group", False))


@pytest.fixture
def panel(opened):
    return opened.window.features["object_tree"].panel.dock


def _get(opened, name):
    return opened.editor.list_of("AAPL").get(name)


def _update(opened, panel):
    panel._update()
    opened.settle()


def test_drawings_stand_above_the_series_the_one_in_front_first(opened, panel):
    assert titles(panel)[:5] == ["Prices", "Trend line", "Ray", "Trend line", "AAPL  1d"]
    keys = [line.key for line in panel.model.lines[1:4]]
    assert keys == ["drawing:c", "drawing:b", "drawing:a"]


def test_the_tooltip_of_a_level_says_what_a_split_did_to_it(opened, panel):
    opened.draw("horizontal_line", name="level")
    opened.editor.select("", ())
    series = opened.page.model.series
    date = int(series.bars.open_time[-20])
    split = CorporateEvent(date, EventKind.SPLIT, 4.0, None, date)
    opened.page.model._replace(events=SeriesEvents(series.symbol, series.interval, (split,)))
    _update(opened, panel)

    def tip(key):
        return panel.model.index(line_of(panel, key), NAME).data(Qt.ItemDataRole.ToolTipRole)

    title, note = tip("drawing:level").split("\n")
    assert title == "Horizontal line"
    assert note.endswith(f"; 4:1 split on {date_words(date)}")
    assert tip("drawing:a") == "Trend line"


def test_an_eye_a_lock_and_a_cross(opened, panel):
    click(opened, panel, "drawing:b", EYE)
    assert not _get(opened, "b").visible
    click(opened, panel, "drawing:b", LOCK)
    assert _get(opened, "b").locked
    assert panel.model.lines[line_of(panel, "drawing:b")].is_locked
    click(opened, panel, "drawing:b", CROSS)
    assert _get(opened, "b") is not None, "a locked one stays"
    click(opened, panel, "drawing:b", LOCK)
    click(opened, panel, "drawing:b", CROSS)
    assert _get(opened, "b") is None
    opened.run("undo")
    assert _get(opened, "b") is not None


def test_a_click_selects_in_the_chart_and_several_are_removed_in_one_step(opened, panel):
    click(opened, panel, "drawing:a")
    assert opened.editor.selection.ids == {"a"}
    click(opened, panel, "drawing:c", modifiers=Qt.KeyboardModifier.ControlModifier)
    assert opened.editor.selection.ids == {"a", "c"}
    _update(opened, panel)
    assert [line.is_selected for line in panel.model.lines[1:4]] == [True, False, True]
    press_key(opened, panel, Qt.Key.Key_Delete)
    assert [one.id for one in opened.drawings] == ["b"]
    opened.run("undo")
    assert len(opened.drawings) == 3


def test_a_name_is_typed_in_its_place(opened, panel):
    click(opened, panel, "drawing:a")
    press_key(opened, panel, Qt.Key.Key_F2)
    line = panel.tree.viewport().findChild(QLineEdit)
    assert line.text() == "Trend line"
    line.selectAll()
    QTest.keyClicks(line, "Support of May")
    QTest.keyClick(line, Qt.Key.Key_Return)
    opened.settle()
    assert titles(panel)[3] == "Support of May"
    assert not opened.has_dialog(DrawingSettings), "Return was for the name"
    opened.run("undo")
    _update(opened, panel)
    assert titles(panel)[3] == "Trend line"


def test_a_name_that_is_being_typed_is_not_lost_when_objects_change(opened, qtbot, panel):
    click(opened, panel, "drawing:a")
    press_key(opened, panel, Qt.Key.Key_F2)
    line = panel.tree.viewport().findChild(QLineEdit)
    opened.page.studies.add("sma")
    qtbot.wait(200)
    QTest.keyClicks(line, "Kept")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Kept" in titles(panel) and "SMA 9 close" in titles(panel))


def test_a_series_cannot_be_renamed(opened, panel):
    click(opened, panel, "series")
    press_key(opened, panel, Qt.Key.Key_F2)
    assert panel.tree.viewport().findChild(QLineEdit) is None


def test_the_order_is_changed_by_a_drag_and_by_keys(opened, panel):
    drag(opened, panel, "drawing:a", line_of(panel, "drawing:c"))
    assert [one.id for one in opened.drawings] == ["b", "c", "a"]
    assert [line.key for line in panel.model.lines[1:4]] == ["drawing:a", "drawing:c", "drawing:b"]
    click(opened, panel, "drawing:a")
    press_key(opened, panel, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert [one.id for one in opened.drawings] == ["b", "a", "c"]


def test_a_drawing_stays_in_its_pane(opened, panel):
    opened.page.studies.add("rsi")
    _update(opened, panel)
    study = next(at for at, line in enumerate(panel.model.lines) if getattr(line, "key", "").startswith("rsi"))
    before = opened.drawings
    drag(opened, panel, "drawing:a", study, below=True)
    assert opened.drawings == before


def test_settings_open_by_a_double_click_and_return(opened, panel):
    click(opened, panel, "drawing:b")
    press_key(opened, panel, Qt.Key.Key_Return)
    dialog = opened.dialog(DrawingSettings)
    assert dialog.drawings[0].id == "b"


def test_the_menu_has_lock_and_rename(opened, panel):
    texts = [action.text() for action in panel.menu_of(line_of(panel, "drawing:a")).actions() if action.text()]
    assert texts == ["Settings…", "Hide", "Lock", "Rename", "Remove", "Move up", "Move down"]


def test_a_drawing_of_an_unknown_tool_is_listed_and_can_be_removed(opened, panel):
    other = Drawing("g", "gann_box", "AAPL", (Anchor(0, 1.0),))
    opened.editor.apply("draw", "AAPL", opened.editor.list_of("AAPL").added([other]))
    _update(opened, panel)
    assert titles(panel)[1] == "gann_box"
    assert panel.model.lines[1].settings is None
    click(opened, panel, "drawing:g", CROSS)
    assert _get(opened, "g") is None


def test_the_bin_opens_from_the_foot_of_the_tree(opened, panel):
    button = next(one for one in panel.findChildren(QPushButton) if one.text() == "Deleted drawings…")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    opened.dialog(BinDialog)


def _texts(panel):
    return [panel.model.data(panel.model.index(at, 0)) for at in range(panel.model.rowCount())]


def _groups(opened):
    return {one.id: one.group for one in opened.drawings}


def _fold(opened, panel, group):
    at = panel.tree.visualRect(panel.model.index(line_of(panel, group), 0))
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.left() + 10, at.center().y()))
    opened.settle()


def test_a_group_is_a_row_with_its_members_below_it_and_folds(opened, panel, grouped):
    assert _texts(panel)[:6] == ["Prices", "Group 1  (2)", "Trend line", "Ray", "Trend line", "AAPL  1d"]
    widths = [panel.model.data(panel.model.index(at, 0), Qt.ItemDataRole.DecorationRole).width() for at in (3, 4)]
    assert widths[0] > widths[1], "members are indented"
    _fold(opened, panel, grouped)
    assert _texts(panel)[:4] == ["Prices", "Group 1  (2)", "Trend line", "AAPL  1d"]
    click(opened, panel, grouped)
    press_key(opened, panel, Qt.Key.Key_Right)
    assert len(titles(panel)) == 8
    press_key(opened, panel, Qt.Key.Key_Left)
    assert len(titles(panel)) == 6


def test_a_group_is_hidden_locked_and_removed_as_a_whole_each_in_one_step(opened, panel, grouped):
    click(opened, panel, grouped, EYE)
    assert [one.visible for one in opened.drawings] == [True, False, False]
    opened.run("undo")
    assert all(one.visible for one in opened.drawings)
    _update(opened, panel)
    click(opened, panel, grouped, LOCK)
    assert [one.locked for one in opened.drawings] == [False, True, True]
    click(opened, panel, grouped, CROSS)
    assert len(opened.drawings) == 3, "locked ones stay"
    click(opened, panel, grouped, LOCK)
    click(opened, panel, grouped, CROSS)
    assert [one.id for one in opened.drawings] == ["a"]
    opened.run("undo")
    assert len(opened.drawings) == 3


def test_the_name_of_a_group_is_typed_in_its_place_and_kept_by_its_members(opened, panel, grouped):
    click(opened, panel, grouped)
    assert opened.editor.selection.ids == {"b", "c"}
    press_key(opened, panel, Qt.Key.Key_F2)
    line = panel.tree.viewport().findChild(QLineEdit)
    assert line.text() == "Group 1"
    line.selectAll()
    QTest.keyClicks(line, "Supports")
    QTest.keyClick(line, Qt.Key.Key_Return)
    opened.settle()
    assert titles(panel)[1] == "Supports"
    assert {one.extra.get("group_name") for one in opened.drawings} == {None, "Supports"}
    opened.run("undo")
    _update(opened, panel)
    assert titles(panel)[1] == "Group 1"


def test_a_drawing_is_dragged_into_a_group_and_out_of_it(opened, panel, grouped):
    drag(opened, panel, "drawing:a", line_of(panel, "drawing:c"), below=True)
    assert [one.id for one in opened.drawings] == ["b", "a", "c"]
    assert len(set(_groups(opened).values())) == 1
    drag(opened, panel, "drawing:a", line_of(panel, grouped))
    assert [one.id for one in opened.drawings] == ["b", "c", "a"]
    assert not _groups(opened)["a"]
    drag(opened, panel, "drawing:a", line_of(panel, grouped), below=True)
    assert _groups(opened)["a"], "the lower half of a group's row is the group"
    opened.run("undo")
    assert not _groups(opened)["a"]


def test_a_group_is_dragged_as_a_whole(opened, panel, grouped):
    drag(opened, panel, grouped, line_of(panel, "drawing:a"), below=True)
    assert [one.id for one in opened.drawings] == ["b", "c", "a"]
    assert [bool(group) for group in _groups(opened).values()] == [True, True, False]


def test_keys_move_a_drawing_into_a_group_and_a_group_over_a_drawing(opened, panel, grouped):
    click(opened, panel, "drawing:a")
    press_key(opened, panel, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert _groups(opened)["a"]
    assert [one.id for one in opened.drawings] == ["a", "b", "c"]
    press_key(opened, panel, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert not _groups(opened)["a"]
    click(opened, panel, grouped)
    press_key(opened, panel, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert [one.id for one in opened.drawings] == ["b", "c", "a"]


def test_the_menu_groups_what_is_selected_and_ends_a_group(opened, panel, grouped):
    click(opened, panel, grouped)
    menu = panel.menu_of(line_of(panel, grouped))
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Settings…", "Hide", "Lock", "Rename", "Ungroup", "Remove", "Move up", "Move down"]
    next(action for action in menu.actions() if action.text() == "Ungroup").trigger()
    assert not any(_groups(opened).values())
    click(opened, panel, "drawing:a")
    click(opened, panel, "drawing:c", modifiers=Qt.KeyboardModifier.ControlModifier)
    menu = panel.menu_of(line_of(panel, "drawing:c"))
    next(action for action in menu.actions() if action.text() == "Group").trigger()
    assert [one.id for one in opened.drawings if one.group] == ["a", "c"]


def test_an_unknown_group_of_a_script_is_a_group_too(opened, panel):
    rows = [replace(one, group="by a script") for one in opened.drawings if one.id != "b"]
    opened.editor.apply("change", "AAPL", opened.editor.list_of("AAPL").changed(rows))
    _update(opened, panel)
    assert _texts(panel)[1:5] == ["Group  (2)", "Trend line", "Trend line", "Ray"]
