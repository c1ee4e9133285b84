"""The layer of drawings: their figures in the order of painting, above series and indicators, each in its pane."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from candledesk.drawings.figures import Circle, Line, Text
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.paint.drawings.handles import paint_handles
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import polygon_of
from candledesk.ui.chart.paint.studies.lines import stroke
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.drawings.figures import Figure, Point, Polygon, Stroke
    from candledesk.ui.chart.paint.layer import Picture

DASHES = {"solid": (), "dashed": (5.0, 3.0), "dotted": (1.0, 2.0)}  # in widths of the line
_LINE_HEIGHT = 1.3
_PAD = 4.0  # of a text on a background
_MANY_POINTS = 16  # of a curve, whose corners are flat
_MOST_PX = 1e6  # Qt draws no coordinates beyond a few million exactly


def _paint(painter: QPainter, picture: Picture) -> None:
    frame = picture.frame
    painter.save()
    painter.scale(frame.dpr, frame.dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pane, shown in groupby(show_drawings(picture.scene, frame), itemgetter(0)):
        box = frame.panes.box(pane)
        dpr = frame.dpr
        painter.setClipRect(QRectF(0, box.top / dpr, frame.panes.plot_w / dpr, box.height / dpr))
        for _, one in shown:
            for figure in one.figures:
                paint_figure(painter, figure)
            if one.is_selected:
                paint_handles(painter, one.handles, picture.theme)
    painter.restore()


def paint_figure(painter: QPainter, figure: Figure) -> None:
    """Paint one figure with a painter of logical pixels."""
    if isinstance(figure, Line):
        painter.setPen(_pen(figure.stroke))
        painter.drawLine(_point(figure.start), _point(figure.end))
    elif isinstance(figure, Text):
        _paint_text(painter, figure)
    elif isinstance(figure, Circle):
        painter.setPen(_pen(figure.stroke))
        painter.setBrush(_colour(figure.fill) if figure.fill else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(_point(figure.centre), figure.radius, figure.radius)
    else:
        _paint_polygon(painter, figure)


def _paint_polygon(painter: QPainter, polygon: Polygon) -> None:
    """Fill and outline a polygon; fills, and all of a rectangle, have no edges between pixels, which cost ten times."""
    if _is_curve(polygon) and polygon.stroke is not None:
        at = np.clip(np.array(polygon.points), -_MOST_PX, _MOST_PX)
        lines = np.concatenate((at[:-1], at[1:]), axis=1)
        stroke(painter, lines, polygon.stroke.color, polygon.stroke.width)  # a quarter of the time: without corners
        return
    is_upright = bool(polygon.fill) and _is_upright(polygon.points)
    if polygon.fill:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    box = QRectF(_point(polygon.points[0]), _point(polygon.points[2])).normalized() if is_upright else None
    points = None if box is not None else polygon_of(np.clip(np.array(polygon.points), -_MOST_PX, _MOST_PX))
    if polygon.fill:
        colour = _colour(polygon.fill)
        colour.setAlphaF(colour.alphaF() * polygon.opacity)
        if box is not None:
            painter.fillRect(box, colour)
        elif points is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(points)
    if box is None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if polygon.stroke is not None:
        painter.setPen(_pen(polygon.stroke))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _outline(painter, polygon, box, points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _outline(painter: QPainter, polygon: Polygon, box: QRectF | None, points: QPolygonF | None) -> None:
    if box is not None:
        painter.drawRect(box)
    elif points is not None and polygon.fill:
        painter.drawPolygon(points)
    elif points is not None:
        painter.drawPolyline(points)


def _is_curve(polygon: Polygon) -> bool:
    """Tell whether it is a line through many points whose parts may overlap: opaque and without dashes."""
    line = polygon.stroke
    is_plain = line is not None and line.dash == "solid" and len(line.color) == len("#rrggbb")
    return not polygon.fill and is_plain and len(polygon.points) > _MANY_POINTS


def _is_upright(points: Sequence[Point]) -> bool:
    """Tell whether a polygon is a rectangle along the axes, its corners one after the other."""
    if len(points) != 4:  # noqa: PLR2004 - corners
        return False
    a, b, c, d = points
    return a.y == b.y and b.x == c.x and c.y == d.y and d.x == a.x


@lru_cache(maxsize=1_024)
def _width_of(text: str, pixels: int) -> int:
    return QFontMetrics(chart_font(pixels)).horizontalAdvance(text)


def _paint_text(painter: QPainter, text: Text) -> None:
    """Write lines of plain text; markup in them is written as it is."""
    painter.setFont(chart_font(text.size))
    lines = text.text.split("\n")
    widths = [_width_of(line, text.size) for line in lines]
    height = text.size * _LINE_HEIGHT
    width = max(widths)
    at = _point(text.at)
    left, top = at.x() - text.align[0] * width, at.y() - text.align[1] * height * len(lines)
    if text.background:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(text.background))
        box = QRectF(left - _PAD, top - _PAD / 2, width + 2 * _PAD, height * len(lines) + _PAD)
        painter.drawRoundedRect(box, _PAD / 2, _PAD / 2)
    painter.setPen(_colour(text.color))
    for row, line in enumerate(lines):
        shift = text.align[0] * (width - widths[row])
        box = QRectF(left + shift, top + row * height, width + 1, height)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)


def _point(point: Point) -> QPointF:
    return QPointF(min(max(point.x, -_MOST_PX), _MOST_PX), min(max(point.y, -_MOST_PX), _MOST_PX))


def _pen(stroke: Stroke) -> QPen:
    pen = QPen(_colour(stroke.color), stroke.width)
    dashes = DASHES[stroke.dash]
    if dashes:
        pen.setDashPattern(list(dashes))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.SquareCap)
    return pen


def _colour(name: str) -> QColor:
    """Return a colour of ``#rrggbb`` or ``#rrggbbaa`` (Qt writes the opacity in front)."""
    return QColor(f"#{name[7:]}{name[1:7]}") if len(name) > len("#rrggbb") else QColor(name)


DRAWINGS = Layer("drawings", 48, _paint)
