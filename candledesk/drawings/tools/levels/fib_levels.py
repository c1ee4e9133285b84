"""The levels of a price range (WORKBENCH.md §2.1), their lines, labels and fills."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from candledesk.drawings.figures import Line, Point, Rectangle, Stroke, Text
from candledesk.drawings.tools.style import FILL_OPACITY, GAP_PX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext

_COLOURS = ("#787b86", "#f23645", "#ff9800", "#4caf50", "#089981", "#00bcd4", "#2962ff", "#9c27b0", "#e91e63")
_SHOWN = (0.0, 0.236, 0.382, 0.5, 0.618, 0.786, 1.0, 1.618, 2.618, 3.618, 4.236)
_LEAST_GAP = 0.9  # of the font, between two labels; of levels that are closer the upper one has its label
_HIDDEN = (1.272, 1.414, 2.272, 2.414, 2.0, 3.0, 3.272, 3.414, 4.0, 4.272, 4.414, 4.618, 4.764)
LEVELS: tuple[Mapping[str, Any], ...] = tuple(
    {"value": value, "color": _COLOURS[at % len(_COLOURS)], "visible": value in _SHOWN}
    for at, value in enumerate((*_SHOWN, *_HIDDEN))
)
STYLE: Mapping[str, Any] = {
    "color": "#787b86",
    "width": 1,
    "dash": "solid",
    "text_color": "#787b86",
    "font_size": 12,
    "extend": "none",
    "labels": True,
    "reverse": False,
    "log": False,
    "fill": True,
    "fill_opacity": FILL_OPACITY,
    "levels": LEVELS,
}


def price_of(level: float, start: float, end: float, *, is_log: bool) -> float:
    """Return the price of a level between ``start`` (0) and ``end`` (1); ``is_log``: in equal ratios.

    Infinite where no number is so large.
    """
    if is_log and start > 0 and end > 0:
        try:
            return float(start * (end / start) ** level)
        except ArithmeticError:
            return math.inf
    return start + level * (end - start)


class Levels(NamedTuple):
    """Levels on screen from ``left`` to ``right``; ``rows``: pixel, level, price and colour of each, from the top."""

    left: float
    right: float
    rows: Sequence[tuple[float, float, float, str]]


def levels_on_screen(
    prices: Sequence[tuple[float, float, str]],
    span: tuple[float, float],
    style: Mapping[str, Any],
    context: FigureContext,
) -> Levels:
    """Return where levels lie, each ``(level, price, colour)``, between two pixels across."""
    left, right = min(span), max(span)
    left = context.left if style["extend"] in {"left", "both"} else left
    right = context.right if style["extend"] in {"right", "both"} else right
    placed = ((context.y_of(price), level, price, colour) for level, price, colour in prices if math.isfinite(price))
    rows = sorted(row for row in placed if math.isfinite(row[0]))  # a price below 0 has no place on a logarithmic axis
    return Levels(left, right, rows)


def level_figures(levels: Levels, style: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Return the fills and the lines of levels."""
    left, right, rows = levels
    fills: list[Figure] = []
    if style["fill"]:
        for (top, *_), (bottom, _, _, colour) in pairwise(rows):
            fills.append(Rectangle(left, top, right, bottom, colour, style["fill_opacity"]))
    lines = [
        Line(Point(left, y), Point(right, y), Stroke(colour, style["width"], style["dash"])) for y, *_, colour in rows
    ]
    return (*fills, *lines)


def level_labels(levels: Levels, style: Mapping[str, Any], context: FigureContext) -> tuple[Text, ...]:
    """Return the labels of levels, left of their lines; none of lines that are outside of the pane."""
    left, right, rows = levels
    if not style["labels"] or left > context.right or right < context.left:
        return ()
    labels, last = [], -math.inf
    for y, level, price, colour in rows:
        if y - last >= style["font_size"] * _LEAST_GAP:  # of two levels that are too close the upper one has a label
            words = f"{level:g} ({context.price_text(price)})"
            labels.append(Text(Point(left - GAP_PX, y), words, colour, style["font_size"], (1.0, 0.5)))
            last = y
    return tuple(labels)


def shown_levels(style: Mapping[str, Any]) -> list[tuple[float, str]]:
    """Return the visible levels of a style, each with its colour."""
    rows = (row for row in style["levels"] if row.get("visible", True))
    return [(float(row["value"]), row.get("color", style["color"])) for row in rows]
