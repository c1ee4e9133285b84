"""The parts of the watchlist panel, put together, and what they remember in ``window.ini``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from candledesk.ui.panels.watchlist.list_book import WatchlistBook
from candledesk.ui.panels.watchlist.list_commands import ListCommands
from candledesk.ui.panels.watchlist.panel import WatchlistPanel
from candledesk.ui.panels.watchlist.quote_feed import QuoteFeed
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, USUAL_COLUMNS
from candledesk.ui.panels.watchlist.transfer import ListTransfer

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.api import SubscribedWorkspace

_SETTINGS_FILE = "window.ini"
_SHOWN, _COLUMNS = "watchlist/shown", "watchlist/columns"


class Watchlists(QObject):
    """``panel`` shows ``book``; ``commands`` change it."""

    def __init__(self, context: WindowContext, workspace: SubscribedWorkspace) -> None:
        """Read the lists of ``workspace``."""
        super().__init__(context.window)
        self._settings = QSettings(str(context.home / _SETTINGS_FILE), QSettings.Format.IniFormat)
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

    def _visible_symbols(self) -> list[str]:
        return self.panel.view.visible_symbols()

    def _on_book_changed(self) -> None:
        if self.book.is_loaded and self._settings.value(_SHOWN, "") != self.book.shown_name:
            self._settings.setValue(_SHOWN, self.book.shown_name)

    def _on_columns_changed(self) -> None:
        self._settings.setValue(_COLUMNS, " ".join(column.name for column in self.panel.view.shown_columns()))
