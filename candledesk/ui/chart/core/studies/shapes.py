"""The shapes of indicator lines in device pixels: strokes of dense columns, segments, crosses, bands, levels. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from candledesk.ui.chart.core.geometry.rects import rects_of

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.ui.chart.core.geometry.rects import RectArray

DENSE_PX = 2.0
"""Below this width in device pixels a column of a line is an upright stroke on whole pixels."""
_FAR = 4_000  # pixels beyond a pane that a line may still run, so that its slope stays right


def clipped(y: FloatArray, top: float, bottom: float) -> FloatArray:
    """Return pixels that painters can bear; NaN stays."""
    return np.clip(y, top - _FAR, bottom + _FAR)


def dense_rects(
    x: FloatArray, ends: tuple[FloatArray, FloatArray, FloatArray], width: int
) -> tuple[RectArray, IntArray]:
    """Return an upright stroke for each column with a value, and which columns these are.

    ``ends``: the pixels of the least, the greatest and the last value. A stroke reaches from the last value of the
    column before to the extremes of its own, and to the next column's left edge: the line has no holes.
    """
    first, second, last = ends
    kept = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    upper, lower = np.minimum(first, second), np.maximum(first, second)
    before = np.empty_like(last)
    before[:1], before[1:] = np.nan, last[:-1]
    upper, lower = np.fmin(upper, before)[kept], np.fmax(lower, before)[kept]
    left = np.rint(x)
    right = np.append(left[1:], left[-1:] + 1) - 1
    shift = (width - 1) // 2
    rects = rects_of(
        left[kept],
        np.rint(upper) - shift,
        np.maximum(left, right)[kept],
        np.rint(lower) - shift + width - 1,
    )
    return rects, kept


def segments(x: FloatArray, y: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the segments between neighbouring points with a value, shape ``(n, 4)``, and the index of each end.

    A level run lies on whole pixels, so that it is as bright as the rest of its line.
    """
    is_level = np.zeros(len(y), np.bool_)
    np.equal(y[1:], y[:-1], out=is_level[1:])
    is_level[:-1] |= is_level[1:]
    y = np.where(is_level, np.rint(y), y)
    is_value = np.isfinite(y)
    ends = np.flatnonzero(is_value[1:] & is_value[:-1]) + 1
    middle = np.rint(x) + 0.5
    return np.stack((middle[ends - 1], y[ends - 1] + 0.5, middle[ends], y[ends] + 0.5), axis=1), ends


def cross_rects(x: FloatArray, y: FloatArray, half: int, line: int) -> RectArray:
    """Return crosses, ``half`` pixels from the middle to each end, ``line`` pixels thick."""
    kept = np.isfinite(y)
    left, top, thick = np.rint(x[kept]), np.rint(y[kept]), line - 1
    across = rects_of(left - half, top, left + half + thick, top + thick)
    down = rects_of(left, top - half, left + thick, top + half + thick)
    return np.concatenate((across, down))


def column_rects(
    x: FloatArray, ends: tuple[FloatArray, FloatArray], zero: float, spacing: float
) -> tuple[RectArray, IntArray]:
    """Return columns from zero to both of their extremes (pixels), and which have a value; narrow ones touch."""
    kept = np.flatnonzero(np.isfinite(ends[0]) & np.isfinite(ends[1]))
    first, second = ends[0][kept], ends[1][kept]
    upper, lower = np.minimum(np.minimum(first, second), zero), np.maximum(np.maximum(first, second), zero)
    share = 1.0 if spacing < 2 * DENSE_PX else 0.8
    left = np.rint(x[kept] - spacing * share / 2)
    right = np.maximum(np.rint(x[kept] + spacing * share / 2) - 1, left)
    return rects_of(left, np.rint(upper), right, np.maximum(np.rint(lower) - 1, np.rint(upper))), kept


def band_rects(x: FloatArray, upper: FloatArray, lower: FloatArray) -> tuple[RectArray, IntArray]:
    """Return a rectangle between two lines for each dense column with both, and which columns these are."""
    kept = np.flatnonzero(np.isfinite(upper) & np.isfinite(lower))
    left = np.rint(x)
    right = np.append(left[1:], left[-1:] + 1) - 1
    high, low = np.minimum(upper, lower)[kept], np.maximum(upper, lower)[kept]
    return rects_of(left[kept], np.rint(high), np.maximum(left, right)[kept], np.rint(low)), kept


def band_polygons(x: FloatArray, upper: FloatArray, lower: FloatArray) -> list[tuple[FloatArray, bool]]:
    """Return the areas between two lines of pixels, each an outline ``(n, 2)`` and whether ``upper`` is above.

    Where the lines cross, one area ends and the next begins at the very crossing.
    """
    out: list[tuple[FloatArray, bool]] = []
    both = np.isfinite(upper) & np.isfinite(lower)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], both, [False])).astype(np.int8)))
    for lo, hi in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        at, high, low = _with_crossings(x[lo:hi] + 0.5, upper[lo:hi] + 0.5, lower[lo:hi] + 0.5)
        is_above = high <= low
        touch = high == low
        start = 0
        for cut in [*np.flatnonzero(touch).tolist(), len(at) - 1]:
            if cut > start:
                part = slice(start, cut + 1)
                middle = is_above[start + 1] if touch[start] else is_above[start]
                line = np.stack((at[part], high[part]), axis=1)
                back = np.stack((at[part], low[part]), axis=1)[::-1]
                out.append((np.concatenate((line, back)), bool(middle)))
                start = cut
    return out


def _with_crossings(x: FloatArray, upper: FloatArray, lower: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    apart = upper - lower
    at = np.flatnonzero(apart[:-1] * apart[1:] < 0)
    if not len(at):
        return x, upper, lower
    share = apart[at] / (apart[at] - apart[at + 1])
    y = upper[at] + share * (upper[at + 1] - upper[at])
    return (
        np.insert(x, at + 1, x[at] + share * (x[at + 1] - x[at])),
        np.insert(upper, at + 1, y),
        np.insert(lower, at + 1, y),
    )


def level_runs(value: FloatArray, settled: BoolArray) -> list[tuple[int, int]]:
    """Return the half-open ranges of columns in which a level keeps its value."""
    if not len(value):
        return []
    is_same = (value[1:] == value[:-1]) & (settled[1:] == settled[:-1])
    starts = np.concatenate(([0], np.flatnonzero(~is_same) + 1, [len(value)])).tolist()
    return [(lo, hi) for lo, hi in pairwise(starts) if np.isfinite(value[lo])]
