"""The drawings of a chart as figures in logical pixels: what is painted and what is hit. Pure.

Times and prices are placed once for a window of bars; a frame only turns them into pixels, and makes figures of what
can be seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.figures import FigureContext, Point
from candledesk.drawings.hit import ShownDrawing
from candledesk.drawings.placing.bar_times import BarTimes, indexes_of
from candledesk.drawings.placing.price_basis import price_factors, shown_prices
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.chart.core.drawings.computed import compute
from candledesk.ui.chart.core.scales import format_price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
    from candledesk.drawings.figures import DrawingTool
    from candledesk.ui.chart.core.drawings.computed import Computed
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene, Series

_EDGE_PX = 40.0  # of the handle of a level from the edge of its pane
_LABEL_PX = 400.0  # how far a label may reach beyond the points of its drawing
_NONE = np.empty(0, np.int64)
_DATES_OF_UTC = SessionCalendar("", "UTC", _NONE, _NONE, _NONE, _NONE, _NONE)  # as a chart knows no sessions


@dataclass(frozen=True, slots=True, eq=False)
class PlacedDrawing:
    """A drawing on a window of bars.

    ``indexes``: of bars, fractional; ``prices``: as shown, NaN for none; ``reach``: the least and the greatest index
    where it can be seen, infinite for lines that go on; ``computed``: what it shows of the bars.
    """

    drawing: Drawing
    tool: DrawingTool
    style: Mapping[str, Any]
    indexes: tuple[float, ...]
    prices: tuple[float, ...]
    reach: tuple[float, float]
    computed: Computed


@lru_cache(maxsize=8)
def bar_times(series: Series) -> BarTimes:
    """Return the bars of a chart as anchors are placed among them."""
    axis = series.axis
    zone = series.instrument.tz if series.instrument else "UTC"
    index = axis.starts_of(np.arange(axis.n_slots, dtype=np.int64))
    stored = axis.stored_from if axis.n_older else None
    return BarTimes(series.interval, axis.slot_times, index, zone, stored_from=stored, n_older=axis.n_older)


@lru_cache(maxsize=16)
def place_drawings(series: Series, chosen: DrawingSet, events: SeriesEvents | None) -> tuple[PlacedDrawing, ...]:
    """Return the drawings that are shown on a window of bars, the lowest first; none without bars.

    ``events``: those of the series; the splits among them put the prices on the basis that the chart shows.
    """
    if not series.axis.n_rows:
        return ()
    bars = bar_times(series)
    placed = []
    for drawing in chosen.drawings:
        tool = TOOLS.get(drawing.type)
        if tool is not None and drawing.symbol == series.symbol and drawing.is_shown_on(series.interval):
            factors = factors_of(drawing.points, drawing.pane, events, is_level=tool.is_level)
            placed.append(_place(drawing, tool, (series, bars), factors))
    return tuple(placed)


@lru_cache(maxsize=8)
def show_drawings(scene: ChartScene, frame: Frame) -> tuple[tuple[str, ShownDrawing], ...]:
    """Return the drawings that can be seen in a frame, the lowest first, each with the id of its pane.

    A drawing in several panes has its handles in its own one.
    """
    placed = place_drawings(scene.series, scene.drawings, scene.shown_events)
    if not placed:
        return ()
    view, margin = frame.placed, _LABEL_PX / frame.placed.view.spacing
    left, right = view.left_edge - margin, view.right_edge + margin
    return tuple(
        (pane, _shown(one, pane, frame, scene))
        for one in placed
        if one.reach[0] <= right and one.reach[1] >= left
        for pane in _panes_of(one, frame)
    )


def factors_of(
    points: Sequence[Anchor], pane: str, events: SeriesEvents | None, *, is_level: bool = False
) -> FloatArray:
    """Return what raw prices of points are multiplied by to be shown, shape ``(n,)``; ones in panes of indicators.

    ``is_level``: of a tool whose price dividends do not move.
    """
    if events is None or pane != PRICE_PANE:
        return np.ones(len(points))
    return price_factors(points, "splits", events.events, _DATES_OF_UTC, is_level=is_level)


def _place(drawing: Drawing, tool: DrawingTool, shown: tuple[Series, BarTimes], factors: FloatArray) -> PlacedDrawing:
    series, bars = shown
    indexes = tuple(indexes_of(bars, drawing.points).tolist())
    style = whole_style(drawing)
    goes_on = not tool.is_bounded or style.get("extend", "none") != "none"
    reach = (-np.inf, np.inf) if goes_on else (min(indexes), max(indexes))
    prices = shown_prices(drawing.points, factors).tolist()
    return PlacedDrawing(drawing, tool, style, indexes, tuple(prices), reach, compute(tool.id, series, indexes, style))


def _panes_of(one: PlacedDrawing, frame: Frame) -> list[str]:
    """Return the panes in which a drawing is drawn: its own, or all that are shown for a vertical line."""
    shown = [box.pane.id for box in frame.panes.boxes]
    return shown if one.style.get("panes", False) else [one.drawing.pane] if one.drawing.pane in shown else []


def _shown(one: PlacedDrawing, pane: str, frame: Frame, scene: ChartScene) -> ShownDrawing:
    dpr, scale, box = frame.dpr, frame.scales[pane], frame.panes.box(pane)
    decimals = scale.decimals

    def y_of(price: float) -> float:
        return float(scale.y_of(price)) / dpr

    def x_of(index: float) -> float:
        return float(frame.placed.x_of(index))

    points = tuple(Point(x_of(index), y_of(price)) for index, price in zip(one.indexes, one.prices, strict=True))
    context = FigureContext(
        0.0,
        box.top / dpr,
        frame.panes.plot_w / dpr,
        box.bottom / dpr,
        prices=one.prices,
        indexes=one.indexes,
        times=tuple(point.time for point in one.drawing.points),
        y_of=y_of,
        price_at=lambda y: scale.value_at(y * dpr),
        price_text=lambda price: format_price(price, decimals),
        tick=10.0**-decimals,
        is_log=scene.is_log,
        curves=one.computed.points(frame.placed.left_edge, frame.placed.right_edge, x_of, y_of),
        rows=tuple((y_of(low), y_of(high), share, is_in) for low, high, share, is_in in one.computed.rows),
        note=one.computed.note,
        text=one.drawing.text if pane == one.drawing.pane else "",
    )
    figures = one.tool.figures(points, one.style, context)
    handles = _handles(one, points, context) if pane == one.drawing.pane else ()
    return ShownDrawing.of(one.drawing.id, figures, handles, is_selected=one.drawing.id in scene.selected_drawings)


def _handles(one: PlacedDrawing, points: tuple[Point, ...], context: FigureContext) -> tuple[Point, ...]:
    """Return where a drawing can be taken: points without a price in the middle of the pane.

    The handle of a level whose bar is off screen lies at the nearer edge of the pane.
    """
    middle = (context.top + context.bottom) / 2
    shown = [point if math.isfinite(point.y) else point._replace(y=middle) for point in points]
    if one.tool.is_level:
        left, right = context.left + _EDGE_PX, context.right - _EDGE_PX
        shown = [point._replace(x=min(max(point.x, left), right)) for point in shown]
    return one.tool.handles(shown)
