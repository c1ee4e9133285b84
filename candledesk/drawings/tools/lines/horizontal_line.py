"""Horizontal line: one price across the pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool
from candledesk.drawings.tools.style import LINE, across

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Point


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    return across(points[0].y, style, context)


def _dragged(points: Sequence[Point], _at: int, to: Point) -> tuple[Point, ...]:
    """Return the point at another price: the time of a level is the basis of its price, and stays."""
    return (points[0]._replace(y=to.y),)


TOOL = DrawingTool(
    "horizontal_line",
    "Horizontal line",
    1,
    _figures,
    LINE,
    is_level=True,
    is_bounded=False,
    shortcut="Alt+H",
    tag="price",
    dragged=_dragged,
)
