"""The watchlist panel as a feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature, Panel

if TYPE_CHECKING:
    from candledesk.ui.panels.watchlist.panel import WatchlistPanel
    from candledesk.ui.panels.watchlist.watchlists import Watchlists
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.api import SubscribedWorkspace

_TITLE = "Add the symbol to the watchlist"
_KEYS = (
    ("Watchlist", "Open the next or previous symbol", "Space  or  Shift+Space"),
    ("Watchlist", "Go down or up, and open the symbol", "Down  or  Up"),
    ("Watchlist", "Open the symbol and go to the chart", "Return"),
    ("Watchlist", "Fold or unfold the section", "Left  or  Right"),
    ("Watchlist", "Edit the note, or the title of the section", "F2"),
    ("Watchlist", "Remove the selected symbols", "Del"),
    ("Watchlist", "Copy symbols, or paste any list", "Ctrl+C  or  Ctrl+V"),
    ("Watchlist", "Undo or redo a change of the list", "Ctrl+Z  or  Ctrl+Y"),
)


class _WatchlistController(QObject):
    """Creates the panel at its first use, and adds symbols to its list."""

    def __init__(self, context: WindowContext, workspace: SubscribedWorkspace) -> None:
        super().__init__(context.window)
        self._context, self._workspace = context, workspace
        self._created: Watchlists | None = None
        self.panel: Panel[WatchlistPanel] = Panel(
            "watchlist", "Watchlist", self._create, Qt.DockWidgetArea.RightDockWidgetArea, "View",
            shortcuts=("Ctrl+Shift+W",), icon="watchlist",
        )  # fmt: skip
        context.requests.watchlist_requested.connect(self.add)
        context.requests.list_requested.connect(self.show_list)

    def _create(self) -> WatchlistPanel:
        return self._lists().panel

    def _lists(self) -> Watchlists:
        from candledesk.ui.panels.watchlist.watchlists import Watchlists

        if self._created is None:
            self._created = Watchlists(self._context, self._workspace)
        return self._created

    def add(self, symbol: str) -> None:
        """Add a symbol to the list that is shown."""
        self._lists().commands.add_text(symbol)

    def show_list(self, name: str) -> None:
        """Show the panel with a list."""
        self.panel.dock.show()
        self._lists().book.show(name)

    def add_shown(self) -> None:
        """Add the symbol of the active chart."""
        if self._context.charts.target is not None:
            self.add(self._context.charts.target[0])

    def title(self) -> str:
        """Return ``Add AAPL to Tech``."""
        target = self._context.charts.target
        if target is None or self._created is None:
            return _TITLE
        return f"Add {target[0]} to {self._created.book.shown.name}"


def watchlist_feature(context: WindowContext) -> Feature:
    """Return the panel at the right and the row that adds a symbol; nothing where no list can be stored."""
    if context.workspace is None:
        return Feature("watchlist")
    lists = _WatchlistController(context, context.workspace)
    return Feature(
        "watchlist",
        (
            ActionRow(
                "add_to_watchlist", "Data", _TITLE, ("Alt+W",), lists.add_shown, context.charts.has_target,
                title_now=lists.title,
            ),
        ),
        panel=lists.panel,
        keys=_KEYS,
        after_start=lists.panel.create,
    )  # fmt: skip
