"""Every key for drawings on an offscreen window: arrows, Del, copy and paste, Esc, and writing (WORKBENCH.md §2.3)."""

from dataclasses import replace

import orjson
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from candledesk.drawings.document.checks import MAX_TEXT_CHARS
from candledesk.drawings.groups import group_name
from candledesk.ui.chart.core.interaction.tool import NO_KEYS
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.features.drawings.pointer.keys import DrawingKeys
from candledesk.ui.features.drawings.pointer.text_entry import TextEntry
from tests.ui.conftest import settle
from tests.ui.features.drawings.hand import ALT, CTRL

A, B = (300.0, 220.0), (500.0, 120.0)
AWAY = (620.0, 320.0)
KEY = Qt.Key
ELSEWHERE = """{"format": "candledesk.drawings/1", "drawings": [
    {"type": "text", "symbol": "A", "pane": "rsi-9", "points": [{"t": 1700000000, "p": 1}]}]}"""


@pytest.fixture
def line(hand):
    return hand.draw("trend_line", A, B)


@pytest.fixture
def entry(hand):
    """The entry of the chart, once it was opened."""
    return lambda: hand.target.findChild(TextEntry)


# -- arrows


@pytest.mark.parametrize(("key", "bars"), [(KEY.Key_Right, 1), (KEY.Key_Left, -1)])
def test_arrows_move_the_selection_by_one_bar_and_not_the_chart(hand, harness, line, key, bars):
    view = hand.model.scene.viewport
    hand.key(key)
    times = hand.model.series.bars.open_time
    assert [int(times.searchsorted(point.time)) for point in hand.only.points] == [
        int(times.searchsorted(point.time)) + bars for point in line.points
    ]
    assert [point.price for point in hand.only.points] == [point.price for point in line.points]
    assert hand.model.scene.viewport == view
    assert harness.actions["undo"].text() == "Undo move trend line"


@pytest.mark.parametrize(
    ("key", "is_inverted", "ticks"), [(KEY.Key_Up, False, 1), (KEY.Key_Down, False, -1), (KEY.Key_Up, True, -1)]
)
def test_arrows_move_the_selection_by_one_tick_as_it_is_on_screen(hand, line, key, is_inverted, ticks):
    hand.model.price_axis.set_inverted(is_on=is_inverted)
    hand.key(key)
    deltas = [after.price - before.price for before, after in zip(line.points, hand.only.points, strict=True)]
    assert deltas == pytest.approx([ticks * 0.01] * 2)


def test_a_key_that_is_held_is_one_step_of_undo(hand, harness, line):
    for _ in range(5):
        QTest.keyPress(hand.view, KEY.Key_Right)
    assert hand.only == line, "it is kept when the key is released"
    assert hand.model.scene.drawings.drawings != (line,)
    QTest.keyRelease(hand.view, KEY.Key_Right)
    assert hand.only.points[0].time > line.points[0].time
    harness.run("undo")
    assert hand.only == line


def test_losing_the_keyboard_keeps_what_was_moved(hand, harness, line):
    QTest.keyPress(hand.view, KEY.Key_Right)
    harness.window.setFocus()
    assert hand.only.points[0].time > line.points[0].time


def test_without_a_selection_arrows_move_the_chart(hand, line):
    hand.click(*AWAY)
    edge = hand.model.placed.right_edge
    hand.key(KEY.Key_Left)
    assert hand.model.placed.right_edge == edge - 1
    assert hand.only == line


def test_on_a_chart_of_another_symbol_arrows_move_the_chart(hand, harness, line):
    harness.open("AAPL", "1d")
    edge = hand.model.placed.right_edge
    hand.key(KEY.Key_Left)
    assert hand.model.placed.right_edge == edge - 1
    assert hand.editor.drawings_of("MSFT") == (line,)


# -- removing and cancelling


@pytest.mark.parametrize("key", [KEY.Key_Delete, KEY.Key_Backspace])
def test_del_removes_what_is_selected(hand, harness, line, key):
    other = hand.draw("horizontal_line", (300, 330))
    hand.editor.select("MSFT", [line.id])
    hand.key(key)
    assert hand.drawings == (other,)
    assert harness.actions["undo"].text() == "Undo remove trend line"
    harness.run("undo")
    assert hand.drawings == (line, other)


