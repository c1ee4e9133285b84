"""Fibonacci retracement: the first point is level 0 and the second level 1, reversed on request."""

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
    start, end = context.prices[::-1] if style["reverse"] else context.prices
    is_log = style["log"] and context.is_log
    prices = [(level, price_of(level, start, end, is_log=is_log), colour) for level, colour in shown_levels(style)]
    return levels_on_screen(prices, (points[0].x, points[1].x), style, context)


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    base = Line(points[0], points[1], stroke_of(style)._replace(dash="dashed"))
    return (base, *level_figures(_levels(points, style, context), style))


def _labels(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Text, ...]:
    return level_labels(_levels(points, style, context), style, context)


TOOL = DrawingTool("fib_retracement", "Fib retracement", 2, _figures, STYLE, shortcut="Alt+F", labels=_labels)
