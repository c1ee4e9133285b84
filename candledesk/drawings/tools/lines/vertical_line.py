"""Vertical line: one time, through all panes unless switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point
from candledesk.drawings.tools.style import GAP_PX, LINE, label, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    x = points[0].x
    if not context.left <= x <= context.right:
        return ()
    line = Line(Point(x, context.top), Point(x, context.bottom), stroke_of(style))
    return (line, *label(Point(x + GAP_PX, context.bottom - GAP_PX), context.text, style, (0.0, 1.0)))


TOOL = DrawingTool(
    "vertical_line",
    "Vertical line",
    1,
    _figures,
    {**LINE, "panes": True},
    has_prices=False,
    is_of_time=True,
    shortcut="Alt+V",
    tag="time",
)
