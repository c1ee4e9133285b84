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


TOOL = DrawingTool(
    "horizontal_line", "Horizontal line", 1, _figures, LINE, is_level=True, is_bounded=False, shortcut="Alt+H"
)
