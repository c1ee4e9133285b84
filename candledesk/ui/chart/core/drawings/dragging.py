"""Drawings while they are dragged or nudged: one handle, or the whole of them by bars and prices. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Point
from candledesk.drawings.placing.constraints import on_one_axis
from candledesk.drawings.placing.moving import Move, moved
from candledesk.drawings.registry import TOOLS, is_fixed
from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane
from candledesk.ui.chart.core.drawings.fixed import move_fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.drawing import Anchor, Drawing
    from candledesk.ui.chart.core.drawings.drawing_pane import Spot
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene

_PAIR = 2
_ASIDE_PX = 24.0  # how far to the right and below a copy of a drawing lies
_NUDGE_PX = 4.0  # of an arrow key, for a drawing that is fixed on screen


def pane_of(scene: ChartScene, frame: Frame, drawing: Drawing) -> DrawingPane:
    """Return the pane of a drawing."""
    tool = TOOLS.get(drawing.type)
    return DrawingPane(scene, frame, drawing.pane, is_level=tool is not None and tool.is_level)


def drag_handle(pane: DrawingPane, drawing: Drawing, handle: int, spot: Spot) -> Drawing:
    """Return a drawing after one of its handles was moved to a point.

    What the handle does not move stays exactly as it is stored: the time of a point that only went up, the price of
    one that only went along the time axis.
    """
    tool = TOOLS[drawing.type]
    before = pane.pixels_of(drawing)
    after = tool.drag(before, handle, spot.at)
    points = tuple(
        _dragged(pane, point, (one, other), spot)
        for point, one, other in zip(drawing.points, before, after, strict=True)
    )
    return replace(drawing, points=points)


def _dragged(pane: DrawingPane, point: Anchor, pixels: tuple[Point, Point], spot: Spot) -> Anchor:
    before, after = pixels
    if before == after:
        return point
    time, interval = point.time, point.interval
    if after.x != before.x:
        other = spot.anchor if after.x == spot.at.x else pane.spot(after).anchor
        time, interval = other.time, other.interval
    if point.price is None:
        return replace(point, time=time, interval=interval)
    if after.y == before.y:
        price = pane.spot_of(point).price
    else:
        price = spot.price if after.y == spot.at.y else pane.price_at(after.y)
    made = pane.anchor(time, price, interval)
    return replace(point, time=made.time, price=made.price, interval=made.interval)


def opposite_point(pane: DrawingPane, drawing: Drawing, handle: int) -> Spot | None:
    """Return the other end of a drawing of two points whose handles they are, ``None`` for other drawings."""
    tool = TOOLS[drawing.type]
    is_pair = len(drawing.points) == _PAIR and tool.handles is tuple and tool.has_prices
    return pane.spot_of(drawing.points[1 - handle]) if is_pair else None


def move_between(pane: DrawingPane, start: Point, end: Point, *, is_on_one_axis: bool = False) -> Move:
    """Return the move by whole bars and by price of a drag between two pixels of a pane.

    ``is_on_one_axis``: only the longer way counts.
    """
    dx, dy = end.x - start.x, end.y - start.y
    if is_on_one_axis:
        dx, dy = on_one_axis(dx, dy)
    n_bars = pane.index_at(start.x + dx) - pane.index_at(start.x) if dx else 0
    if not dy:
        return Move(n_bars, dx=dx)
    scale, dpr = pane.frame.scales[pane.id], pane.frame.dpr
    before, after = scale.value_at(start.y * dpr), scale.value_at((start.y + dy) * dpr)
    move = Move(n_bars, dx=dx, dy=dy)
    return replace(move, ratio=after / before) if pane.is_log else replace(move, price=pane.rounded(after - before))


def move_drawings(
    scene: ChartScene, frame: Frame, drawings: Iterable[Drawing], move: Move, pane: str
) -> tuple[Drawing, ...]:
    """Return drawings moved; those of other panes than ``pane`` go along the time axis only, levels only in price."""
    return tuple(_moved(pane_of(scene, frame, one), one, move, pane) for one in drawings)


def moved_aside(scene: ChartScene, frame: Frame, drawings: Sequence[Drawing]) -> tuple[Drawing, ...]:
    """Return drawings a little to the right and below on screen, as copies of them lie beside them.

    The first one whose pane is shown decides by how much; without any they stay where they are.
    """
    first = next((one for one in drawings if one.pane in frame.scales), None)
    if first is None:
        return tuple(drawings)
    own = pane_of(scene, frame, first)
    middle = Point(0.0, (own.box.top + own.box.bottom) / 2 / frame.dpr)
    move = move_between(own, middle, Point(_ASIDE_PX, middle.y + _ASIDE_PX))
    return move_drawings(scene, frame, drawings, replace(move, n_bars=max(1, move.n_bars)), first.pane)


def _moved(own: DrawingPane, drawing: Drawing, move: Move, pane: str) -> Drawing:
    if drawing.pane != pane:
        move = Move(move.n_bars, dx=move.dx)
    if is_fixed(drawing):
        return move_fixed(own, drawing, move.dx, move.dy)
    if own.is_level:
        move = replace(move, n_bars=0)
    return moved(drawing, own.bars, own.factors_of, move)


def nudge_drawings(
    scene: ChartScene, frame: Frame, drawings: Iterable[Drawing], steps: tuple[int, int]
) -> tuple[Drawing, ...]:
    """Return drawings moved by arrow keys; ``steps``: bars to the right and ticks upward on screen."""
    n_bars, n_ticks = steps
    found = []
    for one in drawings:
        own = pane_of(scene, frame, one)
        upward = -1 if own.frame.scales[own.id].range.is_inverted else 1
        move = Move(n_bars, n_ticks * upward * own.tick, dx=n_bars * _NUDGE_PX, dy=-n_ticks * _NUDGE_PX)
        found.append(_moved(own, one, move, one.pane))
    return tuple(found)
