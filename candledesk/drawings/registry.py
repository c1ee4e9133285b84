"""Every drawing tool, by its id; a tool is one file and one line here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from candledesk.drawings.tools.levels import fib_extension, fib_retracement
from candledesk.drawings.tools.lines import (
    arrow,
    extended_line,
    horizontal_line,
    horizontal_ray,
    ray,
    trend_line,
    vertical_line,
)
from candledesk.drawings.tools.ranges import anchored_vwap, date_price_range, position, volume_profile
from candledesk.drawings.tools.shapes import parallel_channel, rectangle, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.figures import DrawingTool

_ALL = (
    trend_line.TOOL,
    ray.TOOL,
    extended_line.TOOL,
    horizontal_line.TOOL,
    horizontal_ray.TOOL,
    vertical_line.TOOL,
    arrow.TOOL,
    parallel_channel.TOOL,
    rectangle.TOOL,
    fib_retracement.TOOL,
    fib_extension.TOOL,
    position.LONG,
    position.SHORT,
    date_price_range.TOOL,
    text.TOOL,
    anchored_vwap.TOOL,
    volume_profile.TOOL,
)
TOOLS: Mapping[str, DrawingTool] = MappingProxyType({tool.id: tool for tool in _ALL})
"""The tools in the order of menus; a drawing of another type is kept, but not drawn."""


def whole_style(drawing: Drawing) -> Mapping[str, Any]:
    """Return the style of a drawing over the defaults of its tool; a text without a colour has that of its line."""
    defaults, own = TOOLS[drawing.type].style, drawing.style
    is_following = "color" in own and defaults.get("text_color") == defaults.get("color")
    return {**defaults, **({"text_color": own["color"]} if is_following else {}), **own}


def is_fixed(drawing: Drawing) -> bool:
    """Return whether a drawing stands at a share of its pane, not at its points (``candledesk.drawings.fixed``)."""
    return drawing.type in TOOLS and "fixed" in TOOLS[drawing.type].style and bool(whole_style(drawing)["fixed"])
