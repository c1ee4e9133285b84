"""What lies under the pointer: the handles of drawings, their strokes and fills, the topmost first. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import Circle, Curve, FigureContext, Line, Point, Rectangle, Text
from candledesk.drawings.geometry import box_of, clipped, distance_to_line, is_inside, moved_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.figures import Figure

STROKE_PX = 5.0  # WORKBENCH.md §2.3
HANDLE_PX = 8.0
TOUCH_PX = 14.0  # both of them, for fingers
_LINE_HEIGHT = 1.3
_CHAR_WIDTH = 0.6  # of the font's size, on average
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
NO_REACH = math.inf, -math.inf
"""From the left to the right of no labels."""


@dataclass(frozen=True, eq=False)
class ShownDrawing:
    """A drawing as it is on screen: its figures and its handles.

    ``drawn``, ``drawn_handles`` and ``drawn_hidden`` are those of ``origin`` when it is a moved one; ``dx``: pixels
    from there to the right. Hidden are labels that are shown while the pointer is on the drawing.
    ``reach``: from the left of its labels to their right before it is moved. ``painted``: what a painter keeps of it,
    as long as it is shown.
    """

    id: str
    drawn: tuple[Figure, ...]
    drawn_handles: tuple[Point, ...] = ()
    is_selected: bool = False
    dx: float = 0.0
    origin: ShownDrawing | None = None
    drawn_hidden: tuple[Text, ...] = ()
    reach: tuple[float, float] = NO_REACH
    painted: dict[object, Any] = field(default_factory=dict)

    def moved(self, dx: float, *, is_selected: bool) -> ShownDrawing:
        """Return it further right; its figures are only moved when they are asked for."""
        return ShownDrawing(
            self.id, self.drawn, self.drawn_handles, is_selected, dx, self, self.drawn_hidden, self.reach, self.painted
        )

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures where they are shown."""
        return tuple(moved_figure(figure, self.dx) for figure in self.drawn) if self.dx else self.drawn

    @cached_property
    def handles(self) -> tuple[Point, ...]:
        """Its handles where they are shown."""
        return tuple(Point(x + self.dx, y) for x, y in self.drawn_handles)

    @cached_property
    def hidden(self) -> tuple[Text, ...]:
        """Its hidden labels where they would be shown."""
        return tuple(one._replace(at=Point(one.at.x + self.dx, one.at.y)) for one in self.drawn_hidden)

    @cached_property
    def box(self) -> Box:
        """What holds all of it and its hidden labels; made when a pointer is looked for, which most frames need not."""
        if self.origin is not None:
            left, top, right, bottom = self.origin.box
            return left + self.dx, top, right + self.dx, bottom
        parts = (*self.drawn, *self.drawn_hidden)
        boxes = [_box(figure) for figure in parts] + [(x, y, x, y) for x, y in self.drawn_handles]
        if not boxes:
            return math.inf, math.inf, -math.inf, -math.inf
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


@dataclass(frozen=True, slots=True)
class DrawingHit:
    """``handle``: its number, ``None`` for the body."""

    drawing_id: str
    handle: int | None = None


def hit_drawing(
    shown: Sequence[ShownDrawing], at: Point, *, is_touch: bool = False, takes_fills: bool = False
) -> DrawingHit | None:
    """Return what lies under a point: the handles of selected drawings first, then bodies, the last drawing on top.

    A stroke is hit within 5 pixels, a handle within 8, both within 14 for a finger. A fill is hit only when its drawing
    is selected, or with ``takes_fills`` (Alt+click), so that a box does not keep the chart from being moved.
    """
    reach = TOUCH_PX if is_touch else HANDLE_PX
    near = [one for one in shown if _is_near(one.box, at, reach)]
    for one in reversed(near):
        handle = nearest_handle(one, at, is_touch=is_touch) if one.is_selected else None
        if handle is not None:
            return DrawingHit(one.id, handle)
    stroke = TOUCH_PX if is_touch else STROKE_PX
    for one in reversed(near):
        if is_on_figures(one.figures, at, stroke, takes_fills=takes_fills or one.is_selected):
            return DrawingHit(one.id)
    return None


def nearest_handle(one: ShownDrawing, at: Point, *, is_touch: bool = False) -> int | None:
    """Return the number of the handle of a drawing that is within reach of a point, ``None`` for none."""
    gaps = [math.dist(handle, at) for handle in one.handles]
    return gaps.index(min(gaps)) if gaps and min(gaps) <= (TOUCH_PX if is_touch else HANDLE_PX) else None


def drawings_in(shown: Iterable[ShownDrawing], box: Box) -> frozenset[str]:
    """Return the ids of the drawings of which a figure touches a box; fills count by their outline."""
    return frozenset(one.id for one in shown if any(_touches(figure, box) for figure in one.figures))


def _touches(figure: Figure, box: Box) -> bool:
    if isinstance(figure, Line):
        return _crosses(figure.start, figure.end, box)
    if isinstance(figure, (Circle, Text)):
        left, top, right, bottom = _box(figure)
        return left <= box[2] and right >= box[0] and top <= box[3] and bottom >= box[1]
    ends = (*figure.points[1:], figure.points[0]) if figure.fill else figure.points[1:]
    return any(_crosses(start, end, box) for start, end in zip(figure.points, ends, strict=False))


def _crosses(start: Point, end: Point, box: Box) -> bool:
    return clipped(start, end, FigureContext(*box)) is not None


def is_on_figures(figures: Iterable[Figure], at: Point, reach: float, *, takes_fills: bool) -> bool:
    """Tell whether a point is on one of the figures."""
    return any(_is_on(figure, at, reach, takes_fills=takes_fills) for figure in figures)


def _is_near(box: Box, at: Point, reach: float) -> bool:
    left, top, right, bottom = box
    return left - reach <= at.x <= right + reach and top - reach <= at.y <= bottom + reach


def _is_on(figure: Figure, at: Point, reach: float, *, takes_fills: bool) -> bool:
    if isinstance(figure, Line):
        return distance_to_line(at, figure.start, figure.end) <= reach
    if isinstance(figure, Circle):
        return abs(math.dist(figure.centre, at) - figure.radius) <= reach
    if isinstance(figure, Text):
        left, top, right, bottom = _box(figure)
        return left <= at.x <= right and top <= at.y <= bottom
    if not figure.fill:
        points = figure.points
        pairs = pairwise(points.between(at.x - reach, at.x + reach) if isinstance(points, Curve) else points)
        return any(distance_to_line(at, *pair) <= reach for pair in pairs)
    outline = zip(figure.points, (*figure.points[1:], figure.points[0]), strict=True)
    is_edge = figure.stroke is not None and any(distance_to_line(at, *pair) <= reach for pair in outline)
    return is_edge or (takes_fills and is_inside(at, figure.points))


def _box(figure: Figure) -> Box:
    if isinstance(figure, Line):
        return box_of((figure.start, figure.end))
    if isinstance(figure, Circle):
        (x, y), radius = figure.centre, figure.radius
        return x - radius, y - radius, x + radius, y + radius
    if isinstance(figure, Rectangle):
        left, top, right, bottom = figure[:4]
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    if isinstance(figure, Text):
        return box_of_text(figure)
    return box_of(figure.points)


def box_of_text(text: Text) -> Box:
    """Return the box of a text, as wide as its letters are on average."""
    lines = text.text.split("\n")
    width = max(map(len, lines)) * text.size * _CHAR_WIDTH
    height = len(lines) * text.size * _LINE_HEIGHT
    left, top = text.at.x - text.align[0] * width, text.at.y - text.align[1] * height
    return left, top, left + width, top + height
