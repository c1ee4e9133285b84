"""What the palette offers: one thing of the window that is found by typing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class PaletteKind(StrEnum):
    """What an item is, as the palette writes it at the right of its row."""

    ACTION = "Action"
    SYMBOL = "Symbol"
    INTERVAL = "Interval"
    INDICATOR = "Indicator"
    LAYOUT = "Layout"
    LIST = "Watchlist"
    DATE = "Date"


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One thing that is found by the words of ``title`` and ``detail`` and is done by ``run``.

    ``id``: the same at every start, by which the palette remembers what was used; empty to be forgotten. ``kind``: a
    ``PaletteKind``, or the word of a feature for its own. ``detail``: shown beside the title, such as the place in the
    menus; ``words``: not shown, but found. ``keys``: the text of its shortcut. ``why_disabled``: why it cannot be done
    now, empty when it can; ``is_checked``: whether it is a toggle that is on.
    """

    id: str
    kind: str
    title: str
    run: Callable[[], object]
    detail: str = ""
    words: str = ""
    keys: str = ""
    why_disabled: str = ""
    is_checked: bool = False
