"""Says how a backup is restored: by a command, after CandleDesk has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from candledesk.ui.panels.storage.texts import restore_command, restore_steps
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.cache.maintenance_messages import BackupFile

_WIDTH = 560


class RestoreDialog(QDialog):
    """The steps, and the command to copy; opened with ``open``."""

    def __init__(self, backup: BackupFile, home: Path, now: int, parent: QWidget) -> None:
        """``home``: the folder of the database; ``now``: UTC seconds."""
        super().__init__(parent)
        self.setWindowTitle("Restore")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title, steps = restore_steps(backup, now)
        heading = PlainLabel(title)
        heading.setFont(chart_font(15, is_bold=True))
        heading.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        box.addWidget(heading)
        for step in steps:
            label = PlainLabel(step)
            label.setWordWrap(True)
            box.addWidget(label)
        self.command = QLineEdit(restore_command(backup, home))
        self.command.setReadOnly(True)
        self.command.setCursorPosition(0)
        self.command.setAccessibleName("Command")
        box.addWidget(self.command)
        box.addSpacing(6)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton("Copy command", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        buttons.rejected.connect(self.close)
        box.addWidget(buttons)
        self.copy_button.setDefault(True)
        self.copy_button.setFocus()
        self.setFixedSize(_WIDTH, box.totalHeightForWidth(_WIDTH))

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.command.text())
        self.copy_button.setText("Copied")
