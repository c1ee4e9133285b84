"""The editor of a window's drawings: one step of undo per change, shown everywhere at once, stored soon."""

from concurrent.futures import Future
from dataclasses import replace

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.pending_saves import SAVE_MS
from candledesk.drawings.placing.magnet import Magnet
from candledesk.ui.features.drawings import saving
from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.ui.features.drawings.reading import DrawingReader
from candledesk.ui.features.drawings.saving import DrawingSaver
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


def level(drawing_id, symbol="MSFT", price=5.0, **changes):
    return Drawing(drawing_id, "horizontal_line", symbol, (Anchor(1_700_000_000, price, "1d"),), **changes)


def ids(page):
    return [one.id for one in page.model.scene.drawings.drawings]


def add(editor, *names, symbol="MSFT"):
    drawings = editor.list_of(symbol)
    editor.apply("draw line", symbol, drawings.added([level(name, symbol) for name in names]))


def stored_ids(workspace, symbol="MSFT"):
    return [one.id for one in workspace.list_drawings(symbol).result(5)]


@pytest.fixture
def two(harness):
    """Two charts of one symbol in one layout, of 1d and 5m."""
    harness.open("AAPL", "1d")
    harness.charts.set_grid("2h")
    first, second = harness.charts.pages()
    second.feed.open("AAPL", harness.page.model.series.interval)
    return first, second


def test_a_change_is_shown_in_every_chart_of_its_symbol_before_apply_returns(harness, editor, two, qtbot):
    qtbot.waitUntil(lambda: len(two[1].model.series.bars) > 0)
    add(editor, "a", symbol="AAPL")
    assert [ids(page) for page in two] == [["a"], ["a"]]


def test_a_change_is_one_step_of_undo_that_is_named_in_the_menu(harness, editor):
    harness.open("MSFT", "1d")
    add(editor, "a", "b")
    assert harness.actions["undo"].text() == "Undo draw line"
    harness.run("undo")
    assert ids(harness.page) == []
    harness.run("redo")
    assert ids(harness.page) == ["a", "b"]


def test_a_change_that_changes_nothing_is_no_step_of_undo(harness, editor):
    harness.open("MSFT", "1d")
    add(editor, "a")
    editor.apply("move line", "MSFT", editor.list_of("MSFT").changed(editor.drawings_of("MSFT")))
    assert harness.actions["undo"].text() == "Undo draw line"


def test_a_change_is_stored_within_half_a_second_and_is_not_read_again(harness, editor, workspace, qtbot):
    harness.open("MSFT", "1d")
    qtbot.waitUntil(lambda: "MSFT" in editor._lists and not editor._reader._open)
    arrived = []
    editor._reader.arrived.connect(lambda symbol, _drawings: arrived.append(symbol))
    add(editor, "a")
    assert editor._saver._timer.isActive()
    assert editor._saver._timer.interval() <= SAVE_MS / 2, "the rest is for writing"
    qtbot.waitUntil(lambda: stored_ids(workspace) == ["a"])
    assert workspace.list_drawings("MSFT").result(5) == list(editor.drawings_of("MSFT"))
    qtbot.wait(50)
    assert arrived == []


def test_closing_the_window_stores_at_once(qapp, cache, tmp_path, workspace):
    harness = WindowHarness(qapp, cache, tmp_path, workspace=workspace)
    harness.open("MSFT", "1d")
    add(harness.window.findChild(DrawingEditor), "a")
    harness.close()
    assert stored_ids(workspace) == ["a"]


def test_what_someone_else_stores_meanwhile_does_not_take_back_what_is_not_stored_yet(
    harness, editor, workspace, qtbot
):
    workspace.put_drawings([level("a"), level("b")]).result(5)
    harness.open("MSFT", "1d")
    qtbot.waitUntil(lambda: ids(harness.page) == ["a", "b"])
    drawings = editor.list_of("MSFT")
    editor.apply("remove line", "MSFT", drawings.removed(["b"]))
    editor.apply("edit text", "MSFT", drawings.changed([replace(drawings.get("a"), text="mine")]))
    workspace.put_drawings([level("c")]).result(5)
    qtbot.waitUntil(lambda: ids(harness.page) == ["a", "c"])
    assert editor.drawings_of("MSFT")[0].text == "mine"
    qtbot.waitUntil(lambda: stored_ids(workspace) == ["a", "c"])