def test_escape_selects_nothing(hand, line):
    hand.key(KEY.Key_Escape)
    assert hand.editor.selection.ids == frozenset()
    assert hand.only == line


# -- the clipboard


def test_copy_and_paste_put_the_same_times_and_prices_on_another_chart(hand, harness, line):
    hand.key(KEY.Key_C, CTRL)
    harness.open("AAPL", "1d")
    hand.key(KEY.Key_V, CTRL)
    (copy,) = hand.editor.drawings_of("AAPL")
    assert (copy.points, copy.style, copy.symbol) == (line.points, line.style, "AAPL")
    assert copy.id != line.id
    assert hand.editor.selection == ("AAPL", {copy.id})
    assert harness.actions["undo"].text() == "Undo paste trend line"


@pytest.mark.parametrize("way", ["paste", "clone"])
def test_copies_of_a_group_are_a_group_of_their_own_in_one_step_of_undo(hand, harness, way):
    first, second = hand.draw("trend_line", (200, 220), (500, 120)), hand.draw("horizontal_line", (300, 260))
    hand.key(KEY.Key_Escape)
    drawings = hand.editor.list_of("MSFT")
    hand.editor.apply("group", "MSFT", drawings.grouped([first.id, second.id], "g", "Support"))
    before = hand.drawings
    hand.editor.select("MSFT", [first.id])
    if way == "paste":
        hand.key(KEY.Key_C, CTRL)
        hand.key(KEY.Key_V, CTRL)
    else:
        x, y = hand.pixels(second)[0]
        hand.drag((x, y), (x + 30, y + 20), CTRL)
    copies = [one for one in hand.drawings if one not in before]
    assert [one.type for one in copies] == ["trend_line", "horizontal_line"]
    assert {one.group for one in copies} not in ({"g"}, {""})
    assert group_name(copies) == "Support"
    assert len({one.group for one in copies}) == 1
    assert hand.editor.selection.ids == {one.id for one in copies}
    harness.actions["undo"].trigger()
    assert hand.drawings == before


def test_what_is_pasted_over_itself_lies_a_little_aside(hand, line):
    hand.key(KEY.Key_C, CTRL)
    hand.key(KEY.Key_V, CTRL)
    copy = hand.drawings[-1]
    (x0, y0), (x1, y1) = hand.pixels(line)[0], hand.pixels(copy)[0]
    assert 8 <= x1 - x0 <= 40
    assert y1 - y0 == pytest.approx(24, abs=1)
    hand.editor.apply("remove", "MSFT", hand.editor.list_of("MSFT").removed([line.id, copy.id]))
    hand.key(KEY.Key_V, CTRL)
    assert hand.only.points == line.points, "where nothing is covered, they are the same"


def test_the_clipboard_has_the_document_that_files_have(hand, line):
    hand.key(KEY.Key_C, CTRL)
    document = orjson.loads(QGuiApplication.clipboard().text())
    assert document["format"] == "candledesk.drawings/1"
    assert document["drawings"][0]["points"][0]["t"] == line.points[0].time


@pytest.mark.parametrize(
    ("text", "toast"),
    [
        ("AAPL", ""),
        ('{"format": "candledesk.drawings/1"', "The clipboard holds no drawings"),
        ('{"format": "candledesk.drawings/1", "drawings": 3}', "cannot be pasted"),
        (ELSEWHERE, "The clipboard holds no drawings of the panes of this chart"),
    ],
)
def test_a_clipboard_without_drawings_pastes_nothing_and_says_why(hand, harness, text, toast):
    QGuiApplication.clipboard().setText(text)
    hand.key(KEY.Key_V, CTRL)
    assert hand.drawings == ()
    assert toast in harness.page.toast


# -- writing


def write(text):
    QTest.keyClicks(QApplication.focusWidget(), text)


