"""A menu that shows its keys at the right, each in a key cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import QMenu

from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QPaintEvent

_CAP_PX = 11
_CAP_H, _CAP_PAD = 18, 6
_RIGHT = 8  # between a cap and the right edge of its row
_GAP = 28  # between the longest title and the caps
_PLAIN_RIGHT = 16


class KeyMenu(QMenu):
    """Titles at the left, the first shortcut of each at the right; wide enough for both."""

    def __init__(self, title: str = "") -> None:
        """Start empty; the menu or widget that it is added to must keep it."""
        super().__init__(title)
        self._room = -1
        self.aboutToShow.connect(self._make_room)

    def _caps(self) -> list[tuple[QAction, str]]:
        native = QKeySequence.SequenceFormat.NativeText
        rows = [(action, action.shortcut().toString(native)) for action in self.actions() if action.isVisible()]
        return [(action, keys) for action, keys in rows if keys]

    def _make_room(self) -> None:
        """Reserve the width of the longest keys, at the right of all titles."""
        metrics = QFontMetrics(chart_font(_CAP_PX))
        widths = [metrics.horizontalAdvance(keys) + 2 * _CAP_PAD for _, keys in self._caps()]
        for action, _ in self._caps():
            action.setShortcutVisibleInContextMenu(False)  # else Qt writes the keys, too
        room = max(widths) + _RIGHT + _GAP if widths else _PLAIN_RIGHT
        if room != self._room:
            self._room = room
            self.setStyleSheet(f"QMenu::item {{ padding-right: {room}px; }}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the caps over the rows."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(chart_font(_CAP_PX))
        metrics = QFontMetrics(chart_font(_CAP_PX))
        for action, keys in self._caps():
            row, width = self.actionGeometry(action), metrics.horizontalAdvance(keys) + 2 * _CAP_PAD
            left, top = row.right() - _RIGHT - width, row.center().y() - _CAP_H // 2
            self._paint_cap(painter, QRect(left, top, width, _CAP_H), keys, is_enabled=action.isEnabled())
        painter.end()

    def _paint_cap(self, painter: QPainter, cap: QRect, keys: str, *, is_enabled: bool) -> None:
        group = QPalette.ColorGroup.Active if is_enabled else QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(cap).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self.palette().color(group, QPalette.ColorRole.PlaceholderText))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)
