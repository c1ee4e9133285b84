"""Asks the cache where the bar under the crosshair came from, once the crosshair rests on it."""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.cache.bar_messages import Provenance
    from candledesk.cache.events import BarsStored, CoverageChanged
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.ui.bridge import Bridge

_log = logging.getLogger(__name__)
_REST_MS = 80
_MOST_REMEMBERED = 64


class ProvenanceReader(QObject):
    """``arrived``: the provenance of the bar that was asked for last is known now."""

    arrived = Signal()

    def __init__(self, cache: CacheApi, bridge: Bridge, parent: QObject) -> None:
        """Remember nothing."""
        super().__init__(parent)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "the provenance could not be read: %s"))
        self._known: OrderedDict[tuple[str, Interval, Span], Provenance] = OrderedDict()
        self._wanted: tuple[str, Interval, Span] | None = None
        self._timer = single_shot_timer(self, _REST_MS, self._read)
        bridge.bars_stored.connect(self._on_changed)
        bridge.coverage_changed.connect(self._on_changed)

    def ask(self, key: tuple[str, Interval, Span]) -> Provenance | None:
        """Return what is known of the bars of a series in a span; else ``None``, and it is read after a pause."""
        found = self._known.get(key)
        if key != self._wanted:
            self._wanted = key
            self._timer.start()
        if found is not None:
            self._timer.stop()
            self._known.move_to_end(key)
        return found

    def stop(self) -> None:
        """Read nothing more until something is asked for again."""
        self._timer.stop()
        self._wanted = None

    def _read(self) -> None:
        if self._wanted is not None:
            self._tasks.replace(self._load(self._wanted))

    async def _load(self, key: tuple[str, Interval, Span]) -> None:
        self._known[key] = await result_of(self._cache.read_provenance(*key))
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        if key == self._wanted:
            self.arrived.emit()

    def _on_changed(self, event: BarsStored | CoverageChanged) -> None:
        """Forget what is known of a symbol; finer bars can be part of coarser ones."""
        for key in [key for key in self._known if key[0] == event.symbol]:
            del self._known[key]
        if self._wanted is not None and self._wanted[0] == event.symbol and not self._timer.isActive():
            self._timer.start()