def test_a_new_text_is_written_at_once_and_letters_open_no_search(hand, harness, entry):
    hand.draw("text", A)
    assert QApplication.focusWidget() is entry()
    write("buy 1,0")
    hand.key(KEY.Key_Return)
    write("more")
    assert hand.model.scene.drawings.drawings[0].text == "buy 1,0\nmore", "the chart shows it while it is written"
    hand.key(KEY.Key_Return, CTRL)
    assert hand.only.text == "buy 1,0\nmore"
    assert not entry().isVisible()
    assert QApplication.focusWidget() is hand.view
    assert (harness.search is None or not harness.search.isVisible(), harness.popup.isVisible()) == (True, False)
    assert harness.actions["undo"].text() == "Undo edit text"
    harness.run("undo")
    assert hand.only.text == ""


def test_a_wrapped_text_is_opened_by_a_click_on_any_of_its_lines_and_written_as_it_is(hand, entry):
    drawn = hand.draw("text", A)
    write("several words of a wrapped text")
    hand.key(KEY.Key_Return, CTRL)
    wrapped = replace(hand.only, style={"wrap": 8})
    hand.editor.apply("wrap", "MSFT", hand.editor.list_of("MSFT").changed([wrapped]))
    hand.click(A[0] + 12, A[1] + 60)
    assert entry().isVisible(), "the fourth line"
    assert entry().toPlainText() == "several words of a wrapped text"
    top = entry().y()
    assert top == pytest.approx(A[1] - 10, abs=6), "it lies on the text"
    hand.key(KEY.Key_Escape)
    assert hand.only == replace(wrapped, id=drawn.id)


def test_a_click_outside_ends_writing_and_keeps_it(hand, entry):
    hand.draw("text", A)
    write("kept")
    QTest.mouseClick(hand.target, Qt.MouseButton.LeftButton, pos=hand.target.rect().center())
    hand.view.setFocus()
    assert (hand.only.text, entry().isVisible()) == ("kept", False)


def test_escape_goes_back_to_what_was_written_before(hand, harness, entry):
    text = replace(hand.draw("text", A), text="before")
    hand.key(KEY.Key_Escape)
    hand.editor.apply("edit", "MSFT", hand.editor.list_of("MSFT").changed([text]))
    hand.click(A[0] + 8, A[1] + 8)
    assert entry().isVisible(), "a click on the text of a selected drawing opens it"
    write("after")
    hand.key(KEY.Key_Escape)
    assert hand.only.text == "before"
    assert hand.model.scene.drawings.drawings == hand.drawings
    assert harness.actions["undo"].text() == "Undo edit"


def test_the_first_click_on_a_text_selects_and_the_second_opens_it(hand, entry):
    text = hand.draw("text", A)
    hand.key(KEY.Key_Escape)
    hand.click(*AWAY)
    hand.click(A[0] + 8, A[1] + 8)
    assert hand.editor.selection.ids == {text.id}
    assert not entry().isVisible()
    hand.click(A[0] + 8, A[1] + 8)
    assert entry().isVisible()


def test_enter_writes_on_a_line(hand, line, entry):
    hand.key(KEY.Key_Return)
    write("trend")
    hand.key(KEY.Key_Enter, CTRL)
    assert hand.only.text == "trend"
    assert hand.only.points == line.points


def test_locked_drawings_and_those_without_text_are_not_written_on(hand, line, entry):
    hand.editor.lock_all = True
    hand.key(KEY.Key_Return)
    assert entry() is None
    hand.editor.lock_all = False
    hand.draw("fib_retracement", A, B)
    hand.key(KEY.Key_Return)
    assert entry() is None


def test_a_text_has_only_what_can_be_stored(hand, entry):
    hand.draw("text", A)
    entry().setPlainText("a\u202eb\x00" + "x" * 2 * MAX_TEXT_CHARS)
    hand.key(KEY.Key_Return, CTRL)
    assert hand.only.text.startswith("abx")
    assert len(hand.only.text) == MAX_TEXT_CHARS


def test_a_text_that_is_removed_elsewhere_while_it_is_written_stays_removed(hand, entry):
    text = hand.draw("text", A)
    write("gone")
    hand.editor.apply("remove", "MSFT", hand.editor.list_of("MSFT").removed([text.id]))
    hand.key(KEY.Key_Return, CTRL)
    assert hand.drawings == ()
    assert hand.model.scene.drawings.drawings == ()


