"""The stack of commands: undo, redo, its limit, and commands whose owner no longer exists."""

import pytest

from candledesk.ui.chart.core.interaction.undo import MAX_COMMANDS, Change, UndoStack


class Editor:
    """A value and the changes made to it, the titles naming them."""

    def __init__(self, stack):
        self.stack, self.value = stack, 0

    def set(self, value):
        before, self.value = self.value, value
        self.stack.push(Change(f"set {value}", self, self._apply, before, value))

    def _apply(self, value):
        self.value = value


@pytest.fixture
def stack():
    return UndoStack()


@pytest.fixture
def editor(stack):
    return Editor(stack)


def test_undo_takes_back_the_latest_and_redo_does_it_again(stack, editor):
    editor.set(1)
    editor.set(2)
    assert stack.undo().title == "set 2"
    assert (editor.value, stack.undo_title, stack.redo_title) == (1, "set 1", "set 2")
    stack.undo()
    assert (editor.value, stack.undo_title, stack.redo_title) == (0, "", "set 1")
    stack.redo()
    assert stack.redo().title == "set 2"
    assert (editor.value, stack.undo_title, stack.redo_title) == (2, "set 2", "")


def test_with_nothing_to_do_nothing_happens(stack, editor):
    assert (stack.undo(), stack.redo()) == (None, None)
    assert (stack.undo_title, stack.redo_title, editor.value) == ("", "", 0)


def test_a_new_command_ends_what_could_be_done_again(stack, editor):
    editor.set(1)
    editor.set(2)
    stack.undo()
    editor.set(3)
    assert stack.redo() is None
    stack.undo()
    assert editor.value == 1


def test_the_oldest_commands_are_forgotten(stack, editor):
    for value in range(1, MAX_COMMANDS + 6):
        editor.set(value)
    n_undone = 0
    while stack.undo() is not None:
        n_undone += 1
    assert (n_undone, editor.value) == (MAX_COMMANDS, 5)


def test_what_is_closed_is_forgotten_on_both_sides(stack, editor):
    other = Editor(stack)
    editor.set(1)
    other.set(7)
    editor.set(2)
    other.set(8)
    stack.undo()
    stack.undo()
    stack.forget(other)
    assert stack.undo().owner is editor
    assert stack.undo() is None
    assert [command.owner for command in iter(stack.redo, None)] == [editor, editor]
    assert (editor.value, other.value) == (2, 7)


def test_every_change_of_the_stack_is_reported(editor):
    calls = []
    stack = editor.stack = UndoStack(lambda: calls.append(editor.stack.undo_title))
    editor.set(1)
    stack.undo()
    stack.redo()
    stack.forget(editor)
    assert calls == ["set 1", "", "set 1", ""]
