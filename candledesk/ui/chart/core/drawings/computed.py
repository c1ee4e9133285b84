"""What drawings show of the bars of a chart: the anchored VWAP and the volume profile of a range. Pure.

Both are made of the loaded bars of the chart's own interval, which their note names; where not all bars that they need
are loaded one by one, nothing is shown but their anchors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.drawings.figures import Point
from candledesk.indicators.primitives.anchored import weighted_since
from candledesk.indicators.volume.profile_rows import count_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.scene import Series

_MOST_POINTS = 2_000  # of a curve on screen
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Values of bars that a drawing shows; empty where it shows none.

    ``first``: the row of the first value; ``curves``: by name, float64 ``(n,)``. ``rows``: of a profile, each (lower
    price, upper price, share of the widest row, whether it lies in the value area). ``note``: what they are made of.
    """

    first: int = 0
    curves: Mapping[str, FloatArray] = field(default_factory=dict)
    rows: tuple[tuple[float, float, float, bool], ...] = ()
    note: str = ""

    def points(
        self, lo: float, hi: float, x_of: Callable[[float], float], y_of: Callable[[float], float]
    ) -> dict[str, tuple[Point, ...]]:
        """Return the pixels of the curves between two indexes, by name."""
        return {name: self._pixels(values, (lo, hi), x_of, y_of) for name, values in self.curves.items()}

    def _pixels(
        self,
        values: FloatArray,
        span: tuple[float, float],
        x_of: Callable[[float], float],
        y_of: Callable[[float], float],
    ) -> tuple[Point, ...]:
        begin = max(int(span[0]) - 1 - self.first, 0)
        end = min(int(span[1]) + 2 - self.first, len(values))
        step = max(1, (end - begin) // _MOST_POINTS)
        rows = [row for row in range(begin, end, step) if not np.isnan(values[row])]
        return tuple(Point(x_of(row + self.first), y_of(float(values[row]))) for row in rows)


NOTHING = Computed()


def compute(tool_id: str, series: Series, indexes: tuple[float, ...], style: Mapping[str, Any]) -> Computed:
    """Return what a drawing shows of the bars; ``indexes``: of its points."""
    find = _COMPUTE.get(tool_id)
    is_loaded = series.axis.is_single and min(indexes) > -_HALF
    return find(series, indexes, style) if find is not None and is_loaded else NOTHING


def _anchored_vwap(series: Series, indexes: tuple[float, ...], style: Mapping[str, Any]) -> Computed:
    first = round(indexes[0])
    bars = series.bars.take(slice(first, None))
    if not len(bars):
        return NOTHING
    vwap, deviation = weighted_since(np.zeros(1, np.int64), (bars.high + bars.low + bars.close) / 3, bars.volume)
    curves = {"vwap": vwap}
    if style["bands"]:
        width = float(style["bands"][0]) * deviation
        curves |= {"upper": vwap + width, "lower": vwap - width}
    return Computed(first, curves, note=f"VWAP from {series.interval.name}")


def _volume_profile(series: Series, indexes: tuple[float, ...], style: Mapping[str, Any]) -> Computed:
    lo, hi = round(min(indexes)), round(max(indexes)) + 1
    found = count_rows(series.bars.take(slice(lo, hi)), style["rows"], style["value_area"])
    if found is None:
        return NOTHING
    total, (first, last) = found.up + found.down, found.area
    shares = (total / total.max()).tolist()
    edges = found.edges.tolist()
    rows = tuple((edges[at], edges[at + 1], share, first <= at <= last) for at, share in enumerate(shares))
    return Computed(rows=rows, note=f"Volume from {series.interval.name}")


_COMPUTE: Mapping[str, Callable[[Series, tuple[float, ...], Mapping[str, Any]], Computed]] = {
    "anchored_vwap": _anchored_vwap,
    "volume_profile": _volume_profile,
}
