"""The sheet of all shortcuts, rendered from the action rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QWidget

from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from candledesk.ui.shell.actions import KeyRow
    from candledesk.ui.shell.feature import WindowContext

_MAX_ROWS = 18  # of one column
_EXTRA = 2  # rows that a group takes for its heading and the space after it
_MARGIN = 28


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


def _height(column: list[list[KeyRow]]) -> int:
    return sum(len(group) + _EXTRA for group in column)


class ShortcutSheet(QDialog):
    """Columns of keys; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, rows: list[KeyRow], parent: QWidget) -> None:
        """Show ``(group, title, keys)`` rows."""
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(_MARGIN, 24, _MARGIN, 24)
        columns.setSpacing(44)
        for groups in plan_columns(rows):
            columns.addLayout(_column(groups))
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(sheet)
        area.setWidgetResizable(True)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(area)
        room = parent.screen().availableSize()
        wanted = sheet.sizeHint()
        self.resize(min(wanted.width() + 4, room.width() - 80), min(wanted.height() + 4, room.height() - 80))


def _column(groups: list[list[KeyRow]]) -> QGridLayout:
    """Return one grid for the whole column, so that the keys stand in one line close to what they do."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(7)
    at = 0
    for group in groups:
        heading = PlainLabel(group[0][0])
        heading.setFont(chart_font(14, is_bold=True))
        grid.addWidget(heading, at, 0, 1, 2)
        for offset, (_group, title, keys) in enumerate(group, start=1):
            grid.addWidget(PlainLabel(title), at + offset, 0)
            label = PlainLabel(keys)
            label.setEnabled(False)
            grid.addWidget(label, at + offset, 1)
        at += len(group) + _EXTRA
        grid.setRowMinimumHeight(at - 1, 10)
    grid.setRowStretch(at, 1)
    return grid


def shortcuts_feature(context: WindowContext) -> Feature:
    """Return the sheet's entry in the Help menu."""

    def show() -> None:
        ShortcutSheet(context.table.shortcut_sheet(), context.window).open()

    return Feature("shortcuts", (ActionRow("shortcuts", "Help", "Shortcuts", ("?", "F1"), show),))
