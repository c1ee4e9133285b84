"""The button that goes to the latest bar, in the corner of a chart from which that is off screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from candledesk.ui.chart.core.frame import Frame

_SIDE = 28
_FROM_CORNER = 40


class LatestButton(QToolButton):
    """Hidden until ``place``."""

    def __init__(self, parent: QWidget) -> None:
        """Lie over ``parent``."""
        super().__init__(parent)
        self.setText("»")
        self.setToolTip("Go to the latest bar (End)")
        self.setObjectName("latest")
        self.setFixedSize(_SIDE, _SIDE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def place(self, frame: Frame, *, is_shown: bool) -> None:
        """Show it in the lower right corner of the first pane of a frame, or hide it."""
        if is_shown:
            right, bottom = round(frame.panes.plot_w / frame.dpr), round(frame.panes.boxes[0].bottom / frame.dpr)
            self.move(right - _FROM_CORNER, bottom - _FROM_CORNER)
        if is_shown != self.isVisible():
            self.setVisible(is_shown)
