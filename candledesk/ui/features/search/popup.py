"""The symbol search: a line, types, a list and the keys. What is typed wins over the list (WINDOW.md, rule 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import InputError
from candledesk.ui.features.search.key_hints import KeyHints
from candledesk.ui.features.search.looks import search_rules
from candledesk.ui.features.search.offered_rows import found_rows, known_rows, recent_rows, searched_part
from candledesk.ui.features.search.row_delegate import ROW_H, RowDelegate
from candledesk.ui.features.search.row_model import RowModel
from candledesk.ui.features.search.symbol_rows import SymbolKind, SymbolRow
from candledesk.ui.features.search.type_chips import TypeChips
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.ui.features.search.known_symbols import KnownSymbols
    from candledesk.ui.features.search.provider_search import ProviderSearch
    from candledesk.ui.features.search.recent_symbols import RecentSymbols
    from candledesk.ui.theme.themes import Theme

WIDTH = 560
_LIST_H = 10 * ROW_H
_MARGIN = 8  # to the edges of the window
_PAGE = 8  # rows of a step by Page Down
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_STAYS_OPEN = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})
_OWN_KEYS = frozenset({*_STEPS, *_ENTER, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
_HINTS = (
    ("open", "↵", ""),
    ("watchlist", "Ctrl+↵", "to list"),
    ("compare", "Shift+↵", "compare"),
    ("type", "Tab", "type"),
    ("leave", "Esc", "back"),
)


class SymbolPopup(QFrame):
    """Over the window. ``symbol_entered``, ``compare_entered`` and ``watchlist_entered`` carry a symbol or a ratio.

    ``left``: it was closed by Escape. Enter takes the row that is selected, else exactly what is typed.
    """

    symbol_entered = Signal(str)
    compare_entered = Signal(str)
    watchlist_entered = Signal(str)
    left = Signal()

    def __init__(
        self, known: KnownSymbols, search: ProviderSearch, recent: RecentSymbols, theme: Theme, parent: QWidget
    ) -> None:
        """Stay hidden until ``begin``."""
        super().__init__(parent)
        self._known, self._search, self._recent = known, search, recent
        self._found: list[SymbolRow] = []  # by the provider, for the text that is in the line
        self._problem = self._done = ""
        self._is_comparing = False
        self.setObjectName("search")
        self.setAutoFillBackground(True)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Symbol or name")
        self.line.setAccessibleName("Search symbols")
        self.chips = TypeChips()
        self.model = RowModel(self)
        self.list = QListView()
        self._delegate = RowDelegate(theme)
        self.note = PlainLabel()
        self.hints = KeyHints(_HINTS)
        self._build()
        self.set_theme(theme)
        self.line.textEdited.connect(self._on_text_edited)
        self.line.installEventFilter(self)
        self.chips.chosen.connect(self._show_rows)
        self.list.viewport().installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(self._show_target)
        known.changed.connect(self._on_known_changed)
        search.found.connect(self._on_found)
        search.state_changed.connect(self.show_reach)
        self.hide()

    def _build(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Symbols")
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.note.setContentsMargins(14, 6, 14, 2)
        self.note.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 4, 1, 1)
        box.setSpacing(2)
        for widget in (self.line, self.chips, self.list, self.note, self.hints):
            box.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of a theme."""
        self._delegate.theme = theme
        self.setStyleSheet(search_rules(theme))

    # -- opening and closing

    def begin(self, text: str, at: QPoint, *, can_compare: bool, can_add: bool, is_comparing: bool = False) -> None:
        """Open with the top left corner near ``at`` (of the parent), with ``text`` already typed.

        ``can_compare`` and ``can_add``: whether a symbol can be compared, and added to a watchlist. ``is_comparing``:
        Enter compares too, instead of opening.
        """
        self._is_comparing = is_comparing
        self.line.setPlaceholderText("Symbol to compare" if is_comparing else "Symbol or name")
        self.hints.show_hint("compare", is_shown=can_compare and not is_comparing)
        self.hints.show_hint("watchlist", is_shown=can_add)
        self._known.refresh()
        self.chips.choose(SymbolKind.ALL)
        self.line.setText(text.upper())
        self._on_text_edited(self.line.text())
        self._place(at)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)  # with other reasons the next key replaces the text

    def _place(self, at: QPoint) -> None:
        parent = self.parentWidget()
        room = parent.size() if parent is not None else self.size()
        width = min(WIDTH, room.width() - 2 * _MARGIN)
        height = min(_LIST_H + 150, room.height() - 2 * _MARGIN)
        left = max(_MARGIN, min(at.x(), room.width() - width - _MARGIN))
        top = max(_MARGIN, min(at.y(), room.height() - height - _MARGIN))
        self.setGeometry(left, top, width, height)

    def leave(self) -> None:
        """Close, and search for nothing more."""
        self._search.ask("")
        self.line.clearFocus()  # else Qt gives the keyboard to the first chart, whichever is the active one
        self.hide()

    # -- rows

    @property
    def selected(self) -> SymbolRow | None:
        """The row that is selected."""
        return self.model.row(self.list.currentIndex().row())

    def _on_text_edited(self, text: str) -> None:
        if text != text.upper():
            at = self.line.cursorPosition()
            self.line.setText(text.upper())
            self.line.setCursorPosition(at)
        self._found, self._problem, self._done = [], "", ""
        self._search.ask(searched_part(self.line.text()))
        self._show_rows()

    def _show_rows(self) -> None:
        """List what is known and found for the text; nothing is selected then."""
        text, kind, index = self.line.text().strip(), self.chips.kind, self._known.index
        self._delegate.query = searched_part(text)
        if text:
            rows = known_rows(text, kind, index, self._recent.symbols)
            rows += found_rows(text, self._found, kind, index, rows)
            rows.sort(key=lambda row: row.symbol != text)  # the exact match first, the others as they are
            self.model.replace(rows or [f"Nothing that is stored is called “{text}”."])
        else:
            recent = recent_rows(self._recent.symbols, kind, index)
            stored = [row for row in index.find("", kind) if row not in recent]
            items: list[SymbolRow | str] = ["Opened lately", *recent] if recent else []
            items += ["Stored", *stored] if stored else []
            self.model.replace(items)
        self._show_target()
        self._show_note()

    def _on_known_changed(self) -> None:
        if self.isVisible() and self.selected is None:
            self._show_rows()

    def _on_found(self, rows: list[SymbolRow]) -> None:
        typed = self.line.text().strip()
        if not self.isVisible():
            return
        self._found = rows
        shown = self.model.symbols
        if not shown:
            self._show_rows()
            return
        added = found_rows(typed, rows, self.chips.kind, self._known.index, shown)
        exact = [row for row in added if row.symbol == typed and self.selected is None]
        self.model.insert(self.model.rowCount(), [row for row in added if row not in exact])
        self.model.insert(0, exact)
        self._show_note()

    def _show_target(self, _now: QModelIndex | None = None, _before: QModelIndex | None = None) -> None:
        row = self.selected
        verb = "compare" if self._is_comparing else "open"
        self.hints.set_target("open", verb, row.symbol if row is not None else self.line.text().strip())

    def _show_note(self) -> None:
        reach = self._search.reach()
        note = self._problem or self._done or reach
        if not note and self._search.is_asking:
            note = "Searching…"
        self.note.setText(note)
        self.note.setProperty("tone", "warning" if self._problem or reach else "")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setVisible(bool(note))

    def show_reach(self) -> None:
        """Say whether the provider is searched, as it is now."""
        if self.isVisible():
            self._show_note()

    # -- keys and mouse

    def _step(self, by: int) -> None:
        """Select a row further down or up; above the first one nothing is selected, and the typed text counts."""
        places = [at for at in range(self.model.rowCount()) if self.model.row(at) is not None]
        now = self.list.currentIndex().row()
        at = (places.index(now) if now in places else -1) + by
        if at < 0 or not places:
            self.list.setCurrentIndex(QModelIndex())
            self.list.scrollToTop()
        else:
            self.list.setCurrentIndex(self.model.index(places[min(at, len(places) - 1)]))

    def _enter(self, text: str, modifiers: Qt.KeyboardModifier) -> None:
        """Do what Enter with ``modifiers`` does to a symbol, or say why it is none."""
        if not text:
            return
        try:
            symbol = parse_charted(text)
        except InputError as error:
            self._problem = str(error)
            self._show_note()
            return
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.line.selectAll()  # the next symbol can be typed at once
            self._done = f"{symbol} is added to the watchlist."
            self._show_note()
            self.watchlist_entered.emit(symbol)
            return
        self.leave()
        is_compared = self._is_comparing or bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        (self.compare_entered if is_compared else self.symbol_entered).emit(symbol)

    def _press(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _ENTER:
            row = self.selected
            self._enter(row.symbol if row is not None else self.line.text().strip(), event.modifiers())
        elif key == Qt.Key.Key_Escape:
            self.leave()
            self.left.emit()
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            self.chips.step(1 if key == Qt.Key.Key_Tab else -1)
        elif key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        return key in _OWN_KEYS

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys that are not for the line, clicks on rows, and the loss of the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in _OWN_KEYS:
                event.accept()
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event)
        if isinstance(event, QFocusEvent) and event.lostFocus() and watched is self.line:
            if event.reason() not in _STAYS_OPEN and self.isVisible():
                self.leave()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            row = self.model.row(self.list.indexAt(event.position().toPoint()).row())
            if row is not None and event.button() == Qt.MouseButton.LeftButton:
                self._enter(row.symbol, QApplication.keyboardModifiers())
        return False
