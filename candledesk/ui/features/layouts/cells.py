"""The cells of the layout in front: how many, which one is active, and the active one alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.workspace.grids import GRIDS

if TYPE_CHECKING:
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.icon_bar import IconBar

GRID_MENU = "Cells"
_TITLES = {
    "1": "One chart", "2h": "Two side by side", "2v": "Two, one above the other", "3": "One above two",
    "4": "Four", "6": "Six", "8": "Eight",
}  # fmt: skip
_KEYS = (("View", "Next cell", "Tab"), ("View", "Previous cell", "Shift+Tab"))


def _has_grid(charts: ChartController, grid: str) -> bool:
    return charts.grid is not None and charts.grid.grid == grid


def _add_button(table: ActionTable, bar: IconBar) -> None:
    """Add the button that opens the menu of grids."""
    button = QToolButton()
    button.setToolTip("Cells of the layout")
    button.setAccessibleName("Cells of the layout")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(table.submenus[GRID_MENU])
    bar.addWidget(button)
    bar.set_picture(button, "layout")


def cells_feature(context: WindowContext) -> Feature:
    """Return entries of the View menu, and the button of the grids."""
    charts = context.charts

    def has_cells() -> bool:
        return charts.grid is not None and len(charts.grid.cells) > 1

    def is_maximised() -> bool:
        return charts.grid is not None and charts.grid.is_maximised

    return Feature(
        "cells",
        (
            *(
                ActionRow(
                    f"grid_{grid}", "View", _TITLES[grid], (), partial(charts.set_grid, grid),
                    is_checked=partial(_has_grid, charts, grid), submenu=GRID_MENU,
                )
                for grid in GRIDS
            ),
            ActionRow(
                "maximise_cell", "View", "Maximise the cell", ("Alt+Return", "Alt+Enter"), charts.toggle_maximised,
                has_cells, is_maximised, why_disabled="The layout has one cell only",
            ),
        ),
        toolbar_end=partial(_add_button, context.table),
        keys=_KEYS,
    )  # fmt: skip
