"""The layer of drawings: their figures in the order of painting, above series and indicators, each in its pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from candledesk.drawings.figures import Circle, Line, Text
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.paint.drawings.handles import paint_handles
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.drawings.figures import Figure, Point, Polygon, Stroke
    from candledesk.ui.chart.paint.layer import Picture

DASHES = {"solid": (), "dashed": (5.0, 3.0), "dotted": (1.0, 2.0)}  # in widths of the line
_LINE_HEIGHT = 1.3
_PAD = 4.0  # of a text on a background
_MOST_PX = 1e6  # Qt draws no coordinates beyond a few million exactly


def _paint(painter: QPainter, picture: Picture) -> None:
    frame = picture.frame
    for pane, shown in show_drawings(picture.scene, frame):
        box = frame.panes.box(pane)
        painter.save()
        painter.setClipRect(0, box.top, frame.panes.plot_w, box.height)
        painter.scale(frame.dpr, frame.dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for figure in shown.figures:
            paint_figure(painter, figure)
        if shown.is_selected:
            paint_handles(painter, shown.handles, picture.theme)
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
    points = QPolygonF([_point(point) for point in polygon.points])
    painter.setPen(_pen(polygon.stroke) if polygon.stroke is not None else Qt.PenStyle.NoPen)
    if not polygon.fill:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
        return
    colour = _colour(polygon.fill)
    colour.setAlphaF(colour.alphaF() * polygon.opacity)
    painter.setBrush(colour)
    painter.drawPolygon(points)


def _paint_text(painter: QPainter, text: Text) -> None:
    """Write lines of plain text; markup in them is written as it is."""
    painter.setFont(chart_font(text.size))
    metrics, lines = painter.fontMetrics(), text.text.split("\n")
    height = text.size * _LINE_HEIGHT
    width = max(metrics.horizontalAdvance(line) for line in lines)
    at = _point(text.at)
    left, top = at.x() - text.align[0] * width, at.y() - text.align[1] * height * len(lines)
    if text.background:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(text.background))
        box = QRectF(left - _PAD, top - _PAD / 2, width + 2 * _PAD, height * len(lines) + _PAD)
        painter.drawRoundedRect(box, _PAD / 2, _PAD / 2)
    painter.setPen(_colour(text.color))
    for row, line in enumerate(lines):
        shift = text.align[0] * (width - metrics.horizontalAdvance(line))
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
