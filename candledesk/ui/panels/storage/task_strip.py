"""One line about the task that runs or ran last: its progress with Cancel, what it found, and what to do about that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from candledesk.ui.panels.storage.texts import StripWords
from candledesk.ui.panels.storage.thin_bar import ThinBar
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from candledesk.ui.theme.themes import Theme

_LINES_H = 132
_BAR_W = 180


class TaskStrip(QFrame):
    """Shows ``StripWords``, and itself only when there are words.

    ``cancel_requested``, ``repair_requested``: a button was pressed.
    """

    cancel_requested = Signal()
    repair_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without words."""
        super().__init__(parent)
        self.setObjectName("task_strip")
        self.words = StripWords("")
        self.text = PlainLabel()
        self.text.setObjectName("strip_text")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = ThinBar()
        self.bar.setFixedWidth(_BAR_W)
        self.details_button = QToolButton()
        self.details_button.setText("Details")
        self.details_button.setCheckable(True)
        self.details_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.details_button.toggled.connect(self._on_details_toggled)
        self.repair_button = _button("&Repair", "Write what is damaged again from the copy that is proven")
        self.repair_button.clicked.connect(self.repair_requested)
        self.cancel_button = _button("&Cancel", "Stop at the next step; what is stored stays as it is")
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setAccessibleName("What the task found and did")
        self.lines.setFixedHeight(_LINES_H)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.text, 1)
        for widget in (self.bar, self.details_button, self.repair_button, self.cancel_button):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 10, 24, 12)
        box.setSpacing(8)
        box.addLayout(row)
        box.addWidget(self.lines)
        self.show_words(self.words)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self.bar.set_theme(theme)

    def show_words(self, words: StripWords) -> None:
        """Show what happens or happened; the details of a warning open by themselves."""
        was = self.words
        self.words = words
        self.setVisible(bool(words.text))
        self.text.setText(words.text)
        self._set_tone("warning" if words.is_warning else "")
        self.bar.setVisible(words.share is not None)
        self.bar.show_share(words.share or 0.0)
        self.cancel_button.setVisible(words.can_cancel)
        self.repair_button.setVisible(words.can_repair)
        self.details_button.setVisible(bool(words.lines))
        if words.lines != was.lines:
            self.lines.setPlainText("\n".join(words.lines))
        if words.is_open != was.is_open:
            self.details_button.setChecked(words.is_open)
        self._on_details_toggled()

    def _set_tone(self, tone: str) -> None:
        if self.text.property("tone") != tone:
            self.text.setProperty("tone", tone)
            self.text.style().unpolish(self.text)
            self.text.style().polish(self.text)

    def _on_details_toggled(self) -> None:
        self.lines.setVisible(bool(self.words.lines) and self.details_button.isChecked())


def _button(title: str, tip: str) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
