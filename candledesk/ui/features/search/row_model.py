"""The rows of the symbol search as a model of Qt, with headings between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from candledesk.ui.features.search.symbol_rows import SymbolRow

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW = Qt.ItemDataRole.UserRole
"""The role of the ``SymbolRow``, or of the text of a heading."""
_Index = QModelIndex | QPersistentModelIndex


class RowModel(QAbstractListModel):
    """Symbols, and headings that cannot be selected."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start without rows."""
        super().__init__(parent)
        self._items: list[SymbolRow | str] = []

    @property
    def symbols(self) -> list[SymbolRow]:
        """The rows without the headings."""
        return [item for item in self._items if isinstance(item, SymbolRow)]

    def row(self, at: int) -> SymbolRow | None:
        """Return the symbol at a place; ``None`` for a heading and outside of the list."""
        item = self._items[at] if 0 <= at < len(self._items) else None
        return item if isinstance(item, SymbolRow) else None

    def replace(self, items: Sequence[SymbolRow | str]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._items = list(items)
        self.endResetModel()

    def insert(self, at: int, rows: Sequence[SymbolRow]) -> None:
        """Add rows; what is selected stays selected."""
        if rows:
            self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
            self._items[at:at] = rows
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        """Return the number of rows, with the headings."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the row of an index, or its text."""
        item = self._items[index.row()]
        if role == ROW:
            return item
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return item.spoken if isinstance(item, SymbolRow) else item
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return whether a row can be selected."""
        is_symbol = isinstance(self._items[index.row()], SymbolRow)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_symbol else Qt.ItemFlag.NoItemFlags
