"""Paints the layers of a chart once per change; copies those below the overlay from a picture while only that moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPixmap

from candledesk.ui.chart.paint.layers import paint_layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRect

    from candledesk.ui.chart.paint.layer import Layer, Picture


class Canvas:
    """Paints the layers of one chart; ``n_paints`` counts the paints that changes of the chart caused."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """``layers``: the lowest first."""
        self._layers = layers
        self._below = [layer for layer in layers if layer.cover is None]
        self._pixmap: QPixmap | None = None
        self.is_changed = True
        self.n_paints = 0

    def refresh(self) -> None:
        """Paint all layers at the next paint event; until then ``is_changed`` is true."""
        self._pixmap = None
        self.is_changed = True

    def paint(self, painter: QPainter, picture: Picture) -> None:
        """Paint all layers."""
        self.n_paints += self.is_changed
        self.is_changed = False
        paint_layers(painter, picture, self._layers)

    def copy(self, painter: QPainter, picture: Picture, rect: QRect) -> None:
        """Copy the chart below its overlay, ``rect`` in logical pixels, to a painter of device pixels."""
        if self._pixmap is None:
            self._pixmap = self._render(picture)
        dpr = picture.frame.dpr
        left, top = math.floor(rect.left() * dpr), math.floor(rect.top() * dpr)
        width, height = math.ceil(rect.width() * dpr) + 1, math.ceil(rect.height() * dpr) + 1
        painter.drawPixmap(left, top, self._pixmap, left, top, width, height)

    def _render(self, picture: Picture) -> QPixmap:
        pixmap = QPixmap(max(1, picture.frame.panes.width), max(1, picture.frame.panes.height))
        painter = QPainter(pixmap)
        paint_layers(painter, picture, self._below)
        painter.end()
        return pixmap
