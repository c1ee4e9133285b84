"""The data window's table: names on the left, values on the right, a heading above each section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from candledesk.ui.plain_text import plain_tip
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.panels.data_window.rows import DataRow
    from candledesk.ui.theme.themes import Theme

ModelIndex = QModelIndex | QPersistentModelIndex
_FONT_PX = 12
_ROW_H, _HEADING_H = 22, 30
_SWATCH = 10
_LONG = 24  # letters of a value that may not fit on one line
_N_COLUMNS = 2


class DataModel(QAbstractTableModel):
    """The rows with a heading before each section, which has no name."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._theme = theme
        self.rows: list[DataRow] = []
        self._lines: list[DataRow | str] = []

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, _N_COLUMNS - 1))

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
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], _N_COLUMNS - 1))
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

    # -- what Qt reads

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else _N_COLUMNS

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Return a cell's text, tooltip, font, colour, alignment, or the colour of its line."""
        line, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_at(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.text_at(line, column))
        return self._look(self._lines[line], column, role)

    def _look(self, row: DataRow | str, column: int, role: int) -> Any:  # noqa: ANN401 - Qt's variant
        is_heading = isinstance(row, str)
        if role == Qt.ItemDataRole.FontRole:
            return chart_font(_FONT_PX, is_bold=is_heading)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._theme.text if column or is_heading else self._theme.text_muted)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            return int(side | (Qt.AlignmentFlag.AlignBottom if is_heading else Qt.AlignmentFlag.AlignVCenter))
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and not isinstance(row, str) and row.colour:
            return _swatch(row.colour)
        return None


def _name(line: DataRow | str) -> str | tuple[str, str]:
    return line if isinstance(line, str) else (line.section, line.name)


def _swatch(colour: str) -> QPixmap:
    """Return a square in the colour of a line."""
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(1, 1, _SWATCH - 2, _SWATCH - 2, QColor(colour))
    painter.end()
    return pixmap


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
        self.setIconSize(QSize(_SWATCH, _SWATCH))
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
                self.setSpan(line, 0, 1, _N_COLUMNS)
