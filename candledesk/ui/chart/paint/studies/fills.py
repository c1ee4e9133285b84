"""What lies below the bars of an indicator: bands and clouds, levels with their fill, the volume profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QBrush

from candledesk.ui.chart.core.geometry.rects import rects_of
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.studies.shapes import DENSE_PX, band_polygons, band_rects, clipped
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import colour_of, draw_dashed, fill, fill_rects, fill_upright, polygon_of
from candledesk.ui.chart.paint.studies.study_paint import clipped_to, faint, shown_in_panes
from candledesk.ui.theme.contrast import mix

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.core.studies.columns import ShownStudy
    from candledesk.ui.chart.core.studies.looks import Fill
    from candledesk.ui.chart.paint.layer import Picture

_BAND_ALPHA = 24  # of 255
_CLOUD_ALPHA = 44
_LEVEL_ALPHA = 20
_PROFILE_SHARE = 0.30  # of the plot's width, WORKBENCH.md §1.3
_OUTSIDE_SHARE = 0.45  # of the colour of profile rows outside the value area


def _paint(painter: QPainter, picture: Picture) -> None:
    for one, box in shown_in_panes(picture):
        with clipped_to(painter, picture, box):
            _paint_levels(painter, picture, one)
            for area in one.study.look.fills:
                _paint_fill(painter, picture, one, area, box)
            if one.study.look.body_fill:
                _paint_body_fill(painter, picture, one, box)
            if one.values is not None and one.values.profile:
                _paint_profile(painter, picture, one)


def _paint_levels(painter: QPainter, picture: Picture, one: ShownStudy) -> None:
    """Draw the levels of an indicator in its own pane as dashed lines, with the fill between two of them."""
    if one.study.pane == PRICE:
        return
    frame, scale = picture.frame, picture.frame.scales[one.study.pane]
    between = one.study.look.level_fill
    if between is not None:
        top, bottom = sorted(round(float(scale.y_of(level))) for level in between)
        colour = faint(one.study.colour(one.study.study.indicator.output_names[0]), _LEVEL_ALPHA)
        fill(painter, 0, top, frame.panes.plot_w, bottom - top, colour)
    dash = max(2, round(3 * frame.dpr)), max(1, int(frame.dpr))
    for level in one.study.study.indicator.levels:
        y = round(float(scale.y_of(level)))
        draw_dashed(painter, 0, y, frame.panes.plot_w, dash, picture.theme.crosshair)


def _paint_fill(painter: QPainter, picture: Picture, one: ShownStudy, area: Fill, box: PaneBox) -> None:
    """Fill between two lines; where each column holds many bars, between their extremes."""
    upper, lower = one.lines.get(area.upper), one.lines.get(area.lower)
    if upper is None or lower is None:
        return
    scale, alpha = picture.frame.scales[one.study.pane], _CLOUD_ALPHA if area.other else _BAND_ALPHA
    above = faint(one.study.colour(area.of), alpha)
    below = faint(one.study.colour(area.other), alpha) if area.other else above

    def pixels(values: FloatArray) -> FloatArray:
        return clipped(scale.y_of(values), box.top, box.bottom)

    if picture.frame.device_spacing < DENSE_PX:
        is_cloud = bool(area.other)
        ends = (upper.last, lower.last) if is_cloud else (upper.greatest, lower.least)
        rects, kept = band_rects(upper.x, pixels(ends[0]), pixels(ends[1]))
        is_above = ends[0][kept] >= ends[1][kept]
        fill_upright(painter, rects, (above, below), is_above, picture.frame.panes.height)
        return
    is_down = scale.range.is_inverted
    for outline, is_upper in band_polygons(upper.x, pixels(upper.last), pixels(lower.last)):
        painter.setBrush(QBrush(colour_of(above if is_upper is not is_down else below)))
        painter.drawPolygon(polygon_of(outline))


def _paint_body_fill(painter: QPainter, picture: Picture, one: ShownStudy, box: PaneBox) -> None:
    """Fill between a line and the middles of the bars' bodies, in the colour of each direction."""
    look, frame, theme = one.study.look, picture.frame, picture.theme
    line, direction = one.lines.get(look.body_fill), one.lines.get(look.direction)
    if line is None or direction is None or one.study.pane != PRICE:
        return
    scale = frame.price
    bodies = _bodies_at(picture, line.x)
    rises = direction.last > 0
    up, down = (faint(one.study.trend_colour(look.body_fill, colour), _BAND_ALPHA) for colour in (theme.up, theme.down))
    upper, lower = (clipped(scale.y_of(values), box.top, box.bottom) for values in (line.last, bodies))
    if frame.device_spacing < DENSE_PX:
        rects, kept = band_rects(line.x, upper, lower)
        fill_upright(painter, rects, (up, down), rises[kept], frame.panes.height)
        return
    for is_of, colour in ((rises, up), (~rises, down)):
        painter.setBrush(QBrush(colour_of(colour)))
        for outline, _ in band_polygons(line.x, np.where(is_of, upper, np.nan), lower):
            painter.drawPolygon(polygon_of(outline))


def _bodies_at(picture: Picture, x: FloatArray) -> FloatArray:
    """Return the middle of the body of the bar drawn at each device pixel, NaN where there is none."""
    priced = picture.frame.priced
    middles = np.full(len(x), np.nan)
    if len(priced.x):
        at = np.searchsorted(priced.x, x - 0.5).clip(0, len(priced.x) - 1)
        is_there = np.abs(priced.x[at] - x) < 0.5  # noqa: PLR2004 - half a pixel
        columns = priced.columns
        middles[is_there] = ((columns.open + columns.close) / 2)[at[is_there]]
    return middles


def _paint_profile(painter: QPainter, picture: Picture, one: ShownStudy) -> None:
    """Draw the rows of a volume profile from the right edge: volume of rising bars, then that of falling ones."""
    frame, theme, values = picture.frame, picture.theme, one.values
    if values is None:
        return
    scale, right, gap = frame.scales[one.study.pane], frame.panes.plot_w, max(1, int(frame.dpr))
    rows = values.profile
    ends = np.array([[row.low, row.high, row.up, row.down] for row in rows])
    first, second = scale.y_of(ends[:, 0]), scale.y_of(ends[:, 1])
    top, bottom = np.rint(np.minimum(first, second)), np.rint(np.maximum(first, second)) - 1 - gap
    bottom = np.maximum(bottom, top)
    most = float((ends[:, 2] + ends[:, 3]).max())
    unit = right * _PROFILE_SHARE / most if most > 0 else 0.0
    ups = np.rint(ends[:, 2] * unit)
    downs = np.rint((ends[:, 2] + ends[:, 3]) * unit)
    is_inside = np.array([row.in_value_area for row in rows], np.bool_)
    edge = np.full(len(rows), float(right))
    for colour, near, far in ((theme.up_volume, np.zeros(len(rows)), ups), (theme.down_volume, ups, downs)):
        rects = rects_of(edge - far, top, edge - near - 1, bottom)
        has_width = far > near
        fill_rects(painter, rects[is_inside & has_width], colour)
        fill_rects(painter, rects[~is_inside & has_width], mix(colour, theme.background, _OUTSIDE_SHARE))


STUDY_FILLS = Layer("study_fills", 15, _paint)
