"""The demo market's clock."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class DemoClock:
    """A clock that can be frozen, moved and started again; safe for use from any thread."""

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        self._source = source or time.time
        self._lock = threading.Lock()
        self._shift = 0.0
        self._frozen: float | None = None

    def now(self) -> int:
        """Return the market's time in whole UNIX seconds."""
        with self._lock:
            return int(self._source() + self._shift if self._frozen is None else self._frozen)

    def set(self, now: float | str, *, is_frozen: bool = True) -> None:
        """Move to an instant and stay there (``is_frozen``), or continue from there."""
        instant = float(parse_instant(now))
        with self._lock:
            self._frozen = instant if is_frozen else None
            self._shift = instant - self._source()

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``."""
        with self._lock:
            if self._frozen is None:
                self._shift += seconds
            else:
                self._frozen += seconds

    def reset(self) -> None:
        """Return to the source's time."""
        with self._lock:
            self._shift, self._frozen = 0.0, None


def parse_instant(text: float | str) -> int:
    """Return UTC seconds of a number, an ISO date or an ISO instant; naive instants are UTC."""
    if isinstance(text, int | float):
        return int(text)
    if text.lstrip("-").isdigit():
        return int(text)
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
