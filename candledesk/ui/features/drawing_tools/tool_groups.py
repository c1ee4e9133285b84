"""The drawing tools in the groups in which the rail and the menus show them. Pure."""

from __future__ import annotations

from typing import NamedTuple


class ToolGroup(NamedTuple):
    """Tools that share a button of the rail; ``title`` names them, ``tools`` are their ids."""

    id: str
    title: str
    tools: tuple[str, ...]


GROUPS = (
    ToolGroup(
        "lines",
        "Lines",
        (
            *("trend_line", "ray", "extended_line", "horizontal_line", "horizontal_ray", "vertical_line"),
            "arrow",
        ),
    ),
    ToolGroup("channels", "Channel and Fibonacci", ("parallel_channel", "fib_retracement", "fib_extension")),
    ToolGroup("shapes", "Shapes and text", ("rectangle", "text")),
    ToolGroup(
        "ranges",
        "Positions, ranges and volume",
        ("long_position", "short_position", "date_price_range", "anchored_vwap", "volume_profile"),
    ),
)


def icon_of(tool: str) -> str:
    """Return the name of the picture of a tool in ``resources/icons``."""
    return f"tool-{tool}"
