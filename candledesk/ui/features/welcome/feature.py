"""Shows the welcome page while no chart of the window has a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from candledesk.ui.features.welcome.page import WelcomePage
from candledesk.ui.shell.feature import Feature
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from candledesk.cache.messages import LimiterState
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext


class WelcomeController(QObject):
    """Puts the page over the only cell of an empty window, and takes it away with the first symbol."""

    def __init__(self, context: WindowContext) -> None:
        """Look once the window has opened the charts of the last time."""
        super().__init__(context.window)
        self._context, self._charts = context, context.charts
        self._page: WelcomePage | None = None
        self._is_offline = context.cache.limiter_state().is_offline
        self._soon = single_shot_timer(self, 0, self._refresh)  # one look for all that happens at a start
        for signal in (self._charts.front_changed, self._charts.arranged, self._charts.series_changed):
            signal.connect(self._soon.start)
        context.requests.closing.connect(self._soon.timeout.disconnect)
        context.bridge.limiter_changed.connect(self._on_limiter_changed)

    def _empty_cell(self) -> ChartPage | None:
        """Return the only cell in front of a window in which no chart has a symbol."""
        grid = self._charts.grid
        is_empty = not any(page.state.series or page.target for page in self._charts.pages())
        return grid.page if grid is not None and len(grid.cells) == 1 and is_empty else None

    def _refresh(self) -> None:
        cell = self._empty_cell()
        if self._page is not None and not shiboken6.isValid(self._page):
            self._page = None  # its chart was closed
        if self._page is not None and self._page.parent() is not cell:
            self._page.hide()
            self._page.deleteLater()
            self._page = None
        if cell is not None and self._page is None:
            self._page = WelcomePage(cell, is_offline=self._is_offline)
            self._page.symbol_chosen.connect(self._charts.enter_symbol)
            self._page.action_chosen.connect(self._on_action_chosen)

    def _on_action_chosen(self, name: str) -> None:
        self._context.table.actions[name].trigger()

    def _on_limiter_changed(self, state: LimiterState) -> None:
        self._is_offline = state.is_offline
        if self._page is not None and shiboken6.isValid(self._page):
            self._page.show_reach(is_offline=state.is_offline)


def welcome_feature(context: WindowContext) -> Feature:
    """Return a feature without rows: what the page offers stands in the menus of the others."""
    WelcomeController(context)
    return Feature("welcome")
