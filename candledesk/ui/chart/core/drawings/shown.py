"""The drawings of a chart as figures in logical pixels: what is painted and what is hit. Pure.

Times and prices are placed once for a window of bars (``placed``); a frame only turns them into pixels, and makes
figures of what can be seen.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from candledesk.cache.rules.drawing_tasks import COMPUTED
from candledesk.drawings.drawing import PRICE_PANE
from candledesk.drawings.figures import FigureContext, Point
from candledesk.drawings.fixed import fixed_point
from candledesk.drawings.hit import ShownDrawing
from candledesk.drawings.labels import DrawnParts, drawn_parts
from candledesk.drawings.placing.price_basis import price_factors
from candledesk.ui.chart.core.drawings.computed import NOTHING, computed_of
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.scales import format_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from candledesk.cache.drawing_messages import DrawingValues
    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.drawing import Anchor
    from candledesk.drawings.figures import Curve
    from candledesk.ui.chart.core.drawings.computed import Computed
    from candledesk.ui.chart.core.drawings.placed import PlacedDrawing
    from candledesk.ui.chart.core.events.event_marks import SeriesEvents
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.scales import PaneScale
    from candledesk.ui.chart.core.scene import ChartScene, Series

    _Known = tuple[DrawingValues, Series]

_log = logging.getLogger(__name__)
_EDGE_PX = 40.0  # of the handle of a level from the edge of its pane
_LABEL_PX = 400.0  # how far a label may reach beyond the points of its drawing
_WIDER_PX = 100.0  # than its box, which has letters of a mean width, a label may be
_LONGEST_PX = 10_000.0  # of a drawing that the painter cuts; dashes cost their time where they are not seen, too


@lru_cache(maxsize=4)
def show_drawings(scene: ChartScene, frame: Frame) -> tuple[tuple[str, ShownDrawing], ...]:
    """Return the drawings that can be seen in a frame, the lowest first, each with the id of its pane.

    A drawing in several panes has its handles in its own one.
    """
    placed, view, margin = placed_in(scene), frame.placed, _LABEL_PX / frame.placed.view.spacing
    seen = placed.between(view.left_edge - margin, view.right_edge + margin)
    views = {box.pane.id: _pane_view_of(box, scene, frame) for box in frame.panes.boxes} if seen else {}
    kept = _Kept(dict(placed.kept), placed.kept)
    kept.now.clear()
    pairs = ((one, pane) for one in seen for pane in _panes_of(one, views))
    found = ((one, pane, _shown(one, views[pane], frame, scene, kept)) for one, pane in pairs)
    return tuple((pane, shown) for one, pane, shown in found if _is_seen(one, shown, frame))


def _is_seen(one: PlacedDrawing, shown: ShownDrawing, frame: Frame) -> bool:
    """Tell whether a drawing is in the width of the chart; its box is made only when none of its points is."""
    if one.goes_on or (min(one.indexes) <= frame.placed.right_edge and max(one.indexes) >= frame.placed.left_edge):
        return True
    left, _, right, _ = shown.box
    return left - _WIDER_PX <= frame.placed.view.width and right + _WIDER_PX >= 0


def drawings_at(scene: ChartScene, frame: Frame, at: Point) -> list[ShownDrawing]:
    """Return the drawings in the pane at a pixel, the lowest first."""
    pane = frame.panes.box_at(round(at.y * frame.dpr)).pane.id
    return [one for own, one in show_drawings(scene, frame) if own == pane]


def _panes_of(one: PlacedDrawing, views: Mapping[str, _PaneView]) -> Iterable[str]:
    """Return the panes in which a drawing is drawn: its own, or all that are shown for a vertical line."""
    return views if one.style.get("panes", False) else (one.drawing.pane,) if one.drawing.pane in views else ()


class _Kept(NamedTuple):
    """What frames make of drawings that end at their points: the former frame, and this one."""

    former: dict[object, ShownDrawing]
    now: dict[object, ShownDrawing]


@dataclass(frozen=True, slots=True, eq=False)
class _PaneView:
    """What the figures of a pane's drawings are made with wherever it is in time; logical pixels."""

    pane: str
    scale: PaneScale
    dpr: float
    spacing: float
    width: float
    top: float
    bottom: float
    is_log: bool

    def y_of(self, price: float) -> float:
        """Return the pixel of a price."""
        return float(self.scale.y_of(price)) / self.dpr

    @property
    def place(self) -> tuple[object, ...]:
        """What figures that do not depend on prices are made with."""
        return self.pane, self.dpr, self.spacing, self.width, self.top, self.bottom


def _pane_view_of(box: PaneBox, scene: ChartScene, frame: Frame) -> _PaneView:
    dpr, scale = frame.dpr, replace(frame.scales[box.pane.id], base=1.0)  # what the axis counts from moves no pixel
    edges = frame.panes.plot_w / dpr, box.top / dpr, box.bottom / dpr
    return _pane_view(box.pane.id, scale, dpr, frame.placed.view.spacing, *edges, scene.is_log)


_pane_view = lru_cache(maxsize=128)(_PaneView)
"""The same one for the same values: it is a part of the keys of what is kept from one frame to the next."""


