"""The text of a drawing in its settings, with its colour and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from candledesk.drawings.document.checks import readable_text
from candledesk.ui.features.drawing_tools.settings.field_form import FieldForm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.looks.style_fields import StyleField

_TEXT_H = 110


class TextPage(QWidget):
    """``form``: the colour and the size; ``text_changed`` carries what can be stored of the text."""

    text_changed = Signal(str)

    def __init__(self, text: str | None, fields: Sequence[StyleField], values: Mapping[str, Any]) -> None:
        """Show a text, ``None`` for no place to write one."""
        super().__init__()
        self.form = FieldForm(fields, values)
        self.line = QPlainTextEdit(text or "")
        self.line.setPlaceholderText("Add text")
        self.line.setAccessibleName("Text")
        self.line.setTabChangesFocus(True)
        self.line.setFixedHeight(_TEXT_H)
        self.line.setVisible(text is not None)
        self.line.textChanged.connect(self._on_text_changed)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.form)
        box.addWidget(self.line)
        box.addStretch()

    def _on_text_changed(self) -> None:
        self.text_changed.emit(readable_text(self.line.toPlainText()))
