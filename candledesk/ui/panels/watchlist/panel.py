"""The watchlist panel: the choice of a list, the line to add symbols, and the rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from candledesk.ui.panels.watchlist import menus
from candledesk.ui.panels.watchlist.add_line import AddLine
from candledesk.ui.panels.watchlist.lacking_strip import LackingStrip, lacking_symbols
from candledesk.ui.panels.watchlist.rows.model import RowModel
from candledesk.ui.panels.watchlist.rows.order import SectionRow, SymbolRow, drop_place, drop_section
from candledesk.ui.panels.watchlist.rows.texts import COLUMNS, Column
from candledesk.ui.panels.watchlist.rows.view import RowView
from candledesk.ui.theme.key_menu import KeyMenu
from candledesk.workspace.watchlists.edits import move_section, move_symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QHideEvent, QShowEvent

    from candledesk.ui.panels.watchlist.list_book import WatchlistBook
    from candledesk.ui.panels.watchlist.list_commands import ListCommands
    from candledesk.ui.panels.watchlist.quote_feed import QuoteFeed
    from candledesk.ui.panels.watchlist.rows.order import Row
    from candledesk.ui.panels.watchlist.transfer import ListTransfer
    from candledesk.ui.shell.feature import WindowContext

_USUAL_W, _LEAST_W = 280, 220
_AGE_MS = 20_000  # how often the ages of prices are painted anew
_ARROW = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
_EMPTY = "No symbol yet. Type one above, paste a list (Ctrl+V), or drop a file of TradingView here."


class WatchlistPanel(QDockWidget):
    """The dock; what its menus do is in ``commands`` and ``transfer``, which is ``None`` where names are not known."""

    def __init__(
        self, context: WindowContext, book: WatchlistBook, commands: ListCommands, feed: QuoteFeed,
        transfer: ListTransfer | None,
    ) -> None:  # fmt: skip
        """Show the list of ``book``."""
        super().__init__("Watchlist", context.window)
        self.setObjectName("watchlist")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)
        self._context, self._book, self._commands, self._feed, self._transfer = context, book, commands, feed, transfer
        self.model = RowModel(feed, self)
        self.view = RowView(self.model)
        self.add_line, self.lacking = AddLine(context.cache), LackingStrip()
        self.list_button, self.menu_button = QToolButton(), QToolButton()
        self._age_timer = QTimer(self)
        self._age_timer.setInterval(_AGE_MS)
        self._age_timer.timeout.connect(self._on_aged)
        self._build()
        self._connect()
        self._on_theme_changed()
        self._on_book_changed()

    # -- building

    def _build(self) -> None:
        self.list_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.list_button.setToolTip("Choose a watchlist")
        self.list_button.setAccessibleName("Watchlist")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setText("\N{MIDLINE HORIZONTAL ELLIPSIS}")
        self.menu_button.setToolTip("What can be done with the list")
        self.menu_button.setAccessibleName("Watchlist menu")
        for button in (self.list_button, self.menu_button):
            button.setMenu(KeyMenu(parent=button))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        head = QHBoxLayout()
        head.setContentsMargins(6, 4, 6, 2)
        head.setSpacing(2)
        head.addWidget(self.list_button)
        head.addStretch(1)
        head.addWidget(self.menu_button)
        line = QHBoxLayout()
        line.setContentsMargins(8, 2, 8, 6)
        line.addWidget(self.add_line)
        body = _Body()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(line)
        column.addWidget(self.view, 1)
        column.addWidget(self.lacking)
        self.setWidget(body)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        context = self._context
        self.list_button.menu().aboutToShow.connect(self._fill_lists)
        self.menu_button.menu().aboutToShow.connect(self._fill_menu)
        self.add_line.entered.connect(self._commands.add_text)
        self.add_line.left.connect(context.charts.focus)
        self.view.left.connect(context.charts.focus)
        self.view.opened.connect(self.open_symbol)
        self.view.asked.connect(self._on_asked)
        self.view.fold_requested.connect(self._on_fold_requested)
        self.view.scrolled.connect(self._feed.watch_soon)
        self.view.customContextMenuRequested.connect(self._open_row_menu)
        self.view.header().customContextMenuRequested.connect(self._open_column_menu)
        self.model.rows_dropped.connect(self._on_rows_dropped, Qt.ConnectionType.QueuedConnection)
        self.model.data_dropped.connect(self._on_data_dropped, Qt.ConnectionType.QueuedConnection)
        self._book.changed.connect(self._on_book_changed)
        self._feed.changed.connect(self._show_lacking)
        self.lacking.fetch_requested.connect(context.requests.backfill_requested)
        self._commands.added.connect(self._on_added)
        context.theme_choice.changed.connect(self._on_theme_changed)
        context.charts.front_changed.connect(self._on_front_changed)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the rows on screen from now on."""
        super().showEvent(event)
        self._age_timer.start()
        self._feed.watch_soon()

    def hideEvent(self, event: QHideEvent) -> None:
        """Watch nothing."""
        super().hideEvent(event)
        self._age_timer.stop()
        self._feed.watch_soon()

    # -- opening

    def open_symbol(self, symbol: str, takes_focus: bool) -> None:  # noqa: FBT001 - a signal has no keywords
        """Show a symbol in the active chart, in its interval; ``takes_focus``: the chart gets the keyboard."""
        charts = self._context.charts
        if takes_focus or charts.target is None:
            charts.enter_symbol(symbol)
            if not takes_focus:
                self.view.setFocus()
        elif charts.target[0] != symbol:
            charts.open_chart(symbol, charts.target[1])

    def open_in_tab(self, symbol: str) -> None:
        """Show a symbol in a chart of its own."""
        charts = self._context.charts
        target = charts.target
        charts.add_chart()
        if target is not None:
            charts.open_chart(symbol, target[1])
            charts.focus()
        else:
            charts.enter_symbol(symbol)

    # -- slots

    def _on_book_changed(self) -> None:
        shown = self._book.shown
        self.list_button.setText(f"{shown.name.replace('&', '&&')}  {_ARROW}")
        self._feed.set_symbols(shown.symbols)
        self.model.show_list(shown)
        self.view.set_empty_text(_EMPTY if self._book.is_loaded else "")
        self._show_lacking()

    def _show_lacking(self) -> None:
        self.lacking.show_symbols(lacking_symbols(self._book.shown.symbols, self._feed.quotes))

    def _on_added(self, symbols: Sequence[str]) -> None:
        """Select what was added, and show its row."""
        self.view.select(symbols)
        self.view.scrollTo(self.view.currentIndex())

    def _on_theme_changed(self) -> None:
        self.view.set_theme(self._context.theme_choice.theme)

    def _on_front_changed(self) -> None:
        target = self._context.charts.target
        self.model.set_active(target[0] if target is not None else "")

    def _on_aged(self) -> None:
        self.model.repaint_all()
        self._feed.watch()

    def _on_fold_requested(self, section: int, is_folded: bool) -> None:  # noqa: FBT001 - a signal has no keywords
        self._commands.fold(section, is_folded=is_folded)

    def _on_asked(self, name: str) -> None:
        symbols, row = self.view.selected_symbols(), self.view.current_row()
        if name == "undo":
            self._book.undo()
        elif name == "redo":
            self._book.redo()
        elif name == "copy" and symbols:
            QGuiApplication.clipboard().setText("\n".join(symbols))
        elif name == "paste" and self._transfer is not None:
            self._transfer.paste()
        elif name == "remove":
            self._remove_selected(symbols, row)
        elif name == "edit" and isinstance(row, SectionRow):
            self._commands.rename_section(row.section)
        elif name == "edit" and isinstance(row, SymbolRow):
            self._commands.edit_note(row.symbol)

    def _remove_selected(self, symbols: Sequence[str], row: Row | None) -> None:
        if symbols:
            place = self.view.selected_rows()[0]
            self._commands.remove(symbols)
            self._select_near(place)
        elif isinstance(row, SectionRow):
            self._commands.remove_section(row.section, has_symbols=False)

    def _select_near(self, place: int) -> None:
        """Put the keyboard on the row that is now at the place of those removed."""
        if self.model.rows:
            self.view.setCurrentIndex(self.model.index(min(place, len(self.model.rows) - 1), 0))

    def _on_rows_dropped(self, rows: Sequence[Row], before: int) -> None:
        shown = self._book.shown
        symbols = {row.symbol for row in rows if isinstance(row, SymbolRow)}
        sections = [row.section for row in rows if isinstance(row, SectionRow)]
        if symbols:
            section, place = drop_place(self.model.rows, shown, before)
            self._book.apply("move", lambda own: move_symbols(own, symbols, section, place))
        elif sections:
            target = drop_section(self.model.rows, shown, before)
            self._book.apply("move section", lambda own: move_section(own, sections[0], target))

    def _on_data_dropped(self, files: Sequence[str], text: str) -> None:
        if self._transfer is not None and files:
            self._transfer.preview_path(files[0])
        elif self._transfer is not None and text.strip():
            self._transfer.preview_text(text)

    # -- menus

    def _fill_lists(self) -> None:
        menu = self.list_button.menu()
        menu.clear()
        menus.fill_lists(menu, self._book, self._commands)

    def _fill_menu(self) -> None:
        menu, book, commands = self.menu_button.menu(), self._book, self._commands
        has_list, has_symbols = bool(book.shown_name), bool(book.shown.symbols)
        menu.clear()
        menus.add_row(menu, f"Undo {book.undo_title}".strip(), book.undo, "Ctrl+Z", is_enabled=bool(book.undo_title))
        menus.add_row(menu, f"Redo {book.redo_title}".strip(), book.redo, "Ctrl+Y", is_enabled=bool(book.redo_title))
        menu.addSeparator()
        menus.add_row(menu, "New section…", partial(commands.new_section, self.view.selected_symbols()))
        self._fill_columns(menu.addMenu("Columns"))
        menu.addSeparator()
        menus.add_row(menu, "Rename list…", commands.rename_list, is_enabled=has_list)
        menus.add_row(menu, "Duplicate list", commands.duplicate_list, is_enabled=has_list)
        menus.add_row(menu, "Delete list…", commands.delete_list, is_enabled=has_list)
        menu.addSeparator()
        if self._transfer is not None:
            menus.add_row(menu, "Paste…", self._transfer.paste, "Ctrl+V")
            menus.add_row(menu, "Import file…", self._transfer.choose_file)
            menus.add_row(menu, "Export file…", self._transfer.export, is_enabled=has_symbols)
            menu.addSeparator()
        menus.add_row(menu, "Backfill all…", commands.backfill_all, is_enabled=has_symbols)
        menus.add_row(menu, "Archive all…", commands.archive_all, is_enabled=has_symbols)

    def _open_column_menu(self, at: QPoint) -> None:
        menu = menus.popup_menu(self)
        self._fill_columns(menu)
        menu.popup(self.view.header().mapToGlobal(at))

    def _fill_columns(self, menu: QMenu) -> None:
        for column in COLUMNS[1:]:
            action = menu.addAction(column.value)
            action.setCheckable(True)
            action.setChecked(column in self.view.shown_columns())
            action.toggled.connect(partial(self._toggle_column, column))

    def _toggle_column(self, column: Column, is_shown: bool) -> None:  # noqa: FBT001 - Qt passes it
        others = [shown for shown in self.view.shown_columns() if shown is not column]
        self.view.show_columns([*others, *([column] if is_shown else [])])

    def _open_row_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        row = self.model.row_at(index.row()) if index.isValid() else None
        symbols = self.view.selected_symbols()
        if row is None:
            self._fill_menu()
            self.menu_button.menu().popup(self.view.viewport().mapToGlobal(at))
            return
        if isinstance(row, SectionRow):
            menu = menus.section_menu(self, self._commands, row.section, is_folded=row.is_folded, selected=symbols)
        else:
            menu = self._symbol_menu(row.symbol, symbols or [row.symbol])
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _symbol_menu(self, symbol: str, symbols: Sequence[str]) -> QMenu:
        commands, requests = self._commands, self._context.requests
        menu = menus.popup_menu(self)
        menus.add_row(menu, f"Open {symbol}", partial(self.open_symbol, symbol, takes_focus=True), "Enter")
        menus.add_row(menu, "Open in a new tab", partial(self.open_in_tab, symbol))
        can_compare = requests.isSignalConnected(QMetaMethod.fromSignal(requests.compare_requested))
        if can_compare:
            menus.add_row(menu, "Compare with the chart", partial(requests.compare_requested.emit, symbol))
        menu.addSeparator()
        flags = menu.addMenu("Flag")
        menus.fill_flags(flags, self._context.theme_choice.theme, partial(commands.flag, symbols))
        menus.add_row(menu, "Note…", partial(commands.edit_note, symbol), "F2")
        menus.add_row(menu, "New section with it…", partial(commands.new_section, symbols))
        menu.addSeparator()
        menus.add_row(menu, "Backfill…", partial(requests.backfill_requested.emit, list(symbols)))
        menus.add_row(menu, "Copy", partial(self._on_asked, "copy"), "Ctrl+C")
        title = "Remove" if len(symbols) == 1 else f"Remove {len(symbols):,} symbols"
        menus.add_row(menu, title, partial(commands.remove, symbols), "Del")
        return menu


class _Body(QWidget):
    """Asks for the usual width at first; a person can make the panel narrower or wider."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(_LEAST_W)

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        return QSize(_USUAL_W, super().sizeHint().height())
