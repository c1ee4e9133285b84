"""Candles, hollow candles and OHLC bars as rectangles on whole device pixels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.ui.chart.core.geometry.rects import CandleRects, RectArray, body_width, by_direction, rects_of

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Columns in device pixels: their centres and the ends of their prices, all of shape ``(n,)``, rounded.

    ``width``: of a body or of both ticks, odd, 1 when there is only room for the wick.
    """

    centre: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    width: int


def place_strokes(x: FloatArray, ends: FloatArray, spacing: float, top: int, bottom: int) -> Strokes:
    """Round to device pixels; ``ends``: the ``y`` of open, high, low and close, shape ``(4, n)``.

    Far values are kept inside int32 and off the pane ``[top, bottom)``.
    """
    ends = np.clip(np.rint(ends), top - 2, bottom + 1)
    return Strokes(np.rint(x), ends[0], ends[1], ends[2], ends[3], body_width(spacing))


def candle_rects(strokes: Strokes, is_up: BoolArray) -> CandleRects:
    """Return candles; a flat body is one pixel high, columns narrower than a body are their wick alone."""
    wicks, half = wick_rects(strokes), strokes.width // 2
    if half == 0:
        return by_direction(wicks, is_up)
    top, bottom = np.minimum(strokes.open, strokes.close), np.maximum(strokes.open, strokes.close)
    bodies = rects_of(strokes.centre - half, top, strokes.centre + half, bottom)
    return by_direction(np.concatenate((wicks, bodies)), np.concatenate((is_up, is_up)))


def hollow_rects(strokes: Strokes, is_up: BoolArray, is_filled: BoolArray) -> CandleRects:
    """Return candles whose bodies are outlined, or filled where they closed below their open.

    A wick never crosses a hollow body: it is drawn above and below it.
    """
    upper, lower = np.minimum(strokes.open, strokes.close), np.maximum(strokes.open, strokes.close)
    top, bottom = np.minimum(strokes.high, strokes.low), np.maximum(strokes.high, strokes.low)
    centre, half = strokes.centre, strokes.width // 2
    if half == 0:
        return _by_direction([rects_of(centre, top, centre, bottom)], [np.arange(len(centre))], is_up)
    left, right = centre - half, centre + half
    hollow, filled = np.flatnonzero(~is_filled), np.flatnonzero(is_filled)
    parts = [
        (rects_of(centre, top, centre, bottom), filled),
        (rects_of(left, upper, right, lower), filled),
        (rects_of(centre, top, centre, upper), hollow),
        (rects_of(centre, lower, centre, bottom), hollow),
        (rects_of(left, upper, left, lower), hollow),
        (rects_of(right, upper, right, lower), hollow),
        (rects_of(left, upper, right, upper), hollow),
        (rects_of(left, lower, right, lower), hollow),
    ]
    return _by_direction([rects[rows] for rects, rows in parts], [rows for _, rows in parts], is_up)


def ohlc_rects(strokes: Strokes, is_up: BoolArray) -> CandleRects:
    """Return a line from low to high with the open as a tick to its left and the close to its right."""
    centre, half = strokes.centre, strokes.width // 2
    rows = np.arange(len(centre))
    top, bottom = np.minimum(strokes.high, strokes.low), np.maximum(strokes.high, strokes.low)
    parts = [rects_of(centre, top, centre, bottom)]
    if half:
        parts += [
            rects_of(centre - half, strokes.open, centre, strokes.open),
            rects_of(centre, strokes.close, centre + half, strokes.close),
        ]
    return _by_direction(parts, [rows] * len(parts), is_up)


def wick_rects(strokes: Strokes) -> RectArray:
    """Return a line from low to high of every column."""
    top, bottom = np.minimum(strokes.high, strokes.low), np.maximum(strokes.high, strokes.low)
    return rects_of(strokes.centre, top, strokes.centre, bottom)


def _by_direction(
    parts: list[RectArray], rows: list[np.ndarray[tuple[int], np.dtype[np.int64]]], is_up: BoolArray
) -> CandleRects:
    return by_direction(np.concatenate(parts), is_up[np.concatenate(rows)])
