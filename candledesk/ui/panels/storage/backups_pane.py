"""The backups of the home, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from candledesk.ui.panels.storage.empty_note import EmptyNote
from candledesk.ui.panels.storage.tables.backups_view import BackupsView
from candledesk.ui.panels.storage.tables.pane_layout import lay_out_pane
from candledesk.ui.panels.storage.texts import last_backup_text
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import BackupFile


class BackupsPane(QWidget):
    """``backup_requested``, ``file_backup_requested``: of all bars, into the home or another file.

    ``restore_requested`` and ``delete_requested`` carry a backup.
    """

    backup_requested = Signal()
    file_backup_requested = Signal()
    restore_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.table = BackupsView()
        self.last = PlainLabel()
        self.last.setEnabled(False)
        self.file_button = _button("Back up &to a file…", "Write a backup to another disk or folder")
        self.restore_button = _button("Re&store…", "Say how the bars of this backup are put back")
        self.delete_button = _button("&Delete…", "Delete this backup; asks first (Del)")
        self.empty = EmptyNote()
        self.empty.show_words(
            "No backup yet",
            "A backup is one file with all bars, drawings and layouts, also the bars that the provider no longer has. "
            "You can go on working while it is made.",
            "Back up now",
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.last, 1)
        for button in (self.file_button, self.restore_button, self.delete_button):
            row.addWidget(button)
        self.pages = lay_out_pane(self, row, self.table, self.empty)
        self.empty.wished.connect(self.backup_requested)
        self.file_button.clicked.connect(self.file_backup_requested)
        self.restore_button.clicked.connect(self._on_restore_clicked)
        self.delete_button.clicked.connect(self._on_delete_requested)
        self.table.delete_requested.connect(self._on_delete_requested)
        self.table.chosen.connect(self._refresh)
        self._refresh()

    def take_focus(self) -> None:
        """Give the keyboard to the table, or to what stands in its place."""
        is_table = self.pages.currentWidget() is self.table
        (self.table if is_table else self.empty.button).setFocus()

    def show_backups(self, backups: Sequence[BackupFile], now: int) -> None:
        """Show the backups; ``now``: UTC seconds."""
        self.table.show_backups(backups, now)
        self.last.setText(last_backup_text(backups, now))
        self._refresh()

    def _refresh(self) -> None:
        is_chosen = self.table.selected_backup() is not None
        self.restore_button.setEnabled(is_chosen)
        self.delete_button.setEnabled(is_chosen)
        self.pages.setCurrentWidget(self.table if self.table.backups else self.empty)

    def _on_restore_clicked(self) -> None:
        backup = self.table.selected_backup()
        if backup is not None:
            self.restore_requested.emit(backup)

    def _on_delete_requested(self) -> None:
        backup = self.table.selected_backup()
        if backup is not None:
            self.delete_requested.emit(backup)


def _button(title: str, tip: str) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
