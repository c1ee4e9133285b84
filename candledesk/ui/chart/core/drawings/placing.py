"""A drawing while it is made: points set by clicks, or by a press, a drag and a release. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from candledesk.drawings.drawing import PRICE_PANE, Drawing
from candledesk.drawings.registry import TOOLS, is_fixed
from candledesk.indicators.volatility.atr import average_range
from candledesk.ui.chart.core.drawings.fixed import fixed_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.drawings.drawing import Anchor
    from candledesk.drawings.figures import DrawingTool, Point
    from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane, Spot

DRAG_PX = 6.0  # a press that moves farther before it is released is a drag from point to point
_SAME_PX = 3.0  # the second click of a double click sets no point
_RANGE_BARS = 14
_RANGES = 2.0  # stop and target of a new position lie so many average ranges away (WORKBENCH.md §2.6)
_SHARE = 0.02  # of the price, where there are too few bars for a range
_WIDTH = 6  # a new position is this part of the screen wide
_LONG, _SHORT = "long_position", "short_position"


@dataclass(frozen=True, slots=True)
class Placement:
    """The points of a new drawing in the pane ``pane``.

    ``spots``: those that are set; ``open``: the one that follows the pointer. ``pressed``: where the button went down,
    ``None`` while it is up; ``reach``: how far the pointer was from there since.
    """

    tool: DrawingTool
    pane: str = ""
    spots: tuple[Spot, ...] = ()
    open: Spot | None = None
    pressed: Point | None = None
    reach: float = 0.0

    @property
    def is_begun(self) -> bool:
        """Whether a point is set or being set."""
        return self.open is not None

    @property
    def is_done(self) -> bool:
        """Whether all points are set that a person sets."""
        return len(self.spots) == self.tool.clicks

    def press(self, pane: str, at: Point, spot: Spot) -> Placement:
        """Take a press of the button in a pane; the first one decides the pane of the drawing."""
        return replace(self, pane=self.pane or pane, open=spot, pressed=at, reach=0.0)

    def move(self, at: Point, spot: Spot) -> Placement:
        """Let the open point follow the pointer; a drag sets the first point where it began."""
        if self.open is None:
            return self
        if self.pressed is None:
            return replace(self, open=spot)
        reach = max(self.reach, math.dist(self.pressed, at))
        is_waiting = not self.spots and self.tool.clicks > 1
        if is_waiting and reach <= DRAG_PX:
            return replace(self, reach=reach)
        return replace(self, spots=(self.open,) if is_waiting else self.spots, open=spot, reach=reach)

    def release(self) -> Placement:
        """Set the open point; a second click on the same place sets none."""
        if self.open is None or self.pressed is None:
            return self
        is_same = bool(self.spots) and math.dist(self.spots[-1].at, self.open.at) <= _SAME_PX
        if is_same and self.tool.clicks > 1:
            return replace(self, pressed=None)
        return replace(self, spots=(*self.spots, self.open), pressed=None)

    @property
    def last(self) -> Spot | None:
        """The point that was set last."""
        return self.spots[-1] if self.spots else None

    def drawing(self, pane: DrawingPane, drawing_id: str, style: Mapping[str, Any]) -> Drawing:
        """Return the drawing of the points that are set and, until all are, of the open one.

        While more than one point is missing it is a line to the pointer.
        """
        spots = self.spots if self.is_done or self.open is None else (*self.spots, self.open)
        is_line = len(spots) < self.tool.clicks and len(spots) > 0 and self.tool.clicks > 2  # noqa: PLR2004
        tool = TOOLS["trend_line"] if is_line else self.tool
        points = _all_points(tool, pane, spots)
        if not tool.has_prices:
            points = tuple(replace(point, price=None) for point in points)
        own = {"color": style["color"]} if is_line and "color" in style else {} if is_line else dict(style)
        made = Drawing(drawing_id, tool.id, pane.scene.series.symbol, points, pane=pane.id, style=own)
        return fixed_at(pane, made, spots[0].at) if is_fixed(made) else made


def _all_points(tool: DrawingTool, pane: DrawingPane, spots: tuple[Spot, ...]) -> tuple[Anchor, ...]:
    if tool.id in {_LONG, _SHORT}:
        return _position_points(pane, spots[0], is_long=tool.id == _LONG)
    missing = tool.n_points - len(spots)
    return tuple(spot.anchor for spot in (*spots, *[spots[-1]] * missing))


def _position_points(pane: DrawingPane, entry: Spot, *, is_long: bool) -> tuple[Anchor, ...]:
    """Return entry, target and stop of a new position, the latter two at the right edge of its box."""
    away = pane.rounded(_RANGES * _range_at(pane, entry))
    away = away if is_long else -away
    view = pane.frame.placed.view
    n_bars = max(1, round(view.width / view.spacing / _WIDTH))
    end = pane.bars.time_at(round(pane.bars.index_of(entry.anchor)) + n_bars)
    return (entry.anchor, *(pane.anchor(end, entry.price + one) for one in (away, -away)))


def _range_at(pane: DrawingPane, entry: Spot) -> float:
    """Return the average range of the bars up to the entry, or a share of its price where there are too few."""
    series = pane.scene.series
    behind = int(series.bars.open_time.searchsorted(entry.anchor.time, side="right"))
    bars = series.bars.take(slice(max(0, behind - 10 * _RANGE_BARS), behind))
    found = float(average_range(bars, _RANGE_BARS)[-1]) if len(bars) >= _RANGE_BARS else math.nan
    least = pane.tick / _RANGES
    is_usable = math.isfinite(found) and found > 0 and pane.id == PRICE_PANE
    return max(found if is_usable else abs(entry.price) * _SHARE, least)
