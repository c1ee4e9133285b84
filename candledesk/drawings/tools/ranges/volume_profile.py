"""Fixed-range volume profile: how much was traded at each price between two times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Rectangle, Stroke, Text
from candledesk.drawings.tools.style import BLUE, GAP_PX, GREY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    """Return a bar for each of the context's rows, the two times as lines, and the context's note."""
    left, right = min(points[0].x, points[1].x), max(points[0].x, points[1].x)
    most = (right - left) * style["share"]
    edge = Stroke(style["color"], 1, "dotted")
    found: list[Figure] = [Line(Point(x, context.top), Point(x, context.bottom), edge) for x in (left, right)]
    for lower, upper, share, is_inside in context.rows:
        colour = style["up_color"] if is_inside else style["color"]
        found.append(Rectangle(left, upper, left + most * share, lower, colour, style["fill_opacity"]))
    if context.note:
        at = Point(left + GAP_PX, context.bottom - GAP_PX)
        found.append(Text(at, context.note, style["text_color"], style["font_size"], (0.0, 1.0)))
    return tuple(found)


TOOL = DrawingTool(
    "volume_profile",
    "Fixed-range volume profile",
    2,
    _figures,
    {
        "color": GREY,
        "up_color": BLUE,
        "fill_opacity": 0.4,
        "text_color": GREY,
        "font_size": 12,
        "rows": 24,
        "value_area": 0.7,
        "share": 0.3,
    },
    has_prices=False,
)
