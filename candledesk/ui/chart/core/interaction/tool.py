"""What the mouse does to a chart while a tool is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit


class Tool(Protocol):
    """Gets what the mouse and the keys do, in logical pixels.

    A call returns a command when it ended a change that can be undone, else ``None``.
    """

    @property
    def grabbed(self) -> Hit | None:
        """What is being dragged, ``None`` between two drags."""

    def press(self, x: float, y: float) -> Command | None:
        """Take the press of the left button or of a finger."""

    def move(self, x: float, y: float) -> Command | None:
        """Take a movement, pressed or not."""

    def release(self) -> Command | None:
        """Take the release."""

    def key(self, name: str) -> Command | None:
        """Take a key by its name: ``Escape``."""
