"""The preview of a file of bars: what it was taken for, its oldest and newest bars, and the lines that give none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.texts import count_text
from candledesk.domain.times import iso_time
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.bar_files.messages import BarFile

COLUMNS = ("Time", "Open", "High", "Low", "Close", "Volume")
N_ENDS, MAX_LINES = 4, 5
_ROW_H = 26


class PreviewPane(QWidget):
    """Shows a file, or why it cannot be read."""

    def __init__(self, parent: QWidget) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.title, self.facts, self.refused = PlainLabel(), PlainLabel(), PlainLabel()
        self.error = PlainLabel()
        self.table = QTableWidget(0, len(COLUMNS))
        self.title.setFont(chart_font(15, is_bold=True))
        self.error.setObjectName("refused")  # the colour of warnings
        self.refused.setObjectName("refused")
        self.facts.setEnabled(False)
        for label in (self.title, self.facts, self.refused, self.error):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build_table()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for widget in (self.title, self.error, self.facts):
            box.addWidget(widget)
        box.addWidget(self.table, 1)
        box.addWidget(self.refused)
        box.addStretch()

    def _build_table(self) -> None:
        for column, name in enumerate(COLUMNS):
            title = QTableWidgetItem(name)
            title.setTextAlignment(_alignment(column))
            self.table.setHorizontalHeaderItem(column, title)
        self.table.setAccessibleName("The oldest and the newest bars")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(_ROW_H)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def show_waiting(self) -> None:
        """Say that the file is being read."""
        self._show("Reading…", "", "", "")
        self.table.hide()

    def show_error(self, text: str) -> None:
        """Say why the file cannot be read, or not stored."""
        self._show("This cannot be imported as it is", text, "", "")
        self.table.hide()

    def show_file(self, found: BarFile, notes: Sequence[str]) -> None:
        """Show what was read, with ``notes`` below it."""
        title = f"{found.tool}: {count_text(len(found.bars), 'bar')} of {found.interval.name}"
        base = found.interval.base
        error = "" if base is found.interval else f"{found.interval.name} is made from {base.name}: import those bars."
        facts = "\n".join(f"{word.capitalize()}: {value}" for word, value in found.facts)
        lines = [*notes, *(f"Line {row.line}: {row.reason}" for row in found.refused[:MAX_LINES])]
        if len(found.refused) > MAX_LINES:
            lines.append(f"and {len(found.refused) - MAX_LINES:,} more lines")
        self._show(title, error, facts, "\n".join(lines))
        self._fill(found)
        self.table.show()

    def _show(self, title: str, error: str, facts: str, refused: str) -> None:
        texts = ((self.title, title), (self.error, error), (self.facts, facts), (self.refused, refused))
        for label, text in texts:
            label.setText(text)
            label.setVisible(bool(text))

    def _fill(self, found: BarFile) -> None:
        """Show the oldest and the newest bars, with a line of dots between them."""
        bars = found.bars.take(found.bars.open_time.argsort(kind="stable"))
        n = len(bars)
        rows = list(range(n)) if n <= 2 * N_ENDS else [*range(N_ENDS), -1, *range(n - N_ENDS, n)]
        self.table.setRowCount(len(rows))
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        for at, row in enumerate(rows):
            time = int(bars.open_time[row])
            shown = iso_time(time)[:10] if found.interval.is_daily else iso_time(time).replace("T", " ")
            texts = ["…"] * len(COLUMNS) if row < 0 else [shown, *(f"{column[row]:,.8g}" for column in columns)]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(column))
                self.table.setItem(at, column, item)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
