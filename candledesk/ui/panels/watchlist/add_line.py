"""The line in which symbols are typed to add them: known symbols at once, then what the provider's search finds."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import SymbolFound
    from candledesk.domain.instrument import Instrument

_SEPARATOR = "   "
_MAX_OFFERED = 10
_TYPING_S = 0.3  # a search starts when the typing pauses (yahoo.md §7)
_SEARCH_S = 3.0
_POPUP_W = 380
_log = logging.getLogger(__name__)


class _SymbolCompleter(QCompleter):
    """Offers symbols with their names, and puts only the symbol into the line."""

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Return the symbol of an offered row."""
        return super().pathFromIndex(index).split(_SEPARATOR, maxsplit=1)[0]


class AddLine(QLineEdit):
    """``entered`` carries what was typed or chosen, and the line is empty again; ``left``: Escape was pressed."""

    entered = Signal(str)
    left = Signal()

    def __init__(self, cache: CacheApi, parent: QWidget | None = None) -> None:
        """Look symbols up in ``cache`` while a person types."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "no symbols are offered: %s"))  # Enter still works
        self.setPlaceholderText("+ Add symbol")
        self.setAccessibleName("Add a symbol to the watchlist")
        self.setToolTip("Type a symbol and press Enter; several are separated by commas")
        self._names = QStringListModel(self)
        completer = _SymbolCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        popup = completer.popup()
        if popup is not None:
            popup.setMinimumWidth(_POPUP_W)
        self.setCompleter(completer)
        self.textEdited.connect(self._on_text_edited)
        self.returnPressed.connect(self._on_return_pressed)
        completer.activated.connect(self._enter, Qt.ConnectionType.QueuedConnection)

    def _on_text_edited(self, text: str) -> None:
        if text != text.upper():
            at = self.cursorPosition()
            self.setText(text.upper())
            self.setCursorPosition(at)
        self._tasks.replace(self._complete(text.strip()))

    async def _complete(self, text: str) -> None:
        """Offer known symbols at once; once the typing pauses, what a search finds, which costs a request."""
        if not text or "," in text:
            self._names.setStringList([])
            return
        known = await result_of(self._cache.list_instruments(text, limit=_MAX_OFFERED))
        self._offer(known)
        await asyncio.sleep(_TYPING_S)
        searched = self.text().strip()
        if searched and self.hasFocus():
            found = await result_of(self._cache.search_symbols(searched, _SEARCH_S))
            if found and self.text().strip() == searched:
                self._offer(found)

    def _offer(self, rows: Sequence[Instrument | SymbolFound]) -> None:
        self._names.setStringList([f"{row.symbol}{_SEPARATOR}{row.name}".rstrip() for row in rows[:_MAX_OFFERED]])
        if self.hasFocus() and self.text() and rows:
            self.completer().complete()

    def _on_return_pressed(self) -> None:
        popup = self.completer().popup()
        if popup is None or not popup.isVisible() or not popup.currentIndex().isValid():
            self._enter(self.text())

    def _enter(self, text: str) -> None:
        self._tasks.cancel()
        entered = text.split(_SEPARATOR, maxsplit=1)[0].strip()
        self.clear()
        if entered:
            self.entered.emit(entered)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with an empty line on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._tasks.cancel()
            self.clear()
            self.left.emit()
            return
        super().keyPressEvent(event)
