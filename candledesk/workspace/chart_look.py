"""The view, the price scale and the type of a chart in a layout, and the rules of that part of the document."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.times import parse_time
from candledesk.workspace.links import LINK_COLOURS, NO_LINK
from candledesk.workspace.names import MAX_NAME_CHARS

CHART_TYPES = ("candles", "hollow", "bars", "heikin_ashi", "line", "area", "baseline")
SCALE_MODES = ("normal", "log", "percent", "indexed")
MAX_PRICE = 1e300
MAX_BARS = 1e7  # from a bar to the right edge of the view
MAX_SPACING = 1e5  # logical pixels of a bar
_RANGE_ENDS = 2


def is_number(value: object, low: float, high: float) -> bool:
    """Return whether a JSON value is a finite number from ``low`` to ``high``."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def is_price_range(value: object) -> bool:
    """Return whether a JSON value is an array of a low and a higher finite price."""
    ends = value if isinstance(value, list) and len(value) == _RANGE_ENDS else []
    return bool(ends) and all(is_number(end, -MAX_PRICE, MAX_PRICE) for end in ends) and ends[0] < ends[1]


def view_time(value: object) -> int | None:
    """Return the UTC seconds of a JSON value that is an instant with its offset, ``None`` for any other value."""
    try:
        return parse_time(value, "right_time") if isinstance(value, str) else None
    except InputError:
        return None


_SCALE: dict[str, Callable[[Any], bool]] = {
    "mode": lambda value: value in SCALE_MODES,
    "inverted": lambda value: isinstance(value, bool),
    "range": is_price_range,
}
_VIEW: dict[str, Callable[[Any], bool]] = {
    "right_time": lambda value: view_time(value) is not None,
    "right_bars": lambda value: is_number(value, -MAX_BARS, MAX_BARS),
    "spacing": lambda value: is_number(value, math.ulp(0.0), MAX_SPACING),
}


def _check_type(value: object, path: str) -> object:
    if value not in CHART_TYPES:
        raise DocumentError(path, f"{path} must be one of {' '.join(CHART_TYPES)}")
    return value


def _check_name(value: object, path: str) -> object:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARS or not value.isprintable():
        raise DocumentError(path, f"{path} must be a name")
    return value


def _check_link(value: object, path: str) -> object:
    if value not in (*LINK_COLOURS, NO_LINK):
        raise DocumentError(path, f"{path} must be one of {' '.join(LINK_COLOURS)} {NO_LINK}")
    return value


def _check_object(checks: Mapping[str, Callable[[Any], bool]], value: object, path: str) -> object:
    if not isinstance(value, Mapping) or not set(value) <= set(checks):
        raise DocumentError(path, f"{path} must be an object with {' '.join(checks)}")
    for key, part in value.items():
        if not checks[key](part):
            raise DocumentError(f"{path}.{key}", f"{path}.{key} is not valid")
    return dict(value)


def _check_scale(value: object, path: str) -> object:
    return _check_object(_SCALE, value, path)


def _check_view(value: object, path: str) -> object:
    return _check_object(_VIEW, value, path)


CHECKS: dict[str, Callable[[object, str], object]] = {
    "type": _check_type,
    "scale": _check_scale,
    "view": _check_view,
    "maximised": _check_name,
    "link": _check_link,
    "id": _check_name,
}
"""The check of each part: returns the value, or raises ``DocumentError`` with the path of what is not valid.

``type``: one of ``CHART_TYPES``. ``scale``: the mode and direction of the price axis, and its range when it does not
follow the visible bars. ``view``: ``spacing`` in logical pixels per bar, ``right_bars`` from a bar to the right edge;
``right_time``: the open time of that bar, missing when it is the latest one. ``maximised``: the pane that is.
``link``: the group of the cell, the first colour when it is missing. ``id``: by which drawings are of this chart only.
"""
