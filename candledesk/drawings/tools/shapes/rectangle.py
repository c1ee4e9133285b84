"""Rectangle: two corners, eight handles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Rectangle
from candledesk.drawings.geometry import box_of
from candledesk.drawings.tools.style import FILL_OPACITY, GAP_PX, LINE, label, stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext

# Of each handle: which point gives its x and which its y; -1: the middle of both.
_HANDLES = ((0, 0), (1, 1), (0, 1), (1, 0), (-1, 0), (-1, 1), (0, -1), (1, -1))


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    left, top, right, bottom = box_of(points)
    left = context.left if style["extend"] in {"left", "both"} else left
    right = context.right if style["extend"] in {"right", "both"} else right
    fill = style.get("fill_color", style["color"]) if style["fill"] else ""
    found: list[Figure] = [Rectangle(left, top, right, bottom, fill, style["fill_opacity"], stroke_of(style))]
    if style["middle"]:
        y = (top + bottom) / 2
        found.append(Line(Point(left, y), Point(right, y), stroke_of(style)._replace(width=1, dash="dashed")))
    found += label(Point(left + GAP_PX, top + GAP_PX), context.text, style)
    return tuple(found)


def _handles(points: Sequence[Point]) -> tuple[Point, ...]:
    middle = Point((points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2)
    of = (*points[:2], middle)  # -1 is the middle
    return tuple(Point(of[x].x, of[y].y) for x, y in _HANDLES)


def _dragged(points: Sequence[Point], at: int, to: Point) -> tuple[Point, ...]:
    moved = list(points)
    x, y = _HANDLES[at]
    if x >= 0:
        moved[x] = Point(to.x, moved[x].y)
    if y >= 0:
        moved[y] = Point(moved[y].x, to.y)
    return tuple(moved)


TOOL = DrawingTool(
    "rectangle",
    "Rectangle",
    2,
    _figures,
    {**LINE, "width": 1, "extend": "none", "middle": False, "fill": True, "fill_opacity": FILL_OPACITY},
    shortcut="Alt+Shift+R",
    handles=_handles,
    dragged=_dragged,
)
