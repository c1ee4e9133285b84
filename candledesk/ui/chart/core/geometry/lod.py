"""Level of detail: several bars per pixel column without losing an extreme."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, BoolArray, FloatArray, IntArray
    from candledesk.ui.chart.core.axis import Axis

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


def reduce_rows(bars: Bars, axis: Axis, lo: int, hi: int, block: int, stride: int, origin: int) -> BarColumns:
    """Reduce rows ``[lo, hi)``, of ``stride`` bars at most, to columns of ``block`` bars.

    ``origin``: absolute index of bar 0. See ``reduce_columns``; a row belongs to the block of its first bar. Rows that
    are too coarse for ``block`` are drawn as they are until finer ones come.
    """
    if axis.starts is None:
        return reduce_columns(bars, lo, hi, block, origin)
    if block <= stride or hi <= lo:
        part = bars.take(slice(lo, hi))
        middles = axis.middles(lo, hi)
        return BarColumns(stride, middles, part.open, part.high, part.low, part.close, part.volume, lo)
    starts = axis.starts[:-1]
    first = (int(starts[lo]) + origin) // block * block - origin
    behind = (int(starts[hi - 1]) + origin) // block * block + block - origin
    lo, hi = np.searchsorted(starts, [first, behind]).tolist()
    keys = (starts[lo:hi] + origin) // block
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    at = np.flatnonzero(is_first)
    centre = (keys[at] * block - origin + (block - 1) / 2).astype(np.float64)
    return _aggregate(bars, lo, hi, at, block, centre)


def reduce_shown(
    bars: Bars, axis: Axis, lo: int, hi: int, block: int, stride: int, origin: int, is_shown: BoolArray
) -> BarColumns:
    """Reduce rows as ``reduce_rows`` does, without those that are not shown; ``is_shown``: of every row of the window.

    A block of which nothing is shown has no column.
    """
    starts = axis.starts_of(np.arange(axis.n_rows))
    is_grouped = block > (1 if axis.starts is None else stride)
    if is_grouped and hi > lo:  # blocks are whole
        first = (int(starts[lo]) + origin) // block * block - origin
        behind = (int(starts[hi - 1]) + origin) // block * block + block - origin
        lo, hi = np.searchsorted(starts, [first, behind]).tolist()
    rows = lo + np.flatnonzero(is_shown[lo:hi])
    part = bars.take(rows)
    if not is_grouped or not len(rows):
        middles = axis.middles(lo, hi)[rows - lo]
        width = 1 if axis.starts is None else stride
        return BarColumns(width, middles, part.open, part.high, part.low, part.close, part.volume, lo)
    keys = (starts[rows] + origin) // block
    at = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    centre = (keys[at] * block - origin + (block - 1) / 2).astype(np.float64)
    return replace(_aggregate(part, 0, len(rows), at, block, centre), first_row=int(rows[0]))


def _aggregate(bars: Bars, lo: int, hi: int, at: IntArray, block: int, centre: FloatArray) -> BarColumns:
    """Aggregate runs of the rows ``[lo, hi)``; ``at``: where each begins, from ``lo``."""
    part = slice(lo, hi)
    ends = np.append(at[1:], hi - lo) - 1
    return BarColumns(
        block, centre, bars.open[part][at], np.maximum.reduceat(bars.high[part], at),
        np.minimum.reduceat(bars.low[part], at), bars.close[part][ends], np.add.reduceat(bars.volume[part], at), lo,
    )  # fmt: skip


def reduce_columns(bars: Bars, lo: int, hi: int, block: int, origin: int) -> BarColumns:
    """Reduce bars ``[lo, hi)`` to columns of ``block`` bars; ``origin`` is the absolute index of bar 0.

    Blocks start at multiples of ``block`` of the absolute index and are always whole (they may reach outside
    ``[lo, hi)``): panning and prepending never regroup bars.
    """
    if block == 1 or hi <= lo:
        part = slice(lo, hi)
        return BarColumns(
            1, np.arange(lo, hi, dtype=np.float64),
            bars.open[part], bars.high[part], bars.low[part], bars.close[part], bars.volume[part], lo,
        )  # fmt: skip
    first = (lo + origin) // block * block - origin
    starts = np.arange(first, hi, block)
    centre = (starts + (block - 1) / 2).astype(np.float64)
    starts = np.maximum(starts, 0)
    end = min(first + len(starts) * block, len(bars))
    return _aggregate(bars, int(starts[0]), end, starts - starts[0], block, centre)
