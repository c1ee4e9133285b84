"""The volume of a range of bars by price, its busiest row, and the value area around it (WORKBENCH.md §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray


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
    is_up = bars.close >= bars.open
    up, down = (_spread(bars.take(chosen), edges) for chosen in (is_up, ~is_up))
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
    """Return the volume in each row: of each bar a part of its lowest and highest row, and whole rows between them."""
    n_rows, height = len(edges) - 1, float(edges[1] - edges[0])
    first, last = (
        np.clip(((price - edges[0]) / height).astype(np.int64), 0, n_rows - 1) for price in (bars.low, bars.high)
    )
    is_one = first == last
    width = np.where(is_one, 1.0, bars.high - bars.low)
    density = bars.volume / width
    in_first = np.where(is_one, bars.volume, density * (edges[first + 1] - bars.low))
    in_last = np.where(is_one, 0.0, density * (bars.high - edges[last]))
    whole = np.where(is_one, 0.0, density * height)
    begun, ended = (np.bincount(row, whole, n_rows + 1) for row in (first + 1, np.where(is_one, first + 1, last)))
    between: FloatArray = np.cumsum(begun - ended)[:n_rows]
    ends = np.bincount(first, in_first, n_rows) + np.bincount(last, in_last, n_rows)
    return np.maximum(between + ends, 0.0)


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
