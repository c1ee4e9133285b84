"""The prices and times of drawings on the axes: of a horizontal and of a vertical line (WORKBENCH.md §2.1). Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.time_ticks import format_slot

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene


class AxisTag(NamedTuple):
    """A label on an axis; ``at``: device pixels down the value axis, or along the time axis."""

    at: float
    text: str
    color: str


def price_tags(scene: ChartScene, frame: Frame) -> list[AxisTag]:
    """Return the labels on the value axes, those of the lowest drawings first."""
    tags = []
    for one in placed_in(scene).between(frame.placed.left_edge, frame.placed.right_edge):
        pane = one.drawing.pane
        if one.tool.tag != "price" or pane not in frame.scales:
            continue
        scale, box = frame.scales[pane], frame.panes.box(pane)
        y = float(scale.y_of(one.prices[0]))
        if math.isfinite(y) and box.top <= y < box.bottom:
            tags.append(AxisTag(y, scale.label(one.prices[0]), one.style["color"][:7]))  # opaque
    return tags


def time_tags(scene: ChartScene, frame: Frame) -> list[AxisTag]:
    """Return the labels on the time axis, those of the lowest drawings first."""
    series, tags = scene.series, []
    for one in placed_in(scene).between(frame.placed.left_edge, frame.placed.right_edge):
        if one.tool.tag != "time" or not series.axis.n_rows:
            continue
        x = float(frame.placed.x_of(one.indexes[0])) * frame.dpr
        if 0 <= x < frame.panes.plot_w:
            slot = series.axis.slot_at(one.indexes[0])
            text = format_slot(series.calendar, series.axis, slot, is_monthly=series.interval.is_monthly)
            tags.append(AxisTag(x, text, one.style["color"][:7]))  # opaque
    return tags
