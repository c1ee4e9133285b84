"""The menu of a layout's tab: renaming and closing it, the others, or those to its right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.chart_tabs import ChartTabs


class TabMenu(QObject):
    """Opens the menu of the tab that is right-clicked."""

    def __init__(self, tabs: ChartTabs, table: ActionTable) -> None:
        """Listen to the bar of ``tabs``."""
        super().__init__(tabs)
        self._tabs, self._table = tabs, table
        tabs.tabBar().setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tabs.tabBar().customContextMenuRequested.connect(self._on_menu_requested)

    def menu_of(self, at: int) -> QMenu:
        """Return the menu of the tab with an index."""
        tabs = self._tabs
        grids = tabs.grids()
        others, right = grids[:at] + grids[at + 1 :], grids[at + 1 :]
        menu = QMenu(tabs)
        menu.addAction("Rename…", partial(tabs.edit_name, at))
        menu.addAction(self._table.actions["new_tab"])
        menu.addSeparator()
        for text, closed in (
            ("Close", [grids[at]]),
            ("Close the others", others),
            ("Close those to the right", right),
        ):
            menu.addAction(text, partial(self._close, closed)).setEnabled(bool(closed))
        return menu

    def _close(self, grids: list[CellGrid]) -> None:
        for grid in grids:
            self._tabs.close_requested.emit(grid)

    def _on_menu_requested(self, at: QPoint) -> None:
        index = self._tabs.tabBar().tabAt(at)
        if index >= 0:
            menu = self.menu_of(index)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self._tabs.tabBar().mapToGlobal(at))