def test_undo_keeps_what_a_script_has_changed_of_the_drawing_since(harness, editor, workspace, qtbot):
    harness.open("MSFT", "1d")
    add(editor, "a")
    drawings = editor.list_of("MSFT")
    with qtbot.waitSignal(editor._saver.saved):
        editor.apply("move line", "MSFT", drawings.changed([replace(drawings.get("a"), points=(Anchor(86_400, 7.0),))]))
    moved = editor.list_of("MSFT").get("a")
    workspace.put_drawings([replace(moved, text="from a script", by="script")]).result(5)
    qtbot.waitUntil(lambda: editor.drawings_of("MSFT")[0].text == "from a script")
    harness.run("undo")
    (drawing,) = editor.drawings_of("MSFT")
    assert (drawing.text, drawing.by) == ("from a script", "script")
    assert drawing.points == level("a").points
    qtbot.waitUntil(lambda: workspace.list_drawings("MSFT").result(5) == [drawing])
    harness.run("redo")
    assert editor.drawings_of("MSFT")[0].points == moved.points


def test_undo_of_a_drawing_that_a_script_has_removed_says_that_nothing_is_left(harness, editor, workspace, qtbot):
    harness.open("MSFT", "1d")
    add(editor, "a")
    drawings = editor.list_of("MSFT")
    with qtbot.waitSignal(editor._saver.saved):
        editor.apply("edit text", "MSFT", drawings.changed([replace(drawings.get("a"), text="mine")]))
    workspace.delete_drawing("a").result(5)
    qtbot.waitUntil(lambda: ids(harness.page) == [])
    harness.run("undo")
    assert ids(harness.page) == []
    assert "Nothing is left" in harness.page.toast


def test_a_preview_is_shown_and_taken_back_without_a_step_of_undo(harness, editor):
    harness.open("MSFT", "1d")
    add(editor, "a")
    editor.preview("MSFT", [replace(editor.drawings_of("MSFT")[0], text="moving")])
    assert harness.page.model.scene.drawings.drawings[0].text == "moving"
    assert editor.drawings_of("MSFT")[0].text == ""
    editor.end_preview()
    assert harness.page.model.scene.drawings.drawings[0].text == ""
    assert harness.actions["undo"].text() == "Undo draw line"


def test_a_selection_has_whole_groups_and_nothing_that_is_gone(harness, editor, qtbot):
    harness.open("MSFT", "1d")
    drawings = editor.list_of("MSFT")
    editor.apply("draw", "MSFT", drawings.added([level("a", group="g"), level("b", group="g"), level("c")]))
    with qtbot.waitSignal(editor.selection_changed):
        editor.select("MSFT", ["a"])
    assert editor.selection == ("MSFT", {"a", "b"})
    assert harness.page.model.scene.selected_drawings == {"a", "b"}
    editor.apply("remove line", "MSFT", drawings.removed(["a"]))
    assert editor.selection.ids == {"b"}
    editor.select("MSFT", ["no such"])
    assert editor.selection.ids == frozenset()


def test_undoing_what_was_done_on_another_symbol_says_so(harness, editor):
    harness.open("MSFT", "1d")
    add(editor, "a")
    drawings = editor.list_of("MSFT")
    editor.apply("remove line", "MSFT", drawings.removed(["a"]))
    harness.run("undo")
    assert harness.page.toast == ""
    harness.run("redo")
    harness.open("AAPL", "1d")
    harness.run("undo")
    assert harness.page.toast == "Undone on MSFT: remove line"
    assert [one.id for one in editor.drawings_of("MSFT")] == ["a"]
    harness.run("redo")
    assert harness.page.toast == "Done again on MSFT: remove line"


def test_hidden_drawings_are_on_no_chart_and_the_switches_are_remembered(harness, editor, qapp, cache, tmp_path):
    harness.open("MSFT", "1d")
    add(editor, "a")
    editor.hide_all = editor.lock_all = editor.stay_in_drawing = True
    editor.magnet = Magnet.STRONG
    assert ids(harness.page) == []
    assert editor.is_locked(editor.drawings_of("MSFT")[0])
    editor.hide_all = False
    assert ids(harness.page) == ["a"]
    other = WindowHarness(qapp, cache, tmp_path)
    again = other.window.findChild(type(editor))
    assert (again.hide_all, again.lock_all, again.stay_in_drawing, again.magnet) == (False, True, True, Magnet.STRONG)
    other.close()


