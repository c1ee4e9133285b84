"""The context menu of a chart: each feature adds what it knows of the place, then what its part of the chart offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt

from candledesk.ui.features.context_menu.parts import add_parts
from candledesk.ui.features.context_menu.tab_menu import TabMenu
from candledesk.ui.shell.feature import Feature
from candledesk.ui.shell.menu_spot import spot_at
from candledesk.ui.theme.key_menu import KeyMenu

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from candledesk.ui.shell.feature import WindowContext


class ContextMenus(QObject):
    """Opens the menu where it is asked for on the chart in front."""

    def __init__(self, context: WindowContext) -> None:
        """Listen to the charts of a window."""
        super().__init__(context.window)
        self._context = context
        context.charts.menu_requested.connect(self._on_menu_requested)

    def menu_at(self, at: QPoint) -> QMenu | None:
        """Return the menu of a place in the chart in front, ``None`` without a chart."""
        page = self._context.charts.page
        if page is None:
            return None
        self._context.table.refresh()
        menu, spot = KeyMenu(parent=self._context.window), spot_at(page, at)
        for feature in self._context.features.values():
            if feature.context_menu is not None and feature.context_menu(menu, spot) is True:
                return menu
        menu.addSeparator()
        add_parts(menu, spot, self._context.table)
        return menu

    def _on_menu_requested(self, at: QPoint) -> None:
        menu, view = self.menu_at(at), self._context.charts.current_view()
        if menu is not None and view is not None and not menu.isEmpty():
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(view.mapToGlobal(at))


def context_menu_feature(context: WindowContext) -> Feature:
    """Open context menus on charts and tabs from now on."""
    ContextMenus(context)
    TabMenu(context.charts.tabs, context.table)
    return Feature("context_menu")
