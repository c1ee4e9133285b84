"""The lines of indicators as the columns of a frame, in the same blocks of bars as the prices. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.panes import PRICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.chart.core.studies.study_values import StudyValues
    from candledesk.ui.chart.core.viewport import Placed

_UNSCALED = frozenset({Plot.LEVEL, Plot.ZIGZAG, Plot.NONE})  # the lines of price panes that autoscale leaves out


@dataclass(frozen=True, slots=True, eq=False)
class LineColumns:
    """One output in m columns: their middles (``x`` in device pixels), extremes and last values, shape ``(m,)``.

    Extremes and last values are one array where a column is one bar. ``settled``: whether all values of a column are.
    The columns reach a little beyond both edges of the plot.
    """

    x: FloatArray
    least: FloatArray
    greatest: FloatArray
    last: FloatArray
    settled: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class ShownStudy:
    """A study in a frame; ``values``: ``None`` while none have come; ``lines``: of what is drawn, by output.

    ``low`` and ``high``: what the axis of its pane has to show, NaN for nothing. ``is_on``: it is drawn on the interval
    of the chart.
    """

    study: ChartStudy
    values: StudyValues | None
    lines: Mapping[str, LineColumns]
    low: float = math.nan
    high: float = math.nan
    is_on: bool = True


class ValueRows(Protocol):
    """Rows of values: when the first bar of each opens, ascending, and how many bars a row may hold."""

    @property
    def open_time(self) -> IntArray:
        """Shape ``(n,)``."""

    @property
    def stride(self) -> int:
        """1, 8, 64 or 512."""


class StudyScene(NamedTuple):
    """The studies of a chart, the values of those of its series by their keys, and the interval of the chart."""

    studies: Iterable[ChartStudy]
    values: Mapping[str, StudyValues]
    interval: Interval


class Rows(NamedTuple):
    """Rows ``[lo, hi)`` of values, the middles of their columns, and where each column begins (``None``: each is).

    ``n_each``: how many rows every column has but the first and the last one, 0 when they have different numbers.
    It is a power of 2, as the blocks of bars are.
    """

    lo: int
    hi: int
    centre: FloatArray
    at: IntArray | None
    n_each: int = 0

    def reduced(self, ufunc: np.ufunc, values: FloatArray) -> FloatArray:
        """Return one number for each column: of its rows by ``np.fmin`` or ``np.fmax``, shape ``(m,)``.

        ``values``: of the rows, shape ``(hi - lo,)``. Neighbours are compared in pairs, and those in pairs again:
        ``reduceat`` takes up to ten times as long, for each group has its own loop there.
        """
        if self.at is None:
            return values
        if not self.n_each:
            found: FloatArray = ufunc.reduceat(values, self.at)
            return found
        begin, end = int(self.at[1]), int(self.at[-1])
        inner, n_left = values[begin:end], self.n_each
        while n_left > 1:
            inner, n_left = ufunc(inner[::2], inner[1::2]), n_left // 2
        return np.concatenate(([ufunc.reduce(values[:begin])], inner, [ufunc.reduce(values[end:])]))


class _RowFinder:
    """Finds the rows of values on screen, once for all values that have their rows at the same times."""

    def __init__(self, placed: Placed, block: int) -> None:
        self._placed, self._block = placed, block
        self._found: list[tuple[StudyValues, int, Rows]] = []

    def rows_of(self, values: StudyValues, shift: int) -> Rows | None:
        for other, other_shift, rows in self._found:
            if shift == other_shift and _are_at_same_times(values, other, rows):
                return rows
        found = find_rows(values, self._placed, self._block, shift)
        if found is not None:
            self._found.append((values, shift, found))
        return found


def _are_at_same_times(values: StudyValues, other: StudyValues, rows: Rows) -> bool:
    """Tell whether ``rows``, those of other values on screen, and their neighbours are those of ``values`` too."""
    if values.stride != other.stride or len(values.open_time) != len(other.open_time):
        return False
    part = slice(max(rows.lo - 1, 0), rows.hi + 1)
    return np.array_equal(values.open_time[part], other.open_time[part])


def show_studies(scene: StudyScene, placed: Placed, block: int, dpr: float) -> tuple[ShownStudy, ...]:
    """Return every study of a chart in a frame."""
    finder = _RowFinder(placed, block)
    return tuple(
        _show(one, _own_values(one, scene.values), placed, finder, dpr)
        if one.is_shown_on(scene.interval)
        else ShownStudy(one, _own_values(one, scene.values), {}, is_on=False)
        for one in scene.studies
    )


def _own_values(one: ChartStudy, values: Mapping[str, StudyValues]) -> StudyValues | None:
    """Return the values of a study; none of another version of an own indicator, which may have other outputs."""
    found = values.get(one.key)
    return found if found is not None and found.study.version == one.study.version else None


def _show(one: ChartStudy, values: StudyValues | None, placed: Placed, finder: _RowFinder, dpr: float) -> ShownStudy:
    if values is None or not len(values.open_time) or not placed.axis.n_rows:
        return ShownStudy(one, values, {})
    lines = {}
    for output in one.study.indicator.outputs:
        if output.name in one.off:
            continue
        if output.plot is Plot.ZIGZAG:
            lines[output.name] = _zigzag(values, placed, dpr)
            continue
        rows = finder.rows_of(values, values.shifts.get(output.name, 0))
        if rows is not None:
            lines[output.name] = _columns(values, output.name, rows, device_x(placed, rows.centre, dpr))
    return ShownStudy(one, values, lines, *_extent(one, lines, placed.view.width * dpr))


def device_x(placed: Placed, centre: FloatArray, dpr: float) -> FloatArray:
    """Return the device pixels of fractional indexes."""
    x: FloatArray = (placed.view.width - (placed.right_edge - centre) * placed.view.spacing) * dpr
    return x


def find_rows(values: ValueRows, placed: Placed, block: int, shift: int) -> Rows | None:
    """Return the rows of values on screen and one column more on each side, ``None`` when there is none."""
    axis = placed.axis
    first = axis.aligned(placed.left_edge - shift, block) - block
    behind = axis.aligned(placed.right_edge - shift, block) + 2 * block
    lo, hi = axis.row_at(first), axis.row_at(behind) + 1
    times = axis.open_time[lo:hi]
    at = int(np.searchsorted(values.open_time, times[0]))
    own = values.open_time[at : at + hi - lo]
    if len(own) == len(times) and np.array_equal(own, times):
        behind_at = at + hi - lo
        starts = np.arange(lo, hi) if axis.starts is None else axis.starts[lo:hi]
        middles = axis.middles(lo, hi)
        row_bars = 1 if axis.starts is None else axis.stride
    else:  # the window is another one than that of the values, which still come
        behind_at = int(np.searchsorted(values.open_time, times[-1], "right"))
        if behind_at <= at:
            return None
        starts = starts_on_screen(axis, lo, hi, values.open_time[at:behind_at])
        row_bars = max(values.stride, 1 if axis.starts is None else axis.stride)
        middles = starts.astype(np.float64) + (row_bars - 1) / 2
    if block <= row_bars and row_bars == values.stride:
        return Rows(at, behind_at, middles + shift, None)
    width = max(block, row_bars)
    keys = (starts + shift + axis.origin) // width
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    begins = np.flatnonzero(is_first)
    centre = (keys[begins] * width - axis.origin) + (width - 1) / 2
    return Rows(at, behind_at, centre.astype(np.float64), begins, n_each_of(begins))


def n_each_of(begins: IntArray) -> int:
    """Return how many rows every column has but the first and the last one; 0 when that is no single power of 2."""
    lengths = np.diff(begins[1:])
    n = int(lengths[0]) if len(lengths) else 0
    return n if n and not n & (n - 1) and bool((lengths == n).all()) else 0


def starts_on_screen(axis: BarAxis, lo: int, hi: int, times: IntArray) -> IntArray:
    """Return the indexes of the rows that hold times within the rows ``[lo, hi)``.

    The fewer ones are looked for among the others.
    """
    if hi - lo > len(times):
        return _starts_of(axis, times)
    begins = np.searchsorted(times, axis.open_time[lo:hi])
    found: IntArray = np.repeat(axis.starts_of(np.arange(lo, hi)), np.diff(begins, append=len(times)))
    return found


def _starts_of(axis: BarAxis, times: IntArray) -> IntArray:
    rows = np.clip(np.searchsorted(axis.open_time, times, "right") - 1, 0, axis.n_rows - 1)
    return axis.starts_of(rows)


def _columns(values: StudyValues, name: str, rows: Rows, x: FloatArray) -> LineColumns:
    part = slice(rows.lo, rows.hi)
    last, settled = values.last[name][part], values.settled[part]
    is_single = values.least[name] is values.last[name] and values.greatest[name] is values.last[name]
    least, greatest = (last, last) if is_single else (values.least[name][part], values.greatest[name][part])
    if rows.at is None:
        return LineColumns(x, least, greatest, last, settled)
    ends = np.append(rows.at[1:], len(last)) - 1
    is_settled = np.ones(len(ends), np.bool_) if settled.all() else np.logical_and.reduceat(settled, rows.at)
    return LineColumns(x, rows.reduced(np.fmin, least), rows.reduced(np.fmax, greatest), last[ends], is_settled)


def _zigzag(values: StudyValues, placed: Placed, dpr: float) -> LineColumns:
    """Return the turning points on screen, and one more on each side."""
    rows, prices = values.vertices
    starts = _starts_of(placed.axis, values.open_time[rows]).astype(np.float64)
    centre = starts + (placed.axis.stride - 1) / 2
    lo = max(int(np.searchsorted(centre, placed.left_edge)) - 1, 0)
    hi = int(np.searchsorted(centre, placed.right_edge)) + 1
    price = prices[lo:hi]
    return LineColumns(device_x(placed, centre[lo:hi], dpr), price, price, price, values.settled[rows[lo:hi]])


def _extent(one: ChartStudy, lines: Mapping[str, LineColumns], width: float) -> tuple[float, float]:
    """Return the lowest and the highest value on screen; of a pane of its own also of the levels, and zero."""
    lows: list[float] = []
    highs: list[float] = []
    is_own = one.pane != PRICE
    for output in one.drawn:
        columns = lines.get(output.name)
        if columns is None or (output.plot in _UNSCALED and not is_own):
            continue
        lo, hi = (int(at) for at in np.searchsorted(columns.x, (0.0, width)))
        if hi > lo:
            lows.append(float(np.fmin.reduce(columns.least[lo:hi])))
            highs.append(float(np.fmax.reduce(columns.greatest[lo:hi])))
        if output.plot is Plot.COLUMNS:
            lows.append(0.0)
            highs.append(0.0)
    levels = one.study.indicator.levels if is_own else ()
    every = [value for value in (*lows, *highs, *levels) if math.isfinite(value)]
    return (min(every), max(every)) if every else (math.nan, math.nan)
