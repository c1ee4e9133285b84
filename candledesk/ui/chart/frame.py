"""One frame solved: panes, scales and the columns on screen. Pure; painting and hit-testing both read it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from candledesk.ui.chart.layout import Panes, place_panes
from candledesk.ui.chart.lod import Columns, block_size, reduce_columns
from candledesk.ui.chart.scales import PriceRange, PriceScale, autoscale, format_price

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.scene import ChartScene, Series
    from candledesk.ui.chart.viewport import Placed

_AXIS_CHARS = 8  # room for 99,999.99, so that the axis seldom changes its width
_AXIS_PAD = 14.0
_TIME_PAD = 14.0
_VOLUME_HEADROOM = 0.12


@dataclass(frozen=True, slots=True)
class TextMetrics:
    """The axis font in logical pixels."""

    digit_w: float = 7.0
    line_h: float = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A scene on a surface of ``panes.width`` × ``panes.height`` device pixels, ``dpr`` of them per logical pixel."""

    panes: Panes
    dpr: float
    placed: Placed
    lo: int
    hi: int
    columns: Columns
    price: PriceScale
    volume_peak: float

    @property
    def device_spacing(self) -> float:
        """Device pixels per drawn column."""
        return self.placed.view.spacing * self.dpr * self.columns.block

    def device_x(self, row: float) -> float:
        """Return the device pixel of a fractional row."""
        return self.placed.x_of(row) * self.dpr

    def column_x(self) -> FloatArray:
        """Return the device pixels of the columns' centres."""
        view = self.placed.view
        x: FloatArray = (view.width - (self.placed.right_edge - self.columns.centre) * view.spacing) * self.dpr
        return x


@lru_cache(maxsize=4)
def highest(series: Series) -> float:
    """Return the highest loaded price; looked for once per window of bars, which must not be empty."""
    return float(series.bars.high.max())


@lru_cache(maxsize=4)
def has_volume(series: Series) -> bool:
    """Whether there is any volume to show; a chart without bars keeps the place."""
    return len(series.bars) == 0 or bool(series.bars.volume.any())


def axis_width(series: Series, metrics: TextMetrics) -> float:
    """Return the price axis' width in logical pixels: it follows the highest loaded price, not the visible one."""
    widest = format_price(highest(series), series.decimals) if len(series.bars) else ""
    return math.ceil(max(len(widest), _AXIS_CHARS) * metrics.digit_w + _AXIS_PAD)


def plot_width(series: Series, width: float, metrics: TextMetrics) -> float:
    """Return the plot's width in logical pixels."""
    return max(1.0, width - axis_width(series, metrics))


def visible_range(scene: ChartScene, lo: int, hi: int) -> PriceRange:
    """Return the price range: the one that was set by hand, else the autoscale of the rows ``[lo, hi)``."""
    if scene.price_range is not None:
        return scene.price_range
    bars = scene.series.bars
    low, high = (float(bars.low[lo:hi].min()), float(bars.high[lo:hi].max())) if hi > lo else (math.nan, math.nan)
    return autoscale(low, high, is_log=scene.is_log, is_inverted=scene.is_inverted)


def solve_frame(scene: ChartScene, width: int, height: int, dpr: float, metrics: TextMetrics) -> Frame:
    """Lay out ``scene`` on ``width`` × ``height`` device pixels."""
    axis = round(axis_width(scene.series, metrics) * dpr), round((metrics.line_h + _TIME_PAD) * dpr)
    bars = scene.series.bars
    panes = place_panes(width, height, axis, max(1, round(dpr)), has_volume=has_volume(scene.series))
    placed = scene.viewport.resized(panes.plot_w / dpr).place(bars.open_time)
    lo, hi = placed.visible()
    block = block_size(placed.view.spacing * dpr)
    columns = reduce_columns(bars, lo, hi, block, scene.series.origin)
    peak = float(columns.volume.max()) if len(columns.volume) else 0.0
    return Frame(
        panes=panes,
        dpr=dpr,
        placed=placed,
        lo=lo,
        hi=hi,
        columns=columns,
        price=PriceScale(visible_range(scene, lo, hi), panes.price_top, panes.price_bottom),
        volume_peak=peak * (1 + _VOLUME_HEADROOM),
    )
