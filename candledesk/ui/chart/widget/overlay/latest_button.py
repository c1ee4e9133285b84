"""The button over a chart that leads to its latest bar, shown while that is off screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

if TYPE_CHECKING:
    from candledesk.ui.chart.widget.chart_model import ChartModel

_SIDE = 28
_INSET = 40  # logical pixels from the corner of the first pane


class LatestButton(QToolButton):
    """Hidden until ``follow`` finds the latest bar off screen."""

    def __init__(self, parent: QWidget) -> None:
        """Start hidden."""
        super().__init__(parent)
        self.setText("»")
        self.setToolTip("Go to the latest bar (End)")
        self.setObjectName("latest")
        self.setFixedSize(_SIDE, _SIDE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def follow(self, model: ChartModel) -> None:
        """Show or hide the button, in the bottom right of the first pane."""
        is_off = len(model.series.bars) > 0 and not model.is_latest_visible()
        if is_off:
            frame = model.frame()
            right, bottom = round(frame.panes.plot_w / frame.dpr), round(frame.panes.boxes[0].bottom / frame.dpr)
            self.move(right - _INSET, bottom - _INSET)
        if is_off != self.isVisible():
            self.setVisible(is_off)
