"""What a backfill would cost, before it starts: requests, bars and time, without a request to the provider."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.messages import BackfillEstimate
from candledesk.cache.rules.base_bars import base_part
from candledesk.cache.rules.planner import plan_span
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.interval import DAY_S, YEAR_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.symbols import split_symbol
from candledesk.domain.windows import plan_windows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.domain.interval import Interval
    from candledesk.domain.windows import FetchLimits
    from candledesk.store import Connection

N_AT_ONCE = 50  # series that one reader task plans; viewports are read in between
GUESSED_HISTORY_S = 30 * YEAR_S  # of a symbol that is not known yet
GUESSED_SESSION_S = 6.5 * 3_600 * 5 / 7  # of a day, on average over the week: a stock's trading hours


@dataclass(frozen=True, slots=True)
class _Cost:
    n_requests: int
    n_bars: int
    is_known: bool


def guess_cost(interval: Interval, span: Span | None, now: int, limits: FetchLimits | None) -> tuple[int, int]:
    """Return requests and bars for a symbol of which nothing is known: a stock of thirty years (pure).

    ``limits``: what its provider answers of the interval, ``None`` when it cannot be asked.
    """
    if limits is None:
        return 0, 0
    base = interval.base
    reach_s = GUESSED_HISTORY_S if limits.lookback_s is None else limits.lookback_s
    whole = Span(now - reach_s, now)
    wanted = whole if span is None else base_part(interval, span).intersect(whole)
    if wanted is None:
        return 0, 0
    n_days = (wanted.end - wanted.start) / DAY_S
    per_day = 5 / 7 if base.is_daily else GUESSED_SESSION_S / base.step_s
    return len(plan_windows([wanted], base, limits, now=now)), round(n_days * per_day)


class Estimator:
    """Adds up the plans of many series on the reader threads, a slice at a time."""

    def __init__(self, context: CacheContext, catalog: Catalog) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog

    def estimate(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        """Return what is missing of ``span`` (``None``: of all history) in these series, and what filling it costs."""
        return start_coroutine(self._estimate(series, span))

    async def _estimate(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> BackfillEstimate:
        costs: list[_Cost] = []
        for first in range(0, len(series), N_AT_ONCE):
            task = partial(self._costs, series=series[first : first + N_AT_ONCE], span=span)
            costs += await wait_for(self._context.readers.submit(task))
        return self._sum(series, costs)

    def _costs(
        self, connection: Connection, *, series: Sequence[tuple[str, Interval]], span: Span | None
    ) -> list[_Cost]:
        return [self._cost(connection, one, span) for one in series]

    def _cost(self, connection: Connection, one: tuple[str, Interval], span: Span | None) -> _Cost:
        symbol, interval = one
        known = self._catalog.read(connection, symbol, interval.base)
        if known.facts is None:
            limits, is_known = self._catalog.limits.of(symbol, interval.base), known.instrument is not None
            n_requests, n_bars = guess_cost(interval, span, self._context.now(), limits)
            n_least = 0 if is_known or limits is None else 1  # the one that looks the symbol up
            return _Cost(max(n_requests, n_least), n_bars, is_known=is_known)
        wanted = Span(HISTORY_START, self._context.now() + 1) if span is None else base_part(interval, span)
        plan = plan_span(wanted, known.facts, window_s=self._catalog.limits.window_s(symbol, interval.base))
        return _Cost(len(plan.windows), plan.n_missing, is_known=True)

    def _sum(self, series: Sequence[tuple[str, Interval]], costs: Sequence[_Cost]) -> BackfillEstimate:
        pairs = zip(series, costs, strict=True)
        unknown = tuple(dict.fromkeys(symbol for (symbol, _), cost in pairs if not cost.is_known))
        by_provider: dict[str, tuple[str, int]] = {}
        for (symbol, _), cost in zip(series, costs, strict=True):
            provider = split_symbol(symbol)[0]
            n_former = by_provider.get(provider, ("", 0))[1]
            by_provider[provider] = symbol, n_former + cost.n_requests
        n_requests = sum(n for _, n in by_provider.values())
        waits = [
            self._context.limiters.time_for(symbol, n, Priority.BACKFILL) for symbol, n in by_provider.values() if n
        ]
        seconds = max(waits, default=0.0)  # each provider's requests leave at its own rate
        return BackfillEstimate(len(series), n_requests, seconds, sum(cost.n_bars for cost in costs), unknown)
