"""One frame solved: panes, scales and the columns on screen. Pure; painting and hit-testing both read it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from candledesk.ui.chart.heikin_ashi import N_WARM_UP, average_columns
from candledesk.ui.chart.layout import Panes, place_panes
from candledesk.ui.chart.lod import Columns, block_size, previous_closes, reduce_rows
from candledesk.ui.chart.options import LINES, ChartType, UpRule
from candledesk.ui.chart.scales import PriceRange, PriceScale, autoscale, format_price

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray
    from candledesk.ui.chart.scene import ChartScene, Series
    from candledesk.ui.chart.viewport import Placed

_AXIS_CHARS = 9  # room for 99,999.99 and for +250,000%, so that the axis seldom changes its width
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
    """A scene on a surface of ``panes.width`` × ``panes.height`` device pixels, ``dpr`` of them per logical pixel.

    ``x``: device pixels of the columns' centres, shape ``(m,)``; ``is_up``: which of them rise.
    """

    panes: Panes
    dpr: float
    placed: Placed
    lo: int
    hi: int
    columns: Columns
    x: FloatArray
    price: PriceScale
    volume_peak: float
    is_up: BoolArray

    @property
    def device_spacing(self) -> float:
        """Device pixels per drawn column."""
        return self.placed.view.spacing * self.dpr * self.columns.block

    def device_x(self, index: float) -> float:
        """Return the device pixel of a fractional index."""
        return self.placed.x_of(index) * self.dpr

    def row_x(self, row: int) -> float:
        """Return the device pixel of a row's middle."""
        return self.placed.row_x(row) * self.dpr

    def device_xs(self, indexes: list[int]) -> list[float]:
        """Return the device pixels of many indexes."""
        view, edge, dpr = self.placed.view, self.placed.right_edge, self.dpr
        width, spacing = view.width, view.spacing
        return [(width - (edge - index) * spacing) * dpr for index in indexes]


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


def visible_range(scene: ChartScene, lo: int, hi: int, columns: Columns) -> PriceRange:
    """Return the price range: the one that was set by hand, else the autoscale of what rows ``[lo, hi)`` draw."""
    if scene.price_range is not None:
        return scene.price_range
    source = columns if scene.options.chart_type is ChartType.HEIKIN_ASHI else scene.series.bars
    part = slice(None) if source is columns else slice(lo, hi)
    low, high = (float(source.low[part].min()), float(source.high[part].max())) if hi > lo else (math.nan, math.nan)
    return autoscale(low, high, is_log=scene.is_log, is_inverted=scene.is_inverted)


def _draw_columns(scene: ChartScene, placed: Placed, block: int) -> tuple[Columns, BoolArray]:
    """Return the columns that the chart type draws of the rows on screen, and which of them rise."""
    series, options, axis = scene.series, scene.options, placed.axis
    lo, hi = placed.visible()
    if options.chart_type in LINES and hi > lo:  # a line comes from beyond the edge
        lo, hi = axis.row_at(axis.start_of(lo) - block), axis.row_at(axis.start_of(hi - 1) + 2 * block) + 1  # type: ignore[assignment]
    columns = reduce_rows(series.bars, axis, lo, hi, block, series.stride, series.origin)
    if options.chart_type is ChartType.HEIKIN_ASHI and hi > lo:
        start = axis.row_at(axis.start_of(lo) - N_WARM_UP * columns.block)
        before = reduce_rows(series.bars, axis, start, hi, block, series.stride, series.origin)
        columns = average_columns(before, len(columns.open))
        return columns, columns.close >= columns.open
    is_open_rule = options.up_rule is UpRule.OPEN and options.chart_type is not ChartType.HOLLOW
    against = columns.open if is_open_rule else previous_closes(series.bars, columns)
    return columns, columns.close >= against


def solve_frame(scene: ChartScene, width: int, height: int, dpr: float, metrics: TextMetrics) -> Frame:
    """Lay out ``scene`` on ``width`` × ``height`` device pixels."""
    axis = round(axis_width(scene.series, metrics) * dpr), round((metrics.line_h + _TIME_PAD) * dpr)
    bars = scene.series.bars
    panes = place_panes(width, height, axis, dpr, has_volume=has_volume(scene.series), split=scene.split)
    placed = scene.viewport.resized(panes.plot_w / dpr).place(scene.series.axis)
    lo, hi = placed.visible()
    block = block_size(placed.view.spacing * dpr)
    columns, is_up = _draw_columns(scene, placed, block)
    peak = float(columns.volume.max()) if len(columns.volume) else 0.0
    return Frame(
        panes=panes,
        dpr=dpr,
        placed=placed,
        lo=lo,
        hi=hi,
        columns=columns,
        x=(placed.view.width - (placed.right_edge - columns.centre) * placed.view.spacing) * dpr,
        price=PriceScale(
            visible_range(scene, lo, hi, columns),
            panes.price_top,
            panes.price_bottom,
            scene.price_mode,
            float(bars.close[lo]) if hi > lo else 1.0,
        ),
        volume_peak=peak * (1 + _VOLUME_HEADROOM),
        is_up=is_up,
    )
