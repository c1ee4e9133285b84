"""The active series: what charts and scripts have asked for since the start; the updater keeps them current."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval


class ActiveSeries:
    """A set of ``(symbol, base interval)`` in the order of their first use; safe from any thread."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._series: dict[tuple[str, str], tuple[str, Interval]] = {}

    def note(self, symbol: str, interval: Interval) -> None:
        """Remember that somebody uses the series."""
        with self._lock:
            self._series[symbol, interval.name] = (symbol, interval)

    def series(self) -> list[tuple[str, Interval]]:
        """Return the series."""
        with self._lock:
            return list(self._series.values())
