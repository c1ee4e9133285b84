"""The box between two measured points, blue when the value rises and red when it falls, with what is measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from candledesk.ui.chart.core.interaction.measurement_text import measurement_lines
from candledesk.ui.chart.paint.axis_text import axis_pen
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.text_painter import Align, draw_figures, figures_width
from candledesk.ui.theme.contrast import away_from

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.geometry.measurement import Measurement
    from candledesk.ui.chart.paint.layer import Picture

_SHADE = 46  # of 255: the box over the bars
_LINE_H, _PAD, _GAP, _HEAD = 17.0, 8.0, 8.0, 4.0  # logical pixels


def _paint(painter: QPainter, picture: Picture) -> None:
    measured, frame, theme = picture.scene.measured, picture.frame, picture.theme
    if measured is None or not picture.series.axis.n_rows:
        return
    colour = away_from(theme.accent_ground if measured.is_up else theme.down, theme.accent_text)
    start, end = _ends(frame, measured, picture)
    painter.save()
    painter.setClipRect(0, 0, frame.panes.plot_w, frame.panes.time_top)
    shade = QColor(colour)
    shade.setAlpha(_SHADE)
    box = QRect(min(start[0], end[0]), min(start[1], end[1]), abs(end[0] - start[0]), abs(end[1] - start[1]))
    painter.fillRect(box, shade)
    painter.setPen(QPen(QColor(colour), max(1, int(frame.dpr))))
    middle_x, middle_y = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
    _draw_arrow(painter, (start[0], middle_y), (end[0], middle_y), _HEAD * frame.dpr)
    _draw_arrow(painter, (middle_x, start[1]), (middle_x, end[1]), _HEAD * frame.dpr)
    decimals = frame.scales[measured.pane].decimals
    _paint_label(painter, picture, measurement_lines(measured, picture.series, decimals), box, colour)
    painter.restore()


def _ends(frame: Frame, measured: Measurement, picture: Picture) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the two points in device pixels."""
    axis, scale = picture.series.axis, frame.scales[measured.pane]
    (x, y), (to_x, to_y) = (
        (round(frame.device_x(axis.index_at(time))), round(float(scale.y_of(value))))
        for time, value in (
            (measured.start_time, measured.start_value),
            (measured.end_time, measured.end_value),
        )
    )
    return (x, y), (to_x, to_y)


def _draw_arrow(painter: QPainter, start: tuple[int, int], end: tuple[int, int], head: float) -> None:
    """Draw an arrow along one axis; shorter than its head it is not drawn."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dx) + abs(dy) <= 2 * head:
        return
    painter.drawLine(*start, *end)
    along = (math.copysign(head, dx) if dx else 0.0, math.copysign(head, dy) if dy else 0.0)
    across = (along[1], along[0])
    tip = QPointF(*end)
    for side in (1, -1):
        painter.drawLine(tip, tip - QPointF(along[0] + side * across[0], along[1] + side * across[1]))


def _paint_label(painter: QPainter, picture: Picture, lines: tuple[str, ...], box: QRect, colour: str) -> None:
    """Write the lines above a box that rises and below one that falls, inside of the plot."""
    frame, measured = picture.frame, picture.scene.measured
    pen, pad, gap = axis_pen(frame, picture.theme.accent_text), round(_PAD * frame.dpr), round(_GAP * frame.dpr)
    line_h = round(_LINE_H * frame.dpr)
    width, height = max(figures_width(line, pen) for line in lines) + 2 * pad, line_h * len(lines) + pad
    is_up = measured is not None and measured.is_up
    top = box.top() - gap - height if is_up else box.top() + box.height() + gap
    top = min(max(top, 0), frame.panes.time_top - height)
    left = min(max(box.left() + box.width() // 2 - width // 2, 0), max(0, frame.panes.plot_w - width))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(left, top, width, height, 4 * frame.dpr, 4 * frame.dpr)
    for at, line in enumerate(lines):
        middle = top + pad // 2 + at * line_h + line_h // 2
        draw_figures(painter, left + width // 2, middle, line, pen, Align.AlignHCenter)


MEASURED = Layer("measured", 210, _paint)
