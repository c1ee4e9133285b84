"""The table of backups on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QWidget

from candledesk.ui.panels.row_table import RowTable
from candledesk.ui.panels.storage.texts import backup_cells
from candledesk.ui.plain_text import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import BackupFile

COLUMNS = ("Made", "Why", "Size", "Holds", "File")
_SIZE = COLUMNS.index("Size")
_WIDEST = ("28 Nov 2026, 15:42", "Before an update of the database", "▾ 88.8 MB", "Bars, drawings, layouts")


class BackupsView(RowTable):
    """One row per backup, the newest first. ``chosen``: another one is selected. ``delete_requested``: Del."""

    chosen = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        self._items = QStandardItemModel(0, len(COLUMNS))
        super().__init__(self._items, "Backups", parent)
        self.backups: tuple[BackupFile, ...] = ()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for column, title in enumerate(COLUMNS):
            self._items.setHorizontalHeaderItem(column, _item(title, column))
        self.fit_columns(_WIDEST)
        delete = QAction("Delete", self)
        delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self.delete_requested)
        self.addAction(delete)
        self.selectionModel().selectionChanged.connect(self.chosen)

    def show_backups(self, backups: Sequence[BackupFile], now: int) -> None:
        """Show the backups; ``now``: UTC seconds, for words such as today."""
        held = self.selected_backup()
        self.backups = tuple(backups)
        self._items.removeRows(0, self._items.rowCount())
        for at, backup in enumerate(backups):
            cells = [_item(text, column) for column, text in enumerate(backup_cells(backup, now))]
            for cell in cells:
                cell.setToolTip(plain_tip(backup.path))
            self._items.appendRow(cells)
            if held is not None and backup.path == held.path:
                self.selectRow(at)

    def selected_backup(self) -> BackupFile | None:
        """Return the selected backup, ``None`` when none is."""
        rows = self.selected_rows()
        return self.backups[rows[0]] if rows else None


def _item(text: str, column: int) -> QStandardItem:
    item = QStandardItem(text)
    side = Qt.AlignmentFlag.AlignRight if column == _SIZE else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
