"""How wide a request for each series may be: halved when the provider refuses its span, grown back after successes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.interval import HOUR_S

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.domain.windows import FetchLimits

SMALLEST_S = HOUR_S
N_TO_GROW = 8  # windows that must succeed before a wider one is tried again


@dataclass(slots=True)
class _WindowSize:
    seconds: int
    n_successes: int = 0


class WindowSizes:
    """The widths that differ from the providers' tables; safe from any thread."""

    def __init__(self) -> None:
        """Start with the table's widths."""
        self._lock = threading.Lock()
        self._sizes: dict[tuple[str, str], _WindowSize] = {}

    def of(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest request to plan with, in seconds; ``None``: the provider's usual one."""
        with self._lock:
            width = self._sizes.get((symbol, interval.name))
            return None if width is None else width.seconds

    def halve(self, symbol: str, interval: Interval, refused: Span) -> bool:
        """Remember that ``refused``, the span of a whole request, was too wide; ``False``: it cannot be cut further."""
        half = (refused.end - refused.start) // 2
        floor = max(SMALLEST_S, interval.step_s)
        if half < floor:
            return False
        with self._lock:
            self._sizes[symbol, interval.name] = _WindowSize(half)
        return True

    def note_success(self, symbol: str, interval: Interval, limits: FetchLimits) -> None:
        """Count a window that was answered; after some of them the width doubles, up to that of the ``limits``."""
        with self._lock:
            width = self._sizes.get((symbol, interval.name))
            if width is None:
                return
            width.n_successes += 1
            if width.n_successes < N_TO_GROW:
                return
            if width.seconds * 2 >= limits.window_s:
                del self._sizes[symbol, interval.name]
            else:
                self._sizes[symbol, interval.name] = _WindowSize(width.seconds * 2)
