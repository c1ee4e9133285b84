"""The buttons of a pane, and which of them is under the mouse. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from candledesk.ui.chart.core.panes import PRICE, VOLUME


class HeadPart(StrEnum):
    """What of a pane is under the mouse."""

    PLOT = "plot"
    GRIP = "grip"
    ENLARGE = "enlarge"
    CLOSE = "close"


class HeadTarget(NamedTuple):
    """A pane by its id, and the part of it."""

    pane: str
    part: HeadPart


def head_parts(pane: str) -> tuple[HeadPart, ...]:
    """Return the buttons of a pane, from the left; that of prices has none, and the one of all volumes stays."""
    if pane in {PRICE, ""}:
        return ()
    return HeadPart.GRIP, HeadPart.ENLARGE, *(() if pane == VOLUME else (HeadPart.CLOSE,))
