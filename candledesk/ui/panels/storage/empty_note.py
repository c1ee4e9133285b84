"""What stands in place of an empty table: why it is empty, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

_TEXT_WIDTH = 460


class EmptyNote(QWidget):
    """A title, a sentence or two, and a button where there is something to do; ``wished``: it was pressed."""

    wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without words."""
        super().__init__(parent)
        self.title, self.text, self.button = PlainLabel(), PlainLabel(), QPushButton()
        self.title.setFont(chart_font(15, is_bold=True))
        self.text.setEnabled(False)
        self.text.setWordWrap(True)
        self.text.setFixedWidth(_TEXT_WIDTH)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self.wished)
        box = QVBoxLayout(self)
        box.setSpacing(8)
        box.addStretch(1)
        for widget in (self.title, self.text, self.button):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(1)

    def show_words(self, title: str, text: str, button: str = "") -> None:
        """Show these words; without ``button`` there is none."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setFixedHeight(self.text.heightForWidth(_TEXT_WIDTH))
        self.button.setText(button)
        self.button.setVisible(bool(button))
