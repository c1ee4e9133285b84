"""The sheet of all shortcuts, rendered from the action rows, and searched by typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from candledesk.ui.key_caps import KeyCaps
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

    from candledesk.ui.shell.actions import KeyRow
    from candledesk.ui.shell.feature import WindowContext

_MAX_ROWS = 18  # of one column
_EXTRA = 2  # rows that a group takes for its heading and the space after it
_MARGIN = 28
_FRAME = 80  # of the screen is left free
_MAX_COLUMNS = 4


def plan_columns(rows: list[KeyRow], max_rows: int = _MAX_ROWS) -> list[list[list[KeyRow]]]:
    """Distribute groups of ``(group, title, keys)`` over columns, each a list of groups, so that none is too tall.

    A heading and the space after a group count as a row each. A group is not divided: the tallest may set the limit.
    """
    groups = [[row for row in rows if row[0] == name] for name in dict.fromkeys(row[0] for row in rows)]
    groups.sort(key=len, reverse=True)
    limit = max(max_rows, len(groups[0]) + _EXTRA) if groups else max_rows
    columns: list[list[list[KeyRow]]] = []
    for group in groups:
        column = next((one for one in columns if _height(one) + len(group) + _EXTRA <= limit), None)
        if column is None:
            columns.append([group])
        else:
            column.append(group)
    return columns


def fitting_columns(rows: list[KeyRow], n_columns: int) -> list[list[list[KeyRow]]]:
    """Return at most ``n_columns`` columns (at least one), as low as they can be; none lower than for ``_MAX_ROWS``."""
    limit = _MAX_ROWS
    columns = plan_columns(rows, limit)
    while len(columns) > max(1, n_columns):
        limit += 1
        columns = plan_columns(rows, limit)
    return columns


def _height(column: list[list[KeyRow]]) -> int:
    return sum(len(group) + _EXTRA for group in column)


def matching_rows(rows: list[KeyRow], text: str) -> list[KeyRow]:
    """Return the rows in which every word of a text stands, in group, title or keys; ``ctrl k`` finds ``Ctrl+K``."""
    words = text.lower().split()
    return [row for row in rows if all(word in " ".join(row).lower() for word in words)]


class ShortcutSheet(QDialog):
    """Columns of keys with a search; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, rows: list[KeyRow], parent: QWidget) -> None:
        """Show ``(group, title, keys)`` rows."""
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rows = rows
        self.line = QLineEdit()
        self.line.setPlaceholderText("Search: zoom, ctrl, mouse…")
        self.line.setAccessibleName("Search shortcuts")
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._show)
        self._area = QScrollArea()
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        head = QHBoxLayout()
        head.setContentsMargins(_MARGIN, 18, _MARGIN, 0)
        head.addWidget(self.line)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self._area)
        room = parent.screen().availableSize()
        self._n_columns = _MAX_COLUMNS
        wanted = self._show("")
        while self._n_columns > 1 and wanted.width() + 14 > room.width() - _FRAME:
            self._n_columns -= 1
            wanted = self._show("")
        height = wanted.height() + self.line.sizeHint().height() + 24
        self.resize(min(wanted.width() + 14, room.width() - _FRAME), min(height, room.height() - _FRAME))
        self.line.setFocus()

    def _show(self, text: str) -> QSize:
        """Show the rows that match a text, or that there are none; return the room that they take."""
        sheet, found = QWidget(), matching_rows(self._rows, text)
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(_MARGIN, 20, _MARGIN, 24)
        columns.setSpacing(44)
        for groups in fitting_columns(found, self._n_columns):
            columns.addLayout(_column(groups))
        if not found:
            columns.addWidget(PlainLabel(f"No shortcut has “{text.strip()}”"), 0, Qt.AlignmentFlag.AlignTop)
        columns.addStretch(1)
        self._area.setWidget(sheet)
        return sheet.sizeHint()


def _column(groups: list[list[KeyRow]]) -> QGridLayout:
    """Return one grid for the whole column, so that the keys stand in one line close to what they do."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    at = 0
    for group in groups:
        heading = PlainLabel(group[0][0])
        heading.setFont(chart_font(14, is_bold=True))
        grid.addWidget(heading, at, 0, 1, 2)
        for offset, (_group, title, keys) in enumerate(group, start=1):
            grid.addWidget(PlainLabel(title), at + offset, 0)
            grid.addWidget(KeyCaps(keys), at + offset, 1)
        at += len(group) + _EXTRA
        grid.setRowMinimumHeight(at - 1, 10)
    grid.setRowStretch(at, 1)
    return grid


def shortcuts_feature(context: WindowContext) -> Feature:
    """Return the sheet's entry in the Help menu."""

    def show() -> None:
        ShortcutSheet(context.table.shortcut_sheet(), context.window).open()

    return Feature("shortcuts", (ActionRow("shortcuts", "Help", "Shortcuts", ("?", "F1"), show),))
