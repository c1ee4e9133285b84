"""The four bars around the charts, rendered from the features of a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from candledesk.ui.shell.bars.rails import LeftRail, RightRail
from candledesk.ui.shell.bars.range_bar import RangeBar
from candledesk.ui.shell.bars.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMainWindow

    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.feature import Feature, Panel
    from candledesk.ui.theme.themes import Theme


class WindowBars:
    """``top``, ``left``, ``right`` and ``dates``; the last one is under the charts."""

    def __init__(
        self,
        window: QMainWindow,
        table: ActionTable,
        features: Sequence[Feature],
        panels: Sequence[Panel[Any]],
        theme: Theme,
    ) -> None:
        """Add the bars to ``window``; ``table`` is built already."""
        self.top = TopBar(table, features, theme)
        self.left = LeftRail(table, features, theme)
        self.right = RightRail(table, panels, theme)
        self.dates = RangeBar(features)
        for area, bar in (
            (Qt.ToolBarArea.TopToolBarArea, self.top),
            (Qt.ToolBarArea.LeftToolBarArea, self.left),
            (Qt.ToolBarArea.RightToolBarArea, self.right),
            (Qt.ToolBarArea.BottomToolBarArea, self.dates),
        ):
            window.addToolBar(area, bar)
        window.addAction(self.top.open_menu)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme to the pictures of the buttons."""
        for bar in (self.top, self.left, self.right):
            bar.set_theme(theme)
