"""Events of the ratios that charts show: what changes in either series changes the ratio."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.events import BarsStored, CoverageChanged, RefreshDue
from candledesk.domain.compare.ratio import symbols_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.event_emitter import EventEmitter
    from candledesk.cache.events import Event


class RatioEvents:
    """Emits the events of two series once more for each ratio of them that is followed."""

    def __init__(self, events: EventEmitter) -> None:
        """Start without a ratio."""
        self._events = events
        self._lock = threading.Lock()
        self._followed: Counter[str] = Counter()
        events.subscribe(self._on_event)

    def follow(self, symbol: str) -> Callable[[], None]:
        """Emit the events of a ratio until the returned function is called."""
        with self._lock:
            self._followed[symbol] += 1

        def leave() -> None:
            with self._lock:
                self._followed[symbol] -= 1
                self._followed += Counter()  # drops what nobody follows any more

        return leave

    def _on_event(self, event: Event) -> None:
        if isinstance(event, BarsStored | CoverageChanged | RefreshDue) and event.symbol is not None:
            with self._lock:
                ratios = [symbol for symbol in self._followed if event.symbol in symbols_of(symbol)]
            for symbol in ratios:
                if symbol != event.symbol:
                    self._events.emit(replace(event, symbol=symbol))
