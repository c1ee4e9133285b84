"""The prices of the symbols of a list: read from the cache, again after every change, and watched while on screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged
    from candledesk.cache.quote_messages import Quote
    from candledesk.ui.bridge import Bridge

SLICE = 50  # symbols in one read, so that a chart's read never waits for a whole list
_COLLECT_MS = 200  # changes within it are read at once
_WATCH_MS = 300  # after the last scroll step


class QuoteFeed(QObject):
    """Quotes by symbol; ``changed`` carries the symbols that were read.

    ``visible``: returns the symbols that are on screen: they are read first, and they alone are watched.
    """

    changed = Signal(object)  # list of symbols

    def __init__(
        self, cache: CacheApi, bridge: Bridge, visible: Callable[[], Sequence[str]], report: Callable[[str], object],
        parent: QObject,
    ) -> None:  # fmt: skip
        """Read nothing yet."""
        super().__init__(parent)
        self._cache, self._visible = cache, visible
        self._tasks = WidgetTasks(self, report)
        self._symbols: dict[str, None] = {}
        self._stale: dict[str, None] = {}
        self._is_reading = False
        self._offset_s = 0.0
        self._watched: tuple[str, ...] = ()
        self.quotes: dict[str, Quote] = {}
        self._collect = single_shot_timer(self, _COLLECT_MS, self._read)
        self._watch = single_shot_timer(self, _WATCH_MS, self.watch)
        bridge.bars_stored.connect(self._on_series_changed)
        bridge.coverage_changed.connect(self._on_series_changed)

    def now(self) -> float:
        """Return the time of the cache's clock in UTC seconds."""
        return time.time() + self._offset_s

    def set_symbols(self, symbols: Iterable[str]) -> None:
        """Hold the quotes of these symbols; those that are not read yet are read."""
        self._symbols = dict.fromkeys(symbols)
        self.quotes = {symbol: quote for symbol, quote in self.quotes.items() if symbol in self._symbols}
        self._stale |= dict.fromkeys(symbol for symbol in self._symbols if symbol not in self.quotes)
        self._read()
        self.watch_soon()

    def watch_soon(self) -> None:
        """Watch what is on screen, once it no longer moves."""
        self._watch.start()

    def watch(self) -> None:
        """Let the cache update the symbols on screen of which something is stored, and no others."""
        self._watch.stop()
        shown = tuple(symbol for symbol in self._visible() if self._has_price(symbol))
        if shown != self._watched:
            self._watched = shown
            self._cache.set_watched(shown)

    def _has_price(self, symbol: str) -> bool:
        quote = self.quotes.get(symbol)
        return quote is not None and quote.price is not None

    def _on_series_changed(self, event: BarsStored | CoverageChanged) -> None:
        if event.symbol in self._symbols:
            self._stale[event.symbol] = None
            if not self._collect.isActive():
                self._collect.start()

    def _read(self) -> None:
        if not self._is_reading and self._stale:
            self._is_reading = True
            self._tasks.start(self._read_slices())

    async def _read_slices(self) -> None:
        """Read what is stale, slice by slice, the symbols on screen first."""
        try:
            while self._stale:
                first = [symbol for symbol in self._visible() if symbol in self._stale]
                chosen = list(dict.fromkeys([*first, *self._stale]))[:SLICE]
                for symbol in chosen:
                    del self._stale[symbol]
                found = await result_of(self._cache.read_quotes([row for row in chosen if row in self._symbols]))
                self._take(found)
        finally:
            self._is_reading = False

    def _take(self, found: Sequence[Quote]) -> None:
        kept = [quote for quote in found if quote.symbol in self._symbols]
        for quote in kept:
            self.quotes[quote.symbol] = quote
            if quote.hours is not None:
                self._offset_s = quote.hours.now - time.time()
        self.changed.emit([quote.symbol for quote in kept])
        self.watch_soon()
