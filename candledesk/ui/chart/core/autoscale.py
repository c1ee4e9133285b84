"""What the axis of a pane is fitted to: all that its layers show; and what an axis of prices cannot show. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.ui.chart.core.panes import PRICE, Unit
from candledesk.ui.chart.core.scales import LEAST_PRICE, MARGIN_TOP, ValueRange, autoscale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.domain.bars import BoolArray
    from candledesk.ui.chart.core.geometry.lod import BarColumns
    from candledesk.ui.chart.core.geometry.odd_bars import Oddities
    from candledesk.ui.chart.core.scene import ChartScene, Series

_COUNTED = (PriceMode.PERCENT, PriceMode.INDEXED)
_VOLUME_HEADROOM = 0.12
_MOST_FOR_LEGEND = 0.5  # of the pane of prices
_MOST_FOR_ROWS = 0.35  # of another pane


class Extent(NamedTuple):
    """The lowest and the highest value that a layer shows in its pane."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ShownBars:
    """The rows ``[lo, hi)`` on screen and the columns that they are drawn as.

    ``is_log``: the price axis is logarithmic and leaves out what is not above zero.
    """

    scene: ChartScene
    lo: int
    hi: int
    columns: BarColumns
    is_log: bool


class ScaledLayer(Protocol):
    """What the axis of a pane needs to know of a layer."""

    @property
    def pane(self) -> str:
        """The pane that it is painted in."""

    @property
    def autoscale(self) -> Callable[[ShownBars], Extent | None] | None:
        """Return what the axis must show; ``None``: nothing."""


