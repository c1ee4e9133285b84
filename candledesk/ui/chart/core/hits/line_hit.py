"""Which indicator's line lies under a pixel. Pure; looks at two columns of each line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.panes import hit_axes
from candledesk.ui.chart.core.studies.shapes import DENSE_PX

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.studies.columns import LineColumns

_REACH = 4.0  # logical pixels beside a line that still count to it


def study_at(frame: Frame, x: float, y: float) -> str:
    """Return the key of the uppermost indicator whose line is near a device pixel, empty for none."""
    if not frame.studies or hit_axes(frame.panes, x, y, frame.dpr) is not None:
        return ""
    pane = frame.panes.box_at(y).pane.id
    for one in reversed(frame.studies):
        if one.study.pane != pane or not one.lines:
            continue
        scale, reach = frame.scales[pane], _REACH * frame.dpr + one.study.width * frame.dpr / 2
        for output in one.study.drawn:
            columns = one.lines.get(output.name)
            if columns is not None and len(columns.x):
                near = _points_near(columns, output.plot, x, frame.device_spacing)
                if any(_distance(x, y, ends, scale.y_of(a), scale.y_of(b)) <= reach for ends, (a, b) in near):
                    return one.study.key
    return ""


def _points_near(
    columns: LineColumns, plot: Plot, x: float, spacing: float
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the strokes of a line near a pixel: where each begins and ends, and its values there."""
    at = int(columns.x.searchsorted(x))
    before, behind = max(at - 1, 0), min(at, len(columns.x) - 1)
    if plot is not Plot.ZIGZAG and spacing < DENSE_PX:
        least, greatest = columns.least[before : behind + 1], columns.greatest[before : behind + 1]
        return [((x, x), (float(np.fmin.reduce(least)), float(np.fmax.reduce(greatest))))]
    if plot in {Plot.LINE, Plot.ZIGZAG}:
        ends = float(columns.x[before]), float(columns.x[behind])
        return [(ends, (float(columns.last[before]), float(columns.last[behind])))] if behind > before else []
    nearest = before if x - columns.x[before] < columns.x[behind] - x else behind
    middle, value = float(columns.x[nearest]), float(columns.last[nearest])
    half = 0.0 if plot is Plot.CROSSES else spacing / 2
    return [((middle - half, middle + half), (value, value))]


def _distance(x: float, y: float, ends_x: tuple[float, float], y0: float, y1: float) -> float:
    """Return how far a pixel is from a stroke, infinitely far from one without values."""
    x0, x1 = ends_x
    if not (math.isfinite(y0) and math.isfinite(y1)):
        return math.inf
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(max(((x - x0) * dx + (y - y0) * dy) / length, 0.0), 1.0)
    return math.hypot(x - x0 - share * dx, y - y0 - share * dy)
