"""The colours of rising and falling bars that a person can choose between. Imports no Qt."""

from __future__ import annotations

from typing import Protocol

from candledesk.ui.declared_options import Choice


class PaletteName(Choice):
    """The colours of rising and falling."""

    CLASSIC = "classic", "Green and red"
    COLOUR_BLIND = "colour_blind", "Blue and orange (colour-blind)"
    EAST_ASIA = "east_asia", "Red and green (East Asia)"
    CUSTOM = "custom", "Own colours"


class ColourOptions(Protocol):
    """The options for the colours of bars; the two colours, ``#rrggbb``, are used with ``PaletteName.CUSTOM``."""

    @property
    def palette(self) -> PaletteName:
        """The chosen palette."""

    @property
    def up_colour(self) -> str:
        """The own colour of rising bars."""

    @property
    def down_colour(self) -> str:
        """The own colour of falling bars."""
