"""What tables of panels have in common: whole rows are selected, Tab leaves, Home and End are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from candledesk.ui.chart.widget.tools.shortcut_filter import ShortcutFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QKeyEvent

ROW_H = 26
GAP = 8  # between two things in a cell
INSET = 11  # of what stands in a cell: its padding in the style sheet, and the style's own margin
_OWN_KEYS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right}  # the charts have them too


class RowTable(QTableView):
    """A table of rows that cannot be edited."""

    def __init__(self, model: QAbstractItemModel, name: str, parent: QWidget | None = None) -> None:
        """Show ``model``; ``name``: for screen readers."""
        super().__init__(parent)
        self.setModel(model)
        ShortcutFilter(self, lambda event: event.key() in _OWN_KEYS)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows, header = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_H)
        # Painting a title queries whether its whole column is selected: 45 ms a title with 10,000 rows. So the titles
        # have a selection model of their own, which stays empty.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setStretchLastSection(True)
        header.setHighlightSections(False)

    def fit_columns(self, widest: Sequence[str], more: Sequence[int] = ()) -> None:
        """Make each column wide enough for a text; ``more``: pixels that the first columns need besides."""
        for column, text in enumerate(widest):
            besides = more[column] if column < len(more) else 0
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + besides + 2 * INSET + 2)

    def selected_rows(self) -> list[int]:
        """Return the selected rows in their order.

        Whole rows are selected, so the ranges suffice; ``selectedRows`` takes half a second for 10,000 rows.
        """
        parts = self.selectionModel().selection()
        ranges = (parts.at(place) for place in range(parts.count()))
        return sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the first and last row with Home and End."""
        key, n_rows = event.key(), self.model().rowCount()
        if key in {Qt.Key.Key_Home, Qt.Key.Key_End} and n_rows:
            self.selectRow(0 if key == Qt.Key.Key_Home else n_rows - 1)
        else:
            super().keyPressEvent(event)