class RefusingWorkspace:
    """Fails the first saves, and notes the others."""

    def __init__(self, n_failures):
        self.n_failures, self.saved = n_failures, []

    def from_origin(self, _origin):
        return self

    def save_drawings(self, drawings, deleted):
        ended = Future()
        if self.n_failures:
            self.n_failures -= 1
            ended.set_exception(EnvironmentFaultError("The disk is full."))
        else:
            self.saved.append(([one.id for one in drawings], list(deleted)))
            ended.set_result(None)
        return ended


@pytest.mark.allow_logs
def test_what_could_not_be_stored_is_said_once_and_stored_later(qapp, qtbot, harness, editor, monkeypatch):
    monkeypatch.setattr(saving, "RETRY_MS", 20)
    refusing, said = RefusingWorkspace(1_000), []
    saver = DrawingSaver(refusing, harness.window)
    saver.failed.connect(said.append)
    drawings = editor.list_of("MSFT")
    saver.add(drawings.added([level("a")]))
    qtbot.waitUntil(lambda: refusing.n_failures <= 998)
    saver.add(drawings.added([level("b")]))
    refusing.n_failures = 0
    qtbot.waitUntil(lambda: refusing.saved == [(["a", "b"], [])])
    assert said == ["Drawings are not stored yet: The disk is full."]


@pytest.mark.allow_logs
def test_a_save_that_fails_while_the_window_is_closed_is_tried_once_more(qapp, qtbot, harness, editor):
    refusing = RefusingWorkspace(1)
    saver = DrawingSaver(refusing, harness.window)
    saver.add(editor.list_of("MSFT").added([level("a")]))
    saver._save()
    saver.finish()
    qtbot.waitUntil(lambda: refusing.saved == [(["a"], [])])


class SlowWorkspace:
    """Answers when it is asked to; ``reads``: what was asked for and not answered yet."""

    def __init__(self):
        self.reads = []

    def list_drawings(self, _symbol):
        self.reads.append(Future())
        return self.reads[-1]


def test_what_is_read_before_a_save_is_read_again_and_does_not_come_late(harness, qtbot):
    slow, arrived = SlowWorkspace(), []
    reader = DrawingReader(slow, None, harness.window)
    reader.arrived.connect(lambda _symbol, drawings: arrived.append(drawings))
    reader.read("MSFT")
    reader.read("MSFT")
    qtbot.waitUntil(lambda: len(slow.reads) == 1)
    reader.read_again()
    qtbot.waitUntil(lambda: len(slow.reads) == 2)
    slow.reads[1].set_result(["new"])
    slow.reads[0].set_result(["old"])
    qtbot.waitUntil(lambda: arrived == [["new"]])
    reader.read_again()
    settle(harness.qapp)
    assert (arrived, len(slow.reads)) == ([["new"]], 2), "nothing is on its way any more"


@pytest.mark.allow_logs
def test_what_could_not_be_read_is_read_at_the_next_use(harness, qtbot):
    slow, arrived = SlowWorkspace(), []
    reader = DrawingReader(slow, None, harness.window)
    reader.arrived.connect(lambda _symbol, drawings: arrived.append(drawings))
    reader.read("MSFT")
    qtbot.waitUntil(lambda: len(slow.reads) == 1)
    slow.reads[0].set_exception(EnvironmentFaultError("The disk does not answer."))
    qtbot.waitUntil(lambda: reader.read("MSFT") is None and len(slow.reads) == 2)
    slow.reads[1].set_result([])
    qtbot.waitUntil(lambda: arrived == [[]])


@pytest.mark.allow_logs
def test_an_earlier_reading_that_fails_does_not_end_the_later_one(harness, qtbot):
    slow, arrived = SlowWorkspace(), []
    reader = DrawingReader(slow, None, harness.window)
    reader.arrived.connect(lambda _symbol, drawings: arrived.append(drawings))
    reader.read("MSFT")
    qtbot.waitUntil(lambda: len(slow.reads) == 1)
    reader.read_again()
    qtbot.waitUntil(lambda: len(slow.reads) == 2)
    slow.reads[0].set_exception(EnvironmentFaultError("The disk does not answer."))
    settle(harness.qapp)
    slow.reads[1].set_result(["new"])
    qtbot.waitUntil(lambda: arrived == [["new"]])
