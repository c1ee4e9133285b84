"""Fibonacci extension: levels from the third point by the move from the first to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line
from candledesk.drawings.tools.levels.fib_levels import (
    STYLE,
    level_figures,
    level_labels,
    levels_on_screen,
    price_of,
    shown_levels,
)
from candledesk.drawings.tools.style import stroke_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Point, Text
    from candledesk.drawings.tools.levels.fib_levels import Levels


def _levels(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> Levels:
    first, second, third = context.prices
    first, second = (second, first) if style["reverse"] else (first, second)
    is_log = style["log"] and context.is_log and min(context.prices) > 0
    end = third * second / first if is_log else third + second - first
    prices = [(level, price_of(level, third, end, is_log=is_log), colour) for level, colour in shown_levels(style)]
    return levels_on_screen(prices, (points[1].x, points[2].x), style, context)


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    dashed = stroke_of(style)._replace(dash="dashed")
    moves = (Line(points[0], points[1], dashed), Line(points[1], points[2], dashed))
    return (*moves, *level_figures(_levels(points, style, context), style))


def _labels(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Text, ...]:
    return level_labels(_levels(points, style, context), style, context)


TOOL = DrawingTool("fib_extension", "Fib extension", 3, _figures, STYLE, labels=_labels)
