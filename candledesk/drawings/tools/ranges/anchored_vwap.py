"""Anchored VWAP: the volume-weighted average price of the bars since one bar, with a band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Polygon, Text
from candledesk.drawings.tools.style import GAP_PX, GREY_GROUND, LINE, WHITE, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext

_MARK_PX = 12.0  # of the anchor's bar, while nothing is computed


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    """Return the curves ``vwap``, ``upper`` and ``lower`` of the context; without curves a mark at the anchor's bar."""
    stroke = stroke_of(style)
    thin = stroke._replace(width=1)
    curves = context.curves
    found: list[Figure] = []
    upper, lower = curves.get("upper", ()), curves.get("lower", ())
    if upper and lower and style["fill"]:
        found.append(Polygon((*upper, *lower[::-1]), style["color"], style["fill_opacity"]))
    found += [Polygon(curve, stroke=thin) for curve in (upper, lower) if len(curve) > 1]
    middle = curves.get("vwap", ())
    if len(middle) > 1:
        found.append(Polygon(middle, stroke=stroke))
    else:
        x = points[0].x
        found.append(Line(Point(x, context.bottom - _MARK_PX), Point(x, context.bottom), stroke))
    return tuple(found)


def _labels(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Text, ...]:
    """Return the note at the beginning of the curve that is shown, else at the foot of the mark."""
    middle, anchor = context.curves.get("vwap", ()), points[0].x
    is_seen = anchor <= context.right if len(middle) else context.left <= anchor <= context.right
    if not context.note or not is_seen:
        return ()
    place = Point(middle[0].x, middle[0].y + 2 * GAP_PX) if len(middle) else Point(anchor, context.bottom)
    align = (0.0, 0.0 if len(middle) else 1.0)
    return (Text(place, context.note, WHITE, style["font_size"], align, GREY_GROUND),)


TOOL = DrawingTool(
    "anchored_vwap",
    "Anchored VWAP",
    1,
    _figures,
    {**LINE, "width": 2, "font_size": 12, "fill": False, "fill_opacity": 0.1, "bands": [1.0]},
    has_prices=False,
    is_bounded=False,
    labels=_labels,
)
