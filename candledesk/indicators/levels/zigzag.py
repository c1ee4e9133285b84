"""The zig zag: turning points at least some per cent apart (WORKBENCH.md §1.4).

A point in the direction of the last one replaces it when it is more extreme; one in the other direction counts
only from the deviation on. Of a bar that is both, the high counts first. Given are the points that are known; the leg
from the last of them to the newest bar is drawn only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from candledesk.indicators.declaration import (
    Hole,
    Indicator,
    Inputs,
    Output,
    Pane,
    Params,
    Plot,
    length_of,
    number_of,
)
from candledesk.indicators.primitives.turning_points import find_highs, find_lows

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray

_SETTLE = 512  # bars that are read at first; more until a point is sure


class _Point(NamedTuple):
    """A turning point: the index of its bar, its price, and 1 for a high, −1 for a low."""

    bar: int
    price: float
    side: int


def _n_beside(params: Params) -> int:
    return max(params.integer("legs") // 2, 1)


def _candidates(bars: Bars, n: int) -> list[_Point]:
    """Return the turning points with n bars on both sides in the order of time."""
    highs, lows = find_highs(bars.high, n, n), find_lows(bars.low, n, n)
    index = np.concatenate((highs, lows))
    price = np.concatenate((bars.high[highs], bars.low[lows]))
    side = np.repeat([1, -1], [len(highs), len(lows)])
    order = np.argsort(index, kind="stable")  # the high first
    rows = zip(index[order].tolist(), price[order].tolist(), side[order].tolist(), strict=True)
    return [_Point(*row) for row in rows]


def _deviation(base: float, price: float) -> float:
    return 100 * abs(price - base) / abs(base) if base else float("inf")


def _next(last: _Point, point: _Point, deviation: float) -> _Point:
    """Return the last point of the line after a turning point: itself, or the turning point."""
    if last.side == point.side:
        return point if point.price * point.side > last.price * last.side else last
    return point if last.bar != point.bar and _deviation(last.price, point.price) >= deviation else last


def _choose(points: list[_Point], deviation: float) -> list[_Point]:
    chosen = points[:1]
    for point in points[1:]:
        last = _next(chosen[-1], point, deviation)
        if last is point:
            chosen[-1 if chosen[-1].side == point.side else len(chosen) :] = [point]
    return chosen


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, n_beside = len(inputs.bars), _n_beside(params)
    value, known = np.full(n, np.nan), np.full(n, np.nan)
    for point in _choose(_candidates(inputs.bars, n_beside), params.number("deviation")):
        value[point.bar] = point.price
        known[point.bar] = inputs.bars.open_time[point.bar + n_beside]
    return value, known


def _is_same(before: Bars, after: Bars, params: Params) -> bool:
    """Tell whether the same bars are turning points; the newest of both are none before they have bars behind them."""
    n = _n_beside(params)
    highs, lows = ((find_highs(bars.high, n, n), find_lows(bars.low, n, n)) for bars in (before, after))
    return all(map(np.array_equal, highs, lows))


@dataclass(slots=True)
class _Unknown:
    """The prices, without the ends, that a last high or a last low before a hole can have had."""

    least: float = 0.0
    most: float = math.inf

    def raise_to(self, price: float) -> bool:
        """Take the prices up to one away; return whether there were any."""
        is_any = self.least < min(price, self.most)
        self.least = max(self.least, price)
        return is_any

    def lower_to(self, price: float) -> bool:
        """Take the prices from one on away; return whether there were any."""
        is_any = self.most > max(price, self.least)
        self.most = min(self.most, price)
        return is_any

    @property
    def is_empty(self) -> bool:
        """Whether no price is left."""
        return self.least >= self.most


def _takes_over(high: _Unknown, low: _Unknown, point: _Point, share: float) -> bool:
    """Take away what an unknown last high or low cannot be behind a turning point, which replaces it or follows it.

    Returns whether there was any such. ``share``: the deviation as a part of 1.
    """
    if point.side > 0:  # above the high, or far above the low
        taken = high.raise_to(point.price), low.raise_to(point.price / (1 + share))
    else:
        far_above = point.price / (1 - share) if share < 1 else math.inf
        taken = low.lower_to(point.price), high.lower_to(far_above)
    return any(taken)


def _settled_from(inputs: Inputs, params: Params, hole: Hole) -> int:
    """Return the first bar that is a point of the line, whatever the last point before the hole was."""
    n, deviation = _n_beside(params), params.number("deviation")
    high, low, possible = _Unknown(), _Unknown(), set[_Point]()
    for point in _candidates(inputs.bars, n):
        if point.bar < hole.index + n:
            continue
        if point.price <= 0:  # there are no relative distances of prices about zero
            break
        possible = {_next(last, point, deviation) for last in possible}
        if _takes_over(high, low, point, deviation / 100):
            possible.add(point)
        if len(possible) == 1 and high.is_empty and low.is_empty:
            return possible.pop().bar
    return len(inputs.bars)


ZIGZAG = Indicator(
    id="zigzag",
    title="Zig zag",
    params=(number_of("deviation", 5.0, 0.01, 100.0), length_of(10, "legs", minimum=2)),
    outputs=(Output("value", Plot.ZIGZAG), Output("known_time", Plot.NONE)),
    pane=Pane.PRICE,
    compute=_compute,
    lookback=_n_beside,
    settle=lambda _params: _SETTLE,
    settled_from=_settled_from,
    is_known_later=True,
    is_same=_is_same,
)
