"""Geometry of figures: lengthened and cut lines, distances, arrows. Pixels; pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Circle, Curve, Line, Point, Rectangle, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Stroke

_ARROW_PX = 12.0
_ARROW_ANGLE = math.radians(28)
_FAR = 1e7  # pixels; longer lines are not drawn exactly by any painter


def clipped(start: Point, end: Point, context: FigureContext) -> tuple[Point, Point] | None:
    """Return the part of a line within the pane (Liang and Barsky), ``None`` for none."""
    dx, dy = end.x - start.x, end.y - start.y
    lo, hi = 0.0, 1.0
    for delta, room in (
        (-dx, start.x - context.left),
        (dx, context.right - start.x),
        (-dy, start.y - context.top),
        (dy, context.bottom - start.y),
    ):
        if delta == 0:
            if room < 0:
                return None
            continue
        share = room / delta
        if delta < 0:
            lo = max(lo, share)
        else:
            hi = min(hi, share)
    if lo > hi:
        return None
    return Point(start.x + lo * dx, start.y + lo * dy), Point(start.x + hi * dx, start.y + hi * dy)


def lengthened(a: Point, b: Point, extend: str, context: FigureContext) -> tuple[Point, Point] | None:
    """Return the line through two points, from the left one to the right one, lengthened to the pane's edges.

    ``extend``: ``none``, ``left``, ``right`` or ``both``; ``left`` is the end at the first point and ``right`` the end
    at the second when both have the same time. ``None`` when it is not in the pane.
    """
    start, end = (b, a) if b.x < a.x else (a, b)
    length = math.hypot(end.x - start.x, end.y - start.y)
    if length == 0:
        return clipped(start, end, context)
    ux, uy = (end.x - start.x) / length, (end.y - start.y) / length
    reach = abs(context.right - context.left) + abs(context.bottom - context.top)
    reach += max(_away(start, context), _away(end, context))
    reach = min(reach, _FAR)
    if extend in {"left", "both"}:
        start = Point(start.x - ux * reach, start.y - uy * reach)
    if extend in {"right", "both"}:
        end = Point(end.x + ux * reach, end.y + uy * reach)
    return clipped(start, end, context)


def _away(point: Point, context: FigureContext) -> float:
    return abs(point.x - context.left) + abs(point.y - context.top)


def arrow_head(tail: Point, tip: Point, stroke: Stroke) -> tuple[Line, ...]:
    """Return the two short lines of an arrow's head; none when its line has no direction."""
    if tail == tip:
        return ()
    back = math.atan2(tail.y - tip.y, tail.x - tip.x)
    length = _ARROW_PX + 2 * stroke.width
    solid = stroke._replace(dash="solid")
    return tuple(
        Line(tip, Point(tip.x + length * math.cos(back + turn), tip.y + length * math.sin(back + turn)), solid)
        for turn in (-_ARROW_ANGLE, _ARROW_ANGLE)
    )


def distance_to_line(at: Point, start: Point, end: Point) -> float:
    """Return the distance of a point from a line between two points."""
    dx, dy = end.x - start.x, end.y - start.y
    squared = dx * dx + dy * dy
    share = 0.0 if squared == 0 else min(1.0, max(0.0, ((at.x - start.x) * dx + (at.y - start.y) * dy) / squared))
    return math.hypot(at.x - start.x - share * dx, at.y - start.y - share * dy)


def is_inside(at: Point, points: Sequence[Point]) -> bool:
    """Tell whether a point lies in a polygon (even-odd rule)."""
    found = False
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
        if (y1 > at.y) != (y2 > at.y) and at.x < x1 + (at.y - y1) / (y2 - y1) * (x2 - x1):
            found = not found
    return found


def box_of(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of points."""
    if isinstance(points, Curve):
        (left, top), (right, bottom) = points.array.min(axis=0).tolist(), points.array.max(axis=0).tolist()
        return left, top, right, bottom
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def moved_figure(figure: Figure, dx: float) -> Figure:
    """Return a figure further right."""
    if isinstance(figure, Line):
        (x1, y1), (x2, y2) = figure.start, figure.end
        return Line(Point(x1 + dx, y1), Point(x2 + dx, y2), figure.stroke)
    if isinstance(figure, Text):
        return figure._replace(at=Point(figure.at.x + dx, figure.at.y))
    if isinstance(figure, Circle):
        return figure._replace(centre=Point(figure.centre.x + dx, figure.centre.y))
    if isinstance(figure, Rectangle):
        return figure._replace(left=figure.left + dx, right=figure.right + dx)
    return figure._replace(points=tuple(Point(x + dx, y) for x, y in figure.points))
