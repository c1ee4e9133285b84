"""The toolbar: widgets of features at the left, and at the right the actions that deserve a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.ui.shell.actions import ActionTable


class ToolBar(QToolBar):
    """Rendered once; a thin line stands between the widgets of two features."""

    def __init__(self, table: ActionTable, fillers: Iterable[Callable[[QToolBar], object]]) -> None:
        """``fillers`` each add the widgets of one feature; ``table`` is built already."""
        super().__init__("Toolbar")
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for at, fill in enumerate(fillers):
            if at:
                self._add_line()
            fill(self)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        for row in table.rows:
            if row.is_in_toolbar:
                self.addAction(table.actions[row.id])
        overflow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(overflow, QToolButton):  # its own icon is black on dark
            overflow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            overflow.setText("»")

    def _add_line(self) -> None:
        line = self.widgetForAction(self.addSeparator())
        line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # else it grows in a narrow window
