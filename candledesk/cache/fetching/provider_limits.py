"""Limits that the provider has stated in its own answers: remembered, and stronger than the interval table."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from candledesk.domain.interval import HOUR_S
from candledesk.providers.answers import RefusalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.domain.interval import Interval
    from candledesk.providers.answers import RefusedAnswer

LimitRow = tuple[str, str, int]
"""``(interval name, kind, seconds)``; ``kind`` is a ``RefusalKind``."""

SPAN_MARGIN_S = HOUR_S  # a request for the forming bar reaches a little beyond now
LOOKBACK_MARGIN_S = HOUR_S  # the provider checks against its own clock (yahoo.md §1)


class ProviderLimits:
    """What was learnt, by interval; safe from any thread. ``save`` is called with each row that is news."""

    def __init__(self, rows: Iterable[LimitRow], save: Callable[[LimitRow], None]) -> None:
        """Start from the remembered rows."""
        self._lock = threading.Lock()
        self._seconds = {(interval, kind): seconds for interval, kind, seconds in rows}
        self._save = save

    def learn(self, interval: Interval, answer: RefusedAnswer) -> None:
        """Remember the limit that a refusal states; a wider one than before is believed as well."""
        if answer.limit_s is None or answer.kind not in {RefusalKind.SPAN_TOO_WIDE, RefusalKind.BEYOND_LOOKBACK}:
            return
        key = (interval.name, answer.kind.value)
        with self._lock:
            if self._seconds.get(key) == answer.limit_s:
                return
            self._seconds[key] = answer.limit_s
        self._save((*key, answer.limit_s))

    def window_s(self, interval: Interval) -> int | None:
        """Return the widest request that a stated span allows, ``None`` when the table's own is allowed."""
        stated = self._of(interval, RefusalKind.SPAN_TOO_WIDE)
        width = None if stated is None else max(interval.step_s, stated - SPAN_MARGIN_S)
        return None if width is None or width >= interval.window_s else width

    def lookback_s(self, interval: Interval) -> int | None:
        """Return how far back the provider answers: what it stated, else the table's."""
        stated = self._of(interval, RefusalKind.BEYOND_LOOKBACK)
        if stated is None:
            return interval.lookback_s
        return max(interval.step_s, stated - LOOKBACK_MARGIN_S)

    def _of(self, interval: Interval, kind: RefusalKind) -> int | None:
        with self._lock:
            return self._seconds.get((interval.name, kind.value))
