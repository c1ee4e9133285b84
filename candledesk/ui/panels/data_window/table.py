"""The data window's table on screen: no grid, no header, headings over both columns, sentences on several lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from candledesk.ui.panels.data_window.cell_delegate import CellDelegate
from candledesk.ui.panels.data_window.table_model import N_COLUMNS

if TYPE_CHECKING:
    from candledesk.ui.panels.data_window.table_model import DataModel

_ROW_H, _HEADING_H = 22, 30
_LONG = 16  # letters of a value that may not fit on one line of a narrow panel


class DataTable(QTableView):
    """The table on screen: no grid, no header, whole rows."""

    def __init__(self, model: DataModel, parent: QWidget | None = None) -> None:
        """Show ``model``."""
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setAccessibleName("Values of the bar under the crosshair")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(CellDelegate(model))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_ROW_H)
        self.verticalHeader().setDefaultSectionSize(_ROW_H)
        model.modelReset.connect(self._on_reset)

    def fit_texts(self) -> None:
        """Give values that are sentences the lines that they need."""
        for line in range(self._model.rowCount()):
            is_long = len(self._model.text_at(line, 1)) > _LONG
            if is_long:
                self.resizeRowToContents(line)
            elif not self._model.is_heading(line) and self.rowHeight(line) != _ROW_H:
                self.setRowHeight(line, _ROW_H)

    def _on_reset(self) -> None:
        """Give headings their height and both columns."""
        self.clearSpans()
        for line in range(self._model.rowCount()):
            is_heading = self._model.is_heading(line)
            self.setRowHeight(line, _HEADING_H if is_heading else _ROW_H)
            if is_heading:
                self.setSpan(line, 0, 1, N_COLUMNS)
