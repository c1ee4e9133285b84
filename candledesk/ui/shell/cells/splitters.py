"""Splitters between cells: dragged, and evened by a double-click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QSplitter, QSplitterHandle

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

HANDLE_PX = 4


class _Handle(QSplitterHandle):
    """A line in the colour of borders."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the handle."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Mid))
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Even the sizes."""
        splitter = self.splitter()
        if event.button() == Qt.MouseButton.LeftButton and isinstance(splitter, CellSplitter):
            splitter.even_requested.emit()


class CellSplitter(QSplitter):
    """``even_requested``: a handle was double-clicked; ``setSizes`` takes weights of any sum."""

    even_requested = Signal()

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        """Start without cells."""
        super().__init__(orientation, parent)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(HANDLE_PX)

    def createHandle(self) -> QSplitterHandle:
        """Return a handle that takes double-clicks."""
        return _Handle(self.orientation(), self)