def test_another_symbol_ends_writing(hand, harness, entry):
    hand.draw("text", A)
    write("kept")
    harness.open("AAPL", "1d")
    assert hand.editor.drawings_of("MSFT")[0].text == "kept"
    assert not entry().isVisible()


def test_keys_with_alt_stay_shortcuts_while_writing(hand, entry):
    hand.draw("text", A)
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_L, ALT)
    assert hand.model.scene.price_mode is PriceMode.LOG


def test_the_entry_lies_on_the_text_and_follows_the_chart(hand, entry):
    hand.draw("text", A)
    write("a longer text")
    before = entry().geometry()
    assert before.contains(round(A[0]) + 4, round(A[1]) + 4)
    hand.model.pan(40)
    assert entry().x() == before.x() + 40


def test_the_sheet_of_shortcuts_names_the_keys_of_drawings(harness):
    groups = {group for group, _, _ in harness.window.table.shortcut_sheet()}
    assert "Drawings" in groups


def test_leaving_the_window_hides_the_handles(hand, line):
    hand.click(*AWAY)
    hand.move(*hand.pixels(line)[0])
    assert hand.view._overlay.picture.handles
    QApplication.sendEvent(hand.view, QEvent(QEvent.Type.Leave))
    assert hand.view._overlay.picture.handles == ()


# -- what is not seen, and what is gone


@pytest.mark.parametrize("changes", [{"visible": False}, {"intervals": ("hours",)}, {"chart": "another"}])
@pytest.mark.parametrize("key", [KEY.Key_Delete, KEY.Key_Right, KEY.Key_Return])
def test_keys_change_nothing_that_is_selected_and_not_shown(hand, line, changes, key):
    editor = hand.editor
    editor.apply("change", "MSFT", editor.list_of("MSFT").changed([replace(line, **changes)]))
    assert editor.selection.ids == {line.id}
    hand.key(key)
    assert hand.only == replace(line, **changes)
    assert hand.target.findChild(TextEntry) is None


def test_a_drawing_of_a_pane_that_is_gone_is_left_alone(hand, line):
    hand.page.studies.add("rsi")
    pane = hand.model.frame().panes.boxes[-1].pane.id
    editor = hand.editor
    editor.apply("change", "MSFT", editor.list_of("MSFT").changed([replace(line, pane=pane)]))
    hand.page.studies.remove_all()
    assert pane not in hand.model.frame().scales
    assert editor.selection.ids == {line.id}
    keys = DrawingKeys(hand.model, editor, lambda _drawing: None)
    assert not any(keys.takes(name, NO_KEYS) for name in ("Up", "Delete", "Return"))


def test_what_one_chart_showed_alone_is_pasted_for_the_chart_it_is_pasted_into(hand, harness, line):
    editor = hand.editor
    own = hand.model.chart_id()
    editor.apply("change", "MSFT", editor.list_of("MSFT").changed([replace(line, chart=own)]))
    hand.key(KEY.Key_C, CTRL)
    harness.charts.add_chart()
    harness.open("AAPL", "1d")
    harness.charts.focus()
    hand.key(KEY.Key_V, CTRL)
    (copy,) = editor.drawings_of("AAPL")
    assert copy.chart == harness.page.model.scene.chart != own


def test_a_held_arrow_is_kept_when_the_chart_shows_another_symbol(hand, harness, line):
    QTest.keyPress(hand.view, KEY.Key_Right)
    harness.open("AAPL", "1d")
    (moved,) = hand.editor.drawings_of("MSFT")
    assert moved.points[0].time > line.points[0].time


def test_writing_ends_with_the_pane_of_the_drawing(hand, entry):
    hand.page.studies.add("rsi")
    settle(QApplication.instance())
    box = hand.model.frame().panes.boxes[-1]
    hand.draw("text", (300, (box.top + box.bottom) / 2 / hand.model.frame().dpr))
    QTest.keyClicks(entry(), "Low")
    hand.page.studies.remove_all()
    assert not entry().isVisible()
    assert hand.only.text == "Low"
