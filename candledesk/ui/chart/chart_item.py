"""The item that shows a painted chart: painted once per change into a pixmap, then only copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from candledesk.ui.chart.paint import paint_frame
from candledesk.ui.chart.pixels import device_pixels

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from candledesk.ui.chart.frame import Frame
    from candledesk.ui.chart.scene import ChartScene
    from candledesk.ui.theme import Theme


class ChartItem(pg.GraphicsObject):  # type: ignore[misc]
    """Shows the scene that ``source`` returns; ``n_paints`` counts real paints, not copies."""

    def __init__(self, source: Callable[[], tuple[Frame, ChartScene, Theme]]) -> None:
        """Ask ``source`` for what to draw at paint time only, so that many changes cost one paint."""
        super().__init__()
        self._source = source
        self._pixmap: QPixmap | None = None
        self._rect = QRectF()
        self.n_paints = 0

    def set_size(self, width: float, height: float) -> None:
        """Cover ``width`` × ``height`` logical pixels."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, width, height)
        self.refresh()

    def refresh(self) -> None:
        """Paint anew at the next opportunity."""
        self._pixmap = None
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole chart."""
        return self._rect

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Copy the painted chart; paint it first if it changed."""
        if self._pixmap is None:
            self._pixmap = self._render()
        with device_pixels(painter):
            painter.drawPixmap(0, 0, self._pixmap)

    def _render(self) -> QPixmap:
        frame, scene, theme = self._source()
        pixmap = QPixmap(max(1, frame.panes.width), max(1, frame.panes.height))
        painter = QPainter(pixmap)
        paint_frame(painter, frame, scene, theme)
        painter.end()
        self.n_paints += 1
        return pixmap
