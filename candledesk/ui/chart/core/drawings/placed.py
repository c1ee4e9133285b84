"""Drawings on the bars of a chart: their places are found for all of them at once, their parts when they are seen.

Pure. A drawing is looked at once, and again when it has changed; a window of bars costs a few array operations, so that
a thousand drawings cost a frame nothing that grows with their number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.placing.bar_times import BarTimes, exact_spans, key_spans
from candledesk.drawings.placing.price_basis import factors_at
from candledesk.drawings.registry import TOOLS, is_fixed, whole_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.cache.drawing_messages import AnchorCounts
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.drawings.drawing import Drawing, DrawingSet
    from candledesk.drawings.figures import DrawingTool
    from candledesk.drawings.hit import ShownDrawing
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.scene import ChartScene, Series

_MOST_ROWS = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class PlacedDrawing:
    """A drawing on a window of bars.

    Of each point: ``indexes``: of bars, fractional; ``prices``: as shown, NaN for none; ``spans``: start and end of the
    bar it was drawn in, in the times that key the bars of the chart. ``goes_on``: it does not end at its points.
    ``is_fixed``: it stands at a share of its pane, so that it is seen wherever its points are.
    ``computed``: what it shows of stored bars, by the answer of the cache and the series, the latest only.
    """

    drawing: Drawing
    tool: DrawingTool
    style: Mapping[str, Any]
    indexes: tuple[float, ...]
    prices: tuple[float, ...]
    spans: tuple[tuple[int, int], ...]
    goes_on: bool = False
    is_fixed: bool = False
    computed: dict[object, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """What is known of a drawing without any bars.

    ``spans`` and ``exact``: start and end of each point's bar (``key_spans``, ``exact_spans``), int64 ``(n, 2)``.
    """

    drawing: Drawing
    tool: DrawingTool
    style: Mapping[str, Any]
    spans: IntArray
    exact: IntArray
    dates: IntArray
    raw: FloatArray
    goes_on: bool
    is_fixed: bool


class _Same:
    """A drawing as a key: equal to itself only."""

    __slots__ = ("drawing",)

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def __hash__(self) -> int:
        return id(self.drawing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.drawing is self.drawing


@lru_cache(maxsize=_MOST_ROWS)
def _row(key: _Same, tool_id: str, zone: str, *, is_daily: bool) -> _Row:
    drawing, tool = key.drawing, TOOLS[tool_id]
    interval = INTERVALS["1d" if is_daily else "1m"]
    start, behind = key_spans(drawing.points, interval, zone)
    spans = np.stack((start, behind), axis=1)
    exact = exact_spans(drawing.points, interval, zone) if is_daily else spans
    dates, _ = (start, behind) if is_daily else key_spans(drawing.points, INTERVALS["1d"], zone)
    raw = np.array([np.nan if one.price is None else one.price for one in drawing.points], np.float64)
    style = whole_style(drawing)
    is_here = is_fixed(drawing)
    goes_on = is_here or not tool.is_bounded or style.get("extend", "none") != "none"
    return _Row(drawing, tool, style, spans, exact, dates, raw, goes_on, is_here)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedDrawings:
    """All drawings that a chart shows, on one window of bars, the lowest first.

    ``reach``: of each the least and the greatest index where it can be seen, infinite for lines that go on, float64
    ``(n, 2)``; ``first``: where its points begin in ``indexes``, ``prices`` and ``starts`` (the key of each point's
    bar), which hold the points of all. ``kept``: what the last frame made of drawings, by what it was made from.
    """

    rows: tuple[_Row, ...] = ()
    first: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    starts: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    indexes: FloatArray = field(default_factory=lambda: np.empty(0))
    prices: FloatArray = field(default_factory=lambda: np.empty(0))
    reach: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
    made: dict[int, PlacedDrawing] = field(default_factory=dict)
    kept: dict[object, ShownDrawing] = field(default_factory=dict)

    def between(self, left: float, right: float) -> list[PlacedDrawing]:
        """Return the drawings that can be seen between two indexes, the lowest first."""
        seen = np.flatnonzero((self.reach[:, 0] <= right) & (self.reach[:, 1] >= left))
        return [self._at(at) for at in seen.tolist()]

    def of_types(self, types: Iterable[str]) -> list[PlacedDrawing]:
        """Return the drawings of some tools."""
        wanted = set(types)
        return [self._at(at) for at, row in enumerate(self.rows) if row.tool.id in wanted]

    def _at(self, at: int) -> PlacedDrawing:
        if at not in self.made:
            row, points = self.rows[at], slice(int(self.first[at]), int(self.first[at + 1]))
            indexes, prices = self.indexes[points].tolist(), self.prices[points].tolist()
            spans = tuple((start, end) for start, end in row.spans.tolist())
            self.made[at] = PlacedDrawing(
                row.drawing, row.tool, row.style, tuple(indexes), tuple(prices), spans, row.goes_on, row.is_fixed
            )
        return self.made[at]

    def uncounted(self, first: int, last: int) -> IntArray:
        """Return the keys of points outside of ``[first, last]`` that matter to what is seen inside, ascending.

        A drawing that ends before the loaded bars, or begins behind them, is not seen wherever it lies exactly.
        """
        if not len(self.rows):
            return self.starts
        is_out = (self.starts < first) | (self.starts > last)
        low, high = (part.reduceat(self.starts, self.first[:-1]) for part in (np.minimum, np.maximum))
        goes_on = np.array([row.goes_on and not (row.tool.is_level or row.is_fixed) for row in self.rows])
        matters = goes_on | ((low <= last) & (high >= first))
        found: IntArray = np.unique(self.starts[is_out & np.repeat(matters, np.diff(self.first))])
        return found


@lru_cache(maxsize=8)
def bar_times(series: Series, counts: AnchorCounts | None = None, *, is_by_time: bool = False) -> BarTimes:
    """Return the bars of a chart as anchors are placed among them.

    ``counts``: bars that are not loaded, by their distance from a loaded one; of another series or too old ones are
    left out. Without them the oldest stored bar is the only one known further left. ``is_by_time``: as of ``BarTimes``.
    """
    axis = series.axis
    zone = series.instrument.tz if series.instrument else "UTC"
    times = axis.slot_times
    index = axis.starts_of(np.arange(axis.n_slots, dtype=np.int64))
    n_bars = int(index[-1] - index[0]) if len(index) else 0
    average_s = float(times[-1] - times[0]) / n_bars if n_bars else float(series.interval.step_s)
    if counts is not None and (at := _index_of(series, counts)) is not None:
        is_out = (counts.open_time < times[0]) | (counts.open_time > times[-1])
        further, position = counts.open_time[is_out], counts.position[is_out] + at
        n_left = int(np.searchsorted(further, times[0]))
        times = np.concatenate((further[:n_left], times, further[n_left:]))
        index = np.concatenate((position[:n_left], index, position[n_left:]))
    elif axis.n_older and axis.stored_from is not None and axis.stored_from < times[0]:
        times, index = np.insert(times, 0, axis.stored_from), np.insert(index, 0, -axis.n_older)
    return BarTimes(series.interval, times, index, zone, max(average_s, 1.0), is_by_time)


def _index_of(series: Series, counts: AnchorCounts) -> int | None:
    """Return the index of the bar from which bars were counted, ``None`` when it is not loaded."""
    request, times = counts.request, series.axis.open_time
    if (request.symbol, request.interval) != (series.symbol, series.interval) or not len(times):
        return None
    row = int(np.searchsorted(times, request.reference))
    is_here = row < len(times) and int(times[row]) == request.reference
    return int(series.axis.start_of(row)) if is_here else None


def placed_in(scene: ChartScene) -> PlacedDrawings:
    """Return the drawings of a scene on its bars."""
    return place_drawings(
        scene.series,
        scene.drawings,
        scene.shown_events,
        scene.anchor_counts,
        scene.chart,
        is_by_time=scene.options.is_placed_by_time,
    )


@lru_cache(maxsize=16)
def place_drawings(
    series: Series,
    chosen: DrawingSet,
    events: SeriesEvents | None,
    counts: AnchorCounts | None = None,
    chart: str = "",
    *,
    is_by_time: bool = False,
) -> PlacedDrawings:
    """Return the drawings that are shown on a window of bars; none without bars.

    ``events``: those of the series; the splits among them put the prices on the basis that the chart shows.
    ``chart``: the id of the chart. ``is_by_time``: as of ``BarTimes``.
    """
    bars = bar_times(series, counts, is_by_time=is_by_time) if series.axis.n_rows else None
    shown = _shown_rows(chosen, series.symbol, series.interval, chart, bars.zone) if bars is not None else ()
    if bars is None or not shown:
        return PlacedDrawings()
    lengths = np.array([len(row.raw) for row in shown], np.int64)
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    spans = np.concatenate([row.spans for row in shown])
    indexes = bars.indexes_of(spans[:, 0], spans[:, 1], np.concatenate([row.exact for row in shown]))
    prices = np.concatenate([row.raw for row in shown])
    if events is not None:
        is_price = np.repeat(np.array([row.drawing.pane == PRICE_PANE for row in shown]), lengths)
        dates = np.concatenate([row.dates for row in shown])
        prices = np.where(is_price, prices * factors_at(dates, "splits", events.events), prices)
    goes_on = np.array([row.goes_on for row in shown])
    reach = np.stack(_reach(indexes, first, goes_on), axis=1)
    return PlacedDrawings(shown, first, spans[:, 0], indexes, prices, reach)


@lru_cache(maxsize=8)
def _shown_rows(chosen: DrawingSet, symbol: str, interval: Interval, chart: str, zone: str) -> tuple[_Row, ...]:
    return tuple(
        _row(_Same(one), one.type, zone, is_daily=interval.is_daily)
        for one in chosen.drawings
        if one.type in TOOLS and one.symbol == symbol and one.belongs_to(chart) and one.is_shown_on(interval)
    )


def _reach(indexes: FloatArray, first: IntArray, goes_on: BoolArray) -> tuple[FloatArray, FloatArray]:
    low, high = (part.reduceat(indexes, first[:-1]) for part in (np.minimum, np.maximum))
    return np.where(goes_on, -np.inf, low), np.where(goes_on, np.inf, high)
