"""A pane of a chart in one frame, where points of drawings are set: from pixels to anchors and back. Pure.

Pixels are logical ones. What is stored of a price is on the raw basis of its time (WORKBENCH.md §2.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from candledesk.drawings.drawing import Anchor
from candledesk.drawings.figures import Point
from candledesk.drawings.fixed import fixed_point
from candledesk.drawings.placing.constraints import on_step_of_45
from candledesk.drawings.placing.magnet import Magnet, Target, snap_to, snap_to_handle, targets_of, time_of_price
from candledesk.drawings.placing.price_basis import raw_price
from candledesk.drawings.registry import TOOLS, is_fixed, whole_style
from candledesk.ui.chart.core.drawings.placed import bar_times
from candledesk.ui.chart.core.drawings.shown import factors_of, show_drawings
from candledesk.ui.chart.core.panes import PRICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.domain.bars import Bars, FloatArray
    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.fixed import Box
    from candledesk.drawings.placing.bar_times import BarTimes
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.scene import ChartScene, Series


class Spot(NamedTuple):
    """A point that is being set: its pixel, what is stored of it, and its price as shown."""

    at: Point
    anchor: Anchor
    price: float


def _unknown(_series: Series, _row: int) -> Bars | None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class DrawingPane:
    """The pane ``id`` of a scene in its frame; the scene must have bars.

    ``is_level``: points of a tool whose price dividends do not move are set. ``row_bars``: returns the bars of a row of
    many, ``None`` while they are not known.
    """

    scene: ChartScene
    frame: Frame
    id: str = PRICE
    is_level: bool = False
    row_bars: Callable[[Series, int], Bars | None] = _unknown

    @property
    def box(self) -> PaneBox:
        """The pane's edges in device pixels."""
        return self.frame.panes.box(self.id)

    @property
    def edges(self) -> Box:
        """Left, top, right and bottom of the pane in logical pixels."""
        dpr = self.frame.dpr
        return 0.0, self.box.top / dpr, self.frame.panes.plot_w / dpr, self.box.bottom / dpr

    @property
    def bars(self) -> BarTimes:
        """The bars of the chart."""
        return bar_times(self.scene.series, self.scene.anchor_counts)

    @property
    def is_shown(self) -> bool:
        """Whether the pane is on screen."""
        return self.box.height > 0

    @property
    def is_log(self) -> bool:
        """Whether equal ratios have equal heights."""
        return self.frame.scales[self.id].range.is_log

    @property
    def tick(self) -> float:
        """The least step of a price, or of what else the pane shows."""
        return float(10.0 ** -self.frame.scales[self.id].decimals)

    # -- pixels

    def y_of(self, price: float) -> float:
        """Return the pixel of a shown price."""
        return float(self.frame.scales[self.id].y_of(price)) / self.frame.dpr

    def price_at(self, y: float) -> float:
        """Return the shown price under a pixel; in the pane of prices it has the decimals of a price."""
        price = self.frame.scales[self.id].value_at(y * self.frame.dpr)
        return self.rounded(price)

    def rounded(self, price: float) -> float:
        """Return a price or a difference of prices with the decimals of a price; values of indicators as they are."""
        return round(price, self.scene.series.decimals) if self.id == PRICE else float(price)

    def index_at(self, x: float) -> int:
        """Return the index of the bar under a pixel; of a row of many bars that of its first one."""
        index, axis = round(self.frame.placed.logical_at(x)), self.scene.series.axis
        if axis.is_single or not 0 <= index < axis.n_bars:
            return index
        return int(axis.start_of(axis.row_at(index)))

    def x_of(self, index: float) -> float:
        """Return the pixel of a bar's centre."""
        return float(self.frame.placed.x_of(index))

    def within(self, at: Point) -> Point:
        """Return a pixel moved into the pane."""
        top, bottom = self.box.top / self.frame.dpr, (self.box.bottom - 1) / self.frame.dpr
        return Point(at.x, min(max(at.y, top), bottom))

    # -- anchors

    def factors_of(self, points: Sequence[Anchor]) -> FloatArray:
        """Return what the raw prices of points are multiplied by to be shown."""
        return factors_of(points, self.id, self.scene.shown_events, self.bars.zone, is_level=self.is_level)

    def anchor(self, time: int, price: float, interval: str = "") -> Anchor:
        """Return the anchor of a time (UTC seconds) and a shown price; ``interval``: of the chart unless given."""
        point = Anchor(time, None, interval or self.scene.series.interval.name)
        return Anchor(time, raw_price(price, float(self.factors_of((point,))[0])), point.interval)

    def spot(self, at: Point) -> Spot:
        """Return the point of the bar under a pixel, at the pixel's own price."""
        at = self.within(at)
        return self._spot_of(self.index_at(at.x), self.price_at(at.y))

    def _spot_of(self, index: float, price: float) -> Spot:
        anchor = self.anchor(self.bars.time_at(index), price)
        return Spot(Point(self.x_of(index), self.y_of(price)), anchor, price)

    def spot_of(self, anchor: Anchor) -> Spot:
        """Return the point of an anchor; its price is NaN when it has none."""
        factor = float(self.factors_of((anchor,))[0])
        price = math.nan if anchor.price is None else anchor.price * factor
        return Spot(Point(self.x_of(self.bars.index_of(anchor)), self.y_of(price)), anchor, price)

    def pixels_of(self, drawing: Drawing) -> tuple[Point, ...]:
        """Return the pixels of a drawing's points, those without a price in the middle of the pane.

        Of a drawing that is fixed on screen: the pixel where it stands.
        """
        if is_fixed(drawing):
            return (fixed_point(whole_style(drawing), self.edges),)
        middle = (self.box.top + self.box.bottom) / 2 / self.frame.dpr
        found = (self.spot_of(point).at for point in drawing.points)
        return tuple(at if math.isfinite(at.y) else at._replace(y=middle) for at in found)

    # -- the magnet

    def snapped(self, at: Point, magnet: Magnet, moving: Iterable[str] = ()) -> Spot:
        """Return the point that the magnet takes, or that of the bar under the pixel.

        First the handles of other drawings within 8 pixels, but not of ``moving``; then open, high, low and close of
        the bar, or of the real bars of a column of many; in the pane of an indicator the values of its lines.
        """
        if magnet is Magnet.OFF:
            return self.spot(at)
        others = self._others(frozenset(moving))
        near = snap_to_handle(others, at, magnet)
        if near is not None:
            return self.spot_of(others[near])
        at = self.within(at)
        index, targets = self._targets(at.x)
        target = snap_to(targets, at.y, self.y_of, magnet)
        if target is None:
            return self.spot(at)
        return self._spot_of(index, target.price) if index is not None else self._spot_on(target)

    def _spot_on(self, target: Target) -> Spot:
        """Return the point on a price of a row; of a row of many bars on the bar that has it, once they are known."""
        series = self.scene.series
        bars = None if series.axis.is_single else self.row_bars(series, target.row)
        time = None if bars is None else time_of_price(bars, target.price)
        if time is None:
            return self._spot_of(series.axis.start_of(target.row), target.price)
        return self.spot_of(self.anchor(time, target.price))

    def _others(self, moving: frozenset[str]) -> dict[Point, Anchor]:
        """Return the handles in this pane that are points of drawings, with their anchors."""
        drawings = {one.id: one for one in self.scene.drawings.drawings}
        found: dict[Point, Anchor] = {}
        for pane, shown in show_drawings(self.scene, self.frame):
            drawing = drawings[shown.id]
            tool = TOOLS[drawing.type]
            has_points = tool.handles is tuple and not tool.is_level and not is_fixed(drawing)
            if pane == self.id and shown.id not in moving and has_points:
                pairs = zip(shown.handles, drawing.points, strict=True)
                found |= {handle: point for handle, point in pairs if point.price is not None}
        return found

    def _targets(self, x: float) -> tuple[int | None, tuple[Target, ...]]:
        """Return what the magnet can take at a pixel across: prices of rows, else values at the bar of an index."""
        series = self.scene.series
        axis, index = series.axis, round(self.frame.placed.logical_at(x))
        if not 0 <= index < axis.n_bars:
            return None, ()
        if self.id != PRICE:
            return self.index_at(x), self._line_values(x)
        return None, targets_of(series.bars, *self._rows_of_column(index))

    def _rows_of_column(self, index: int) -> tuple[int, int]:
        """Return the range of rows that are drawn in the column of a loaded bar."""
        axis, block = self.scene.series.axis, self.frame.columns.block
        if block <= (1 if axis.starts is None else axis.stride):
            row = axis.row_at(index)
            return row, row + 1
        first = axis.aligned(index, block)
        if axis.starts is None:
            return max(first, 0), min(first + block, axis.n_rows)
        lo, hi = np.searchsorted(axis.starts[:-1], (first, first + block))
        return int(lo), int(hi)

    def _line_values(self, x: float) -> tuple[Target, ...]:
        """Return the values of the lines of this pane in the column under a pixel."""
        device_x, found = x * self.frame.dpr, []
        for one in self.frame.studies:
            for line in one.lines.values() if one.study.pane == self.id else ():
                if len(line.x):
                    at = int(np.abs(line.x - device_x).argmin())
                    found += [float(line.least[at]), float(line.greatest[at])]
        return tuple(Target(0, value) for value in dict.fromkeys(found) if math.isfinite(value))

    # -- Shift

    def on_step_of_45(self, start: Spot, at: Point) -> Spot:
        """Return the point in the nearest direction of 0°, 45° or 90° on screen from ``start``, on a bar's centre."""
        end = self.within(on_step_of_45(start.at, at))
        dx, dy = end.x - start.at.x, end.y - start.at.y
        if abs(dx) <= abs(dy) / 2:
            price = self.price_at(end.y)
            anchor = self.anchor(start.anchor.time, price, start.anchor.interval)
            return Spot(Point(start.at.x, self.y_of(price)), anchor, price)
        index = self.index_at(end.x)
        if abs(dy) <= abs(dx) / 2:
            return self._spot_of(index, start.price)
        dx = self.x_of(index) - start.at.x
        return self._spot_of(index, self.price_at(start.at.y + math.copysign(abs(dx), dy)))
