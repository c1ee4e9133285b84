"""Text: lines of plain text at one point or at a share of the pane, wrapped and with a background on request."""

from __future__ import annotations

import textwrap
from functools import partial
from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Text
from candledesk.drawings.fixed import fixed_point
from candledesk.drawings.tools.style import BLUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext, Point

EMPTY = "Text"


def shown_text(text: str, style: Mapping[str, Any]) -> str:
    """Return what is shown of a text: with no more characters in a line than the style says, 0: as it was written."""
    words, width = text or EMPTY, style["wrap"]
    if not width:
        return words
    wrap = partial(textwrap.fill, width=width, break_on_hyphens=False)
    return "\n".join(map(wrap, words.split("\n")))


def _figures(points: Sequence[Point], style: Mapping[str, Any], context: FigureContext) -> tuple[Figure, ...]:
    ground = style.get("fill_color", "") if style["background"] else ""
    words = shown_text(context.text, style)
    at = fixed_point(style, context[:4]) if style["fixed"] else points[0]
    return (Text(at, words, style["text_color"], style["font_size"], background=ground),)


TOOL = DrawingTool(
    "text",
    "Text",
    1,
    _figures,
    {
        "text_color": BLUE,
        "font_size": 14,
        "background": False,
        "fill_color": "#787b8640",
        "wrap": 0,
        "fixed": False,
        "fixed_x": 0.5,
        "fixed_y": 0.5,
    },
)
