"""Horizontal ray: one price from a bar to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool
from candledesk.drawings.tools.style import LINE, across

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Point


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    return across(points[0].y, style, context, points[0].x)


TOOL = DrawingTool("horizontal_ray", "Horizontal ray", 1, _figures, LINE, is_bounded=False)
