"""Whether a box on screen would lie over a drawing. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Circle, FigureContext, Line, Point, Text
from candledesk.drawings.geometry import clipped, is_inside
from candledesk.drawings.hit import Box, box_of_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.figures import Figure


def is_covered(figures: Iterable[Figure], box: Box) -> bool:
    """Return whether a box (left, top, right, bottom) lies over any part of the figures."""
    return any(_is_covered(figure, box) for figure in figures)


def _is_covered(figure: Figure, box: Box) -> bool:
    if isinstance(figure, Line):
        return _is_crossed((figure.start, figure.end), box)
    if isinstance(figure, Text | Circle):
        left, top, right, bottom = box_of_figure(figure)
        return left <= box[2] and right >= box[0] and top <= box[3] and bottom >= box[1]
    points = (*figure.points, figure.points[0]) if figure.fill else figure.points
    return _is_crossed(points, box) or bool(figure.fill and is_inside(Point(box[0], box[1]), figure.points))


def _is_crossed(points: Sequence[Point], box: Box) -> bool:
    context = FigureContext(*box)
    return any(clipped(start, end, context) is not None for start, end in pairwise(points))