def _shown(one: PlacedDrawing, view: _PaneView, frame: Frame, scene: ChartScene, kept: _Kept) -> ShownDrawing:
    spacing, right = view.spacing, frame.placed.right_edge
    zero = frame.placed.view.width - right * spacing
    is_selected = one.drawing.id in scene.selected_drawings
    values = scene.drawing_values.get(one.drawing.id) if one.tool.id in COMPUTED else None
    known = (values, scene.series) if values is not None else None
    if not one.goes_on and (max(one.indexes) - min(one.indexes)) * spacing <= _LONGEST_PX:
        is_active = is_selected and one.tool.hides_labels
        found = _unmoved(one, view, known, kept, is_active=is_active)
        dx, (first, last) = zero + one.indexes[0] * spacing, found.reach
        if first + dx >= 0 and last + dx <= view.width:
            return found.moved(dx, is_selected=is_selected)  # else its labels are moved into the pane
    return _made(one, view, known, zero, (frame.placed.left_edge, right), is_selected=is_selected)


def _unmoved(
    one: PlacedDrawing, view: _PaneView, known: _Known | None, kept: _Kept, *, is_active: bool
) -> ShownDrawing:
    """Return a drawing that ends at its points, the first of them at the pixel 0 across.

    ``is_active``: it is selected and has labels that would be hidden else.
    """
    is_of_time = one.tool.is_of_time and all(map(math.isnan, one.prices))  # a price would place its handle
    key = one, view.place if is_of_time else view, known, is_active
    found = kept.former.get(key)
    if found is None:
        found = _made(one, view, known, -one.indexes[0] * view.spacing, None, is_selected=is_active)
    kept.now[key] = found
    return found


def _made(
    one: PlacedDrawing,
    view: _PaneView,
    known: _Known | None,
    zero: float,
    shown: tuple[float, float] | None,
    *,
    is_selected: bool,
) -> ShownDrawing:
    """Return a drawing with its figures; ``zero``: the pixel of the index 0.

    ``shown``: the indexes at the sides of the pane, ``None`` where these do not matter.
    """
    spacing, y_of, decimals = view.spacing, view.y_of, view.scale.decimals
    computed = computed_of(one, *known) if known is not None else NOTHING
    points = tuple(
        Point(zero + index * spacing, y_of(price)) for index, price in zip(one.indexes, one.prices, strict=True)
    )
    context = FigureContext(
        0.0 if shown else -math.inf,
        view.top,
        view.width if shown else math.inf,
        view.bottom,
        prices=one.prices,
        indexes=one.indexes,
        times=tuple(point.time for point in one.drawing.points),
        y_of=y_of,
        price_at=lambda y: view.scale.value_at(y * view.dpr),
        price_text=lambda price: format_price(price, decimals),
        tick=10.0**-decimals,
        is_log=view.is_log,
        curves=_curves(computed, view, zero, shown) if computed.curves and shown else {},
        rows=tuple((y_of(low), y_of(high), share, is_in) for low, high, share, is_in in computed.rows),
        note=computed.note,
        volume=computed.volume,
        text=one.drawing.text if view.pane == one.drawing.pane else "",
    )
    parts = _parts(one, points, context, is_selected=is_selected)
    handles = _handles(one, points, context) if view.pane == one.drawing.pane else ()
    return ShownDrawing(
        one.drawing.id, parts.figures, handles, is_selected, drawn_hidden=parts.hidden, reach=parts.reach
    )


def _parts(one: PlacedDrawing, points: tuple[Point, ...], context: FigureContext, *, is_selected: bool) -> DrawnParts:
    """Return what a drawing consists of, nothing when its numbers cannot be worked with; the others are drawn."""
    try:
        return drawn_parts(one.tool, points, one.style, context, is_active=is_selected)
    except (ArithmeticError, ValueError) as error:
        _report_once(one.drawing.id, f"{one.tool.title}: {error}")
        return DrawnParts(())


@lru_cache(maxsize=256)
def _report_once(drawing_id: str, words: str) -> None:
    _log.error("drawing %s cannot be drawn: %s", drawing_id, words)


def _curves(computed: Computed, view: _PaneView, zero: float, shown: tuple[float, float]) -> dict[str, Curve]:
    return computed.points(
        *shown, lambda index: zero + index * view.spacing, lambda price: view.scale.y_of(price) / view.dpr
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


def _handles(one: PlacedDrawing, points: tuple[Point, ...], context: FigureContext) -> tuple[Point, ...]:
    """Return where a drawing can be taken: points without a price in the middle of the pane.

    The handle of a level whose bar is off screen lies at the nearer edge of the pane.
    """
    if one.is_fixed:
        return one.tool.handles((fixed_point(one.style, context[:4]),))
    middle = (context.top + context.bottom) / 2
    shown = [point if math.isfinite(point.y) else point._replace(y=middle) for point in points]
    if one.tool.is_level:
        left, right = context.left + _EDGE_PX, context.right - _EDGE_PX
        shown = [point._replace(x=min(max(point.x, left), right)) for point in shown]
    return one.tool.handles(shown)
