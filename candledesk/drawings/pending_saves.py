"""Changes that are drawn but not stored yet, merged to the last state of each drawing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import Edit

SAVE_MS = 500
"""How long a change may wait until it is stored (WORKBENCH.md §2.4)."""


class PendingSaves:
    """What is to be stored next; a hundred moves of one drag are one write."""

    def __init__(self) -> None:
        self._last: dict[str, Drawing | None] = {}
        self._taken: dict[str, Drawing | None] = {}

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._last)

    def add(self, edit: Edit) -> None:
        """Take a change that was made, undone or done again."""
        self._last |= edit.after

    def take(self) -> tuple[list[Drawing], list[str]]:
        """Return the drawings to store and the ids to delete, and wait for new changes."""
        self._taken, self._last = self._last, {}
        stored = [drawing for drawing in self._taken.values() if drawing is not None]
        return stored, [drawing_id for drawing_id, drawing in self._taken.items() if drawing is None]

    def confirm(self) -> None:
        """Forget what was taken: it is stored."""
        self._taken = {}

    def put_back(self, drawings: list[Drawing], deleted: list[str]) -> None:
        """Take again what could not be stored; changes made meanwhile are later ones."""
        former: dict[str, Drawing | None] = {drawing.id: drawing for drawing in drawings}
        self._last = former | dict.fromkeys(deleted) | self._last
        self._taken = {}

    def over(self, symbol: str, stored: Iterable[Drawing]) -> list[Drawing]:
        """Return the drawings of a symbol that were read, with the changes that were not stored when they were read."""
        waiting = self._taken | self._last
        kept = [drawing for drawing in stored if drawing.id not in waiting]
        return kept + [drawing for drawing in waiting.values() if drawing is not None and drawing.symbol == symbol]
