"""A walk of 500 random actions with mouse and keys can be undone to the first state byte by byte, and done again."""

import random

import orjson
import pytest
from PySide6.QtCore import Qt

from candledesk.drawings.document.drawings_json import drawings_json
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.dragging import pane_of
from candledesk.ui.chart.core.interaction.undo import MAX_COMMANDS
from candledesk.ui.features.undo import UndoController
from tests.ui.features.drawings.hand import CTRL, SHIFT

N_ACTIONS = 500
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Escape, *ARROWS)


def written(editor):
    return orjson.dumps([drawings_json(editor.drawings_of(symbol)) for symbol in ("AAPL", "MSFT")])


class Walk:
    """Random actions of a hand; every one that changes a drawing is one step of undo."""

    def __init__(self, hand, harness, seed):
        self.hand, self.harness, self.random = hand, harness, random.Random(seed)
        self.symbol = "MSFT"

    def spot(self):
        return self.random.randint(60, 700), self.random.randint(70, 380)

    def on_a_drawing(self):
        """A place on a handle that is on screen, or anywhere."""
        shown = self.hand.model.scene.drawings.drawings
        if not shown:
            return self.spot()
        one = self.random.choice(shown)
        pane = pane_of(self.hand.model.scene, self.hand.model.frame(), one)
        x, y = self.random.choice(pane.pixels_of(one))
        return (x, y) if 0 <= x < self.hand.view.width() and 0 <= y < self.hand.view.height() else self.spot()

    def step(self):
        self.random.choice((self.draw, self.drag, self.drag, self.clone, self.keys, self.keys, self.arrange, self.go))()

    def draw(self):
        tool = self.random.choice(list(TOOLS.values()))
        self.hand.editor.arm(tool.id)
        for _ in range(tool.clicks):
            self.hand.click(*self.spot(), self.random.choice((SHIFT, Qt.KeyboardModifier.NoModifier)))
        self.hand.editor.arm(None)
        self.hand.view.setFocus()

    def drag(self):
        self.hand.drag(self.on_a_drawing(), self.spot(), n_steps=2)

    def clone(self):
        self.hand.drag(self.on_a_drawing(), self.spot(), CTRL, n_steps=2)

    def keys(self):
        self.hand.click(*self.on_a_drawing(), self.random.choice((CTRL, Qt.KeyboardModifier.NoModifier)))
        self.hand.view.setFocus()
        self.hand.key(self.random.choice(KEYS))
        if self.random.random() < 0.2:
            self.hand.key(Qt.Key.Key_C, CTRL)
            self.hand.key(Qt.Key.Key_V, CTRL)

    def arrange(self):
        editor, symbol = self.hand.editor, self.symbol
        ids = [one.id for one in editor.drawings_of(symbol)]
        if len(ids) > 1:
            chosen = self.random.sample(ids, 2)
            panes = {editor.list_of(symbol).get(one).pane for one in chosen}
            edits = [editor.list_of(symbol).raised(chosen, is_to_front=self.random.random() < 0.5)]
            edits += [editor.list_of(symbol).grouped(chosen, "g")] if len(panes) == 1 else []
            editor.apply("arrange", symbol, self.random.choice(edits))

    def go(self):
        """Show another symbol and interval now and then."""
        if self.random.random() < 0.3:
            self.symbol = "AAPL" if self.symbol == "MSFT" else "MSFT"
            self.harness.open(self.symbol, "1d")
            self.harness.charts.focus()


@pytest.mark.parametrize("seed", [2])
def test_a_random_walk_is_undone_and_done_again_byte_by_byte(hand, harness, editor, monkeypatch, qtbot, seed):
    monkeypatch.setattr("candledesk.ui.chart.core.interaction.undo.MAX_COMMANDS", 10 * N_ACTIONS)
    stack = harness.window.findChild(UndoController).stack
    walk, begin = Walk(hand, harness, seed), written(editor)
    states = [begin]
    harness.charts.command_done.connect(lambda _command: states.append(written(editor)))
    for _ in range(N_ACTIONS):
        walk.step()
    assert len(states) > N_ACTIONS / 3
    for state in states[-2::-1]:
        stack.undo()
        assert written(editor) == state
    assert (stack.undo_title, written(editor)) == ("", begin)
    for state in states[1:]:
        stack.redo()
        assert written(editor) == state
    assert stack.redo_title == ""


def test_the_walk_as_it_is_stored_is_what_is_shown_at_the_end(hand, harness, editor, workspace, qtbot):
    walk = Walk(hand, harness, 3)
    for _ in range(60):
        walk.step()

    def stored():
        return orjson.dumps([drawings_json(workspace.list_drawings(one).result(5)) for one in ("AAPL", "MSFT")])

    qtbot.waitUntil(lambda: stored() == written(editor), timeout=2_000)


def test_two_hundred_steps_are_kept(hand, harness, editor):
    drawn = hand.draw("trend_line", (300, 220), (500, 120))
    for _ in range(MAX_COMMANDS + 5):
        hand.key(Qt.Key.Key_Up)
    stack = harness.window.findChild(UndoController).stack
    n_undone = 0
    while stack.undo_title:
        stack.undo()
        n_undone += 1
    assert n_undone == MAX_COMMANDS
    assert hand.only.points[0].price == pytest.approx(drawn.points[0].price + 0.05)
