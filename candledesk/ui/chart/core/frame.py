"""One frame solved: panes, scales and the columns on screen. Pure; painting and hit-testing both read it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.ui.chart.core.autoscale import (
    LineExtent,
    ShownBars,
    extent_of,
    fit_prices,
    fit_values,
    legend_margin,
    rows_margin,
)
from candledesk.ui.chart.core.compares.columns import CompareScene, show_compares, with_own_scales
from candledesk.ui.chart.core.events.event_marks import place_marks, shown_kinds
from candledesk.ui.chart.core.geometry.heikin_ashi import N_WARM_UP, average_columns
from candledesk.ui.chart.core.geometry.lod import BarColumns, block_size, previous_closes, reduce_rows
from candledesk.ui.chart.core.options import LINES, ChartType, UpRule
from candledesk.ui.chart.core.panes import PRICE, VOLUME, Panes, Unit, place_panes
from candledesk.ui.chart.core.scales import PaneScale, ValueRange, format_price
from candledesk.ui.chart.core.studies.columns import StudyScene, show_studies
from candledesk.ui.chart.core.studies.legend_rows import legend_height, pane_legend_height

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.domain.bars import Bars, BoolArray, FloatArray
    from candledesk.ui.chart.core.autoscale import Fit, ScaledLayer
    from candledesk.ui.chart.core.compares.columns import ShownCompare
    from candledesk.ui.chart.core.events.event_marks import EventMark
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.panes import Pane
    from candledesk.ui.chart.core.scene import ChartScene, Series
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.core.viewport import Placed

_AXIS_CHARS = 9  # room for 99,999.99 and for +250,000%, so that the axis seldom changes its width
_AXIS_PAD = 14.0
_TIME_PAD = 14.0
_NUMBER_DIGITS = 3  # significant digits of the range of a pane of numbers that its labels show


@dataclass(frozen=True, slots=True)
class TextMetrics:
    """The axis font in logical pixels."""

    digit_w: float = 7.0
    line_h: float = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """Columns whose prices are drawn, their centres in device pixels, and which of them rise."""

    columns: BarColumns
    x: FloatArray
    is_up: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A scene on a surface of ``panes.width`` × ``panes.height`` device pixels, ``dpr`` of them per logical pixel.

    ``x``: device pixels of the columns' centres, shape ``(m,)``; ``is_up``: which of them rise. ``scales``: of each
    pane, by its id, whether it is shown or not. ``priced``: the columns whose prices the axis can show, all but those
    at or below zero on a logarithmic one; ``notes``: what it cannot show. ``studies``: the
    indicators in the order of the scene; ``compares``: the compared series.
    """

    panes: Panes
    dpr: float
    placed: Placed
    lo: int
    hi: int
    columns: BarColumns
    x: FloatArray
    scales: Mapping[str, PaneScale]
    is_up: BoolArray
    priced: Priced
    notes: tuple[str, ...] = ()
    studies: tuple[ShownStudy, ...] = ()
    compares: tuple[ShownCompare, ...] = ()
    event_marks: tuple[EventMark, ...] = ()

    @property
    def price(self) -> PaneScale:
        """The scale of the pane of prices."""
        return self.scales[PRICE]

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
def widest_price(series: Series) -> int:
    """Return how many characters the widest loaded price has, bars that the scale leaves out aside; 0 without bars.

    Looked for once per window of bars.
    """
    if not len(series.bars):
        return 0
    odd = series.oddities
    high, low = (series.bars.high, series.bars.low) if odd is None else (odd.high, odd.low)
    ends = [float(np.fmax.reduce(high)), float(np.fmin.reduce(low))]
    return max(len(format_price(end, series.decimals)) for end in ends if not math.isnan(end) or end is ends[0])


@lru_cache(maxsize=4)
def has_volume(series: Series) -> bool:
    """Whether there is any volume to show; a chart without bars keeps the place."""
    return len(series.bars) == 0 or bool(series.bars.volume.any())


