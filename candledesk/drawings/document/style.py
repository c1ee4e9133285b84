"""The values of a drawing's style that are known, and the check of each; unknown ones are kept as they are. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from candledesk.drawings.document.checks import (
    as_array,
    as_choice,
    as_colour,
    as_flag,
    as_integer,
    as_number,
    as_object,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DASHES = ("solid", "dashed", "dotted")
EXTENDS = ("none", "left", "right", "both")
ENDS = ("normal", "arrow")
MAX_WIDTH = 4
MAX_LEVELS = 24
MAX_ROWS = 500
MAX_AMOUNT = 1e12
MAX_WRAP = 200  # characters in a line
MAX_BANDS = 3
MAX_BAND = 1_000  # deviations from the mean

_amount = partial(as_number, low=0.0, high=MAX_AMOUNT)


def check_style(style: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the style; ``DocumentError`` with the path of the first known value that is not valid."""
    for key, value in style.items():
        if key in CHECKS:
            CHECKS[key](value, f"{path}.{key}")
    return dict(style)


def _check_levels(value: object, path: str) -> object:
    for at, row in enumerate(as_array(value, path, MAX_LEVELS)):
        where = f"{path}[{at}]"
        level = as_object(row, where)
        as_number(level.get("value"), f"{where}.value", -1_000, 1_000)
        if "color" in level:
            as_colour(level["color"], f"{where}.color")
        if "visible" in level:
            as_flag(level["visible"], f"{where}.visible")
    return value


def _check_bands(value: object, path: str) -> object:
    for at, width in enumerate(as_array(value, path, MAX_BANDS)):
        as_number(width, f"{path}[{at}]", 0.0, MAX_BAND)
    return value


CHECKS: dict[str, Callable[[object, str], object]] = {
    "color": as_colour,
    "width": partial(as_integer, low=1, high=MAX_WIDTH),
    "dash": partial(as_choice, allowed=DASHES),
    "extend": partial(as_choice, allowed=EXTENDS),
    "start": partial(as_choice, allowed=ENDS),
    "end": partial(as_choice, allowed=ENDS),
    "middle": as_flag,
    "stats": as_flag,
    "labels": as_flag,
    "panes": as_flag,
    "reverse": as_flag,
    "log": as_flag,
    "fill": as_flag,
    "fill_color": as_colour,
    "fill_opacity": partial(as_number, low=0.0, high=1.0),
    "up_color": as_colour,
    "down_color": as_colour,
    "text_color": as_colour,
    "font_size": partial(as_integer, low=6, high=96),
    "background": as_flag,
    "wrap": partial(as_integer, low=0, high=MAX_WRAP),
    "fixed": as_flag,
    "fixed_x": partial(as_number, low=0.0, high=1.0),
    "fixed_y": partial(as_number, low=0.0, high=1.0),
    "levels": _check_levels,
    "rows": partial(as_integer, low=1, high=MAX_ROWS),
    "share": partial(as_number, low=0.0, high=1.0),
    "value_area": partial(as_number, low=0.0, high=1.0),
    "bands": _check_bands,
    "account": _amount,
    "risk": _amount,
    "risk_unit": partial(as_choice, allowed=("percent", "money")),
    "lot": _amount,
    "leverage": _amount,
    "point_value": _amount,
    "quantity_decimals": partial(as_integer, low=0, high=8),
}
