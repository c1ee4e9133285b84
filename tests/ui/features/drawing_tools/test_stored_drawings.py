"""The bin of 30 days, and drawings that are taken over from another symbol."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.features.drawing_tools.bin_dialog import BinDialog, age_text
from tests.ui.window_harness import WindowHarness


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3_600 * 2 - 1, "1 hour ago"),
        (3_600 * 5, "5 hours ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_an_age_is_written_in_its_largest_unit(seconds, text):
    assert age_text(seconds) == text


def _rows(dialog):
    return [dialog.list.item(at).text().split("   ·   ")[:2] for at in range(dialog.list.count())]


def _level(name, symbol):
    return Drawing(name, "horizontal_line", symbol, (Anchor(1_700_000_000, 5.0),))


def _stored(opened, qtbot, n_drawings, symbol="AAPL"):
    qtbot.waitUntil(lambda: len(opened.workspace.list_drawings(symbol).result(5)) == n_drawings)
    return opened.workspace


def test_removed_drawings_are_listed_and_brought_back(opened, qtbot):
    for name in ("a", "b"):
        opened.draw(name=name)
    _stored(opened, qtbot, 2)
    opened.run("remove_drawings")
    _stored(opened, qtbot, 0)
    opened.run("drawing_bin")
    dialog = opened.dialog(BinDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    assert _rows(dialog) == [["AAPL", "Trend line"]] * 2
    assert not dialog.restore.isEnabled()
    dialog.list.selectAll()
    dialog.restore.click()
    assert sorted(one.id for one in opened.drawings) == ["a", "b"]
    assert dialog.note.text() == "2 drawings are restored"
    assert opened.actions["undo"].text() == "Undo restore 2 drawings"
    opened.run("undo")
    assert opened.drawings == ()


def test_a_drawing_of_a_symbol_that_is_not_open_is_brought_back(opened, qtbot):
    workspace = _stored(opened, qtbot, 0)
    workspace.put_drawings([_level("x", "MSFT")]).result(5)
    workspace.delete_drawing("x").result(5)
    opened.run("drawing_bin")
    dialog = opened.dialog(BinDialog)
    qtbot.waitUntil(lambda: bool(dialog._deleted))
    dialog.list.setCurrentRow(0)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert dialog.note.text() == "Horizontal line of MSFT is restored"
    _stored(opened, qtbot, 1, "MSFT")


def test_the_bin_is_filtered_and_says_when_it_is_empty(opened, qtbot):
    workspace = _stored(opened, qtbot, 0)
    opened.run("drawing_bin")
    dialog = opened.dialog(BinDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    assert "30 days" in dialog.list.item(0).text()
    dialog.reject()
    workspace.put_drawings([_level("x", "MSFT"), _level("y", "AAPL")]).result(5)
    for name in ("x", "y"):
        workspace.delete_drawing(name).result(5)
    opened.run("drawing_bin")
    dialog = opened.dialog(BinDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    QTest.keyClicks(dialog.filter, "msft")
    assert _rows(dialog) == [["MSFT", "Horizontal line"]]


def test_drawings_of_a_former_ticker_are_taken_over(opened, qtbot):
    workspace = _stored(opened, qtbot, 0)
    workspace.put_drawings([_level("x", "OLD"), _level("y", "OLD")]).result(5)
    opened.run("take_over_drawings")
    qtbot.waitUntil(lambda: opened.has_dialog(QInputDialog))
    dialog = opened.dialog(QInputDialog)
    assert dialog.comboBoxItems() == ["OLD  ·  2 drawings"]
    dialog.accept()
    assert [(one.type, one.points[0].price) for one in opened.drawings] == [("horizontal_line", 5.0)] * 2
    assert not {"x", "y"} & {one.id for one in opened.drawings}
    assert opened.actions["undo"].text() == "Undo take over 2 drawings"
    _stored(opened, qtbot, 2)
    assert len(workspace.list_drawings("OLD").result(5)) == 2, "the former ones stay"


def test_what_one_chart_alone_showed_is_taken_over_into_the_chart_in_front_alone(opened, qtbot):
    workspace = _stored(opened, qtbot, 0)
    rows = [_level("x", "OLD"), replace(_level("y", "OLD"), chart="gone", group="g"), _level("z", "OLD")]
    workspace.put_drawings([*rows[:2], replace(rows[2], group="g")]).result(5)
    opened.run("take_over_drawings")
    qtbot.waitUntil(lambda: opened.has_dialog(QInputDialog))
    opened.dialog(QInputDialog).accept()
    chart = opened.page.model.scene.chart
    assert [one.chart for one in opened.drawings] == ["", chart, ""]
    assert chart not in {"", "gone"}
    model = opened.page.model
    assert len(show_drawings(model.scene, model.frame())) == 3, "all are seen"
    first, second, third = (one.group for one in opened.drawings)
    assert first == ""
    assert second == third not in {"", "g"}


def test_it_says_when_no_other_symbol_has_drawings(opened, qtbot):
    opened.draw()
    _stored(opened, qtbot, 1)
    opened.run("take_over_drawings")
    qtbot.waitUntil(lambda: opened.page.toast == "No other symbol has drawings")


def test_without_a_store_neither_can_be_done(qapp, cache, tmp_path):
    harness = WindowHarness(qapp, cache, tmp_path)
    harness.open("AAPL")
    assert not harness.actions["drawing_bin"].isEnabled()
    assert harness.actions["drawing_bin"].toolTip() == "Deleted drawings…: Nothing is stored"
    assert not harness.actions["take_over_drawings"].isEnabled()
    harness.close()