def axis_width(series: Series, metrics: TextMetrics) -> float:
    """Return the price axis' width in logical pixels: it follows the widest loaded price, not the visible one."""
    return math.ceil(max(widest_price(series), _AXIS_CHARS) * metrics.digit_w + _AXIS_PAD)


def plot_width(series: Series, width: float, metrics: TextMetrics) -> float:
    """Return the plot's width in logical pixels."""
    return max(1.0, width - axis_width(series, metrics))


def _drawn_rows(scene: ChartScene, placed: Placed, block: int) -> tuple[int, int]:
    """Return the rows that are drawn: those on screen, and of a line as many more as it comes from beyond the edge."""
    lo, hi = placed.visible()
    axis = placed.axis
    if scene.options.chart_type in LINES and hi > lo:
        return axis.row_at(axis.start_of(lo) - block), axis.row_at(axis.start_of(hi - 1) + 2 * block) + 1
    return lo, hi


def _draw_columns(scene: ChartScene, placed: Placed, block: int, rows: tuple[int, int]) -> tuple[BarColumns, BoolArray]:
    """Return the columns that the chart type draws of some rows, and which of them rise."""
    series, axis, (lo, hi) = scene.series, placed.axis, rows
    columns = reduce_rows(series.drawn, axis, lo, hi, block)
    if scene.options.chart_type is ChartType.HEIKIN_ASHI and hi > lo:
        source = _averaged(scene, lo, hi)
        start = axis.row_at(axis.start_of(lo) - N_WARM_UP * columns.block)
        before = reduce_rows(source, axis, start, hi, block)
        averaged = average_columns(before, len(columns.open))
        if source is not series.drawn:  # the wicks of what is not averaged are drawn all the same
            high, low = np.maximum(averaged.high, columns.high), np.minimum(averaged.low, columns.low)
            averaged = replace(averaged, high=high, low=low)
        columns = averaged
    return columns, _rising(series.drawn, columns, scene.options)


def _averaged(scene: ChartScene, lo: int, hi: int) -> Bars:
    """Return the bars that Heikin-Ashi averages: one bar that is left out of the scale would reach over many others."""
    odd = scene.series.oddities
    if odd is None:
        return scene.series.drawn
    return odd.ordinary_above if scene.is_log and not odd.is_below[lo:hi].all() else odd.ordinary


def _rising(drawn: Bars, columns: BarColumns, options: ChartOptions) -> BoolArray:
    """Return which columns rise, by the rule of the chart type or the one that was chosen."""
    is_averaged = options.chart_type is ChartType.HEIKIN_ASHI
    is_open_rule = options.up_rule is UpRule.OPEN and options.chart_type is not ChartType.HOLLOW
    against = columns.open if is_averaged or is_open_rule else previous_closes(drawn, columns)
    rising: BoolArray = columns.close >= against
    return rising


def _above_zero(scene: ChartScene, placed: Placed, columns: BarColumns, rows: tuple[int, int]) -> BarColumns:
    """Return the columns without what lies at or below zero, which a logarithmic axis cannot show."""
    odd, (lo, hi) = scene.series.oddities, rows
    if odd is None or not odd.is_below[lo:hi].any():
        return columns
    if scene.options.chart_type is ChartType.HEIKIN_ASHI:
        kept = columns.low > 0
        parts = {name: getattr(columns, name)[kept] for name in ("centre", "open", "high", "low", "close", "volume")}
        return replace(columns, **parts)
    return reduce_rows(odd.drawn, placed.axis, lo, hi, columns.block, ~odd.is_below)


def _has_content(pane: Pane, scene: ChartScene) -> bool:
    """Return whether a pane is to be shown: one of volumes where there are any, that of all bars while it is on."""
    is_on = pane.id != VOLUME or scene.options.has_volume
    return is_on and (pane.unit is not Unit.VOLUME or has_volume(scene.series))


