"""The sheet of all shortcuts, rendered from the action rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from candledesk.ui.theme import chart_font

_BY_HAND = (
    ("Mouse", "Zoom at the cursor", "Wheel"),
    ("Mouse", "Zoom at the right edge", "Ctrl + wheel"),
    ("Mouse", "Move through time", "Drag  or  Shift + wheel"),
    ("Mouse", "Scale an axis", "Drag the axis"),
    ("Mouse", "Reset an axis", "Double-click the axis"),
    ("Chart", "Open a symbol", "Any letter"),
    ("Chart", "Change the interval", "1 … 9"),
)


class ShortcutSheet(QDialog):
    """Two columns of keys; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, rows: list[tuple[str, str, str]], parent: QWidget) -> None:
        """Show ``(group, title, keys)`` rows."""
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        everything = [*rows, *_BY_HAND]
        groups = list(dict.fromkeys(group for group, _title, _keys in everything))
        columns = QHBoxLayout(self)
        columns.setContentsMargins(28, 24, 28, 24)
        columns.setSpacing(48)
        half = {"Chart", "Mouse"}
        for names in ([name for name in groups if name in half], [name for name in groups if name not in half]):
            column = QVBoxLayout()
            column.setSpacing(10)  # else it takes the wide one between the columns
            for name in names:
                heading = QLabel(name)
                heading.setFont(chart_font(14, is_bold=True))
                column.addWidget(heading)
                column.addLayout(self._grid([row for row in everything if row[0] == name]))
                column.addSpacing(14)
            column.addStretch(1)
            columns.addLayout(column)

    @staticmethod
    def _grid(rows: list[tuple[str, str, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(7)
        for at, (_group, title, keys) in enumerate(rows):
            grid.addWidget(QLabel(title), at, 0)
            label = QLabel(keys)
            label.setEnabled(False)
            grid.addWidget(label, at, 1, Qt.AlignmentFlag.AlignRight)
        return grid
