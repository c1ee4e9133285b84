"""The box over a chart in which an interval is typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from candledesk.ui.features.interval_entry.words import begins_symbol, interval_problem, read_interval
from candledesk.ui.interval_text import interval_text
from candledesk.ui.plain_text import PlainLabel

_WIDTH = 280
_STAYS_OPEN = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason})


class IntervalPopup(QFrame):
    """``interval_entered`` carries an ``Interval``; ``symbol_begun`` a text that can only be a symbol, as ``7203.``.

    ``left``: it was closed by Escape.
    """

    interval_entered = Signal(object)
    symbol_begun = Signal(str)
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
        self.line.setAccessibleName("Interval")
        self.hint = PlainLabel()
        self.hint.setWordWrap(True)
        for label in (title, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        for widget in (title, self.line, self.hint):
            box.addWidget(widget)
        self.setFixedWidth(_WIDTH)
        self.line.textChanged.connect(self._show_hint)
        self.line.textEdited.connect(self._on_text_edited)
        self.line.returnPressed.connect(self._on_return_pressed)
        self.line.installEventFilter(self)
        self._show_hint("")
        self.hide()

    def begin(self, text: str, over: QRect) -> None:
        """Open above the middle of ``over`` (of the parent), with ``text`` already typed."""
        self.line.setText(text)
        self.adjustSize()
        parent = self.parentWidget()
        room = parent.width() - self.width() if parent is not None else 0
        left = over.center().x() - self.width() // 2
        self.move(max(0, min(left, room)), over.top() + max(0, over.height() - self.height()) // 3)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)  # with other reasons the next key replaces the text

    def _leave(self) -> None:
        self.line.clearFocus()  # else Qt gives the keyboard to the first chart, whichever is the active one
        self.hide()

    def _on_text_edited(self, text: str) -> None:
        if begins_symbol(text):
            self._leave()
            self.symbol_begun.emit(text.strip())

    def _show_hint(self, text: str) -> None:
        found = read_interval(text)
        self.hint.setText(interval_text(found) if found is not None else interval_problem(text))
        self.adjustSize()

    def _on_return_pressed(self) -> None:
        found = read_interval(self.line.text())
        if found is not None:
            self._leave()
            self.interval_entered.emit(found)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Close on Escape and when the keyboard goes elsewhere."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._leave()
                self.left.emit()
            event.accept()
            return event.type() == QEvent.Type.KeyPress
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _STAYS_OPEN:
            self.hide()
        return False
