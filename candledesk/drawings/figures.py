"""What a drawing consists of on screen: lines, polygons, rectangles, texts, circles; in pixels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.domain.bars import FloatArray


class Point(NamedTuple):
    """A point in pixels; ``y`` counts downward."""

    x: float
    y: float


class Curve(Sequence[Point]):
    """Many points from left to right as an array, float64 ``(n, 2)``; single ones are made when they are asked for."""

    def __init__(self, array: FloatArray) -> None:
        """Hold the array."""
        self.array = array

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """All of its points."""
        return tuple(Point(x, y) for x, y in self.array.tolist())

    def between(self, left: float, right: float) -> tuple[Point, ...]:
        """Return the points between two pixels across, and one beyond each."""
        first, last = np.searchsorted(self.array[:, 0], (left, right)).tolist()
        return tuple(Point(x, y) for x, y in self.array[max(first - 1, 0) : last + 1].tolist())

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.array)

    @overload
    def __getitem__(self, at: int) -> Point: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Point, ...]: ...
    def __getitem__(self, at: int | slice) -> Point | tuple[Point, ...]:
        """Return a point, or some of them."""
        return self.points[at] if isinstance(at, slice) else Point(*self.array[at].tolist())


class Stroke(NamedTuple):
    """How a line is drawn; ``width`` in pixels, ``dash``: ``solid``, ``dashed`` or ``dotted``."""

    color: str
    width: int = 2
    dash: str = "solid"


class Line(NamedTuple):
    """A straight line."""

    start: Point
    end: Point
    stroke: Stroke


class Polygon(NamedTuple):
    """A filled outline, or an open line through many points when ``fill`` is empty.

    ``opacity``: of the fill, 0 to 1; ``stroke``: of the outline, ``None`` for none.
    """

    points: Sequence[Point]
    fill: str = ""
    opacity: float = 1.0
    stroke: Stroke | None = None


class Rectangle(NamedTuple):
    """An upright rectangle in pixels; ``fill``, ``opacity`` and ``stroke`` as of a polygon."""

    left: float
    top: float
    right: float
    bottom: float
    fill: str = ""
    opacity: float = 1.0
    stroke: Stroke | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """Its corners, the first one again as the last."""
        left, top, right, bottom = self[:4]
        return Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom), Point(left, top)


class Text(NamedTuple):
    """Lines of plain text at a point.

    ``align``: where the point is in the text's box, as shares of its width and height: ``(0, 0)`` is its top left
    corner. ``size``: pixels of the font; ``background``: a colour, empty for none.
    """

    at: Point
    text: str
    color: str
    size: int = 12
    align: tuple[float, float] = (0.0, 0.0)
    background: str = ""


class Circle(NamedTuple):
    """A circle; ``fill`` is empty for none."""

    centre: Point
    radius: float
    stroke: Stroke
    fill: str = ""


Figure = Line | Polygon | Rectangle | Text | Circle


def _plain(price: float) -> str:
    return f"{price:g}"


def _same(value: float) -> float:
    return value


class FigureContext(NamedTuple):
    """What the figures of a drawing are made from besides the pixels of its points.

    ``left``, ``top``, ``right``, ``bottom``: the pane in pixels. Of each point: ``prices`` as shown, ``indexes`` of
    bars (fractional), ``times`` in UTC seconds. ``y_of`` and ``price_at`` convert shown prices to pixels and back,
    ``price_text`` writes a price; ``tick``: the least step of a price. ``text``: of the drawing. ``curves``: lines that
    were computed from bars, by name; ``rows``: those of a volume profile, each (lower pixel, upper pixel, share of the
    widest row, whether it lies in the value area). ``note``: where they were computed from ("from 5m", "gaps").
    ``volume``: traded between the points, ``None`` when it is not known.
    """

    left: float
    top: float
    right: float
    bottom: float
    prices: tuple[float, ...] = ()
    indexes: tuple[float, ...] = ()
    times: tuple[int, ...] = ()
    y_of: Callable[[float], float] = _same
    price_at: Callable[[float], float] = _same
    price_text: Callable[[float], str] = _plain
    tick: float = 0.01
    is_log: bool = False
    text: str = ""
    curves: Mapping[str, Sequence[Point]] = MappingProxyType({})
    rows: tuple[tuple[float, float, float, bool], ...] = ()
    note: str = ""
    volume: float | None = None


@dataclass(frozen=True, slots=True)
class DrawingTool:
    """How one type of drawing is made and drawn.

    ``n_points``: how many points are stored; ``n_clicks``: how many of them a person sets. ``has_prices``: whether its
    points need prices. ``is_level``: its price is a level that dividends do not move. ``is_of_time``: no price changes
    its figures. ``style``: the defaults. ``is_bounded``: it lies between its points unless its style says ``extend``.
    ``tag``: what of its first point stands on an axis, ``price`` or ``time``; empty for nothing.
    ``figures``: from the pixels of its points, its whole style and the context; ``labels``: besides these, texts that
    are kept inside the pane; ``hides_labels``: a box that is narrower than they are hides them
    (``candledesk.drawings.labels``). ``handles``: where it can be taken, its
    points unless given; ``dragged``: its points after handle ``at`` was moved to a pixel.
    """

    id: str
    title: str
    n_points: int
    figures: Callable[[Sequence[Point], Mapping[str, Any], FigureContext], tuple[Figure, ...]]
    style: Mapping[str, Any]
    n_clicks: int = 0
    has_prices: bool = True
    is_level: bool = False
    is_of_time: bool = False
    is_bounded: bool = True
    shortcut: str = ""
    tag: str = ""
    handles: Callable[[Sequence[Point]], tuple[Point, ...]] = tuple
    dragged: Callable[[Sequence[Point], int, Point], tuple[Point, ...]] | None = None
    labels: Callable[[Sequence[Point], Mapping[str, Any], FigureContext], tuple[Text, ...]] | None = None
    hides_labels: bool = False

    @property
    def clicks(self) -> int:
        """How many points a person sets; the tool places the others."""
        return self.n_clicks or self.n_points

    def drag(self, points: Sequence[Point], at: int, to: Point) -> tuple[Point, ...]:
        """Return the points after a handle was moved."""
        if self.dragged is not None:
            return self.dragged(points, at, to)
        return (*points[:at], to, *points[at + 1 :])
