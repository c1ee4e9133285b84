"""Level of detail: several bars per pixel column without losing an extreme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What is drawn: one row per bar, or per block of ``block`` bars; arrays of shape ``(m,)``.

    ``centre``: fractional row of the column's middle in the loaded window. ``open`` is the first bar's, ``close`` the
    last bar's, ``high``/``low`` the block's extremes, ``volume`` its sum.
    """

    block: int
    centre: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


def previous_closes(bars: Bars, columns: Columns) -> FloatArray:
    """Return the close before each column, shape ``(m,)``; the first loaded bar has its own open there."""
    out: FloatArray = np.empty_like(columns.close)
    if not len(out):
        return out
    out[1:] = columns.close[:-1]
    first = max(0, round(float(columns.centre[0]) - (columns.block - 1) / 2))
    out[0] = bars.close[first - 1] if first else columns.open[0]
    return out


def block_size(device_spacing: float) -> int:
    """Return the bars per column: a power of two, so that a column is at least one device pixel wide."""
    return 1 if device_spacing >= 1 else 2 ** math.ceil(math.log2(1 / device_spacing))


def reduce_columns(bars: Bars, lo: int, hi: int, block: int, origin: int) -> Columns:
    """Reduce rows ``[lo, hi)`` to columns of ``block`` bars; ``origin`` is the absolute index of row 0.

    Blocks start at multiples of ``block`` of the absolute index and are always whole (they may reach outside
    ``[lo, hi)``): panning and prepending never regroup bars.
    """
    n = len(bars)
    if block == 1 or hi <= lo:
        part = slice(lo, hi)
        return Columns(
            1, np.arange(lo, hi, dtype=np.float64),
            bars.open[part], bars.high[part], bars.low[part], bars.close[part], bars.volume[part],
        )  # fmt: skip
    first = (lo + origin) // block * block - origin
    starts = np.arange(first, hi, block)
    ends = np.minimum(starts + block, n)
    centre = starts + (block - 1) / 2
    starts = np.maximum(starts, 0)
    cut = slice(int(starts[0]), int(ends[-1]))
    at = starts - starts[0]
    return Columns(
        block, centre.astype(np.float64), bars.open[starts], np.maximum.reduceat(bars.high[cut], at),
        np.minimum.reduceat(bars.low[cut], at), bars.close[ends - 1], np.add.reduceat(bars.volume[cut], at),
    )  # fmt: skip
