"""What a person can do to lists, sections and symbols, with the dialogs that ask for what is missing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import count_text
from candledesk.ui.panels.jobs.texts import names_text
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.storage.texts import Question
from candledesk.ui.panels.watchlist.dialogs.archive_dialog import ArchiveDialog
from candledesk.ui.panels.watchlist.dialogs.text_dialog import TextDialog
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.names import MAX_NAME_CHARS
from candledesk.workspace.watchlists import edits
from candledesk.workspace.watchlists.watchlist import MAX_NOTE_CHARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.interval import Interval
    from candledesk.ui.panels.watchlist.list_book import WatchlistBook
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.watchlists.watchlist import Watchlist

_ARCHIVED_AT_ONCE = 8
_NEW_NAME = "Watchlist"


class ListCommands(QObject):
    """Changes the shown list of ``book``; ``reported`` carries a sentence; ``added`` the symbols that are new."""

    reported = Signal(str)
    added = Signal(object)

    def __init__(self, context: WindowContext, book: WatchlistBook) -> None:
        """Do nothing yet."""
        super().__init__(context.window)
        self._context, self._book = context, book
        self._tasks = WidgetTasks(self, self.reported.emit)

    # -- lists

    def new_list(self) -> None:
        """Ask for a name, and show a new list."""
        text = self._book.free_name(_NEW_NAME)
        dialog = TextDialog("New watchlist", "Name", text, MAX_NAME_CHARS, self._context.window, verb="Create")
        dialog.ask(self._book.add)

    def rename_list(self) -> None:
        """Ask for another name of the shown list."""
        name = self._book.shown_name
        TextDialog(
            "Rename the watchlist", "Name", name, MAX_NAME_CHARS, self._context.window, verb="Rename"
        ).ask(self._book.rename)  # fmt: skip

    def duplicate_list(self) -> None:
        """Show a copy of the shown list."""
        shown = self._book.shown
        self._book.add(self._book.free_name(f"{shown.name[: MAX_NAME_CHARS - 5]} copy"), shown)

    def delete_list(self) -> None:
        """Ask, then delete the shown list."""
        shown = self._book.shown
        question = Question(
            f"Delete the watchlist {shown.name}?",
            (f"It has {count_text(len(shown.symbols), 'symbol')}. Their bars stay stored. This cannot be undone.",),
            "Delete",
        )
        dialog = ConfirmDialog(question, self._context.window)
        dialog.accepted.connect(self._book.delete)
        dialog.open()

    def backfill_all(self) -> None:
        """Open the form of backfills with all symbols of the shown list."""
        self._context.requests.backfill_requested.emit(list(self._book.shown.symbols))

    def archive_all(self) -> None:
        """Ask for an interval, then archive all symbols of the shown list."""
        shown = self._book.shown
        dialog = ArchiveDialog(self._context.cache, shown.name, shown.symbols, self._context.window)
        dialog.chosen.connect(partial(self._archive, shown.symbols))
        dialog.open()

    def _archive(self, symbols: Sequence[str], interval: Interval) -> None:
        self._tasks.start(self._archive_each(symbols, interval))

    async def _archive_each(self, symbols: Sequence[str], interval: Interval) -> None:
        """Archive the series a few at a time; those that cannot be are named at the end."""
        self.reported.emit(f"Archiving {count_text(len(symbols), 'series', 'series')}")
        refused: list[str] = []
        for at in range(0, len(symbols), _ARCHIVED_AT_ONCE):
            part = symbols[at : at + _ARCHIVED_AT_ONCE]
            changes = [self._context.cache.set_archived(symbol, interval, is_on=True) for symbol in part]
            for symbol, change in zip(part, changes, strict=True):
                try:
                    await result_of(change)
                except CandleDeskError:
                    refused.append(symbol)
        text = f"{count_text(len(symbols) - len(refused), 'series', 'series')} archived in {interval.name}."
        self.reported.emit(text + (f" Not archived: {names_text(refused)}." if refused else ""))

    # -- symbols

    def add_text(self, text: str) -> None:
        """Add the symbols of a typed text, separated by commas or blanks, to the shown list."""
        symbols: list[str] = []
        for word in text.replace(",", " ").split():
            try:
                symbols.append(parse_symbol(word))
            except InputError as error:
                self.reported.emit(str(error))
                return
        self.add(symbols)

    def add(self, symbols: Sequence[str]) -> None:
        """Add symbols to the shown list, and say so."""
        own = set(self._book.shown.symbols)
        new = [symbol for symbol in symbols if symbol not in own]
        name = self._book.shown.name
        if not new:
            self.reported.emit(f"{names_text(list(symbols))} {'is' if len(symbols) == 1 else 'are'} in {name} already")
            self.added.emit(list(symbols))
        elif self._book.apply(f"add {names_text(new)}", lambda shown: edits.add_symbols(shown, new)):
            self.reported.emit(f"{names_text(new)} added to {name}")
            self.added.emit(new)

    def remove(self, symbols: Sequence[str]) -> None:
        """Remove symbols from the shown list."""
        if symbols:
            self._book.apply(f"remove {names_text(symbols)}", lambda shown: edits.remove_symbols(shown, set(symbols)))

    def flag(self, symbols: Sequence[str], colour: str) -> None:
        """Give symbols a flag, empty: none."""
        self._book.apply("flag", lambda shown: edits.set_flag(shown, set(symbols), colour))

    def edit_note(self, symbol: str) -> None:
        """Ask for the note of a symbol."""
        note = self._book.shown.notes.get(symbol, "")
        dialog = TextDialog(
            f"Note on {symbol}", "Note", note, MAX_NOTE_CHARS, self._context.window, verb="Save", can_be_empty=True
        )
        dialog.ask(partial(self._set_note, symbol))

    def _set_note(self, symbol: str, note: str) -> None:
        self._book.apply(f"note on {symbol}", lambda shown: edits.set_note(shown, symbol, note))

    # -- sections

    def new_section(self, symbols: Sequence[str]) -> None:
        """Ask for a title, and put a section at the end of the list that takes the selected symbols."""
        dialog = TextDialog("New section", "Title", "", MAX_NAME_CHARS, self._context.window, verb="Create")
        dialog.ask(partial(self._add_section, symbols))

    def _add_section(self, symbols: Sequence[str], title: str) -> None:
        self._book.apply("new section", lambda shown: edits.add_section(shown, title, set(symbols)))

    def rename_section(self, section: int) -> None:
        """Ask for another title of a section."""
        title = self._book.shown.sections[section].title
        dialog = TextDialog("Rename the section", "Title", title, MAX_NAME_CHARS, self._context.window, verb="Rename")
        dialog.ask(partial(self._set_title, section))

    def _set_title(self, section: int, title: str) -> None:
        self._book.apply("rename section", lambda shown: edits.rename_section(shown, section, title))

    def remove_section(self, section: int, *, has_symbols: bool) -> None:
        """Remove a section with its symbols, or its title only: then they join the section above."""

        def edit(shown: Watchlist) -> Watchlist:
            own = shown.sections[section].symbols
            return edits.remove_section(edits.remove_symbols(shown, own) if has_symbols else shown, section)

        self._book.apply("remove section", edit)

    def fold(self, section: int, *, is_folded: bool) -> None:
        """Fold or unfold a section."""
        self._book.fold(section, is_folded=is_folded)
