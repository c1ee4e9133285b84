"""Asks before something is deleted: what goes, what cannot be fetched again, and how it can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.ui.panels.storage.texts import Question

_WIDTH = 520
_MAX_LINES = 8  # of the list that are seen at once
_LIST_MARGINS = 24


class ConfirmDialog(QDialog):
    """Opened with ``open``; ``accepted`` when the verb was chosen.

    Enter and Esc leave everything as it is, unless the verb has the focus.
    """

    def __init__(self, question: Question, parent: QWidget) -> None:
        """Ask ``question``."""
        super().__init__(parent)
        self.setWindowTitle(question.verb)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        title = PlainLabel(question.title)
        title.setFont(chart_font(15, is_bold=True))
        title.setWordWrap(True)
        box.addWidget(title)
        if question.warning:
            box.addLayout(self._loss_list(question))
        for sentence in question.sentences:
            label = PlainLabel(sentence)
            label.setWordWrap(True)
            box.addWidget(label)
        box.addSpacing(6)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.verb_button = self.buttons.addButton(question.verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box.addWidget(self.buttons)
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setDefault(True)
        cancel.setFocus()
        self.setFixedSize(_WIDTH, box.totalHeightForWidth(_WIDTH))  # labels that wrap ask for too much by themselves

    def _loss_list(self, question: Question) -> QVBoxLayout:
        warning = PlainLabel(question.warning)
        warning.setObjectName("refused")  # the colour of warnings
        warning.setWordWrap(True)
        losses = QPlainTextEdit("\n".join(question.losses))
        losses.setReadOnly(True)
        losses.setTabChangesFocus(True)
        losses.setAccessibleName(question.warning)
        losses.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        n_lines = min(_MAX_LINES, len(question.losses))
        losses.setFixedHeight(losses.fontMetrics().lineSpacing() * n_lines + _LIST_MARGINS)
        self.losses = losses
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(warning)
        column.addWidget(losses)
        return column
