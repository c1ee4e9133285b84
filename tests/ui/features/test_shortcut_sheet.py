import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from candledesk.ui.features.shortcut_sheet import ShortcutSheet, fitting_columns, plan_columns
from candledesk.ui.key_caps import KeyCaps
from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import DARK
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


def _rows(**sizes):
    return [(group, f"{group} {at}", "x") for group, size in sizes.items() for at in range(size)]


def test_no_column_is_taller_than_its_limit_and_no_group_is_divided():
    rows = _rows(File=4, Data=6, Chart=14, View=2, Help=1)
    columns = plan_columns(rows, max_rows=16)
    heights = [sum(len(group) + 2 for group in column) for column in columns]
    assert max(heights) <= 16
    assert len(columns) == 3
    groups = [group for column in columns for group in column]
    assert sorted(row for group in groups for row in group) == sorted(rows)
    assert all(len({row[0] for row in group}) == 1 for group in groups)


def test_the_tallest_group_sets_the_limit_and_small_ones_fill_what_is_left():
    rows = _rows(Chart=18, File=6, Data=6, Mouse=5, View=3, Jobs=3, Help=1)
    names = [[group[0][0] for group in column] for column in plan_columns(rows, max_rows=18)]
    assert names == [["Chart"], ["File", "Data", "Help"], ["Mouse", "View", "Jobs"]]


@pytest.mark.parametrize("n_columns", [0, 1, 2, 3])
def test_a_narrow_screen_has_fewer_and_taller_columns(n_columns):
    rows = _rows(Chart=18, File=6, Data=6, Mouse=5, View=3, Jobs=3, Help=1)
    columns = fitting_columns(rows, n_columns)
    assert len(columns) == max(1, n_columns)
    assert sorted(row for column in columns for group in column for row in group) == sorted(rows)
    assert fitting_columns(rows, 9) == plan_columns(rows)


@pytest.fixture
def parent(qapp, qtbot):
    apply_theme(qapp, DARK)
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_keys_stand_in_one_line_right_after_the_longest_title(parent):
    sheet = ShortcutSheet([("File", "Open symbol…", "Ctrl+K"), ("File", "Quit", "Ctrl+Q")], parent)
    sheet.show()
    longest = next(label for label in sheet.findChildren(QLabel) if label.text() == "Open symbol…")
    [spacing] = {grid.horizontalSpacing() for grid in sheet.findChildren(QGridLayout)}
    lefts = {caps.x() for caps in sheet.findChildren(KeyCaps)}
    assert lefts == {longest.x() + longest.sizeHint().width() + spacing}
    sheet.close()


def _shown(sheet):
    return {caps.text for caps in sheet.findChildren(KeyCaps)}


def test_typing_leaves_the_rows_that_have_every_word_in_group_title_or_keys(parent, qtbot, qapp):
    rows = [("Chart", "Zoom in", "+"), ("Chart", "Zoom out", "-"), ("Mouse", "Zoom at the cursor", "Wheel")]
    sheet = ShortcutSheet([*rows, ("File", "Quit", "Ctrl+Q")], parent)
    sheet.show()
    assert sheet.line.hasFocus() or sheet.focusWidget() is sheet.line
    for text, keys in (("zoom", {"+", "-", "Wheel"}), ("chart OUT", {"-"}), ("ctrl", {"Ctrl+Q"}), ("xyz", set())):
        sheet.line.clear()
        qtbot.keyClicks(sheet.line, text)
        settle(qapp)
        assert _shown(sheet) == keys
    assert "No shortcut has “xyz”" in {label.text() for label in sheet.findChildren(QLabel)}
    qtbot.keyClick(sheet.line, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open()
    yield made
    made.close()


def test_the_sheet_is_not_wider_than_the_screen(opened, qapp):
    """Its third column was cut off at 1440 pixels."""
    opened.run("shortcuts")
    sheet = opened.window.findChild(ShortcutSheet)
    settle(qapp)
    area = sheet.findChild(QScrollArea)
    assert area.widget().width() <= area.viewport().width()
    assert not area.horizontalScrollBar().isVisible()
    assert sheet.width() <= sheet.screen().availableSize().width()
    sheet.close()


def test_every_shortcut_of_the_window_is_in_the_sheet(opened):
    opened.run("shortcuts")
    sheet = opened.window.findChild(ShortcutSheet)
    shown = {keys for caps in sheet.findChildren(KeyCaps) for keys in caps.text.split("  or  ")}
    native = QKeySequence.SequenceFormat.NativeText
    for action in opened.window.actions():
        for keys in action.shortcuts():
            assert keys.toString(native) in shown, action.text()
    sheet.close()


def test_no_two_actions_have_the_same_shortcut(opened):
    used = [keys.toString() for action in opened.window.actions() for keys in action.shortcuts()]
    assert len(used) > 40
    assert sorted(used) == sorted(set(used))


@pytest.mark.parametrize("key", [Qt.Key.Key_Question, Qt.Key.Key_F1])
def test_the_question_mark_and_f1_open_it(opened, qtbot, qapp, key):
    opened.page.view.setFocus()
    qtbot.waitUntil(opened.page.view.hasFocus)
    qtbot.keyClick(opened.page.view, key)
    settle(qapp)
    sheet = opened.window.findChild(ShortcutSheet)
    assert sheet.isVisible()
    sheet.close()