def solve_frame(
    scene: ChartScene, width: int, height: int, dpr: float, metrics: TextMetrics, layers: Sequence[ScaledLayer]
) -> Frame:
    """Lay out ``scene`` on ``width`` × ``height`` device pixels; the axis of a pane shows what its ``layers`` show."""
    axis = round(axis_width(scene.series, metrics) * dpr), round((metrics.line_h + _TIME_PAD) * dpr)
    filled = [pane for pane in scene.panes if _has_content(pane, scene)]
    panes = place_panes(filled, (width, height), axis, dpr, maximised=scene.maximised)
    placed = scene.viewport.resized(panes.plot_w / dpr).place(scene.series.axis)
    lo, hi = placed.visible()
    block = block_size(placed.view.spacing * dpr)
    rows = _drawn_rows(scene, placed, block)
    columns, is_up = _draw_columns(scene, placed, block, rows)
    studies = show_studies(StudyScene(scene.studies, scene.study_values, scene.series.interval), placed, block, dpr)
    compares = show_compares(_compare_scene(scene), placed, block, dpr)
    layers = (
        *layers,
        *(LineExtent(one.study.pane, one.low, one.high) for one in studies),
        *(LineExtent(one.compare.pane, one.low, one.high) for one in compares.rows if not one.compare.has_own_scale),
    )
    n_rows = sum(one.study.pane == PRICE for one in studies) + sum(one.compare.pane == PRICE for one in compares.rows)
    top = legend_margin(legend_height(n_rows), panes.box(PRICE).height / dpr)
    fit = fit_prices(scene, lo, hi, columns, layers, top=top, first=compares.first)
    shown = ShownBars(scene, lo, hi, columns, fit.range.is_log)
    x = _centres(placed, columns, dpr)
    priced = Priced(columns, x, is_up)
    if fit.range.is_log and (above := _above_zero(scene, placed, columns, rows)) is not columns:
        priced = Priced(above, _centres(placed, above, dpr), _rising(scene.series.drawn, above, scene.options))
    return Frame(
        panes=panes,
        dpr=dpr,
        placed=placed,
        lo=lo,
        hi=hi,
        columns=columns,
        x=x,
        scales=_scales(panes, fit, shown, layers, dpr),
        is_up=is_up,
        priced=priced,
        notes=(*fit.notes, compares.note) if compares.note else fit.notes,
        studies=studies,
        compares=with_own_scales(compares.rows, panes, is_log=fit.range.is_log),
        event_marks=place_marks(scene.shown_events, shown_kinds(scene.options), placed, panes, dpr),
    )


def _compare_scene(scene: ChartScene) -> CompareScene:
    instrument = scene.series.instrument
    currency = instrument.currency if instrument is not None else None
    return CompareScene(scene.compares, scene.compare_values, scene.series.bars.close, currency)


def _scales(
    panes: Panes, fit: Fit, shown: ShownBars, layers: Sequence[ScaledLayer], dpr: float
) -> dict[str, PaneScale]:
    """Return the scale of every pane: prices as they were fitted, the others by the union of their layers."""
    scales = {}
    for pane in shown.scene.panes:
        box, unit = panes.box(pane.id), pane.unit
        if pane.id == PRICE:
            decimals = shown.scene.series.decimals
            scales[PRICE] = PaneScale(fit.range, box.top, box.bottom, unit, decimals, fit.mode, fit.base)
        else:
            n_rows = sum(one.pane == pane.id for one in shown.scene.studies)
            n_rows += sum(one.pane == pane.id for one in shown.scene.compares)
            top = rows_margin(pane_legend_height(n_rows), box.height / dpr)
            fitted = fit_values(unit, extent_of(layers, pane.id, shown), top)
            decimals = 0 if unit is Unit.VOLUME else number_decimals(fitted)
            scales[pane.id] = PaneScale(fitted, box.top, box.bottom, unit, decimals)
    return scales


def number_decimals(fitted: ValueRange) -> int:
    """Return how many digits after the point tell the values of a range apart, at least two."""
    return max(2, _NUMBER_DIGITS - math.ceil(math.log10(fitted.hi - fitted.lo)))


def _centres(placed: Placed, columns: BarColumns, dpr: float) -> FloatArray:
    """Return the device pixels of the columns' centres."""
    x: FloatArray = (placed.view.width - (placed.right_edge - columns.centre) * placed.view.spacing) * dpr
    return x
