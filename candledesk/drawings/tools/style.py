"""Values that the styles of several tools share (WORKBENCH.md §2.1), and what is made of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import Line, Point, Stroke, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.drawings.figures import Figure, FigureContext

BLUE = "#2962ff"
GREEN = "#089981"
RED = "#f23645"
GREY = "#787b86"
WHITE = "#ffffff"
GREEN_GROUND = "#056656"
RED_GROUND = "#b2182b"
GREY_GROUND = "#4a4e5a"
"""Grounds of white labels: readable on bars and in both themes (contrast of at least 4.5)."""
LINE: Mapping[str, Any] = {"color": BLUE, "width": 2, "dash": "solid", "text_color": BLUE, "font_size": 14}
FILL_OPACITY = 0.2
GAP_PX = 4.0
_HUGE_SHARE = 1e5


def stroke_of(style: Mapping[str, Any]) -> Stroke:
    """Return the stroke of a style."""
    return Stroke(style["color"], style["width"], style["dash"])


def label(at: Point, text: str, style: Mapping[str, Any], align: tuple[float, float] = (0.0, 0.0)) -> tuple[Text, ...]:
    """Return a text in the style's colour and size, nothing for an empty one."""
    return (Text(at, text, style["text_color"], style["font_size"], align),) if text else ()


def percent_text(share: float, sign: str = "") -> str:
    """Return a share in percent, a huge one with an exponent; ``sign``: ``+`` for one of rising prices too."""
    return f"{share * 100:{sign}.2f}%" if abs(share) < _HUGE_SHARE else f"{share * 100:{sign}.1e}%"


def across(y: float, style: Mapping[str, Any], context: FigureContext, left: float | None = None) -> tuple[Figure, ...]:
    """Return a line at a height, from the pane's left edge or from ``left``, with the drawing's text above its end."""
    start = context.left if left is None else max(left, context.left)
    if not context.top <= y <= context.bottom or start > context.right:
        return ()
    line = Line(Point(start, y), Point(context.right, y), stroke_of(style))
    return (line, *label(Point(context.right - GAP_PX, y - GAP_PX), context.text, style, (1.0, 1.0)))
