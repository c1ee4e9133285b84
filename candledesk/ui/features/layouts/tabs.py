"""Layouts in tabs: a new one, closing one, going round, and fetching the latest bars of the one in front."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.shell.actions import NO_CHART, ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext

_ONLY_ONE = "There is only one layout"


def tabs_feature(context: WindowContext) -> Feature:
    """Return entries of the File, Data and View menus."""
    charts = context.charts

    def has_others() -> bool:
        return charts.tabs.count() > 1

    step = charts.tabs.step
    return Feature(
        "tabs",
        (
            ActionRow("new_tab", "File", "New layout", ("Ctrl+T",), charts.new_chart),
            ActionRow("close_tab", "File", "Close layout", ("Ctrl+W",), charts.close_chart),
            ActionRow(
                "refresh", "Data", "Refresh", ("F5", "Ctrl+R"), charts.update_front, charts.has_target,
                why_disabled=NO_CHART,
            ),
            ActionRow(
                "next_chart", "View", "Next layout", ("Ctrl+Tab", "Ctrl+PgDown"), partial(step, 1), has_others,
                why_disabled=_ONLY_ONE,
            ),
            ActionRow(
                "previous_chart", "View", "Previous layout", ("Ctrl+Shift+Tab", "Ctrl+PgUp"), partial(step, -1),
                has_others, why_disabled=_ONLY_ONE,
            ),
        ),
    )  # fmt: skip
