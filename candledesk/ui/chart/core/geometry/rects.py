"""Rectangles on whole device pixels: the width of a candle's body, volume bars, and rectangles by direction. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray

RectArray = NDArray[np.int32]  # shape (n, 4): x1, y1, x2, y2, all inclusive, as QRect lays them out

_BODY_FROM = 2.5  # lightweight-charts, renderers/optimal-bar-width.ts: below this a candle is its wick
_BODY_FIXED_TO = 4.0
_GAPLESS_TO = 2.0


def body_width(device_spacing: float) -> int:
    """Return the body's width in device pixels: odd, so that the one-pixel wick is its middle."""
    if device_spacing < _BODY_FROM:
        return 1
    if device_spacing <= _BODY_FIXED_TO:
        return 3
    share = 1 - 0.2 * math.atan(device_spacing - _BODY_FIXED_TO) / (math.pi / 2)
    wide = max(1, math.floor(device_spacing * share))
    return wide if wide % 2 else wide - 1


@dataclass(frozen=True, slots=True, eq=False)
class CandleRects:
    """What is drawn of rising and of falling columns, ready for one ``drawRects`` each."""

    up: RectArray
    down: RectArray


def rects_of(left: FloatArray, top: FloatArray, right: FloatArray, bottom: FloatArray | int) -> RectArray:
    """Return rectangles from their edges, all inclusive, each of shape ``(n,)``."""
    out = np.empty((len(left), 4), np.int32)
    out[:, 0], out[:, 1], out[:, 2], out[:, 3] = left, top, right, bottom
    return out


def by_direction(rects: RectArray, is_up: BoolArray) -> CandleRects:
    """Part rectangles, shape ``(n, 4)``, by whether they rise, shape ``(n,)``."""
    return CandleRects(rects.take(is_up.nonzero()[0], axis=0), rects.take((~is_up).nonzero()[0], axis=0))


def volume_rects(x: FloatArray, volume: FloatArray, *, spacing: float, top: int, bottom: int, peak: float) -> RectArray:
    """Return bars that grow from ``bottom``, shape ``(n, 4)``; what traded is at least one pixel high.

    Columns too narrow for a gap of whole pixels between them stand side by side: now and then a gap would make stripes.
    """
    share = volume / peak * (bottom - top) if peak > 0 else np.zeros_like(volume)
    height = np.maximum(np.rint(share), volume > 0)
    if spacing < _GAPLESS_TO:
        left, right = np.rint(x - spacing / 2), np.rint(x + spacing / 2) - 1
    else:
        half, centre = body_width(spacing) // 2, np.rint(x)
        left, right = centre - half, centre + half
    return rects_of(left, bottom - height, right, bottom - 1)
