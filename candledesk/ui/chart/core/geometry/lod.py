"""Level of detail: several bars per pixel column without losing an extreme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, BoolArray, FloatArray
    from candledesk.ui.chart.core.axis import BarAxis

STRIDES = (1, 8, 64, 512)  # bars per row that the cache can answer with
_ROWS_PER_PIXEL = 2  # at least, so that a row that reaches over a column's edge is off by half a pixel at most


@dataclass(frozen=True, slots=True, eq=False)
class BarColumns:
    """What is drawn: one column per bar, or per block of ``block`` bars; arrays of shape ``(m,)``.

    ``centre``: fractional index of the column's middle in the loaded window. ``open`` is the first bar's, ``close`` the
    last bar's, ``high``/``low`` the block's extremes, ``volume`` its sum; ``first_row``: the row that the first column
    starts with.
    """

    block: int
    centre: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    first_row: int = 0


def previous_closes(bars: Bars, columns: BarColumns) -> FloatArray:
    """Return the close before each column, shape ``(m,)``; the first loaded bar has its own open there."""
    out: FloatArray = np.empty_like(columns.close)
    if not len(out):
        return out
    out[1:] = columns.close[:-1]
    out[0] = bars.close[columns.first_row - 1] if columns.first_row else columns.open[0]
    return out


def block_size(device_spacing: float) -> int:
    """Return the bars per column: a power of two, so that a column is at least one device pixel wide."""
    return 1 if device_spacing >= 1 else 2 ** math.ceil(math.log2(1 / device_spacing))


def stride_for(device_spacing: float) -> int:
    """Return the bars per row that a chart needs: no more than it draws in a column."""
    return max(stride for stride in STRIDES if stride == 1 or stride * device_spacing * _ROWS_PER_PIXEL <= 1)


def reduce_rows(
    bars: Bars, axis: BarAxis, lo: int, hi: int, block: int, is_shown: BoolArray | None = None
) -> BarColumns:
    """Reduce the rows ``[lo, hi)`` of a window to columns of ``block`` bars, as ``BarAxis.groups`` groups them.

    ``is_shown``: of every row of the window; the others are left out.
    """
    rows, first, width, centre, at = axis.groups(lo, hi, block, is_shown)
    opens, high, low = bars.open[rows], bars.high[rows], bars.low[rows]
    close, volume = bars.close[rows], bars.volume[rows]
    if at is not None:
        opens, close = opens[at], close[np.append(at[1:], len(close)) - 1]
        high, low = np.maximum.reduceat(high, at), np.minimum.reduceat(low, at)
        volume = np.add.reduceat(volume, at)
    return BarColumns(width, centre, opens, high, low, close, volume, first)
