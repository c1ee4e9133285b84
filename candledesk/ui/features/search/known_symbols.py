"""Keeps the index of the cached instruments: read and built on a thread of the cache, again after new symbols."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.cache.runtime.threads import run_into
from candledesk.ui.features.search.symbol_index import SymbolIndex
from candledesk.ui.features.search.symbol_rows import row_of
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import BarsStored, CoverageChanged
    from candledesk.domain.instrument import Instrument
    from candledesk.ui.bridge import Bridge

_log = logging.getLogger(__name__)
_FIRST_MS = 2_000  # after the window is built: the first charts are shown by then


def build_index(listed: Future[list[Instrument]]) -> Future[SymbolIndex]:
    """Return a future of the index; it is built on the thread that read the list."""
    built: Future[SymbolIndex] = Future()

    def build() -> SymbolIndex:
        return SymbolIndex(row_of(row, is_stored=True) for row in listed.result())

    listed.add_done_callback(lambda _: run_into(built, build))
    return built


class KnownSymbols(QObject):
    """``index`` holds the cached instruments; ``changed`` when it was read again."""

    changed = Signal()

    def __init__(self, cache: CacheApi, bridge: Bridge, parent: QObject) -> None:
        """Read the list a while after the start, or at the first ``refresh``."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "the cached symbols cannot be listed: %s"))
        self.index = SymbolIndex()
        self._is_stale, self._is_loading = True, False
        self._first = single_shot_timer(self, _FIRST_MS, self.refresh)
        self._first.start()
        bridge.bars_stored.connect(self._on_stored)
        bridge.coverage_changed.connect(self._on_coverage_changed)

    def close(self) -> None:
        """Read nothing any more."""
        self._first.stop()
        self._is_stale = False

    def refresh(self) -> None:
        """Read the list again if symbols came or went since."""
        self._first.stop()
        if self._is_stale and not self._is_loading:
            self._is_stale, self._is_loading = False, True
            self._tasks.start(self._load())

    async def _load(self) -> None:
        try:
            self.index = await result_of(build_index(self._cache.list_instruments()))
        except BaseException:
            self._is_stale = True
            raise
        finally:
            self._is_loading = False
        self.changed.emit()

    def _on_stored(self, event: BarsStored) -> None:
        self._is_stale = self._is_stale or event.symbol not in self.index

    def _on_coverage_changed(self, event: CoverageChanged) -> None:
        is_known = event.symbol in self.index
        self._is_stale = self._is_stale or not is_known or event.rev == 0  # a series that was deleted has revision 0
