"""Asks where a backup is written that is not kept in the home, for example to another disk."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


class BackupFileDialog(QFileDialog):
    """``fileSelected`` carries the path; shown with ``open``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Offer a name with today's date."""
        super().__init__(parent, "Back up to a file")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters(["Backup (*.db)"])
        self.setDefaultSuffix("db")
        self.selectFile(f"candledesk-{datetime.now().astimezone():%Y-%m-%d}.db")
