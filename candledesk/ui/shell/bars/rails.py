"""The rails at both edges: tools of the chart at the left, the panels at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from candledesk.ui.shell.actions import Bar, BarButton
from candledesk.ui.shell.icon_bar import IconBar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.feature import Feature, Panel
    from candledesk.ui.theme.themes import Theme

RAIL_PX = 44
BUTTON_PX = 34


class _Rail(IconBar):
    def __init__(self, name: str, table: ActionTable, theme: Theme) -> None:
        super().__init__(name, table, theme)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setFixedWidth(RAIL_PX)

    def add_square(self, name: str, button: BarButton) -> QToolButton:
        """Add the button of the action ``name``, and return it."""
        made = self.add_button(self._table.actions[name], button)
        made.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly if button.icon else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        made.setFixedSize(BUTTON_PX if button.icon else RAIL_PX, BUTTON_PX)
        return made


class LeftRail(_Rail):
    """A button per action that has one in the rail; a line between those of two features."""

    def __init__(self, table: ActionTable, features: Iterable[Feature], theme: Theme) -> None:
        """Add the actions in the order of their features."""
        super().__init__("left_rail", table, theme)
        for feature in features:
            rows = [row for row in feature.actions if row.button is not None and row.button.bar is Bar.RAIL]
            if (rows or feature.rail is not None) and self.actions():
                self.addSeparator()
            for row in rows:
                if row.button is not None:
                    self.add_square(row.id, row.button)
            if feature.rail is not None:
                feature.rail(self)


class RightRail(_Rail):
    """A button per panel, checked while the panel is shown; panels of other edges stand at its bottom."""

    def __init__(self, table: ActionTable, panels: Sequence[Panel[Any]], theme: Theme) -> None:
        """Add the panels in their order."""
        super().__init__("right_rail", table, theme)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        for panel in panels:
            if panel.area == right:
                self.add_square(panel.id, BarButton(panel.icon))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.addWidget(spacer)
        for panel in panels:
            if panel.area != right:
                self.add_square(panel.id, BarButton(panel.icon))
