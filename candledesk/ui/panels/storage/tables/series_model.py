"""The table of stored series for Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from candledesk.ui.panels.storage.tables.series_list import COLUMNS, SIZE, order_series
from candledesk.ui.panels.storage.texts import series_cells, series_tip
from candledesk.ui.plain_text import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance_messages import SeriesStorage

ModelIndex = QModelIndex | QPersistentModelIndex
_NUMBERS = {COLUMNS.index("Bars"), SIZE}


class SeriesModel(QAbstractTableModel):
    """Rows in the order of a column, those whose symbol contains a text. ``largest``: the bytes of the largest."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty, the largest first."""
        super().__init__(parent)
        self._all: tuple[SeriesStorage, ...] = ()
        self.rows: list[SeriesStorage] = []
        self.largest = 0
        self._column, self._is_descending, self._text = SIZE, True, ""

    def __len__(self) -> int:
        return len(self._all)

    def take(self, rows: Sequence[SeriesStorage]) -> None:
        """Take the whole list."""
        self._all = tuple(rows)
        self.largest = max((row.n_bytes for row in rows), default=0)
        self._arrange()

    def show_text(self, text: str) -> None:
        """Show only series whose symbol contains ``text``."""
        self._text = text
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; a negative one: the largest first."""
        is_given = column >= 0
        self._column = column if is_given else SIZE
        self._is_descending = order == Qt.SortOrder.DescendingOrder if is_given else True
        self._arrange()

    def _arrange(self) -> None:
        shown = order_series(self._all, self._column, is_descending=self._is_descending, text=self._text)
        self.beginResetModel()
        self.rows = shown
        self.endResetModel()

    # -- what Qt reads

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of series that are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip, alignment, or the series of its row."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return series_cells(row)[index.column()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(series_tip(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return the columns' titles."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def _title(self, column: int) -> str:
        """Return the title with the sign of the order, which leaves numbers and their title in one line."""
        if column != self._column:
            return COLUMNS[column]
        sign = "▾" if self._is_descending else "▴"
        return f"{sign} {COLUMNS[column]}" if column in _NUMBERS else f"{COLUMNS[column]} {sign}"


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
