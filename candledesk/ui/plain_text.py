"""Plain text in labels and tooltips: Qt renders text that looks like HTML, and would load pictures that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class PlainLabel(QLabel):
    """A label that shows its text without rendering HTML; a letter after ``&`` is still the shortcut of its buddy."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        """Show ``text``."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def plain_tip(text: str) -> str:
    """Return what a tooltip shows as ``text``; Qt has no plain tooltips, so text that looks like HTML is escaped."""
    if not GuiQt.mightBeRichText(text):
        return text
    from html import escape

    lines = "<br>".join(escape(text).split("\n"))
    return f'<p style="white-space:pre">{lines}</p>'
