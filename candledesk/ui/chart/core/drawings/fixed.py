"""Drawings that are fixed on screen: their places and moves in pixels, and how one begins or ends to be fixed. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.drawings.figures import Point
from candledesk.drawings.fixed import shares_of
from candledesk.drawings.registry import is_fixed, whole_style
from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane

if TYPE_CHECKING:
    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene

_SEEN_PX = 16.0  # of a text that stays in its pane wherever it is dragged


def fixed_at(pane: DrawingPane, drawing: Drawing, at: Point) -> Drawing:
    """Return a fixed drawing at a pixel of its pane, or at the nearest one where it is still seen."""
    left, top, right, bottom = pane.edges
    x = max(min(at.x, right - _SEEN_PX), left)
    y = max(min(at.y, bottom - _SEEN_PX), top)
    return replace(drawing, style={**drawing.style, **shares_of(Point(x, y), pane.edges)})


def move_fixed(pane: DrawingPane, drawing: Drawing, dx: float, dy: float) -> Drawing:
    """Return a fixed drawing moved by pixels; a locked one, and one whose pane is not shown, as it is."""
    if drawing.locked or not _is_on_screen(pane):
        return drawing
    (at,) = pane.pixels_of(drawing)
    return fixed_at(pane, drawing, Point(at.x + dx, at.y + dy))


def kept_on_screen(scene: ChartScene, frame: Frame, before: Drawing, after: Drawing) -> Drawing:
    """Return ``after``, which is ``before`` with another style, where it was on screen when one of them is fixed.

    A drawing that begins to be fixed keeps its points; one that is fixed no longer is at the time and price under it.
    """
    was_fixed, will_be_fixed = is_fixed(before), is_fixed(after)
    if not (was_fixed or will_be_fixed):
        return after
    if was_fixed and will_be_fixed:
        shares = {name: whole_style(before)[name] for name in ("fixed_x", "fixed_y")}
        return replace(after, style={**after.style, **shares})
    pane = DrawingPane(scene, frame, after.pane)
    if not _is_on_screen(pane) or not scene.series.axis.n_rows:
        return after
    (at,) = pane.pixels_of(before)
    if will_be_fixed:
        return fixed_at(pane, after, at)
    is_there = math.dist(at, pane.pixels_of(after)[0]) < 1
    return after if is_there else replace(after, points=(pane.spot(at).anchor,))


def _is_on_screen(pane: DrawingPane) -> bool:
    return pane.id in pane.frame.scales and pane.is_shown
