"""The drawings of a chart as figures in logical pixels: what is painted and what is hit. Pure.

Times and prices are placed once for a window of bars (``placed``); a frame only turns them into pixels, and makes
figures of what can be seen.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.figures import FigureContext, Point
from candledesk.drawings.hit import ShownDrawing
from candledesk.drawings.placing.price_basis import price_factors
from candledesk.ui.chart.core.drawings.computed import computed_of
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.scales import format_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor
    from candledesk.ui.chart.core.drawings.computed import Computed
    from candledesk.ui.chart.core.drawings.placed import PlacedDrawing
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scales import PaneScale
    from candledesk.ui.chart.core.scene import ChartScene

_EDGE_PX = 40.0  # of the handle of a level from the edge of its pane
_LABEL_PX = 400.0  # how far a label may reach beyond the points of its drawing


@lru_cache(maxsize=8)
def show_drawings(scene: ChartScene, frame: Frame) -> tuple[tuple[str, ShownDrawing], ...]:
    """Return the drawings that can be seen in a frame, the lowest first, each with the id of its pane.

    A drawing in several panes has its handles in its own one.
    """
    view, margin = frame.placed, _LABEL_PX / frame.placed.view.spacing
    seen = placed_in(scene).between(view.left_edge - margin, view.right_edge + margin)
    return tuple((pane, _shown(one, pane, frame, scene)) for one in seen for pane in _panes_of(one, frame))


def drawings_at(scene: ChartScene, frame: Frame, at: Point) -> list[ShownDrawing]:
    """Return the drawings in the pane at a pixel, the lowest first."""
    pane = frame.panes.box_at(round(at.y * frame.dpr)).pane.id
    return [one for own, one in show_drawings(scene, frame) if own == pane]


def _curves(computed: Computed, frame: Frame, scale: PaneScale) -> dict[str, tuple[Point, ...]]:
    placed, dpr = frame.placed, frame.dpr
    width, right, spacing = placed.view.width, placed.right_edge, placed.view.spacing
    return computed.points(
        placed.left_edge, right, lambda index: width - (right - index) * spacing, lambda price: scale.y_of(price) / dpr
    )


def factors_of(
    points: Sequence[Anchor], pane: str, events: SeriesEvents | None, zone: str, *, is_level: bool = False
) -> FloatArray:
    """Return what raw prices of points are multiplied by to be shown, shape ``(n,)``; ones in panes of indicators.

    ``zone``: IANA, of the venue. ``is_level``: of a tool whose price dividends do not move.
    """
    if events is None or pane != PRICE_PANE:
        return np.ones(len(points))
    return price_factors(points, "splits", events.events, zone, is_level=is_level)


def _panes_of(one: PlacedDrawing, frame: Frame) -> list[str]:
    """Return the panes in which a drawing is drawn: its own, or all that are shown for a vertical line."""
    shown = [box.pane.id for box in frame.panes.boxes]
    return shown if one.style.get("panes", False) else [one.drawing.pane] if one.drawing.pane in shown else []


def _shown(one: PlacedDrawing, pane: str, frame: Frame, scene: ChartScene) -> ShownDrawing:
    dpr, scale, box = frame.dpr, frame.scales[pane], frame.panes.box(pane)
    decimals, computed = scale.decimals, computed_of(one, scene)

    def y_of(price: float) -> float:
        return float(scale.y_of(price)) / dpr

    view = frame.placed.view
    zero, spacing = view.width - frame.placed.right_edge * view.spacing, view.spacing
    places = zip(one.indexes, one.prices, strict=True)
    points = tuple(Point(zero + index * spacing, y_of(price)) for index, price in places)
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
        curves=_curves(computed, frame, scale) if computed.curves else {},
        rows=tuple((y_of(low), y_of(high), share, is_in) for low, high, share, is_in in computed.rows),
        note=computed.note,
        volume=computed.volume,
        text=one.drawing.text if pane == one.drawing.pane else "",
    )
    figures = one.tool.figures(points, one.style, context)
    handles = _handles(one, points, context) if pane == one.drawing.pane else ()
    return ShownDrawing(one.drawing.id, figures, handles, one.drawing.id in scene.selected_drawings)


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
