"""The active series: what is shown, and what was asked for a moment ago; the updater keeps them current.

It also says how late the updates are: the lag of a series is the time since its first closed bar became available
that nobody has asked for yet, or since the series became active where that is later: a bar that closed while nobody
wanted it is not late.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.interval import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from candledesk.domain.interval import Interval

REMEMBERED_S = 30 * MINUTE_S  # after the last request of a script
N_REMEMBERED = 50
LATE_S = 30  # a lag below is the ordinary round of updates
_LAG_STEP_S = 10  # an event follows when the worst lag has changed by so much


def elapsed_s() -> float:
    """Return seconds on a clock that nobody sets and that goes on while the machine sleeps, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An active series: ``asked_at``, when its newest bars were asked for, and since when a closed bar waits.

    ``since``: when the first closed bar became available that was not asked for since, ``None`` when there is none;
    ``is_failing``: it waits for the next try of an update that failed. Times in UTC seconds.
    """

    asked_at: int
    since: int | None
    is_failing: bool = False


class ActiveSeries:
    """A set of ``(symbol, base interval)``; safe from any thread."""

    def __init__(self, elapsed: Callable[[], float] = elapsed_s) -> None:
        """Start with none; ``elapsed`` returns the seconds that have really gone by."""
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, str], tuple[float, str, Interval]] = {}
        self._followed: dict[object, tuple[str, Interval]] = {}
        self._in_front: frozenset[tuple[str, str]] = frozenset()
        self._watched: tuple[str, ...] = ()
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._active_from: dict[tuple[str, str], float] = {}  # elapsed seconds
        self._reported_lag = 0

    def note(self, symbol: str, interval: Interval) -> None:
        """Count the series as active for the next half an hour."""
        key = symbol, interval.base.name
        with self._lock:
            self._noted.pop(key, None)
            self._noted[key] = (self._elapsed(), symbol, interval.base)
            self._active_from.setdefault(key, self._elapsed())
            while len(self._noted) > N_REMEMBERED:
                del self._noted[next(iter(self._noted))]

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        """Count the series as active until the returned function is called."""
        mark = object()
        with self._lock:
            self._followed[mark] = (symbol, interval.base)
            self._active_from.setdefault((symbol, interval.base.name), self._elapsed())

        def leave() -> None:
            with self._lock:
                self._followed.pop(mark, None)

        return leave

    def set_in_front(self, series: Iterable[tuple[str, Interval]]) -> None:
        """Note which series the charts in front show: their closed bars are asked for first."""
        with self._lock:
            self._in_front = frozenset((symbol, interval.base.name) for symbol, interval in series)

    def is_in_front(self, symbol: str, name: str) -> bool:
        """Tell whether a chart in front shows the series."""
        with self._lock:
            return (symbol, name) in self._in_front

    def set_watched(self, symbols: Iterable[str]) -> None:
        """Note of which symbols a list shows the price on screen."""
        with self._lock:
            self._watched = tuple(symbols)

    def watched(self) -> tuple[str, ...]:
        """Return the symbols of which a list shows the price on screen."""
        with self._lock:
            return self._watched

    def note_waiting(self, waiting: Mapping[tuple[str, str], Waiting], now: int) -> bool:
        """Note how the active series stand at ``now``; ``True`` when the worst lag has changed by much."""
        with self._lock:
            active = {(symbol, interval.name) for symbol, interval in self._series()} | waiting.keys()
            self._waiting = dict(waiting)
            self._active_from = {key: at for key, at in self._active_from.items() if key in active}
            lag = self._worst_lag_s(now) // _LAG_STEP_S
            is_new_fact, self._reported_lag = lag != self._reported_lag, lag
            return is_new_fact

    def waiting(self, symbol: str, interval: Interval) -> Waiting | None:
        """Return how a series stood in the last round of updates, ``None`` when it is not an active one."""
        with self._lock:
            return self._waiting.get((symbol, interval.base.name))

    def worst_lag_s(self, now: int) -> int:
        """Return by how many seconds updates run late: 0 while none is later than ``LATE_S``."""
        with self._lock:
            return self._worst_lag_s(now)

    def _worst_lag_s(self, now: int) -> int:
        elapsed = self._elapsed()
        lags = [
            min(now - row.since, int(elapsed - self._active_from.get(key, elapsed)))
            for key, row in self._waiting.items()
            if row.since is not None and not row.is_failing
        ]
        worst = max(lags, default=0)
        return worst if worst >= LATE_S else 0

    def series(self) -> list[tuple[str, Interval]]:
        """Return the series, each once: first what is shown, then what was asked for last."""
        with self._lock:
            return self._series()

    def _series(self) -> list[tuple[str, Interval]]:
        since = self._elapsed() - REMEMBERED_S
        noted = [(symbol, interval) for at, symbol, interval in reversed(self._noted.values()) if at > since]
        return list({(symbol, i.name): (symbol, i) for symbol, i in [*self._followed.values(), *noted]}.values())
