"""The active series: what is shown, and what was asked for a moment ago; the updater keeps them current."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from candledesk.domain.interval import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.interval import Interval

REMEMBERED_S = 30 * MINUTE_S  # after the last question of a script
N_REMEMBERED = 50


def elapsed_s() -> float:
    """Return seconds on a clock that nobody sets and that goes on while the machine sleeps, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class ActiveSeries:
    """A set of ``(symbol, base interval)``; safe from any thread."""

    def __init__(self, elapsed: Callable[[], float] = elapsed_s) -> None:
        """Start with none; ``elapsed`` tells the seconds that have really gone by."""
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, str], tuple[float, str, Interval]] = {}
        self._followed: dict[object, tuple[str, Interval]] = {}

    def note(self, symbol: str, interval: Interval) -> None:
        """Remember that somebody has asked for the series; half an hour later it is forgotten."""
        key = symbol, interval.base.name
        with self._lock:
            self._noted.pop(key, None)
            self._noted[key] = (self._elapsed(), symbol, interval.base)
            while len(self._noted) > N_REMEMBERED:
                del self._noted[next(iter(self._noted))]

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        """Count the series as active until the returned function is called."""
        mark = object()
        with self._lock:
            self._followed[mark] = (symbol, interval.base)

        def leave() -> None:
            with self._lock:
                self._followed.pop(mark, None)

        return leave

    def series(self) -> list[tuple[str, Interval]]:
        """Return the series, each once: first what is shown, then what was asked for last."""
        since = self._elapsed() - REMEMBERED_S
        with self._lock:
            noted = [(symbol, interval) for at, symbol, interval in reversed(self._noted.values()) if at > since]
            return list({(symbol, i.name): (symbol, i) for symbol, i in [*self._followed.values(), *noted]}.values())
