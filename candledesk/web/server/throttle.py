"""Limits: a token bucket for requests that change something, and the pause between two fills of a polled series."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.interval import Interval

BURST = 60
RATE_PER_S = 20.0
MAX_POLLED = 1_000  # series that are remembered
LONGEST_PAUSE_S = 60


class Bucket:
    """A token bucket; ``clock``: monotonic seconds. Used on one thread."""

    def __init__(
        self, burst: int = BURST, rate_per_s: float = RATE_PER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start full."""
        self._burst = burst
        self._rate = rate_per_s
        self._clock = clock
        self._tokens = float(burst)
        self._filled_at = clock()

    def take(self) -> int:
        """Take a token and return 0, or return after how many whole seconds there is one."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / self._rate))


class PolledSeries:
    """When polled series were filled last: a client that polls every few seconds does not cause a fill each time.

    The pause is half a bar, at most a minute: then at most one new bar comes between two fills. Used on one thread.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._filled_at: dict[tuple[str, str], int] = {}

    def note(self, symbol: str, interval: Interval, now: int) -> None:
        """Remember a fill that left no gap; ``now``: UTC seconds."""
        self._filled_at.pop((symbol, interval.name), None)
        self._filled_at[symbol, interval.name] = now
        if len(self._filled_at) > MAX_POLLED:
            del self._filled_at[next(iter(self._filled_at))]

    def is_fresh(self, symbol: str, interval: Interval, now: int) -> bool:
        """Tell whether the last fill is so recent that what is stored is the answer."""
        filled_at = self._filled_at.get((symbol, interval.name))
        return filled_at is not None and 0 <= now - filled_at < min(LONGEST_PAUSE_S, interval.step_s // 2)
