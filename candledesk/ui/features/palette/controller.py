"""Opens the palette with what there is at that moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QObject

from candledesk.ui.features.palette.box import PaletteBox
from candledesk.ui.features.palette.finder import Finder
from candledesk.ui.features.palette.recent import RecentItems
from candledesk.ui.features.palette.sources import action_items, interval_items, tab_items, typed_items, typed_symbol
from candledesk.ui.features.palette.symbol_rows import SymbolRows, build_symbol_rows
from candledesk.ui.palette_item import PaletteItem, PaletteKind
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from candledesk.cache.events import BarsStored
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.api import WorkspaceApi


class PaletteController(QObject):
    """Collects what can be found, and does what is chosen."""

    def __init__(self, context: WindowContext) -> None:
        """Build the hidden box of a window."""
        super().__init__(context.window)
        self._context = context
        self._tasks = WidgetTasks(self, context.charts.show_message)
        self._recent = RecentItems(context.settings)
        self._symbols: SymbolRows | None = None
        self._are_symbols_new = False  # since they were read
        self._named: list[PaletteItem] = []
        self.box = PaletteBox(context.window)
        self.box.chosen.connect(self._on_chosen)
        self.box.left.connect(context.charts.focus)
        context.bridge.bars_stored.connect(self._on_bars_stored)

    def toggle(self) -> None:
        """Open the box, or close it and give the keyboard back."""
        if self.box.isVisible():
            self.box.close_box()
            self._context.charts.focus()
            return
        self.box.begin(self._finder())
        self._tasks.start(self._load_symbols())
        if self._context.workspace is not None:
            self._tasks.start(self._load_named(self._context.workspace))

    def _finder(self) -> Finder:
        charts = self._context.charts
        items = [*action_items(self._context.table), *interval_items(charts), *tab_items(charts)]
        for feature in self._context.features.values():
            if feature.palette is not None:
                items += feature.palette()

        def typed(prefix: str, text: str) -> list[PaletteItem]:
            symbol = typed_symbol(charts, text) if text and not prefix else None
            return [*typed_items(charts, prefix, text), *([symbol] if symbol is not None else [])]

        finder = Finder([*items, *self._named], typed, self._recent.ids)
        if self._symbols is not None:
            finder.set_symbols(self._symbols)
        return finder

    async def _load_named(self, workspace: WorkspaceApi) -> None:
        """Read the layouts and the watchlists, and search again."""
        self._named = await _named_items(workspace, self._context)
        self._show_more()

    async def _load_symbols(self) -> None:
        """Read the symbols where they may have changed, and search again."""
        if self._symbols is None or self._are_symbols_new:
            self._are_symbols_new = False  # what is stored from now on is read the next time
            listed = self._context.cache.list_instruments()
            self._symbols = await result_of(build_symbol_rows(listed, self._context.charts.enter_symbol))
            self._show_more()

    def _show_more(self) -> None:
        if self.box.isVisible():
            self.box.show_more(self._finder())

    def _on_chosen(self, item: PaletteItem) -> None:
        self._recent.add(item.id)
        self._context.charts.focus()
        item.run()

    def _on_bars_stored(self, event: BarsStored) -> None:
        if self._symbols is not None and event.symbol not in self._symbols.rows:
            self._are_symbols_new = True


async def _named_items(workspace: WorkspaceApi, context: WindowContext) -> list[PaletteItem]:
    """Return an item of each layout and watchlist that some feature of the window can show."""
    requests, items = context.requests, []
    if _is_handled(requests, requests.layout_requested):
        layouts = await result_of(workspace.list_layouts())
        items += [
            PaletteItem(
                f"layout:{one.name}", PaletteKind.LAYOUT, one.name, partial(requests.layout_requested.emit, one.name)
            )
            for one in layouts
        ]
    if _is_handled(requests, requests.list_requested):
        lists = await result_of(workspace.list_watchlists())
        items += [
            PaletteItem(
                f"list:{one.name}", PaletteKind.LIST, one.name, partial(requests.list_requested.emit, one.name),
                detail=f"{len(one.symbols)} symbols",
            )
            for one in lists
        ]  # fmt: skip
    return items


def _is_handled(sender: QObject, signal: SignalInstance) -> bool:
    return sender.isSignalConnected(QMetaMethod.fromSignal(signal))
