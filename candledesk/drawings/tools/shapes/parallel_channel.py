"""Parallel channel: a base line and a second one at the same price offset everywhere on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Polygon
from candledesk.drawings.geometry import lengthened
from candledesk.drawings.tools.style import FILL_OPACITY, GAP_PX, LINE, label, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext


def offset_of(points: Sequence[Point]) -> float:
    """Return how far below the base line the third point lies, in pixels at the same time."""
    a, b, third = points
    share = (third.x - a.x) / (b.x - a.x) if b.x != a.x else 0.0
    return third.y - (a.y + share * (b.y - a.y))


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    a, b, _third = points
    offset, stroke = offset_of(points), stroke_of(style)
    fill = style.get("fill_color", style["color"]) if style["fill"] else ""
    found: list[Figure] = []
    if fill:
        corners = (a, b, Point(b.x, b.y + offset), Point(a.x, a.y + offset))
        found.append(Polygon(corners, fill, style["fill_opacity"]))
    for share, pen in ((0.0, stroke), (1.0, stroke), (0.5, stroke._replace(width=1, dash="dashed"))):
        if share in {0.0, 1.0} or style["middle"]:
            low = offset * share
            shown = lengthened(Point(a.x, a.y + low), Point(b.x, b.y + low), style["extend"], context)
            found += [Line(*shown, pen)] if shown else []
    found += label(Point((a.x + b.x) / 2, (a.y + b.y) / 2 - GAP_PX), context.text, style, (0.5, 1.0))
    return tuple(found)


TOOL = DrawingTool(
    "parallel_channel",
    "Parallel channel",
    3,
    _figures,
    {**LINE, "extend": "none", "middle": True, "fill": True, "fill_opacity": FILL_OPACITY},
)
