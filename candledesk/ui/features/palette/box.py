"""The palette's box: a line to type in and the rows that were found, over the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from candledesk.ui.features.palette.finder import PREFIXES, Finder, split_prefix
from candledesk.ui.features.palette.row_delegate import ROW_H, RowDelegate
from candledesk.ui.features.palette.row_model import FOUND, RowModel
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.ui.palette_item import PaletteItem

_WIDTH = 640
_MARGIN = 24
_MOST_ROWS = 12  # on screen
_TOP = 64
_HINT = "Enter does it · Tab completes · Esc closes      > actions   @ layouts   # dates"
_MOVES = {
    Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - _MOST_ROWS, Qt.Key.Key_PageDown: _MOST_ROWS - 1,
}  # fmt: skip
_STYLE = """
QFrame#palette { background: palette(window); border: 1px solid palette(mid); border-radius: 8px; }
QFrame#palette QLineEdit { font-size: 15px; padding: 7px 10px; }
QFrame#palette QListView { border: 0; background: palette(window); }
QFrame#palette QLabel { color: palette(placeholder-text); padding: 2px 8px; border: 0; }
"""


class PaletteBox(QFrame):
    """Hidden until ``begin``. ``chosen`` carries an item that can be done; ``left``: it was closed without one."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Stand at the top of ``parent``."""
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAutoFillBackground(True)
        self.setStyleSheet(_STYLE)
        self._over = parent
        self._finder: Finder | None = None
        self.line = QLineEdit()
        self.line.setPlaceholderText("Action, symbol, interval, indicator, layout or date")
        self.line.setAccessibleName("Palette")
        self.rows = RowModel(self)
        self.list = QListView()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Found")
        self.note = PlainLabel()
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 4)
        box.setSpacing(6)
        for widget in (self.line, self.list, self.note):
            box.addWidget(widget)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._find)
        self.list.clicked.connect(self._on_clicked)
        self.hide()

    def begin(self, finder: Finder, text: str = "") -> None:
        """Open with what ``finder`` finds, and with a text already typed."""
        self._finder = finder
        self.line.setText(text)
        self._find()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_more(self, finder: Finder) -> None:
        """Search again with what can be found now. The selected row stays selected if it is still there."""
        selected, self._finder = self.selected(), finder
        self._find()
        ids = [row.item.id for row in self.rows.rows]
        if selected is not None and selected.id in ids:
            self._select(ids.index(selected.id))

    def selected(self) -> PaletteItem | None:
        """Return the item of the selected row."""
        index = self.list.currentIndex()
        return index.data(FOUND).item if index.isValid() else None

    def close_box(self) -> None:
        """Hide, and forget what could be found."""
        self._finder = None
        self.hide()

    def _find(self) -> None:
        if self._finder is None:
            return
        text = self.line.text()
        self.rows.show(self._finder.find(text))
        self._select(0)
        words = split_prefix(text)[1]
        self.note.setText(_HINT if self.rows.rowCount() else f"Nothing is called “{words}”" if words else "None yet")
        self._place()

    def _select(self, row: int) -> None:
        index = self.rows.index(row) if 0 <= row < self.rows.rowCount() else QModelIndex()
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _place(self) -> None:
        parent = self._over
        n_rows = min(self.rows.rowCount(), _MOST_ROWS, max(3, (parent.height() - 3 * _TOP) // ROW_H))
        self.list.setFixedHeight(n_rows * ROW_H)
        self.list.setVisible(n_rows > 0)
        self.setFixedWidth(min(_WIDTH, parent.width() - 2 * _MARGIN))
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, _TOP)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index.data(FOUND).item)

    def _choose(self, item: PaletteItem | None) -> None:
        """Do what an item says, or say why that is not possible."""
        if item is None:
            return
        if item.why_disabled:
            self.note.setText(f"{item.title}: {item.why_disabled}")
            return
        self.close_box()
        self.chosen.emit(item)

    def _complete(self) -> None:
        item = self.selected()
        if item is not None:
            prefix = split_prefix(self.line.text())[0]
            typed = item.detail if PREFIXES.get("#") == item.kind else item.title
            self.line.setText(f"{prefix}{typed}")

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Move in the list, choose, complete or close by keys of the line; close when the keyboard goes elsewhere."""
        if isinstance(event, QFocusEvent) and event.lostFocus() and self.isVisible():
            is_menu = event.reason() == Qt.FocusReason.PopupFocusReason  # the line's own
            if self.window().isActiveWindow() and not is_menu:
                self.close_box()
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._take_key(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _MOVES:
            row = self.list.currentIndex().row() + _MOVES[key]
            self._select(min(max(row, 0), self.rows.rowCount() - 1))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose(self.selected())
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            self._complete()
        elif key == Qt.Key.Key_Escape:
            self.close_box()
            self.left.emit()
        else:
            return False
        return True
