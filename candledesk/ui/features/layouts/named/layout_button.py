"""The button of the top bar that names the layout in front and opens the menu of layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

if TYPE_CHECKING:
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.icon_bar import IconBar

MENU = "Layout"
_MAX_CHARS = 18


class LayoutButton(QToolButton):
    """Shows the name of the layout in front, "Layout" while it has none."""

    def __init__(self, charts: ChartController, table: ActionTable, bar: IconBar) -> None:
        """Add the button to ``bar``."""
        super().__init__()
        self._charts = charts
        self.setObjectName("layout_button")
        self.setAccessibleName("Layout")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(table.menus[MENU])
        bar.addWidget(self)
        bar.set_picture(self, "layouts")
        bar.add_worded(self)
        charts.arranged.connect(self._show_name)
        charts.front_changed.connect(self._show_name)
        self._show_name()

    def _show_name(self) -> None:
        name = self._charts.grid.name if self._charts.grid is not None else ""
        words = name if len(name) <= _MAX_CHARS else f"{name[: _MAX_CHARS - 1]}…"
        self.setText(words.replace("&", "&&") or MENU)
        self.setToolTip(f"Layout: {name}" if name else "Layouts with names")