@dataclass(frozen=True, slots=True)
class LineExtent:
    """What the axis of ``pane`` must show of a line in a frame, NaN for nothing; see ``ScaledLayer``."""

    pane: str
    low: float
    high: float

    def autoscale(self, shown: ShownBars) -> Extent | None:
        """Return its lowest and its highest value; none on a logarithmic axis when it reaches zero."""
        is_impossible = shown.is_log and self.pane == PRICE and self.low <= LEAST_PRICE
        return None if math.isnan(self.low) or is_impossible else Extent(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Fit:
    """The price axis of a frame: its range, what its labels say and from which price, and what a person should know."""

    range: ValueRange
    mode: PriceMode
    base: float
    notes: tuple[str, ...] = ()


def extent_of(layers: Iterable[ScaledLayer], pane: str, shown: ShownBars) -> Extent | None:
    """Return the union of what the layers of a pane show, ``None`` when none of them shows anything."""
    calls = (layer.autoscale for layer in layers if layer.pane == pane)
    extents = [extent for call in calls if call is not None and (extent := call(shown)) is not None]
    if not extents:
        return None
    return Extent(min(extent.low for extent in extents), max(extent.high for extent in extents))


def fit_values(unit: Unit, extent: Extent | None, top: float = MARGIN_TOP) -> ValueRange:
    """Return the range of an axis that shows ``extent``: volumes from zero, other numbers with a margin.

    ``top``: the share of the pane that stays free at its top.
    """
    if unit is not Unit.VOLUME:
        return autoscale(*(extent or (math.nan, math.nan)), top=top)
    return ValueRange(0.0, extent.high * (1 + _VOLUME_HEADROOM) if extent is not None and extent.high > 0 else 1.0)


def legend_margin(legend_px: float, pane_px: float) -> float:
    """Return the share of the pane of prices that stays free at its top: in a low pane as much as the legend needs."""
    return max(MARGIN_TOP, min(_MOST_FOR_LEGEND, legend_px / max(pane_px, 1.0)))


def rows_margin(legend_px: float, pane_px: float) -> float:
    """Return the share of a pane of numbers that stays free at its top for the rows of its legend."""
    return max(MARGIN_TOP, min(_MOST_FOR_ROWS, legend_px / max(pane_px, 1.0)))


def fit_prices(
    scene: ChartScene,
    lo: int,
    hi: int,
    columns: BarColumns,
    layers: Sequence[ScaledLayer],
    *,
    top: float = MARGIN_TOP,
    first: int | None = None,
) -> Fit:
    """Fit the price axis to the rows ``[lo, hi)``, which are drawn as ``columns``, unless a range was set by hand.

    Percent and index count from the first close above zero from the row ``first`` on (``None``: ``lo``); without one
    the axis shows prices. A logarithmic axis leaves out what is not above zero; without anything else it is a normal
    one. ``top``: the share of the pane that stays free at its top.
    """
    series = scene.series
    odd, is_log, notes = series.oddities, scene.is_log, []
    if odd is not None and is_log and hi > lo:
        n_below = int(np.count_nonzero(odd.is_below[lo:hi]))
        is_log = n_below < hi - lo or scene.price_range is not None  # a range that was set by hand is kept
        notes += _log_notes(series, n_below, is_log=is_log)
    mode, base = _counting(scene, lo if first is None else first, hi)
    if mode is not scene.price_mode:
        what = "percent" if scene.price_mode is PriceMode.PERCENT else "an index"
        notes.append(f"No bar in view closes above zero: the axis shows prices, not {what}")
    mode = PriceMode.NORMAL if mode is PriceMode.LOG and not is_log else mode
    if scene.price_range is not None:
        return Fit(scene.price_range, mode, base, tuple(notes))
    extent = extent_of(layers, PRICE, ShownBars(scene, lo, hi, columns, is_log)) or Extent(math.nan, math.nan)
    fitted = autoscale(*extent, is_log=is_log, is_inverted=scene.is_inverted, top=top)
    if odd is not None and hi > lo:
        notes += _jump_notes(series, odd, lo, hi, fitted)
    return Fit(fitted, mode, base, tuple(notes))


def volume_extent(shown: ShownBars) -> Extent | None:
    """Return what the volumes on screen reach."""
    volume = shown.columns.volume
    return Extent(0.0, float(volume.max())) if len(volume) else None


def price_extent(shown: ShownBars) -> Extent | None:
    """Return the lowest and the highest price of the bars on screen; bars that are flagged as jumps are left out."""
    if shown.hi <= shown.lo:
        return None
    return Extent(*_extremes(shown.scene, shown.lo, shown.hi, shown.columns, is_log=shown.is_log))


def _extremes(scene: ChartScene, lo: int, hi: int, columns: BarColumns, *, is_log: bool) -> tuple[float, float]:
    bars, odd = scene.series.bars, scene.series.oddities
    is_averaged = scene.options.chart_type is ChartType.HEIKIN_ASHI
    if is_averaged and (odd is None or not (odd.is_left_out[lo:hi].any() or (is_log and odd.is_below[lo:hi].any()))):
        return float(columns.low.min()), float(columns.high.max())
    if odd is None:
        return float(bars.low[lo:hi].min()), float(bars.high[lo:hi].max())
    kept = _kept(odd, lo, hi, is_log=is_log)
    low, high = float(np.fmin.reduce(odd.low[lo:hi][kept])), float(np.fmax.reduce(odd.high[lo:hi][kept]))
    if math.isnan(low) or math.isnan(high):  # nothing but jumps
        low, high = float(odd.drawn.low[lo:hi][kept].min()), float(odd.drawn.high[lo:hi][kept].max())
    return low, high


def _kept(odd: Oddities, lo: int, hi: int, *, is_log: bool) -> slice | BoolArray:
    return ~odd.is_below[lo:hi] if is_log else slice(None)


def _counting(scene: ChartScene, lo: int, hi: int) -> tuple[PriceMode, float]:
    """Return what the labels say, and the close that percent and index count from."""
    close, odd = scene.series.bars.close[lo:hi], scene.series.oddities
    if not len(close):
        return scene.price_mode, 1.0
    if odd is None or scene.price_mode not in _COUNTED:
        return scene.price_mode, float(close[0])
    positive = close > LEAST_PRICE
    usual = positive & ~odd.is_left_out[lo:hi]
    found = np.flatnonzero(usual if usual.any() else positive)
    return (scene.price_mode, float(close[found[0]])) if len(found) else (PriceMode.NORMAL, 1.0)


def _log_notes(series: Series, n_below: int, *, is_log: bool) -> list[str]:
    if not n_below:
        return []
    if not is_log:
        return ["No bar in view lies above zero: the axis is not logarithmic"]
    many = "Bars" if not series.axis.is_single else "1 bar" if n_below == 1 else f"{n_below:,} bars"
    return [f"{many} at or below zero cannot be shown on a logarithmic axis"]


def _jump_notes(series: Series, odd: Oddities, lo: int, hi: int, fitted: ValueRange) -> list[str]:
    """Say how many bars are left out of the scale and reach beyond it."""
    left_out = odd.is_left_out[lo:hi]
    if not left_out.any():
        return []
    bottom, top = (10**fitted.lo, 10**fitted.hi) if fitted.is_log else (fitted.lo, fitted.hi)
    is_beyond = left_out & ((odd.drawn.high[lo:hi] > top) | (odd.drawn.low[lo:hi] < bottom))
    n_beyond = int(np.count_nonzero(is_beyond))
    if not n_beyond:
        return []
    if n_beyond == 1 and series.axis.is_single:
        return ["1 bar far from its neighbours is left out of the scale"]
    many = "Bars" if not series.axis.is_single else f"{n_beyond:,} bars"
    return [f"{many} far from their neighbours are left out of the scale"]
