"""The item that shows a chart: painted once per change, copied from a pixmap while only the overlay moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap

from candledesk.ui.chart.paint.layers import paint_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtCore import QRect
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from candledesk.ui.chart.paint.layer import Layer, Picture


class ChartItem(pg.GraphicsObject):  # type: ignore[misc]
    """Shows the picture that ``source`` returns; ``n_paints`` counts the paints that a change caused."""

    def __init__(self, source: Callable[[], Picture], layers: Iterable[Layer]) -> None:
        """Ask ``source`` at paint time only, so that many changes cost one paint; ``layers``: the lowest first."""
        super().__init__()
        self._source = source
        self._layers = [layer for layer in layers if layer.cover is None]
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
        paint_layers(painter, self._source(), self._layers)

    def copy(self, painter: QPainter, rect: QRect, dpr: float) -> None:
        """Copy what an overlay uncovers, ``rect`` in logical pixels, to a painter of device pixels."""
        if self._pixmap is None:
            self._pixmap = self._render()
        left, top = math.floor(rect.left() * dpr), math.floor(rect.top() * dpr)
        width, height = math.ceil(rect.width() * dpr) + 1, math.ceil(rect.height() * dpr) + 1
        painter.drawPixmap(left, top, self._pixmap, left, top, width, height)

    def _render(self) -> QPixmap:
        picture = self._source()
        pixmap = QPixmap(max(1, picture.frame.panes.width), max(1, picture.frame.panes.height))
        painter = QPainter(pixmap)
        paint_layers(painter, picture, self._layers)
        painter.end()
        return pixmap
