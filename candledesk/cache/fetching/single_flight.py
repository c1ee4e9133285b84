"""Single flight: which windows are being fetched right now, and which tasks wait for them.

Each release of a claim raises the version of its series: a plan that was read at an older version may not know what was
stored since, and takes no claim any more. So a window is fetched once, however many tasks need it.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.cache.storing.asked_window import AskedWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


@dataclass(eq=False, slots=True)
class Claim(AskedWindow):
    """A window that one fetch thread is asking for; ``waiters`` are called when it is released."""

    waiters: list[Callable[[], None]] = field(default_factory=list)


class SingleFlight:
    """The register of claims; safe from any thread."""

    def __init__(self) -> None:
        """Start with no claims."""
        self._lock = threading.Lock()
        self._claims: list[Claim] = []
        self._versions: Counter[tuple[str, str]] = Counter()

    def version(self, symbol: str, interval: Interval | None = None) -> int:
        """Return how many claims of a series (without ``interval``: of the symbol) were released; read it first."""
        with self._lock:
            return self._versions[symbol, "" if interval is None else interval.name]

    def in_flight(self, symbol: str, interval: Interval) -> list[Span]:
        """Return the claimed windows of a series."""
        with self._lock:
            return [c.window for c in self._claims if c.symbol == symbol and c.interval is interval]

    def has_claim(self, symbol: str, interval: Interval | None) -> bool:
        """Return whether a window of the symbol (of one series with ``interval``) is being fetched."""
        with self._lock:
            return any(c.symbol == symbol and interval in (None, c.interval) for c in self._claims)

    def take(self, symbol: str, interval: Interval, window: Span, version: int) -> Claim | None:
        """Claim ``window``; ``None`` when a claim of the series overlaps it or ``version`` is not the present one."""
        with self._lock:
            if self._versions[symbol, interval.name] != version:
                return None
            if any(c.symbol == symbol and c.interval is interval and c.window.overlaps(window) for c in self._claims):
                return None
            claim = Claim(symbol, interval, window)
            self._claims.append(claim)
            return claim

    def take_first(self, symbol: str, interval: Interval, window: Span, version: int) -> Claim | None:
        """Claim ``window`` of a symbol of which nothing is known.

        ``None`` when anybody asks for the symbol, or ``version`` is not the symbol's present one.
        """
        with self._lock:
            if self._versions[symbol, ""] != version or any(c.symbol == symbol for c in self._claims):
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

    def release(self, claim: Claim) -> int:
        """Give the window back, wake those who waited, and return the series' new version."""
        with self._lock:
            self._claims.remove(claim)
            self._versions[claim.symbol, ""] += 1
            self._versions[claim.symbol, claim.interval.name] += 1
            version = self._versions[claim.symbol, claim.interval.name]
        for resume in claim.waiters:
            resume()
        return version

    def __len__(self) -> int:
        """Return how many windows are in flight."""
        with self._lock:
            return len(self._claims)
