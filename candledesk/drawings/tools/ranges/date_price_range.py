"""Date and price range: a box with the differences of price, bars and time between two points, and the volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Rectangle, Text
from candledesk.drawings.geometry import arrow_head, box_of
from candledesk.drawings.tools.style import FILL_OPACITY, GAP_PX, GREY_GROUND, LINE, WHITE, percent_text, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext

_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60


def _figures(points: Sequence[Point], style: Mapping[str, Any], _context: FigureContext) -> tuple[Figure, ...]:
    left, top, right, bottom = box_of(points)
    stroke, (a, b) = stroke_of(style), points
    fill = style.get("fill_color", style["color"]) if style["fill"] else ""
    middle = Point((left + right) / 2, (top + bottom) / 2)
    up, across = (Point(middle.x, a.y), Point(middle.x, b.y)), (Point(a.x, middle.y), Point(b.x, middle.y))
    return (
        Rectangle(left, top, right, bottom, fill, style["fill_opacity"]),
        Line(*up, stroke),
        *arrow_head(*up, stroke),
        Line(*across, stroke),
        *arrow_head(*across, stroke),
    )


def _labels(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Text, ...]:
    """Return what lies between the points, outside of the box at its end; nothing when it is outside of the pane."""
    (left, _, right, _), (a, b) = box_of(points), points
    if left > context.right or right < context.left:
        return ()
    at = Point((left + right) / 2, b.y - GAP_PX if b.y <= a.y else b.y + GAP_PX)
    align = (0.5, 1.0 if b.y <= a.y else 0.0)
    return (Text(at, _words(context), style["text_color"], style["font_size"], align, GREY_GROUND),)


def _words(context: FigureContext) -> str:
    """Return Δ, Δ %, ticks, bars of this interval, time, and the volume when it is known."""
    first, last = context.prices
    delta = last - first
    percent = f" ({percent_text(delta / first, '+')})" if first else ""
    length = duration_text(context.times[1] - context.times[0])
    lines = [
        f"{context.price_text(delta)}{percent}, {round(delta / context.tick):+,d} ticks",
        f"{round(context.indexes[1] - context.indexes[0]):+,d} bars, {length}",
    ]
    return "\n".join([*lines, *([f"Volume {context.volume:,.0f}"] if context.volume is not None else [])])


def duration_text(seconds: int) -> str:
    """Return a length of time with its two largest units: ``3d 4h``, ``-2h 30m``."""
    sign, rest, parts = "-" if seconds < 0 else "", abs(seconds), []
    for unit, name in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "m")):
        n, rest = divmod(rest, unit)
        parts += [f"{n:,}{name}"] if n else []
    return sign + (" ".join(parts[:2]) or "0m")


TOOL = DrawingTool(
    "date_price_range",
    "Date and price range",
    2,
    _figures,
    {**LINE, "width": 1, "text_color": WHITE, "font_size": 12, "fill": True, "fill_opacity": FILL_OPACITY},
    labels=_labels,
)
