"""Where the style bar and the settings stand: where they are wanted, unless they would cover a drawing. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from candledesk.drawings.cover import is_covered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.drawings.hit import Box, ShownDrawing

MARGIN_PX = 8.0  # from the edges, and from the drawing
_STEP_PX = 16.0


class Spot(NamedTuple):
    """The top left corner of what is placed, in logical pixels of the chart."""

    x: float
    y: float


def place_beside(size: tuple[float, float], room: Box, wish: Spot, shown: Sequence[ShownDrawing]) -> Spot:
    """Return where something of a size stands in ``room``: the nearest place to ``wish`` that covers no drawing.

    Where every place covers the drawing, it is ``wish``; a wish outside of the room is moved into it.
    """
    wish = within(size, room, wish)
    if not _covers(size, wish, shown):
        return wish
    spots = sorted(_spots(size, room, wish), key=lambda spot: math.dist(spot, wish))
    return next((spot for spot in spots if not _covers(size, spot, shown)), wish)


def within(size: tuple[float, float], room: Box, wish: Spot) -> Spot:
    """Return the nearest place to ``wish`` that lies in the room, at its top left where there is too little."""
    left, top, right, bottom = room
    x = min(wish.x, right - MARGIN_PX - size[0])
    y = min(wish.y, bottom - MARGIN_PX - size[1])
    return Spot(max(x, left + MARGIN_PX), max(y, top + MARGIN_PX))


def _spots(size: tuple[float, float], room: Box, wish: Spot) -> list[Spot]:
    """Return places all over the room, and those straight above, below and beside ``wish``."""
    left, top, right, bottom = room
    xs = _steps(left + MARGIN_PX, right - MARGIN_PX - size[0])
    ys = _steps(top + MARGIN_PX, bottom - MARGIN_PX - size[1])
    return [Spot(x, y) for x in (*xs, wish.x) for y in (*ys, wish.y)]


def _steps(first: float, last: float) -> list[float]:
    n_steps = max(0, math.floor((last - first) / _STEP_PX))
    return [first + step * _STEP_PX for step in range(n_steps + 1)] + [max(first, last)]


def _covers(size: tuple[float, float], spot: Spot, shown: Sequence[ShownDrawing]) -> bool:
    box = (
        spot.x - MARGIN_PX,
        spot.y - MARGIN_PX,
        spot.x + size[0] + MARGIN_PX,
        spot.y + size[1] + MARGIN_PX,
    )
    return is_covered(shown, box)
