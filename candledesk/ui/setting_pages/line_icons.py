"""Pictures of lines, as they are drawn in charts: their widths and their dashes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPen, QPixmap

from candledesk.ui.chart.paint.drawings.recording import DASHES

_HEIGHT = 20


def line_icon(width: float, dash: str, colour: str, length: int = 20) -> QIcon:
    """Return the picture of a line; sizes in logical pixels."""
    dpr = QGuiApplication.primaryScreen().devicePixelRatio()
    pixmap = QPixmap(round(length * dpr), round(_HEIGHT * dpr))
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    pen = QPen(QColor(colour), width)
    if DASHES[dash]:
        pen.setDashPattern(list(DASHES[dash]))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    y = _HEIGHT / 2 + (width % 2) / 2 - 0.5 * (width % 2 == 0)
    painter.drawLine(QPointF(2, y), QPointF(length - 2, y))
    painter.end()
    return QIcon(pixmap)
