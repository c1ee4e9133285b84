"""The lines of indicators above the bars: lines, columns, crosses, the zig zag, and levels with their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen

from candledesk.indicators.declaration import Plot
from candledesk.ui.chart.core.geometry.rects import rects_of
from candledesk.ui.chart.core.scales import format_price
from candledesk.ui.chart.core.studies.looks import ColumnColours
from candledesk.ui.chart.core.studies.shapes import (
    DENSE_PX,
    clipped,
    column_rects,
    cross_rects,
    dense_rects,
    level_runs,
    segments,
)
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import colour_of, draw_dashed, fill_rects
from candledesk.ui.chart.paint.studies.study_paint import clipped_to, shown_in_panes, unsettled_colour
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_figures, draw_lines
from candledesk.ui.theme.contrast import mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import BoolArray, FloatArray
    from candledesk.ui.chart.core.studies.columns import LineColumns, ShownStudy
    from candledesk.ui.chart.paint.layer import Picture

_LABEL_PX = 11
_SPARSE_PX = 3.0  # logical pixels for each bar from which on crosses and labels are drawn (WORKBENCH.md §1.6)
_LABEL_ROOM = 34.0  # logical pixels of a level that has a label
_PALE = 0.55
_DASH = 4.0  # logical pixels


def _paint(painter: QPainter, picture: Picture) -> None:
    for one, box in shown_in_panes(picture):
        with clipped_to(painter, picture, box):
            outputs = sorted(one.study.drawn, key=lambda row: row.plot is not Plot.COLUMNS)
            for output in outputs:
                columns = one.lines.get(output.name)
                if columns is not None:
                    _PAINTERS[output.plot](painter, picture, one, output.name, columns)


def _y(picture: Picture, one: ShownStudy, values: FloatArray) -> FloatArray:
    box = picture.frame.panes.box(one.study.pane)
    return clipped(picture.frame.scales[one.study.pane].y_of(values), box.top, box.bottom)


def _parts(picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> list[tuple[BoolArray, str]]:
    """Return which columns have which colour: by the direction of a trend, lighter where they are not settled."""
    theme, direction = picture.theme, one.lines.get(one.study.look.direction)
    if direction is None:
        parts = [(np.ones(len(columns.x), np.bool_), one.study.colour(name))]
    else:
        rises = direction.last > 0
        up, down = (one.study.trend_colour(name, colour) for colour in (theme.up, theme.down))
        parts = [(rises, up), (~rises, down)]
    if columns.settled.all():
        return parts
    light = [(is_of & ~columns.settled, unsettled_colour(colour, theme)) for is_of, colour in parts]
    return [*light, *((is_of & columns.settled, colour) for is_of, colour in parts)]


def _paint_line(painter: QPainter, picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> None:
    frame = picture.frame
    width = one.study.width * frame.dpr
    parts = _parts(picture, one, name, columns)
    if frame.device_spacing < DENSE_PX:
        last = _y(picture, one, columns.last)
        least, greatest = (
            last if line is columns.last else _y(picture, one, line) for line in (columns.least, columns.greatest)
        )
        rects, kept = dense_rects(columns.x, (least, greatest, last), max(1, round(width)))
        for is_of, colour in parts:
            fill_rects(painter, rects[is_of[kept]], colour)
        return
    lines, ends_at = segments(columns.x, _y(picture, one, columns.last))
    if one.study.look.direction and len(parts) > 1:
        is_same = np.zeros(len(columns.x), np.bool_)
        for is_of, _ in parts:
            is_same[1:] |= is_of[1:] & is_of[:-1]
        parts = [(is_of & is_same, colour) for is_of, colour in parts]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for is_of, colour in parts:
        stroke(painter, lines[is_of[ends_at]], colour, width)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(Qt.PenStyle.NoPen)


def stroke(painter: QPainter, lines: FloatArray, colour: str, width: float, *, is_dashed: bool = False) -> None:
    """Draw segments, shape ``(n, 4)``.

    Square caps close the corners. Slanted segments of one pixel have none: they would draw each corner twice, as a dot.
    """
    square, flat = Qt.PenCapStyle.SquareCap, Qt.PenCapStyle.FlatCap
    pen = QPen(colour_of(colour), width)
    if is_dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    is_level = lines[:, 1] == lines[:, 3]
    parts = [(square, lines)] if width > 1 or is_dashed else [(flat, lines[~is_level]), (square, lines[is_level])]
    for cap, of_cap in parts:
        pen.setCapStyle(cap)
        painter.setPen(pen)
        _draw_lines(painter, of_cap)


def _draw_lines(painter: QPainter, lines: FloatArray) -> None:
    """Draw segments, shape ``(n, 4)``, in one call by handing Qt the array itself."""
    if not len(lines):
        return
    lines = np.ascontiguousarray(lines, np.float64)
    first: QLineF = shiboken6.wrapInstance(lines.ctypes.data, QLineF)  # type: ignore[assignment]
    painter.drawLines(first, len(lines))


def _column_colours(picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> list[tuple[BoolArray, str]]:
    theme, rule, n = picture.theme, one.study.look.columns, len(columns.x)
    if rule is ColumnColours.PLAIN or dict(one.study.colours).get(name):
        return [(np.ones(n, np.bool_), one.study.colour(name))]
    if rule is ColumnColours.BAR:
        frame = picture.frame
        at = np.searchsorted(frame.x, columns.x - frame.device_spacing / 4).clip(0, len(frame.x) - 1)
        is_up = frame.is_up[at]
        return [(is_up, theme.up_volume), (~is_up, theme.down_volume)]
    rises = np.ones(n, np.bool_)
    np.greater_equal(columns.last[1:], columns.last[:-1], out=rises[1:])
    if rule is ColumnColours.CHANGE:
        return [(rises, theme.up), (~rises, theme.down)]
    is_above = columns.last >= 0
    pale_up, pale_down = (mix(colour, theme.background, _PALE) for colour in (theme.up, theme.down))
    return [
        (is_above & rises, theme.up),
        (is_above & ~rises, pale_up),
        (~is_above & rises, pale_down),
        (~is_above & ~rises, theme.down),
    ]


def _paint_columns(painter: QPainter, picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> None:
    zero = round(float(picture.frame.scales[one.study.pane].y_of(0.0)))
    ends = _y(picture, one, columns.least), _y(picture, one, columns.greatest)
    rects, kept = column_rects(columns.x, ends, zero, picture.frame.device_spacing)
    painter.setPen(Qt.PenStyle.NoPen)
    for is_of, colour in _column_colours(picture, one, name, columns):
        is_light = is_of & ~columns.settled
        fill_rects(painter, rects[(is_of & columns.settled)[kept]], colour)
        fill_rects(painter, rects[is_light[kept]], unsettled_colour(colour, picture.theme))


def _is_sparse(picture: Picture) -> bool:
    return picture.frame.placed.view.spacing >= _SPARSE_PX


def _paint_crosses(painter: QPainter, picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> None:
    if not _is_sparse(picture):
        return
    frame = picture.frame
    y = _y(picture, one, columns.last)
    line, half = max(1, round(one.study.width * frame.dpr)), max(1, round(2 * frame.dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    for is_of, colour in _parts(picture, one, name, columns):
        fill_rects(painter, cross_rects(columns.x[is_of], y[is_of], half, line), colour)


def _paint_zigzag(painter: QPainter, picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> None:
    """Draw the legs between turning points, the last one, which is not sure, dashed; and the points' prices."""
    frame, series, colour = picture.frame, picture.series, one.study.colour(name)
    width, y = one.study.width * frame.dpr, _y(picture, one, columns.last)
    if not len(y):
        return
    lines, _ = segments(columns.x, y)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke(painter, lines, colour, width)
    values = one.values
    is_last = values is not None and len(values.vertices[1]) and values.vertices[1][-1] == columns.last[-1]
    if is_last and series.at_latest:
        end = frame.row_x(len(series.bars) - 1), float(_y(picture, one, series.bars.close[-1:])[0])
        leg = np.array([[columns.x[-1] + 0.5, y[-1] + 0.5, end[0] + 0.5, end[1] + 0.5]])
        stroke(painter, leg, colour, width, is_dashed=True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if _is_sparse(picture):
        _label_points(painter, picture, columns, y, colour)
    painter.setPen(Qt.PenStyle.NoPen)


def _label_points(painter: QPainter, picture: Picture, columns: LineColumns, y: FloatArray, colour: str) -> None:
    dpr, decimals = picture.frame.dpr, picture.series.decimals
    pen, away = Pen(round(_LABEL_PX * dpr), colour), round(10 * dpr)
    for at, price in enumerate(columns.last.tolist()):
        other = columns.last[at - 1] if at else columns.last[at + 1] if len(y) > 1 else price
        side = -away if price >= other else away
        draw_figures(
            painter, round(columns.x[at]), round(y[at]) + side, format_price(price, decimals), pen, Align.AlignHCenter
        )


def _paint_level(painter: QPainter, picture: Picture, one: ShownStudy, name: str, columns: LineColumns) -> None:
    """Draw a level as long as it keeps its value, with its name where there is room; one that can change is dashed."""
    frame, theme, colour = picture.frame, picture.theme, one.study.colour(name)
    y, half = _y(picture, one, columns.last), frame.device_spacing / 2
    line, room = max(1, round(one.study.width * frame.dpr)), _LABEL_ROOM * frame.dpr
    labels: list[tuple[int, int, str]] = []
    rects: list[tuple[float, float, float, float]] = []
    for lo, hi in level_runs(columns.last, columns.settled):
        left, right = columns.x[lo] - half, columns.x[hi - 1] + half - 1
        if right - left < _SPARSE_PX:
            continue
        top = np.rint(y[lo])
        if columns.settled[lo]:
            rects.append((np.rint(left), top, np.rint(right), top + line - 1))
        else:
            start, end = max(round(left), 0), min(round(right), frame.panes.plot_w)
            dash = max(2, round(_DASH * frame.dpr)), line
            draw_dashed(painter, start, int(top), end - start, dash, unsettled_colour(colour, theme))
        if right - left >= room:
            at = max(round(left), 0) + round(3 * frame.dpr)
            if at + room < right:
                labels.append((at, int(top) - round(7 * frame.dpr), name.upper().replace("VALUE_AREA_", "VA ")))
    painter.setPen(Qt.PenStyle.NoPen)
    if rects:
        fill_rects(painter, rects_of(*np.array(rects).T), colour)
    draw_lines(painter, labels, Pen(round(_LABEL_PX * frame.dpr), colour))
    painter.setPen(Qt.PenStyle.NoPen)


_PAINTERS: dict[Plot, Callable[[QPainter, Picture, ShownStudy, str, LineColumns], None]] = {
    Plot.LINE: _paint_line,
    Plot.COLUMNS: _paint_columns,
    Plot.CROSSES: _paint_crosses,
    Plot.ZIGZAG: _paint_zigzag,
    Plot.LEVEL: _paint_level,
}

STUDY_LINES = Layer("study_lines", 45, _paint)
