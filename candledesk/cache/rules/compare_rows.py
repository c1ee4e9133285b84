"""The closes of another series beside the bars of a main one, row by row. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.compare.alignment import align

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import Bars, BoolArray, FloatArray, IntArray
    from candledesk.domain.compare.alignment import BarTimes


@dataclass(frozen=True, eq=False, slots=True)
class BesideRows:
    """See ``CompareRows``."""

    open_time: IntArray
    least: FloatArray
    greatest: FloatArray
    last: FloatArray
    own_time: IntArray
    is_carried: BoolArray


def rows_beside(open_time: IntArray, main: BarTimes, other: tuple[Bars, BarTimes], width: int) -> BesideRows:
    """Return the other's closes beside main bars in rows that are cut at whole multiples of ``width`` seconds.

    ``open_time``: of the main bars, ``main``: when they count; ``other``: its bars, and when they count. The real bars
    are aligned and only then reduced, so that no extreme and no last value is that of a later bar.
    """
    bars, times = other
    if not len(open_time):
        none, false = np.empty(0), np.empty(0, np.bool_)
        return BesideRows(open_time, none, none, none, open_time, false)
    beside = align(main, times)
    has_bar = beside.index >= 0
    at = np.maximum(beside.index, 0)
    close = np.where(has_bar, bars.close[at], np.nan) if len(bars) else np.full(len(open_time), np.nan)
    own_time = np.where(has_bar, bars.open_time[at], 0) if len(bars) else np.zeros(len(open_time), np.int64)
    keys = open_time // width
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    last = np.append(first[1:], len(keys)) - 1
    return BesideRows(
        open_time[first],
        np.fmin.reduceat(close, first),
        np.fmax.reduceat(close, first),
        close[last],
        own_time[last],
        beside.is_carried[last],
    )


def join_rows(parts: Sequence[BesideRows]) -> BesideRows:
    """Return the rows of consecutive parts, which no row reaches over."""
    none, false = np.empty(0), np.empty(0, np.bool_)
    empty = BesideRows(np.empty(0, np.int64), none, none, none, np.empty(0, np.int64), false)
    every = [empty, *parts]
    return BesideRows(
        np.concatenate([part.open_time for part in every]),
        np.concatenate([part.least for part in every]),
        np.concatenate([part.greatest for part in every]),
        np.concatenate([part.last for part in every]),
        np.concatenate([part.own_time for part in every]),
        np.concatenate([part.is_carried for part in every]),
    )
