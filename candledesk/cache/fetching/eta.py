"""How long a running job will still take: from the pace of its last windows, and from what the limiter allows."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from candledesk.domain.symbols import split_symbol
from candledesk.providers.rate_limiter import BACKGROUND_PRIORITY

if TYPE_CHECKING:
    from collections.abc import Callable

N_MARKS = 8  # the last windows tell the pace: a pause of the breaker is forgotten after that many
FASTEST_S = 0.5  # a request and its storing hardly take less

Mark = tuple[float, int]
"""``(monotonic seconds, windows left)`` at the moment a window was planned."""


class Allowance(Protocol):
    """When requests for a symbol may leave: the limiters."""

    def time_for(self, symbol: str, n_requests: int, priority: int) -> float:
        """Return the seconds until that many more requests will have been granted."""
        ...


def remaining_s(marks: list[Mark], allowed_s: float) -> float | None:
    """Return the seconds left after the newest mark; ``None`` before the first (pure).

    Never less than the limiter allows for the windows that are left, so it is sensible before anything was measured
    and while a burst still hides the sustained rate.
    """
    if not marks:
        return None
    (first_at, first_left), (last_at, n_left) = marks[0], marks[-1]
    n_done = first_left - n_left
    each_s = (last_at - first_at) / n_done if n_done > 0 else 0.0
    return max(allowed_s, n_left * max(each_s, FASTEST_S))


class EtaEstimator:
    """The marks of every running job; safe from any thread."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none."""
        self._allowance = allowance
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: dict[int, deque[Mark]] = {}
        self._symbols: dict[int, str] = {}

    def note(self, job_id: int, symbol: str, n_left: int) -> None:
        """Remember that a job has that many windows left now."""
        with self._lock:
            self._symbols[job_id] = symbol
            self._marks.setdefault(job_id, deque(maxlen=N_MARKS)).append((self._clock(), n_left))

    def forget(self, job_id: int) -> None:
        """Forget a job that does not run any more."""
        with self._lock:
            self._marks.pop(job_id, None)
            self._symbols.pop(job_id, None)

    def eta_s(self, job_id: int) -> float | None:
        """Return the seconds that a running job will still take; those of one provider share its limiter evenly."""
        with self._lock:
            marks, symbol = list(self._marks.get(job_id, ())), self._symbols.get(job_id, "")
            provider = split_symbol(symbol)[0]
            n_sharing = sum(split_symbol(other)[0] == provider for other in self._symbols.values())
        if not marks:
            return None
        return remaining_s(marks, self._allowance.time_for(symbol, marks[-1][1] * n_sharing, BACKGROUND_PRIORITY))
