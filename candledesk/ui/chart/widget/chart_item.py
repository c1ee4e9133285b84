"""The item that shows a chart: painted once per change, copied from a pixmap while only the overlay moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from candledesk.ui.chart.paint.chart_painter import paint_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QRect
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.theme.themes import Theme


class ChartItem(pg.GraphicsObject):  # type: ignore[misc]
    """Shows the scene that ``source`` returns; ``n_paints`` counts the paints that a change caused."""

    def __init__(self, source: Callable[[], tuple[Frame, ChartScene, Theme]]) -> None:
        """Ask ``source`` for what to draw at paint time only, so that many changes cost one paint."""
        super().__init__()
        self._source = source
        self._pixmap: QPixmap | None = None
        self._is_changed = True
        self._rect = QRectF()
        self.n_paints = 0

    def set_size(self, width: float, height: float) -> None:
        """Cover ``width`` × ``height`` logical pixels."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, width, height)
        self.refresh()

    def refresh(self) -> None:
        """Paint anew at the next opportunity; the view asks for it."""
        self._pixmap = None
        self._is_changed = True

    def boundingRect(self) -> QRectF:
        """Return the whole chart."""
        return self._rect

    @property
    def is_changed(self) -> bool:
        """Whether it is to be painted anew, the overlay with it."""
        return self._is_changed

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem | None = None, _widget: QWidget | None = None
    ) -> None:
        """Paint the chart straight to the screen."""
        if self._is_changed:
            self._is_changed = False
            self.n_paints += 1
        paint_frame(painter, *self._source())

    def copy(self, painter: QPainter, rect: QRect, dpr: float) -> None:
        """Copy what an overlay uncovers, ``rect`` in logical pixels, to a painter of device pixels."""
        if self._pixmap is None:
            self._pixmap = self._render()
        left, top = math.floor(rect.left() * dpr), math.floor(rect.top() * dpr)
        width, height = math.ceil(rect.width() * dpr) + 1, math.ceil(rect.height() * dpr) + 1
        painter.drawPixmap(left, top, self._pixmap, left, top, width, height)

    def _render(self) -> QPixmap:
        frame, scene, theme = self._source()
        pixmap = QPixmap(max(1, frame.panes.width), max(1, frame.panes.height))
        painter = QPainter(pixmap)
        paint_frame(painter, frame, scene, theme)
        painter.end()
        return pixmap
