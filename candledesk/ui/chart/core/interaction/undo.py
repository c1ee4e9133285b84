"""Commands that can be undone, on one stack. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MAX_COMMANDS = 200  # WORKBENCH.md, undo


class Command(Protocol):
    """One change that a person made: ``title`` names it in a menu, ``owner`` is the object that it changed."""

    @property
    def title(self) -> str:
        """The text that follows "Undo": ``resize panes``."""

    @property
    def owner(self) -> object:
        """The object that it changed, such as the model of a chart."""

    def do(self) -> None:
        """Make the change (again)."""

    def undo(self) -> None:
        """Take the change back."""


@dataclass(frozen=True, slots=True, eq=False)
class Change(Generic[T]):
    """A command that puts one value in the place of another, by calling ``apply`` with it."""

    title: str
    owner: object
    apply: Callable[[T], object]
    before: T
    after: T

    def do(self) -> None:
        """Put the later value back."""
        self.apply(self.after)

    def undo(self) -> None:
        """Put the earlier value back."""
        self.apply(self.before)


class UndoStack:
    """The commands of one window, at most 200; a new one ends what could be done again."""

    def __init__(self, on_changed: Callable[[], None] = lambda: None) -> None:
        """``on_changed`` is called after the stack changed."""
        self._done: list[Command] = []
        self._undone: list[Command] = []
        self._on_changed = on_changed

    def push(self, command: Command) -> None:
        """Take a command that has just been done."""
        self._done = [*self._done, command][-MAX_COMMANDS:]
        self._undone = []
        self._on_changed()

    @property
    def undo_title(self) -> str:
        """What the next undo takes back, empty when there is nothing."""
        return self._done[-1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        """What the next redo does again, empty when there is nothing."""
        return self._undone[-1].title if self._undone else ""

    def undo(self) -> Command | None:
        """Take the latest command back and return it; ``None`` when there is none."""
        if not self._done:
            return None
        command = self._done.pop()
        command.undo()
        self._undone.append(command)
        self._on_changed()
        return command

    def redo(self) -> Command | None:
        """Do the command again that was taken back last and return it; ``None`` when there is none."""
        if not self._undone:
            return None
        command = self._undone.pop()
        command.do()
        self._done.append(command)
        self._on_changed()
        return command

    def forget(self, owner: object) -> None:
        """Drop the commands of what no longer exists."""
        self._done = [command for command in self._done if command.owner is not owner]
        self._undone = [command for command in self._undone if command.owner is not owner]
        self._on_changed()
