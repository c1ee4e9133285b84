"""The labels of drawings: kept inside the pane, and hidden beside a box that is narrower than they are. Pure.

As TradingView: the labels of a narrow box would cover those of its neighbours, so they are shown only while its drawing
is selected or under the pointer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from candledesk.drawings.figures import Point
from candledesk.drawings.hit import NO_REACH, box_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import DrawingTool, Figure, FigureContext, Text

_PAD_PX = 4.0  # of the ground of a label beside its text
_PAD_Y_PX = 2.0


class DrawnParts(NamedTuple):
    """What a drawing consists of: the figures that are shown, and the labels that are hidden.

    ``reach``: from the left of all labels to their right, with their grounds.
    """

    figures: tuple[Figure, ...]
    hidden: tuple[Text, ...] = ()
    reach: tuple[float, float] = NO_REACH


def drawn_parts(
    tool: DrawingTool,
    points: Sequence[Point],
    style: Mapping[str, Any],
    context: FigureContext,
    *,
    is_active: bool = False,
) -> DrawnParts:
    """Return what a drawing consists of on screen.

    ``points``, ``style`` and ``context``: as of ``DrawingTool.figures``. ``is_active``: it is selected or under the
    pointer, so that none of its labels is hidden.
    """
    figures = tool.figures(points, style, context)
    if tool.labels is None:
        return DrawnParts(figures)
    placed = [_inside(one, context) for one in tool.labels(points, style, context)]
    labels = tuple(label for label, _, _ in placed)
    lefts, rights = [left for _, left, _ in placed], [right for *_, right in placed]
    reach = (min(lefts), max(rights)) if placed else NO_REACH
    if tool.hides_labels and not is_active:
        width = max(point.x for point in points) - min(point.x for point in points)
        if any(right - left > width for _, left, right in placed):
            return DrawnParts(figures, labels, reach)
    return DrawnParts((*figures, *labels), reach=reach)


def _inside(label: Text, context: FigureContext) -> tuple[Text, float, float]:
    """Return a label moved into the pane, and from where to where its ground is across.

    One of a level above or below the pane stays there.
    """
    left, top, right, bottom = box_of_text(label)
    left, right = left - _PAD_PX, right + _PAD_PX
    dx, dy = _shift(left, right, context.left, context.right), 0.0
    if context.top <= label.at.y <= context.bottom:
        dy = _shift(top - _PAD_Y_PX, bottom + _PAD_Y_PX, context.top, context.bottom)
    moved = label._replace(at=Point(label.at.x + dx, label.at.y + dy)) if dx or dy else label
    return moved, left + dx, right + dx


def _shift(low: float, high: float, least: float, most: float) -> float:
    """Return by how much a span is moved to lie in another one, at its beginning when it is longer."""
    return max(min(0.0, most - high), least - low)
