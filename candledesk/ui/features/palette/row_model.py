"""The rows of the palette as Qt's list model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.features.palette.finder import Found

FOUND = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()


class RowModel(QAbstractListModel):
    """What was found; the role ``FOUND`` is a row as it is, the text is for screen readers."""

    rows: Sequence[Found] = ()

    def show(self, rows: Sequence[Found]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a row, or its text."""
        row = self.rows[index.row()]
        if role == FOUND:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            item = row.item
            return ", ".join(part for part in (item.title, item.detail, item.why_disabled or item.kind) if part)
        return None
