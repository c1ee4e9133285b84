"""One token bucket that limits requests that change something."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 60
RATE_PER_S = 20.0


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
