"""Single flight: which windows are being fetched right now, and who waits for them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


@dataclass(eq=False, slots=True)
class Claim:
    """A window of a series that one fetch thread is asking for; ``waiters`` are called when it is released.

    ``asked``: the window with its overlap, as it is really asked (``windows.asked_span``).
    """

    symbol: str
    interval: Interval
    window: Span
    asked: Span | None = None
    waiters: list[Callable[[], None]] = field(default_factory=list)


class SingleFlight:
    """The register of claims; safe from any thread."""

    def __init__(self) -> None:
        """Start with no claims."""
        self._lock = threading.Lock()
        self._claims: list[Claim] = []

    def in_flight(self, symbol: str, interval: Interval) -> list[Span]:
        """Return the claimed windows of a series."""
        with self._lock:
            return [c.window for c in self._claims if c.symbol == symbol and c.interval is interval]

    def take(self, symbol: str, interval: Interval, window: Span) -> Claim | None:
        """Claim ``window``; ``None`` when a claim of the same series overlaps it."""
        with self._lock:
            if any(c.symbol == symbol and c.interval is interval and c.window.overlaps(window) for c in self._claims):
                return None
            claim = Claim(symbol, interval, window)
            self._claims.append(claim)
            return claim

    def take_first(self, symbol: str, interval: Interval, window: Span) -> Claim | None:
        """Claim ``window`` of a symbol of which nothing is known; ``None`` when anybody asks for the symbol."""
        with self._lock:
            if any(c.symbol == symbol for c in self._claims):
                return None
            claim = Claim(symbol, interval, window)
            self._claims.append(claim)
            return claim

    def wait_first(self, symbol: str, resume: Callable[[], None]) -> bool:
        """Call ``resume`` when a claim of the symbol is released; ``False`` when there is none."""
        with self._lock:
            for claim in self._claims:
                if claim.symbol == symbol:
                    claim.waiters.append(resume)
                    return True
        return False

    def wait(self, symbol: str, interval: Interval, windows: Sequence[Span], resume: Callable[[], None]) -> bool:
        """Call ``resume`` when a claim that overlaps one of ``windows`` is released; ``False`` when there is none."""
        with self._lock:
            for claim in self._claims:
                is_same = claim.symbol == symbol and claim.interval is interval
                if is_same and any(claim.window.overlaps(window) for window in windows):
                    claim.waiters.append(resume)
                    return True
        return False

    def release(self, claim: Claim) -> None:
        """Give the window back and wake those who waited."""
        with self._lock:
            self._claims.remove(claim)
        for resume in claim.waiters:
            resume()

    def __len__(self) -> int:
        """Return how many windows are in flight."""
        with self._lock:
            return len(self._claims)
