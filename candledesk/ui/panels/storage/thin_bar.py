"""A slim bar for the progress of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from candledesk.ui.theme.themes import DARK

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from candledesk.ui.theme.themes import Theme

_H = 4


class ThinBar(QWidget):
    """Shows a share between 0 and 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start at 0, in the dark theme."""
        super().__init__(parent)
        self.theme = DARK
        self.share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Progress")

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.theme = theme
        self.update()

    def show_share(self, share: float) -> None:
        """Show a share; beyond 0 and 1 it is the nearer of both."""
        self.share = min(1.0, max(0.0, share))
        self.setAccessibleDescription(f"{int(self.share * 100)} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the bar, and a width that a layout may change."""
        return QSize(120, _H)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.border))
        painter.fillRect(QRect(0, 0, round(self.width() * self.share), self.height()), QColor(self.theme.accent))
