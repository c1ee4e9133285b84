"""A menu that shows its keys at the right, in key caps, and says why a row is not possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QMenu, QToolTip

from candledesk.ui.key_caps import caps_width, paint_caps
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QAction, QPaintEvent
    from PySide6.QtWidgets import QWidget

_CAP_PX = 11
_RIGHT = 8  # between a cap and the right edge of its row
_GAP = 28  # between the longest title and the caps
_PLAIN_RIGHT = 16
_KEYS = "keys"  # the name of a property


class KeyMenu(QMenu):
    """Titles at the left, the first shortcut of each at the right; wide enough for both."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        """Start empty; without a parent the menu or widget that it is added to must keep it."""
        super().__init__(title, parent)
        self._room = -1
        self.aboutToShow.connect(self._make_room)
        self.installEventFilter(self)

    def _caps(self) -> list[tuple[QAction, str]]:
        rows = [(action, _keys_of(action)) for action in self.actions() if action.isVisible()]
        return [(action, keys) for action, keys in rows if keys]

    def _make_room(self) -> None:
        """Reserve the width of the longest keys, at the right of all titles."""
        widths = [round(caps_width(keys, chart_font(_CAP_PX))) for _, keys in self._caps()]
        for action, _ in self._caps():
            action.setShortcutVisibleInContextMenu(False)  # else Qt writes the keys, too
        room = max(widths) + _RIGHT + _GAP if widths else _PLAIN_RIGHT
        if room != self._room:
            self._room = room
            self.setStyleSheet(f"QMenu::item {{ padding-right: {room}px; }}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the caps over the rows."""
        super().paintEvent(event)
        painter, font = QPainter(self), chart_font(_CAP_PX)
        for action, keys in self._caps():
            row = self.actionGeometry(action)
            at = QPointF(row.right() - _RIGHT - caps_width(keys, font), row.center().y() + 1)
            paint_caps(painter, at, keys, font, self.palette(), is_enabled=action.isEnabled())
        painter.end()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Show the tooltip of a row that is not possible; those of the others would repeat them.

        A filter of its own events for the reason at ``ShortcutFilter``.
        """
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            action = self.actionAt(event.pos())
            is_shown = action is not None and not action.isEnabled()
            QToolTip.showText(event.globalPos(), action.toolTip() if action is not None and is_shown else "", self)
            return True
        return False


def set_keys(action: QAction, keys: str) -> None:
    """Set the keys that a ``KeyMenu`` shows for a row which has no shortcut: another widget handles them."""
    action.setProperty(_KEYS, keys)


def _keys_of(action: QAction) -> str:
    return str(action.property(_KEYS) or action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
