"""How many updates may start: a share of the limiter's rate, saved up for when many bars close at once. Pure."""

from __future__ import annotations

SHARED = 0.5  # of the limiter's rate, while charts or backfills make requests
ALONE = 0.9  # while nobody else asks; the rest fills the limiter's bucket for the next scroll
SAVED_S = 240  # of its shared rate: 48 updates at 24 requests a minute


class UpdateBudget:
    """A bucket of updates; ``elapsed`` is seconds on a clock that nobody sets.

    Bars of many series close at the same instant: what was saved up lets their updates leave one after the other at the
    limiter's own rate, so that 40 are asked for within 90 s (case F18), while over any longer time updates take no more
    than their share.
    """

    def __init__(self, requests_per_minute: float, saved_s: float = SAVED_S) -> None:
        """Start with a full bucket: the shared rate of ``saved_s`` seconds, at least one update."""
        self._per_s = requests_per_minute / 60
        self.capacity = max(1.0, self._per_s * SHARED * saved_s)
        self._tokens = self.capacity
        self._filled_at: float | None = None
        self._share = SHARED

    @property
    def per_minute(self) -> float:
        """How many updates may start in a minute, in the long run."""
        return self._per_s * self._share * 60

    @property
    def tokens(self) -> float:
        """How many updates could start when it was refilled last, less those that have started."""
        return self._tokens

    def refill(self, elapsed: float, *, is_alone: bool) -> float:
        """Return how many updates may start at ``elapsed``; ``is_alone``: nobody else asks the provider."""
        self._share = ALONE if is_alone else SHARED
        if self._filled_at is not None:
            gone = max(0.0, elapsed - self._filled_at)
            self._tokens = min(self.capacity, self._tokens + gone * self._per_s * self._share)
        self._filled_at = elapsed
        return self._tokens

    def take(self) -> None:
        """Count one update that starts."""
        self._tokens -= 1.0

    def wait_s(self, n_tokens: float) -> float:
        """Return the seconds until that many updates may start."""
        return max(0.0, n_tokens - self._tokens) / (self._per_s * self._share)
