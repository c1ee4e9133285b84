"""Lists from files and pasted text, each shown as a preview first, and lists into files of TradingView's text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from candledesk.domain.errors import DocumentError
from candledesk.domain.texts import count_text
from candledesk.ui.panels.jobs.texts import names_text
from candledesk.ui.panels.watchlist.dialogs.preview_dialog import PreviewDialog
from candledesk.workspace.names import clean_name
from candledesk.workspace.watchlists.edits import add_list
from candledesk.workspace.watchlists.matching import make_watchlist, name_sections, preview_file
from candledesk.workspace.watchlists.text_files import MAX_FILE_BYTES, read_list_file, write_tradingview

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.ui.panels.watchlist.list_book import WatchlistBook
    from candledesk.ui.panels.watchlist.quote_feed import QuoteFeed
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.watchlists.matching import Preview, SymbolNames

_FILTER = "Lists of symbols (*.txt *.csv *.json);;All files (*)"
_IMPORTED = "Imported"


class ListTransfer(QObject):
    """Imports into the book and exports from it; ``reported`` carries a sentence."""

    reported = Signal(str)

    def __init__(self, context: WindowContext, names: SymbolNames, book: WatchlistBook, feed: QuoteFeed) -> None:
        """Do nothing yet."""
        super().__init__(context.window)
        self._context, self._names, self._book, self._feed = context, names, book, feed
        self._cache: CacheApi = context.cache

    # -- in

    def paste(self) -> None:
        """Preview the text on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.preview_text(text)
        else:
            self.reported.emit("There is no text to paste: copy symbols, or a list, first.")

    def preview_text(self, text: str) -> None:
        """Preview pasted or dropped text."""
        self._preview(text.encode(), _IMPORTED, is_new=False)

    def choose_file(self) -> None:
        """Ask for a file, and preview it."""
        dialog = QFileDialog(self._context.window, "Import a watchlist", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.preview_path)
        dialog.open()

    def preview_path(self, path: str) -> None:
        """Preview a file."""
        file = Path(path)
        try:
            with file.open("rb") as stream:
                content = stream.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            self.reported.emit(f"{file.name} cannot be read: {error.strerror or error}.")
            return
        self._preview(content, file.stem, is_new=True)

    def _preview(self, content: bytes, title: str, *, is_new: bool) -> None:
        try:
            preview = preview_file(read_list_file(content), self._names)
        except DocumentError as error:
            self.reported.emit(str(error))
            return
        wanted = preview.watchlist.name if preview.watchlist is not None else clean_name(title, _IMPORTED)
        new_name = self._book.free_name(wanted)
        theme = self._context.theme_choice.theme
        dialog = PreviewDialog(
            self._cache, preview, self._book.shown, new_name, theme, self._context.window, is_new=is_new
        )
        dialog.confirmed.connect(self._on_confirmed)
        dialog.open()

    def _on_confirmed(self, preview: Preview, new_name: str) -> None:
        try:
            made = make_watchlist(clean_name(new_name, _IMPORTED), preview, self._names)
        except DocumentError as error:
            self.reported.emit(str(error))
            return
        n_before = len(self._book.shown.symbols)
        if new_name:
            if self._book.add(new_name, made):
                self.reported.emit(f"{count_text(len(made.symbols), 'symbol')} in the new list {made.name}")
        elif self._book.apply("import", lambda shown: add_list(shown, made)):
            n_added = len(self._book.shown.symbols) - n_before
            self.reported.emit(f"{count_text(n_added, 'symbol')} added to {self._book.shown.name}")

    # -- out

    def export(self) -> None:
        """Ask for a file, and write the shown list into it as TradingView's text."""
        name = f"{self._book.shown.name}.txt"
        dialog = QFileDialog(self._context.window, "Export the watchlist", name, _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(self.write_path)
        dialog.open()

    def write_path(self, path: str) -> None:
        """Write the shown list into a file; what has no name there is reported and left out."""
        shown = self._book.shown
        exchanges = {
            symbol: quote.instrument.exchange
            for symbol, quote in self._feed.quotes.items()
            if quote.instrument is not None
        }
        sections, unnamed = name_sections(shown, self._names, exchanges)
        try:
            Path(path).write_text(write_tradingview(sections), encoding="utf-8", newline="")
        except OSError as error:
            self.reported.emit(f"{Path(path).name} cannot be written: {error.strerror or error}.")
            return
        n_written = len(shown.symbols) - len(unnamed)
        text = f"{count_text(n_written, 'symbol')} written into {Path(path).name}."
        if unnamed:
            text += f" Left out, because TradingView's names of them are not known: {names_text(unnamed)}."
        self.reported.emit(text)
