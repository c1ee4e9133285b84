"""Asks for one line of text: the name of a list, the title of a section, a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH = 380


class TextDialog(QDialog):
    """Opened with ``open``; ``entered`` carries the text. ``can_be_empty``: whether no text is an answer too."""

    entered = Signal(str)

    def __init__(
        self, title: str, label: str, text: str, limit: int, parent: QWidget, *, verb: str, can_be_empty: bool = False
    ) -> None:
        """Begin with ``text``, selected; ``limit``: the most characters; ``verb``: what the button says."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._can_be_empty = can_be_empty
        self.line = QLineEdit(text)
        self.line.setMaxLength(limit)
        self.line.setAccessibleName(label)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.verb_button = self.buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(8)
        for widget in (PlainLabel(label), self.line, self.buttons):
            box.addWidget(widget)
        self.setFixedWidth(_WIDTH)
        self.verb_button.setDefault(True)
        self.line.selectAll()
        self.line.textChanged.connect(self._on_text_changed)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self._on_text_changed()

    def ask(self, then: Callable[[str], object]) -> None:
        """Open the dialog, and call ``then`` with the text that was entered."""
        self.entered.connect(then)
        self.open()
        self.line.setFocus()

    def _on_text_changed(self) -> None:
        self.verb_button.setEnabled(self._can_be_empty or bool(self.line.text().strip()))

    def _on_accepted(self) -> None:
        self.entered.emit(" ".join(self.line.text().split()))
        self.accept()
