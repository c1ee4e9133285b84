"""The watchlist panel as a feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt

from candledesk.ui.panels.watchlist.list_book import WatchlistBook
from candledesk.ui.panels.watchlist.list_commands import ListCommands
from candledesk.ui.panels.watchlist.panel import WatchlistPanel
from candledesk.ui.panels.watchlist.quote_feed import QuoteFeed
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, USUAL_COLUMNS
from candledesk.ui.panels.watchlist.transfer import ListTransfer
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature, Panel

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext

_SETTINGS_FILE = "window.ini"
_SHOWN, _COLUMNS = "watchlist/shown", "watchlist/columns"
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


class _Watchlists(QObject):
    """The panel with what it shows, remembered in ``window.ini``."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context
        self._settings = QSettings(str(context.home / _SETTINGS_FILE), QSettings.Format.IniFormat)
        workspace = context.workspace
        if workspace is None:
            raise ValueError("watchlists are stored in a workspace")
        shown = str(self._settings.value(_SHOWN, ""))
        self.book = WatchlistBook(workspace, context.workspace_bridge, shown, self)
        self.commands = ListCommands(context, self.book)
        self.feed = QuoteFeed(context.cache, context.bridge, self._visible_symbols, context.charts.show_message, self)
        names = workspace.symbol_names
        self.transfer = None if names is None else ListTransfer(context, names, self.book, self.feed)
        self.panel = WatchlistPanel(context, self.book, self.commands, self.feed, self.transfer)
        stored = str(self._settings.value(_COLUMNS, " ".join(column.name for column in USUAL_COLUMNS))).split()
        self.panel.view.show_columns([column for column in COLUMNS if column.name in stored])
        self.panel.view.columns_changed.connect(self._on_columns_changed)
        self.book.failed.connect(context.charts.show_message)
        self.commands.reported.connect(context.charts.show_message)
        if self.transfer is not None:
            self.transfer.reported.connect(context.charts.show_message)
        self.book.changed.connect(self._on_book_changed)
        context.requests.watchlist_requested.connect(self.add)
        context.requests.list_requested.connect(self.show_list)

    def add(self, symbol: str) -> None:
        """Add a symbol to the list that is shown."""
        self.commands.add_text(symbol)

    def show_list(self, name: str) -> None:
        """Show the panel with a list."""
        self.panel.show()
        self.book.show(name)

    def add_shown(self) -> None:
        """Add the symbol of the active chart."""
        if self._context.charts.target is not None:
            self.add(self._context.charts.target[0])

    def title(self) -> str:
        """Return ``Add AAPL to Tech``."""
        target = self._context.charts.target
        return _TITLE if target is None else f"Add {target[0]} to {self.book.shown.name}"

    def _visible_symbols(self) -> list[str]:
        return self.panel.view.visible_symbols()

    def _on_book_changed(self) -> None:
        if self.book.is_loaded and self._settings.value(_SHOWN, "") != self.book.shown_name:
            self._settings.setValue(_SHOWN, self.book.shown_name)

    def _on_columns_changed(self) -> None:
        self._settings.setValue(_COLUMNS, " ".join(column.name for column in self.panel.view.shown_columns()))


def watchlist_feature(context: WindowContext) -> Feature:
    """Return the panel at the right and the row that adds a symbol; nothing where no list can be stored."""
    if context.workspace is None:
        return Feature("watchlist")
    lists = _Watchlists(context)
    return Feature(
        "watchlist",
        (
            ActionRow(
                "add_to_watchlist", "Data", _TITLE, ("Alt+W",), lists.add_shown, context.charts.has_target,
                title_now=lists.title,
            ),
        ),
        panel=Panel(
            "watchlist", lists.panel, Qt.DockWidgetArea.RightDockWidgetArea, "View", ("Ctrl+Shift+W",), "watchlist"
        ),
        keys=_KEYS,
    )  # fmt: skip
