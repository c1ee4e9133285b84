"""One rate limiter for each provider that needs one; a request goes through that of the provider it is sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.symbols import split_symbol

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from candledesk.providers.rate_limiter import Limiter, LimiterSnapshot, RequestOutcome


class Limiters:
    """The limiters by provider id; a provider that is not listed may be asked at any time.

    Safe from any thread. Symbols are spelled as ``domain.symbols`` does it; the methods are those of ``Limiter``.
    """

    def __init__(self, limiters: Mapping[str, Limiter]) -> None:
        """Take the limiters."""
        self._limiters = dict(limiters)

    def of(self, symbol: str) -> Limiter | None:
        """Return the limiter of a symbol's provider, ``None`` when it needs none."""
        return self.of_provider(split_symbol(symbol)[0])

    def of_provider(self, provider: str) -> Limiter | None:
        """Return the limiter of a provider by its id, ``None`` when it needs none."""
        return self._limiters.get(provider)

    def acquire(self, symbol: str, priority: int, cancel: threading.Event) -> bool:
        """Wait for permission to send one request for a symbol; every True is owed one ``report``."""
        limiter = self.of(symbol)
        return not cancel.is_set() if limiter is None else limiter.acquire(priority, cancel)

    def report(self, symbol: str, n_requests: int, outcome: RequestOutcome, error: str = "") -> None:
        """Say how a granted request for a symbol ended and how many HTTP requests it really cost."""
        limiter = self.of(symbol)
        if limiter is not None:
            limiter.report(n_requests, outcome, error)

    def wait_s(self, symbol: str, priority: int) -> float:
        """Return the seconds until a request for a symbol may leave, if nobody is before it."""
        limiter = self.of(symbol)
        return 0.0 if limiter is None else limiter.wait_s(priority)

    def time_for(self, symbol: str, n_requests: int, priority: int) -> float:
        """Return the seconds until ``n_requests`` more for a symbol's provider will have been granted."""
        limiter = self.of(symbol)
        return 0.0 if limiter is None else limiter.time_for(n_requests, priority)

    def notify(self) -> None:
        """Wake every waiting caller so that it looks at its cancel event."""
        for limiter in self._limiters.values():
            limiter.notify()

    def most_held(self) -> tuple[str, LimiterSnapshot]:
        """Return the id and the state of the provider that is held back longest; the first where none is."""
        states = [(name, limiter.state()) for name, limiter in self._limiters.items()]
        return max(states, key=lambda one: (one[1].breaker != "closed" or one[1].is_offline, one[1].retry_at or 0))
