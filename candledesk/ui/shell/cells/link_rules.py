"""Which cells follow a change of another one. Pure: no Qt, no clock."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from candledesk.workspace.links import DEFAULT_LINK, NO_LINK, LinkSwitches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Value = object


class LinkRules:
    """The links of one layout: the colour of each cell, by its number, and the switches of each colour.

    A change is passed on once, from the cell in which it was made: what it makes other cells show is noted as theirs,
    so that their own report of the same value changes nothing, whenever it comes. Values that another cell shows in
    its own way (a view that its history limits) are reported within ``applying`` and pass nothing on either.
    """

    def __init__(self) -> None:
        """Start without cells and with the usual switches."""
        self.switches: dict[str, LinkSwitches] = {}
        self._colours: dict[int, str] = {}
        self._values: dict[tuple[int, str], Value] = {}
        self._is_applying = False

    def add(self, cell: int, colour: str = DEFAULT_LINK) -> None:
        """Add a cell."""
        self._colours[cell] = colour

    def remove(self, cell: int) -> None:
        """Forget a cell."""
        self._colours.pop(cell, None)
        self._values = {key: value for key, value in self._values.items() if key[0] != cell}

    def colour_of(self, cell: int) -> str:
        """Return the colour of a cell, ``none`` for no link."""
        return self._colours[cell]

    def set_colour(self, cell: int, colour: str) -> None:
        """Put a cell into the group of a colour, or into none."""
        self._colours[cell] = colour

    def switches_of(self, colour: str) -> LinkSwitches:
        """Return what the cells of a colour have in common."""
        return self.switches.get(colour, LinkSwitches())

    def note(self, cell: int, aspect: str, value: Value) -> None:
        """Note what a cell shows, without passing it on: it was restored, or a change was refused."""
        self._values[cell, aspect] = value

    def followers(self, cell: int, aspect: str) -> list[int]:
        """Return the other cells that follow a cell in an aspect (``workspace.links.ASPECTS``)."""
        colour = self._colours[cell]
        if colour == NO_LINK or not getattr(self.switches_of(colour), aspect):
            return []
        return [other for other, its in self._colours.items() if its == colour and other != cell]

    def change(self, cell: int, aspects: Mapping[str, Value]) -> dict[int, dict[str, Value]]:
        """Return what other cells are to show after a cell shows ``aspects``, by the number of the cell."""
        if self._is_applying:
            return {}
        found: dict[int, dict[str, Value]] = {}
        for aspect, value in aspects.items():
            if self._values.get((cell, aspect)) == value:
                continue
            self._values[cell, aspect] = value
            for other in self.followers(cell, aspect):
                if self._values.get((other, aspect)) != value:
                    self._values[other, aspect] = value
                    found.setdefault(other, {})[aspect] = value
        return found

    @contextmanager
    def applying(self) -> Iterator[None]:
        """Pass nothing on: cells are made to show what another one shows."""
        was_applying, self._is_applying = self._is_applying, True
        try:
            yield
        finally:
            self._is_applying = was_applying
