"""Compared series as the columns of a frame, from the bar that all of them count from. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.ui.chart.core.compares.compare import Place
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scales import LEAST_PRICE, PaneScale, autoscale
from candledesk.ui.chart.core.studies.columns import device_x, find_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.ui.chart.core.compares.compare import Compare
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.panes import PaneBox, Panes
    from candledesk.ui.chart.core.viewport import Placed

NO_COMMON_BAR = "No bar in view has a value of every compared series"


@dataclass(frozen=True, slots=True, eq=False)
class CompareColumns:
    """A line in m columns: their middles (``x`` in device pixels), extremes and last values, shape ``(m,)``.

    The values are those of the axis that the line is drawn on. ``is_carried``: the last value is that of an older bar.
    """

    x: FloatArray
    least: FloatArray
    greatest: FloatArray
    last: FloatArray
    is_carried: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class ShownCompare:
    """A compared series in a frame; ``columns``: ``None`` for nothing to draw.

    ``title``: its symbol, with the currency where that is another one than the chart's, for nothing is converted.

    ``base``: the close that its change counts from, NaN for none; ``factor``: what a close is multiplied with to lie on
    its axis. ``low`` and ``high``: what that axis has to show, NaN for nothing. ``scale``: its own, ``None`` on the
    scale of its pane.
    """

    compare: Compare
    values: CompareValues | None
    title: str
    columns: CompareColumns | None = None
    base: float = math.nan
    factor: float = 1.0
    low: float = math.nan
    high: float = math.nan
    scale: PaneScale | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ShownCompares:
    """All compared series of a frame. ``first``: the row that percent counts from, ``None``: the first on screen.

    ``note``: what a person should know, or empty.
    """

    rows: tuple[ShownCompare, ...] = ()
    first: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CompareScene:
    """What is compared in a chart: the series, their values by key, and of the chart's own rows the closes.

    ``currency``: the chart's.
    """

    compares: tuple[Compare, ...]
    values: Mapping[str, CompareValues]
    close: FloatArray
    currency: str | None


def show_compares(scene: CompareScene, placed: Placed, block: int, dpr: float) -> ShownCompares:
    """Return the compared series of a chart in a frame, without their own scales."""
    if not scene.compares:
        return ShownCompares()
    lo, hi = placed.visible()
    first, note = _first_row(scene, placed, lo, hi)
    rows = tuple(_show(scene, one, (placed, block, dpr), first, (lo, hi)) for one in scene.compares)
    return ShownCompares(rows, first, note)


def with_own_scales(rows: tuple[ShownCompare, ...], panes: Panes, *, is_log: bool) -> tuple[ShownCompare, ...]:
    """Return compared series with the scales that they have for themselves, each fitted to its values on screen."""
    return tuple(_scaled(one, panes.box(PRICE), is_log) if one.compare.has_own_scale else one for one in rows)


def _scaled(one: ShownCompare, box: PaneBox, is_log: bool) -> ShownCompare:  # noqa: FBT001 - as of ``with_own_scales``
    if one.columns is None or one.values is None:
        return one
    fitted = autoscale(one.low, one.high, is_log=is_log and one.low > LEAST_PRICE)
    return replace(one, scale=PaneScale(fitted, box.top, box.bottom, decimals=one.values.decimals))


def _drawn(scene: CompareScene, one: Compare) -> CompareValues | None:
    values = scene.values.get(one.key)
    return values if one.is_shown and values is not None and values.request.other == one.symbol else None


def _first_row(scene: CompareScene, placed: Placed, lo: int, hi: int) -> tuple[int | None, str]:
    """Return the first row on screen in which all percent lines have a value, those without any left out."""
    times = placed.axis.open_time[lo:hi]
    closes = [
        values.last_of(times)
        for one in scene.compares
        if one.place is Place.PERCENT and (values := _drawn(scene, one)) is not None
    ]
    known = [line > 0 for line in closes if (line > 0).any()]
    if not known:
        return None, ""
    found = np.flatnonzero(np.logical_and.reduce([scene.close[lo:hi] > 0, *known]))
    return (lo + int(found[0]), "") if len(found) else (None, NO_COMMON_BAR)


def _show(
    scene: CompareScene, one: Compare, where: tuple[Placed, int, float], first: int | None, rows: tuple[int, int]
) -> ShownCompare:
    values, (placed, block, dpr), title = _drawn(scene, one), where, _title(scene, one)
    if values is None or not len(values.open_time) or not placed.axis.n_rows:
        return ShownCompare(one, scene.values.get(one.key), title)
    base, factor = _base(scene, one, values, placed.axis.open_time, first, rows)
    columns = _columns(values, placed, block, dpr)
    if columns is None or math.isnan(factor):
        return ShownCompare(one, values, title, base=base)
    scaled = replace(
        columns, least=columns.least * factor, greatest=columns.greatest * factor, last=columns.last * factor
    )
    low, high = _extent(scaled, placed.view.width * dpr)
    return ShownCompare(one, values, title, scaled, base, factor, low, high)


def _title(scene: CompareScene, one: Compare) -> str:
    values = scene.values.get(one.key)
    instrument = values.instrument if values is not None and values.request.other == one.symbol else None
    currency = instrument.currency if instrument is not None and instrument.currency != scene.currency else None
    return f"{one.symbol} {currency}" if currency and scene.currency else one.symbol


def _base(
    scene: CompareScene,
    one: Compare,
    values: CompareValues,
    times: IntArray,
    first: int | None,
    rows: tuple[int, int],
) -> tuple[float, float]:
    """Return the close that changes count from, and the factor to the axis, NaN for a line that cannot be drawn."""
    if one.place is not Place.PERCENT:
        closes = values.last_of(times[rows[0] : rows[1]])
        found = np.flatnonzero(closes > 0)
        return (float(closes[found[0]]) if len(found) else math.nan), 1.0
    if first is None:
        return math.nan, math.nan
    base = float(values.last_of(times[first : first + 1])[0])
    return (base, float(scene.close[first]) / base) if base > 0 else (math.nan, math.nan)


def _columns(values: CompareValues, placed: Placed, block: int, dpr: float) -> CompareColumns | None:
    rows = find_rows(values, placed, block, 0)
    if rows is None or rows.hi <= rows.lo:
        return None
    part, x = slice(rows.lo, rows.hi), device_x(placed, rows.centre, dpr)
    least, greatest, last = values.least[part], values.greatest[part], values.last[part]
    carried = values.is_carried[part]
    if rows.at is None:
        return CompareColumns(x, least, greatest, last, carried)
    ends = np.append(rows.at[1:], len(last)) - 1
    return CompareColumns(x, rows.reduced(np.fmin, least), rows.reduced(np.fmax, greatest), last[ends], carried[ends])


def _extent(columns: CompareColumns, width: float) -> tuple[float, float]:
    lo, hi = (int(at) for at in np.searchsorted(columns.x, (0.0, width)))
    if hi <= lo:
        return math.nan, math.nan
    return float(np.fmin.reduce(columns.least[lo:hi])), float(np.fmax.reduce(columns.greatest[lo:hi]))
