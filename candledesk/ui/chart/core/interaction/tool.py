"""What the mouse and the keys do to a chart: the tool in use, and the objects on the chart that can be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from candledesk.drawings.figures import Point, Text
    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.panes import Hit


class Held(NamedTuple):
    """The keys that are held; ``is_touch``: a finger points, not the mouse."""

    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    is_touch: bool = False


NO_KEYS = Held()


class Tool(Protocol):
    """Gets what the mouse and the keys do, in logical pixels.

    A call returns a command when it ended a change that can be undone, else ``None``.
    """

    @property
    def grabbed(self) -> Hit | None:
        """What is being dragged, ``None`` between two drags."""

    def press(self, x: float, y: float, held: Held = NO_KEYS) -> Command | None:
        """Take the press of the left button or of a finger."""

    def move(self, x: float, y: float, held: Held = NO_KEYS) -> Command | None:
        """Take a movement, pressed or not."""

    def release(self) -> Command | None:
        """Take the release."""

    def interrupt(self) -> None:
        """Take back the press of a finger that is on the chart: a second one zooms. Its release does nothing then."""

    def key(self, name: str) -> Command | None:
        """Take a key by its name: ``Escape``."""


class Grip(NamedTuple):
    """An object under the pointer: its handles in logical pixels, and what a press there would do.

    ``is_handle``: take one of the handles; ``is_fixed``: nothing but select it.
    """

    handles: tuple[Point, ...] = ()
    is_handle: bool = False
    is_fixed: bool = False


class ChartObjects(Protocol):
    """Objects on a chart that can be taken while no tool is in use, such as drawings. Logical pixels."""

    @property
    def is_active(self) -> bool:
        """Whether one of them is pressed or dragged."""

    def press(self, x: float, y: float, held: Held) -> bool:
        """Take the press of the left button or of a finger; return whether there is something to take."""

    def move(self, x: float, y: float, held: Held) -> bool:
        """Go on with what was pressed; return whether it is still taken, or the chart is to be dragged instead."""

    def release(self) -> None:
        """End it."""

    def cancel(self) -> None:
        """Put back what is being dragged."""

    def choose(self, x: float, y: float) -> None:
        """Take the press of the right button, before a menu opens."""

    def leave(self) -> None:
        """Take a click on nothing."""

    def open(self, x: float, y: float) -> bool:
        """Take a double click; return whether there is something."""

    def grip_at(self, x: float, y: float) -> Grip | None:
        """Return what lies under the pointer, ``None`` for nothing."""

    def labels_at(self, x: float, y: float) -> tuple[Text, ...]:
        """Return the labels that are shown only while the pointer is there."""

    def takes_key(self, name: str, held: Held) -> bool:
        """Return whether a key does something with them now."""

    def key(self, name: str, held: Held) -> None:
        """Take a key by its name: ``Delete``."""

    def release_keys(self) -> None:
        """Take the release of a key, and the loss of the keyboard."""
