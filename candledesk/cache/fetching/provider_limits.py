"""What the providers answer of each interval: their own tables, and over them what they have stated in answers."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.interval import HOUR_S
from candledesk.domain.symbols import split_symbol
from candledesk.providers.answers import RefusalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from candledesk.domain.interval import Interval
    from candledesk.domain.windows import FetchLimits
    from candledesk.providers.answers import RefusedAnswer
    from candledesk.providers.base import Provider
    from candledesk.store.market.providers import LimitRow

SPAN_MARGIN_S = HOUR_S  # a request for the forming bar reaches a little beyond now
LOOKBACK_MARGIN_S = HOUR_S  # the provider checks against its own clock (yahoo.md §1)


class ProviderLimits:
    """What was learnt, by provider and interval; safe from any thread. ``save`` is called with each row that is new.

    Symbols are spelled as ``domain.symbols`` does it.
    """

    def __init__(
        self, providers: Mapping[str, Provider], rows: Iterable[LimitRow], save: Callable[[LimitRow], None]
    ) -> None:
        """Start from the providers' tables and the remembered rows."""
        self._tables = {name: provider.capabilities.intervals for name, provider in providers.items()}
        self._lock = threading.Lock()
        self._seconds = {(provider, interval, kind): seconds for provider, interval, kind, seconds in rows}
        self._save = save

    def learn(self, symbol: str, interval: Interval, answer: RefusedAnswer) -> None:
        """Remember the limit that a refusal states; a wider one than before is believed as well."""
        if answer.limit_s is None or answer.kind not in {RefusalKind.SPAN_TOO_WIDE, RefusalKind.BEYOND_LOOKBACK}:
            return
        key = (split_symbol(symbol)[0], interval.name, answer.kind.value)
        with self._lock:
            if self._seconds.get(key) == answer.limit_s:
                return
            self._seconds[key] = answer.limit_s
        self._save((*key, answer.limit_s))

    def of(self, symbol: str, interval: Interval) -> FetchLimits | None:
        """Return what the symbol's provider answers of an interval, ``None`` when it cannot be asked for it.

        The look-back is the one that it stated, else its table's; the window is its table's (see ``window_s``).
        """
        table = self._tables.get(split_symbol(symbol)[0], {}).get(interval.name)
        learnt = self._learnt(symbol, interval, RefusalKind.BEYOND_LOOKBACK)
        if table is None or learnt is None:
            return table
        return replace(table, lookback_s=max(interval.step_s, learnt - LOOKBACK_MARGIN_S))

    def window_s(self, symbol: str, interval: Interval) -> int | None:
        """Return the widest request that a stated span allows, ``None`` when the table's own is allowed."""
        learnt, limits = self._learnt(symbol, interval, RefusalKind.SPAN_TOO_WIDE), self.of(symbol, interval)
        width = None if learnt is None else max(interval.step_s, learnt - SPAN_MARGIN_S)
        return None if width is None or limits is None or width >= limits.window_s else width

    def _learnt(self, symbol: str, interval: Interval, kind: RefusalKind) -> int | None:
        with self._lock:
            return self._seconds.get((split_symbol(symbol)[0], interval.name, kind.value))
