"""The lines of the data window for Qt: the rows with a heading above each section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from candledesk.ui.plain_text import plain_tip
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.panels.data_window.rows import DataRow
    from candledesk.ui.theme.themes import Theme

ModelIndex = QModelIndex | QPersistentModelIndex
FONT_PX = 12
N_COLUMNS = 2


class DataModel(QAbstractTableModel):
    """The rows with a heading before each section, which has no name."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.theme = theme
        self.rows: list[DataRow] = []
        self._lines: list[DataRow | str] = []

    def show_rows(self, rows: Sequence[DataRow]) -> bool:
        """Show other rows; return whether the names changed. With the same names only their values are painted."""
        lines: list[DataRow | str] = []
        section = None
        for row in rows:
            if row.section != section:
                section = row.section
                lines.append(section)
            lines.append(row)
        self.rows = list(rows)
        if [_name(line) for line in lines] != [_name(line) for line in self._lines]:
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()
            return True
        changed = [at for at, (old, new) in enumerate(zip(self._lines, lines, strict=True)) if old != new]
        self._lines = lines
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], N_COLUMNS - 1))
        return False

    def is_heading(self, line: int) -> bool:
        """Return whether a line is the heading of a section."""
        return isinstance(self._lines[line], str)

    def text_at(self, line: int, column: int) -> str:
        """Return the text of a cell."""
        row = self._lines[line]
        if isinstance(row, str):
            return row if column == 0 else ""
        if column == 0:
            return f"{row.name} ({row.note})" if row.note else row.name
        return row.text

    def colour_at(self, line: int) -> str:
        """Return the colour of the indicator's line that a line of the table is about, empty for none."""
        row = self._lines[line]
        return "" if isinstance(row, str) else row.colour

    # -- what Qt reads

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else N_COLUMNS

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip or font, by which the height of its row is found."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_at(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.text_at(index.row(), index.column()))
        return chart_font(FONT_PX) if role == Qt.ItemDataRole.FontRole else None


def _name(line: DataRow | str) -> str | tuple[str, str]:
    return line if isinstance(line, str) else (line.section, line.name)
