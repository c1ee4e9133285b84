"""Reads the layout that earlier versions stored in ``window.ini``; used until ``user.db`` has a layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from candledesk.workspace.layout import make_layout
from candledesk.workspace.window_layout import WindowLayout, tabs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SERIES, FRONT = "charts/series", "charts/front"
OPTION_GROUP = "chart"
GROUPS = ("charts", OPTION_GROUP)  # the groups of the settings file that hold only the layout


def read_window_ini(read: Callable[[str], object], option_names: Iterable[str]) -> WindowLayout | None:
    """Return the charts and options in the settings file; ``None`` when it has none.

    ``read`` returns the value of a key, ``None`` when the key is missing. Invalid values, as after an edit by hand, are
    left out.
    """
    stored = {name: value for name in option_names if (value := read(f"{OPTION_GROUP}/{name}")) is not None}
    series, front = read(SERIES), read(FRONT)
    if series is None and not stored:
        return None
    options: dict[object, object] = {name: str(value) for name, value in stored.items()}
    return tabs_of(make_layout(_pairs(series), _number(front), options))


def _pairs(text: object) -> list[tuple[object, object]]:
    """Return the pairs of a JSON array of arrays; any other value becomes a pair that is not a valid series."""
    try:
        rows = json.loads(str(text))
    except (ValueError, RecursionError):
        return []
    if not isinstance(rows, list):
        return []
    return [(row[0], row[1]) if isinstance(row, list) and len(row) == 2 else (None, None) for row in rows]  # noqa: PLR2004 - symbol and interval


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else 0
