"""The series that were forgotten in this run: an open chart does not fetch them again, a new wish does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from candledesk.domain.errors import NotCachedError

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

Key = tuple[str, str]
"""Symbol and stored interval; an empty interval: all of the symbol."""


class ForgottenError(NotCachedError):
    """Nothing of the series is stored since it was forgotten."""

    def __init__(self, symbol: str) -> None:
        """Build the message."""
        super().__init__(symbol)
        self.args = (f"{symbol} was forgotten: open it again to fetch it",)


class ForgottenSeries:
    """Which series are being forgotten or were; safe from any thread."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._running: set[Key] = set()
        self._ended: set[Key] = set()

    def begin(self, symbol: str, interval: Interval | None) -> None:
        """Refuse every fill of the series from now on."""
        with self._lock:
            self._running.add(_key(symbol, interval))

    def end(self, symbol: str, interval: Interval | None) -> None:
        """Refuse the fills of charts that show the series, until ``clear``."""
        key = _key(symbol, interval)
        with self._lock:
            self._running.discard(key)
            self._ended.add(key)

    def clear(self, symbol: str) -> None:
        """Allow fills again, since a person or a script asks for the symbol; not while it is being forgotten."""
        with self._lock:
            self._ended = {key for key in self._ended if key[0] != symbol}

    def error(self, symbol: str, interval: Interval) -> ForgottenError | None:
        """Return why a series is not fetched now; ``None`` when it may be."""
        keys = {(symbol, ""), _key(symbol, interval)}
        with self._lock:
            return ForgottenError(symbol) if keys & (self._running | self._ended) else None


def _key(symbol: str, interval: Interval | None) -> Key:
    return symbol, "" if interval is None else interval.base.name
