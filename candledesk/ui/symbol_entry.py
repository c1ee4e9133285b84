"""The line for symbols and the popup for intervals."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QVBoxLayout, QWidget

from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, Interval, typed_interval
from candledesk.ui.interval_text import interval_text
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import SymbolFound
    from candledesk.domain.instrument import Instrument

_log = logging.getLogger(__name__)
_SEPARATOR = "   "
_MAX_OFFERED = 200  # cached instruments below the box
_TYPING_S = 0.3  # yahoo.md §7: a search starts when the typing pauses
_SEARCH_S = 3.0
_MOST_OFFERED = 12
_MARKET_SUFFIX = "."
_OFFERED = f"one of {' '.join(INTERVALS)}, or another multiple: 45 (minutes), 2h, 3D, 2W, 6M, 1Y"


class _SymbolCompleter(QCompleter):
    """Offers symbols with their names, and puts only the symbol into the line."""

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Return the symbol of an offered row."""
        return super().pathFromIndex(index).split(_SEPARATOR, maxsplit=1)[0]


class SymbolEntry(QLineEdit):
    """A line with completion: cached symbols at once, then what the provider finds; Enter opens, Escape leaves."""

    symbol_entered = Signal(str)
    left = Signal()

    def __init__(self, cache: CacheApi, parent: QWidget | None = None) -> None:
        """Look symbols up in ``cache`` while the user types."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "no symbols are offered: %s"))  # Enter still works
        self._shown = ""
        self.setPlaceholderText("Symbol")
        self.setToolTip("Type a symbol and press Enter. Any letter typed on the chart comes here.")
        self.setAccessibleName("Symbol")
        self.setFixedWidth(150)
        self._names = QStringListModel(self)
        completer = _SymbolCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        popup = completer.popup()
        if popup is not None:
            popup.setMinimumWidth(440)
        self.setCompleter(completer)
        self.textEdited.connect(self._on_text_edited)
        self.returnPressed.connect(self._on_return_pressed)
        completer.activated.connect(self._on_activated)

    def show_symbol(self, symbol: str) -> None:
        """Show the symbol of the chart."""
        self._shown = symbol
        self.setText(symbol)

    def begin(self, text: str) -> None:
        """Take the focus with the first letter already typed."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.setText(text.upper())
        self._on_text_edited(text)

    def _on_text_edited(self, text: str) -> None:
        if text != text.upper():
            at = self.cursorPosition()
            self.setText(text.upper())
            self.setCursorPosition(at)
        self._tasks.replace(self._complete(text.strip()))

    async def _complete(self, text: str) -> None:
        """Offer cached symbols at once; once the typing pauses, what a search finds, which costs a request."""
        cached = await result_of(self._cache.list_instruments(text, limit=_MAX_OFFERED))
        self._offer(cached)
        await asyncio.sleep(_TYPING_S)
        searched = self.text().strip()
        if searched and self.hasFocus():
            found = await result_of(self._cache.search_symbols(searched, _SEARCH_S))
            if found and self.text().strip() == searched:
                self._offer(found)

    def _offer(self, rows: Sequence[Instrument | SymbolFound]) -> None:
        names = [f"{row.symbol}{_SEPARATOR}{row.name}".rstrip() for row in rows[:_MOST_OFFERED]]
        self._names.setStringList(names)
        if self.hasFocus() and self.text() and rows:
            self.completer().complete()

    def _on_return_pressed(self) -> None:
        self._enter(self.text())

    def _on_activated(self, text: str) -> None:
        self._enter(text)

    def _enter(self, text: str) -> None:
        self._tasks.cancel()
        symbol = text.split(_SEPARATOR, maxsplit=1)[0].strip()
        if symbol:
            self.symbol_entered.emit(symbol)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave without a change on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._shown)
            self.left.emit()
            return
        super().keyPressEvent(event)


class IntervalPopup(QFrame):
    """A small box over the chart in which an interval is typed, or a ticker that begins with a digit."""

    interval_entered = Signal(object)
    symbol_entered = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Stay hidden until ``begin``."""
        super().__init__(parent)
        self.setObjectName("popup")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        title = PlainLabel("Change interval")
        self.line = QLineEdit()
        self.line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = PlainLabel()
        for label in (title, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        for widget in (title, self.line, self.hint):
            box.addWidget(widget)
        self.setFixedWidth(260)
        self.line.textChanged.connect(self._on_text_changed)
        self.line.returnPressed.connect(self._on_return_pressed)
        self.line.installEventFilter(self)
        self.hide()

    def begin(self, text: str) -> None:
        """Open in the middle of the parent with the first digit already typed."""
        self.line.setText(text)
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 3)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _match(self) -> Interval | None:
        try:
            return typed_interval(self.line.text())
        except InputError:
            return None

    def _symbol(self) -> str:
        """Return a ticker that begins with a digit, as Tokyo's do (7203.T), or nothing."""
        text = self.line.text().strip().upper()
        return text if _MARKET_SUFFIX in text[1:] else ""

    def _on_text_changed(self) -> None:
        found = self._match()
        symbol = self._symbol()
        if found is not None:
            self.hint.setText(interval_text(found))
        else:
            self.hint.setText(f"open {symbol}" if symbol else _OFFERED)
        self.hint.setWordWrap(True)
        self.adjustSize()

    def _on_return_pressed(self) -> None:
        found, symbol = self._match(), self._symbol()
        if found is not None:
            self.hide()
            self.interval_entered.emit(found)
        elif symbol:
            self.hide()
            self.symbol_entered.emit(symbol)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """Close on Escape and when the focus leaves."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.hide()
            self.left.emit()
            return True
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        return False
