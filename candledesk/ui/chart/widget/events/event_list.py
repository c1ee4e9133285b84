"""The list of all stored corporate events of a symbol: a small popup from which one can go to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from candledesk.ui.chart.core.events.event_marks import LETTERS
from candledesk.ui.chart.core.events.event_words import event_words
from candledesk.ui.chart.paint.events.marks import mark_colour, mark_pixmap
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.ui.theme.themes import Theme

_SIZE = 400, 320
_ICON = 16, 15
_ROW_H, _BESIDES_H = 26, 64
_TITLE_PX = 13


class EventList(QFrame):
    """A popup with the events of ``symbol``, the newest first. ``chosen`` carries the open time of an event's bar.

    The one that ``marked`` names is selected first. ``currency``: of the prices.
    """

    chosen = Signal(object)  # UTC seconds: a C int ends in 2038

    def __init__(
        self,
        symbol: str,
        events: Sequence[CorporateEvent],
        currency: str | None,
        theme: Theme,
        parent: QWidget,
        marked: CorporateEvent | None = None,
    ) -> None:
        """Build the list."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.title = PlainLabel(f"Events of {symbol}" if events else f"No events of {symbol} are stored")
        self.title.setFont(chart_font(_TITLE_PX, is_bold=True))
        self.rows = QListWidget()
        self.rows.setAccessibleName(f"Events of {symbol}")
        self.rows.setUniformItemSizes(True)
        self._events = tuple(reversed(events))
        dpr = self.devicePixelRatioF()
        for event in self._events:
            colours = mark_colour(event.kind, theme), theme.background
            pixmap = mark_pixmap((round(_ICON[0] * dpr), round(_ICON[1] * dpr)), LETTERS[event.kind], colours, dpr)
            pixmap = pixmap.copy()
            pixmap.setDevicePixelRatio(dpr)
            item = QListWidgetItem(QIcon(pixmap), event_words(event, currency))
            item.setSizeHint(QSize(0, _ROW_H))
            self.rows.addItem(item)
        self.rows.setCurrentRow(self._events.index(marked) if marked in self._events else 0)
        self.rows.scrollToItem(self.rows.currentItem(), QListWidget.ScrollHint.PositionAtCenter)
        self.rows.itemClicked.connect(self._on_chosen)
        self.rows.itemActivated.connect(self._on_chosen)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 12)
        box.addWidget(self.title)
        box.addWidget(self.rows)
        self.rows.setVisible(bool(self._events))
        self.setFixedWidth(_SIZE[0])
        if self._events:
            self.setFixedHeight(min(_SIZE[1], _BESIDES_H + len(self._events) * _ROW_H))
        self.setFocusProxy(self.rows)

    def popup(self, above: QPoint) -> None:
        """Show the list with its lower edge at a place on the screen."""
        self.adjustSize()
        room = self.screen().availableGeometry()
        left = min(max(above.x() - self.width() // 2, room.left()), room.right() - self.width())
        self.move(left, max(above.y() - self.height(), room.top()))
        self.show()
        self.rows.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_chosen(self, item: QListWidgetItem) -> None:
        event = self._events[self.rows.row(item)]
        self.chosen.emit(event.open_time)
        self.close()
