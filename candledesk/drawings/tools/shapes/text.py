"""Text: lines of plain text at one point, with a background on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Text
from candledesk.drawings.tools.style import BLUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Point

EMPTY = "Text"


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    ground = style.get("fill_color", "") if style["background"] else ""
    return (Text(points[0], context.text or EMPTY, style["text_color"], style["font_size"], background=ground),)


TOOL = DrawingTool(
    "text", "Text", 1, _figures, {"text_color": BLUE, "font_size": 14, "background": False, "fill_color": "#787b8640"}
)
