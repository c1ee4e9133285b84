"""Trend line: two points, lengthened on request, with arrows, a middle point and statistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Polygon, Text
from candledesk.drawings.geometry import arrow_head, lengthened
from candledesk.drawings.tools.style import GAP_PX, GREY_GROUND, LINE, WHITE, label, percent_text, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext

STYLE: Mapping[str, Any] = {
    **LINE,
    "extend": "none",
    "start": "normal",
    "end": "normal",
    "middle": False,
    "stats": False,
}
_DAY_S = 86_400
_MIDDLE_PX = 5.0  # from the centre of the middle point to its corners: as far as a stroke is hit


def segment_figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    """Return the line with its arrows, its middle point, its text and its statistics."""
    stroke = stroke_of(style)
    a, b = points
    shown = lengthened(a, b, _towards(a, b, style["extend"]), context)
    if shown is None:
        return ()
    found: list[Figure] = [Line(*shown, stroke)]
    found += arrow_head(b, a, stroke) if style["start"] == "arrow" else ()
    found += arrow_head(a, b, stroke) if style["end"] == "arrow" else ()
    middle = Point((a.x + b.x) / 2, (a.y + b.y) / 2)
    if style["middle"]:
        found.append(_middle_point(middle, style["color"]))
    found += label(Point(middle.x, middle.y - GAP_PX), context.text, style, (0.5, 1.0))
    words = _statistics(a, b, context) if style["stats"] else ""
    if words:
        found.append(Text(Point(b.x + 3 * GAP_PX, b.y), words, WHITE, style["font_size"], (0.0, 0.5), GREY_GROUND))
    return tuple(found)


def _middle_point(at: Point, colour: str) -> Polygon:
    """Return a diamond, by which a line is taken as a whole."""
    ways = ((0.0, -_MIDDLE_PX), (_MIDDLE_PX, 0.0), (0.0, _MIDDLE_PX), (-_MIDDLE_PX, 0.0))
    return Polygon(tuple(Point(at.x + dx, at.y + dy) for dx, dy in ways), colour)


def _towards(a: Point, b: Point, extend: str) -> str:
    """Return the end to lengthen as it is on screen: ``right`` is behind the second point (a ray may go left)."""
    return {"left": "right", "right": "left"}.get(extend, extend) if b.x < a.x else extend


def _statistics(a: Point, b: Point, context: FigureContext) -> str:
    """Return Δ, Δ %, bars, time and angle on screen, in two lines; empty without prices."""
    if len(context.prices) != len((a, b)) or not context.prices[0]:
        return ""
    first, last = context.prices
    bars = round(context.indexes[1] - context.indexes[0])
    days = (context.times[1] - context.times[0]) / _DAY_S
    angle = math.degrees(math.atan2(a.y - b.y, abs(b.x - a.x)))
    price = f"{context.price_text(last - first)} ({percent_text(last / first - 1, '+')})"
    return f"{price}\n{bars:+d} bars, {days:+.4g}d, {angle:.0f}°"


TOOL = DrawingTool("trend_line", "Trend line", 2, segment_figures, STYLE, shortcut="Alt+T")
