"""Whether a box on screen would lie over a drawing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.drawings.figures import Point, Polygon, Rectangle
from candledesk.drawings.geometry import is_inside
from candledesk.drawings.hit import drawings_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.drawings.hit import Box, ShownDrawing


def is_covered(shown: Sequence[ShownDrawing], box: Box) -> bool:
    """Return whether a box (left, top, right, bottom) lies over any part of the drawings, also within their fills."""
    corner = Point(box[0], box[1])
    return bool(drawings_in(shown, box)) or any(
        isinstance(figure, (Polygon, Rectangle)) and bool(figure.fill) and is_inside(corner, figure.points)
        for one in shown
        for figure in one.figures
    )
