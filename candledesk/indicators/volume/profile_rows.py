"""The volume of a range of bars by price, its busiest row, and the value area around it (WORKBENCH.md §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray, IntArray


@dataclass(frozen=True, eq=False, slots=True)
class ProfileRows:
    """n rows of equal height, from the lowest price upwards.

    ``edges``: float64 ``(n + 1,)``; ``up``, ``down``: the volume of bars that close at or above their open, and of the
    others, float64 ``(n,)``; ``busiest``: the index of the row with the most volume (the first of equals);
    ``area``: the first and the last index of the value area.
    """

    edges: FloatArray
    up: FloatArray
    down: FloatArray
    busiest: int
    area: tuple[int, int]


def count_rows(bars: Bars, n_rows: int, share: float) -> ProfileRows | None:
    """Return the profile of some bars, ``None`` without volume.

    The volume of a bar is spread evenly between its low and its high. The value area grows from the busiest row by the
    larger of its two neighbours until it holds ``share`` (0 to 1) of the volume; of equal ones by the nearer to the
    busiest row, then by the upper.
    """
    if not len(bars) or not bars.volume.any():
        return None
    bottom, top = float(bars.low.min()), float(bars.high.max())
    if bottom == top:
        bottom, top = bottom - abs(bottom) * 1e-6 - 1e-9, top + abs(top) * 1e-6 + 1e-9
    edges = np.linspace(bottom, top, n_rows + 1)
    up, down = _spread(bars, edges)
    total = up + down
    busiest = int(np.argmax(total))
    return ProfileRows(edges, up, down, busiest, _value_area(total, busiest, share))


def profile_shares(bars: Bars, n_rows: int, share: float) -> tuple[tuple[float, float, float, bool], ...]:
    """Return the rows of ``count_rows`` as a drawing shows them, none without volume.

    Each: lower price, upper price, share of the widest row, whether it lies in the value area.
    """
    found = count_rows(bars, n_rows, share)
    if found is None:
        return ()
    total, (first, last) = found.up + found.down, found.area
    edges, shares = found.edges.tolist(), (total / total.max()).tolist()
    return tuple((edges[at], edges[at + 1], part, first <= at <= last) for at, part in enumerate(shares))


def _spread(bars: Bars, edges: FloatArray) -> FloatArray:
    """Return the volume in each row, float64 ``(2, n)``: first that of bars that close at or above their open.

    Of each bar a part goes to its lowest and its highest row, and the rest to the rows between them.
    """
    n_rows, bottom, height = len(edges) - 1, edges[0], float(edges[1] - edges[0])
    low, high, volume = bars.low, bars.high, bars.volume
    first, last = (np.minimum(((price - bottom) / height).astype(np.int64), n_rows - 1) for price in (low, high))
    is_one = first == last
    density = volume / np.where(is_one, 1.0, high - low)
    in_first = np.where(is_one, volume, density * (edges[first + 1] - low))
    in_last = np.where(is_one, 0.0, density * (high - edges[last]))
    whole = np.where(is_one, 0.0, density * height)
    n_bins = n_rows + 1
    offset = np.where(bars.close >= bars.open, 0, n_bins)

    def count(row: IntArray, weights: FloatArray) -> FloatArray:
        return np.bincount(row + offset, weights, 2 * n_bins).astype(np.float64, copy=False).reshape(2, n_bins)

    between = np.cumsum(count(first + 1, whole) - count(np.maximum(last, first + 1), whole), axis=1)
    return np.maximum((between + count(first, in_first) + count(last, in_last))[:, :n_rows], 0.0)


def _value_area(total: FloatArray, busiest: int, share: float) -> tuple[int, int]:
    first = last = busiest
    held, wanted = float(total[busiest]), share * float(total.sum())
    while held < wanted and (first > 0 or last < len(total) - 1):
        lower = float(total[first - 1]) if first > 0 else -1.0
        upper = float(total[last + 1]) if last < len(total) - 1 else -1.0
        is_lower = lower > upper or (lower == upper and busiest - first < last - busiest)
        held += lower if is_lower else upper
        first, last = (first - 1, last) if is_lower else (first, last + 1)
    return first, last
