"""Pixel arithmetic: pane edges and candle rectangles on whole device pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray

RectArray = NDArray[np.int32]  # shape (n, 4): x1, y1, x2, y2, all inclusive, as QRect lays them out

_BODY_FROM = 2.5  # lightweight-charts, renderers/optimal-bar-width.ts: below this a candle is its wick
_BODY_FIXED_TO = 4.0
_GAPLESS_TO = 2.0
_PANES_FROM = 4  # lower charts show the price alone
MIN_PANE_PX = 30  # CHART.md, panes; logical pixels


class PaneName(StrEnum):
    """The panes of a chart, from the top."""

    PRICE = "price"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class PaneSplit:
    """How the height is shared: the volume pane's share, or the one pane that has all of it."""

    volume_share: float = 0.18
    maximised: PaneName | None = None


@dataclass(frozen=True, slots=True)
class Panes:
    """Edges in device pixels, half-open; the price axis is right of ``plot_w``, the time axis below ``time_top``."""

    width: int
    height: int
    plot_w: int
    price_top: int
    price_bottom: int
    volume_top: int
    volume_bottom: int
    time_top: int

    @property
    def has_volume(self) -> bool:
        """Whether the volume pane is shown."""
        return self.volume_bottom > self.volume_top


def place_panes(
    width: int,
    height: int,
    axis: tuple[int, int],
    dpr: float,
    *,
    has_volume: bool = True,
    split: PaneSplit | None = None,
) -> Panes:
    """Divide the device pixels of a chart, ``dpr`` of them per logical pixel.

    ``axis``: width of the price axis and height of the time axis; ``has_volume``: whether there is any volume to show
    (currencies and indices have none).
    """
    axis_w, axis_h = axis
    split = split or PaneSplit()
    time_top = max(0, height - axis_h)
    plot_w = max(1, width - axis_w)
    line, least = max(1, round(dpr)), round(MIN_PANE_PX * dpr)
    if not has_volume or time_top < _PANES_FROM * least or split.maximised is PaneName.PRICE:
        return Panes(width, height, plot_w, 0, time_top, time_top, time_top, time_top)
    if split.maximised is PaneName.VOLUME:
        return Panes(width, height, plot_w, 0, 0, 0, time_top, time_top)
    volume_top = time_top - min(max(round(time_top * split.volume_share), least), time_top - least - line)
    return Panes(width, height, plot_w, 0, volume_top - line, volume_top, time_top, time_top)


def body_width(device_spacing: float) -> int:
    """Return the body's width in device pixels: odd, so that the one-pixel wick is its middle."""
    if device_spacing < _BODY_FROM:
        return 1
    if device_spacing <= _BODY_FIXED_TO:
        return 3 if device_spacing >= _BODY_FIXED_TO - 0.5 else 1
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
