"""Moving drawings by whole bars and by price, as a drag of the body and the arrow keys do. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor, Drawing
    from candledesk.drawings.placing.bar_times import BarTimes

    FactorsOf = Callable[[Sequence[Anchor]], FloatArray]


def moved(drawing: Drawing, bars: BarTimes, factors_of: FactorsOf, n_bars: int = 0, price: float = 0.0) -> Drawing:
    """Return a drawing moved by bars of the shown interval and by a difference of shown prices.

    ``factors_of``: returns the factors of anchors (``price_factors``): at its new time a point has the same shown
    price, whatever split lies between. A point moved along the time axis is of the shown interval from then on; a
    locked drawing is returned as it is.
    """
    if drawing.locked or (n_bars == 0 and price == 0.0):
        return drawing
    later = tuple(_at_bar(point, bars, n_bars) for point in drawing.points)
    before, after = factors_of(drawing.points).tolist(), factors_of(later).tolist()
    points = tuple(map(_priced, later, before, after, [price] * len(later)))
    return replace(drawing, points=points)


def nudged(drawing: Drawing, bars: BarTimes, factors_of: FactorsOf, tick: float, steps: tuple[int, int]) -> Drawing:
    """Return a drawing moved by arrow keys; ``steps``: bars to the right and ticks of the shown price upward."""
    n_bars, n_ticks = steps
    return moved(drawing, bars, factors_of, n_bars, n_ticks * tick)


def _at_bar(anchor: Anchor, bars: BarTimes, n_bars: int) -> Anchor:
    if n_bars == 0:
        return anchor
    time = bars.time_at(round(bars.index_of(anchor)) + n_bars)
    return replace(anchor, time=time, interval=bars.interval.name)


def _priced(anchor: Anchor, before: float, after: float, price: float) -> Anchor:
    if anchor.price is None or (before == after and price == 0.0):
        return anchor
    return replace(anchor, price=(anchor.price * before + price) / after)
