"""The magnet: a point that is placed snaps to open, high, low or close of the bar under it, or to a handle. Pure."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.domain.bars import Bars
    from candledesk.drawings.figures import Point

REACH_PX = 8.0  # WORKBENCH.md §2.3


class Magnet(StrEnum):
    """``WEAK``: within 8 pixels; ``STRONG``: always."""

    OFF = "off"
    WEAK = "weak"
    STRONG = "strong"

    def inverted(self) -> Magnet:
        """Return what it is while Ctrl is held."""
        return Magnet.WEAK if self is Magnet.OFF else Magnet.OFF


class Target(NamedTuple):
    """A price to snap to, and the row of the bar that has it."""

    row: int
    price: float


def targets_of(bars: Bars, lo: int, hi: int) -> tuple[Target, ...]:
    """Return open, high, low and close of the bars ``[lo, hi)`` of one column, each with the bar that really has it."""
    if hi <= lo:
        return ()
    high, low = lo + int(np.argmax(bars.high[lo:hi])), lo + int(np.argmin(bars.low[lo:hi]))
    found = (
        Target(lo, float(bars.open[lo])),
        Target(high, float(bars.high[high])),
        Target(low, float(bars.low[low])),
        Target(hi - 1, float(bars.close[hi - 1])),
    )
    return tuple(target for target in found if math.isfinite(target.price))


def time_of_price(bars: Bars, price: float) -> int | None:
    """Return when the bar opens that has a price as its high or low, ``None`` when no bar has it.

    The open is that of the first bar, the close that of the last one.
    """
    for column in (bars.high, bars.low):
        rows = np.flatnonzero(column == price)
        if len(rows):
            return int(bars.open_time[rows[0]])
    if len(bars) and price == bars.open[0]:
        return int(bars.open_time[0])
    return int(bars.open_time[-1]) if len(bars) and price == bars.close[-1] else None


def snap_to(targets: Iterable[Target], y: float, y_of: Callable[[float], float], magnet: Magnet) -> Target | None:
    """Return the target nearest to a pixel, ``None`` when the magnet does not take it."""
    gaps = [(abs(y_of(target.price) - y), target) for target in targets]
    if magnet is Magnet.OFF or not gaps:
        return None
    gap, nearest = min(gaps, key=lambda row: row[0])
    return nearest if magnet is Magnet.STRONG or gap <= REACH_PX else None


def snap_to_handle(handles: Iterable[Point], at: Point, magnet: Magnet) -> Point | None:
    """Return the handle of another drawing within 8 pixels of a point, the nearest one."""
    near = [(math.dist(handle, at), handle) for handle in handles]
    if magnet is Magnet.OFF or not near:
        return None
    gap, nearest = min(near)
    return nearest if gap <= REACH_PX else None
