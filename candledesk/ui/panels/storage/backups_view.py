"""The table of backups on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from candledesk.ui.panels.storage.cell_delegate import CELL_MARGINS, ROW_H
from candledesk.ui.panels.storage.texts import backup_cells
from candledesk.ui.plain_text import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import BackupFile

COLUMNS = ("Made", "Why", "Size", "Holds", "File")
_SIZE = COLUMNS.index("Size")
_WIDEST = ("Yesterday, 15:42:00", "Before an update of the database", "888 MB", "Bars, drawings, layouts", "")
_OWN_KEYS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right}  # the charts have them too


class BackupsView(QTableWidget):
    """One row per backup, the newest first. ``chosen``: another one is selected. ``delete_requested``: Del."""

    chosen = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(0, len(COLUMNS), parent)
        self.backups: tuple[BackupFile, ...] = ()
        for column, title in enumerate(COLUMNS):
            heading = QTableWidgetItem(title)
            heading.setTextAlignment(_alignment(column))
            self.setHorizontalHeaderItem(column, heading)
        self.setAccessibleName("Backups")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows, header = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_H)
        header.setSelectionModel(QItemSelectionModel(self.model(), header))
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        for column, text in enumerate(_WIDEST):
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + CELL_MARGINS)
        self.itemSelectionChanged.connect(self.chosen)

    def show_backups(self, backups: Sequence[BackupFile], now: int) -> None:
        """Show the backups; ``now``: UTC seconds, for words such as today."""
        held = self.selected_backup()
        self.backups = tuple(backups)
        self.setRowCount(len(backups))
        for at, backup in enumerate(backups):
            for column, text in enumerate(backup_cells(backup, now)):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(backup.path))
                item.setTextAlignment(_alignment(column))
                self.setItem(at, column, item)
        self.clearSelection()
        for at, backup in enumerate(backups):
            if held is not None and backup.path == held.path:
                self.selectRow(at)

    def selected_backup(self) -> BackupFile | None:
        """Return the selected backup, ``None`` when none is."""
        rows = {item.row() for item in self.selectedItems()}
        at = min(rows, default=None)
        return self.backups[at] if at is not None and at < len(self.backups) else None

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Handle the table's own keys here, which are shortcuts of the charts too."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete with Del."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == _SIZE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
