"""The bar under the charts, filled by features: spans of dates at the left, zone and price scale at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolBar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.ui.shell.feature import Feature

RANGE_BAR_PX = 28


class RangeBar(QToolBar):
    """Rendered once."""

    def __init__(self, features: Iterable[Feature]) -> None:
        """Add what the features have for it, in their order."""
        super().__init__("Dates and scale")
        self.setObjectName("range_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFixedHeight(RANGE_BAR_PX)
        for feature in features:
            if feature.range_bar is not None:
                feature.range_bar(self)
