"""Drawings in the object tree, with real keys and a real mouse."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.features.drawing_tools.bin_dialog import BinDialog
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings
from candledesk.ui.panels.object_tree.tree_model import CROSS, EYE, LOCK
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
    opened.run("undo")
    _update(opened, panel)
    assert titles(panel)[3] == "Trend line"


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
