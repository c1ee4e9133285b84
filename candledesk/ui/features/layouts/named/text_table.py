"""A table of texts of which one row is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

if TYPE_CHECKING:
    from collections.abc import Sequence

ModelIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROLE = Qt.ItemDataRole
_ROW_H = 26


class _Texts(QAbstractTableModel):
    def __init__(self, titles: Sequence[str], parent: QTableView) -> None:
        super().__init__(parent)
        self._titles = titles
        self._rows: Sequence[Sequence[str]] = ()

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        return self._titles[section] if orientation is Qt.Orientation.Horizontal and role == _ROLE.DisplayRole else None

    def data(self, index: ModelIndex, role: int = _ROLE.DisplayRole) -> Any:  # noqa: ANN401 - as Qt's
        is_text = index.isValid() and role in {_ROLE.DisplayRole, _ROLE.ToolTipRole}
        return self._rows[index.row()][index.column()] if is_text else None


class TextTable(QTableView):
    """Rows of texts; the first one is selected at first."""

    def __init__(self, titles: Sequence[str], widths: Sequence[int]) -> None:
        """``widths``: of the columns in pixels; the column of 0 takes the rest."""
        super().__init__()
        self._texts = _Texts(titles, self)
        self.setModel(self._texts)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_H)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(widths):
            if width:
                self.setColumnWidth(column, width)
            else:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    @property
    def chosen(self) -> int:
        """The index of the selected row, −1 without one."""
        return self.currentIndex().row()

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show other rows, and select the first one."""
        self._texts.set_rows(rows)
        if rows:
            self.selectRow(0)

    def step(self, n_rows: int) -> None:
        """Select the row ``n_rows`` below the selected one, within the table."""
        if self._texts.rowCount():
            self.selectRow(min(max(self.chosen + n_rows, 0), self._texts.rowCount() - 1))
