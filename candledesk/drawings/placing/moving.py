"""Moving drawings by whole bars and by price, as a drag of the body and the arrow keys do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor, Drawing
    from candledesk.drawings.placing.bar_times import BarTimes

    FactorsOf = Callable[[Sequence[Anchor]], FloatArray]


@dataclass(frozen=True, slots=True)
class Move:
    """Bars of the shown interval to the right; shown prices times ``ratio`` plus ``price``.

    On a logarithmic scale a ratio keeps the shape of a drawing on screen, as a difference does on a linear one. ``dx``,
    ``dy``: logical pixels to the right and downward, by which drawings that are fixed on screen move instead.
    """

    n_bars: int = 0
    price: float = 0.0
    ratio: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    @property
    def has_price(self) -> bool:
        """Whether it changes prices."""
        return self.price != 0.0 or self.ratio != 1.0


def moved(drawing: Drawing, bars: BarTimes, factors_of: FactorsOf, move: Move) -> Drawing:
    """Return a drawing moved by bars and by shown prices.

    ``factors_of``: returns the factors of anchors (``price_factors``): at its new time a point has the same shown
    price, whatever split lies between. A point moved along the time axis is of the shown interval from then on; a
    locked drawing is returned as it is.
    """
    if drawing.locked or (move.n_bars == 0 and not move.has_price):
        return drawing
    later = tuple(_at_bar(point, bars, move.n_bars) for point in drawing.points)
    before, after = factors_of(drawing.points).tolist(), factors_of(later).tolist()
    points = tuple(map(_priced, later, before, after, [move] * len(later)))
    return replace(drawing, points=points)


def _at_bar(anchor: Anchor, bars: BarTimes, n_bars: int) -> Anchor:
    if n_bars == 0:
        return anchor
    time = bars.time_at(round(bars.index_of(anchor)) + n_bars)
    return replace(anchor, time=time, interval=bars.interval.name)


def _priced(anchor: Anchor, before: float, after: float, move: Move) -> Anchor:
    if anchor.price is None or (before == after and not move.has_price):
        return anchor
    return replace(anchor, price=(anchor.price * before * move.ratio + move.price) / after)
