"""What a backfill would cost, before it starts: requests, bars and time, from what is known without asking."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.messages import BackfillEstimate
from candledesk.cache.queries.series_reader import base_part
from candledesk.cache.rules.planner import plan_span
from candledesk.domain.interval import DAY_S, YEAR_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.windows import plan_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.runtime.workers import Readers
    from candledesk.domain.interval import Interval
    from candledesk.providers.rate_limiter import Limiter
    from candledesk.store import Connection

N_AT_ONCE = 50  # series that one reader task plans; charts get their turn in between
GUESSED_HISTORY_S = 30 * YEAR_S  # of a symbol that was never met
GUESSED_SESSION_S = 6.5 * 3_600 * 5 / 7  # of a day, on average over the week: a stock's trading hours


@dataclass(frozen=True, slots=True)
class _Cost:
    n_requests: int
    n_bars: int
    is_known: bool


def guess_cost(interval: Interval, span: Span | None, now: int) -> tuple[int, int]:
    """Return requests and bars for a symbol of which nothing is known: a stock of thirty years (pure)."""
    base = interval.base
    reach_s = GUESSED_HISTORY_S if base.lookback_s is None else base.lookback_s
    whole = Span(now - reach_s, now)
    wanted = whole if span is None else base_part(interval, span).intersect(whole)
    if wanted is None:
        return 0, 0
    n_days = (wanted.end - wanted.start) / DAY_S
    per_day = 5 / 7 if base.is_daily else GUESSED_SESSION_S / base.step_s
    return len(plan_windows([wanted], base, now=now)), round(n_days * per_day)


class Estimator:
    """Adds up the plans of many series on the reader threads, a slice at a time."""

    def __init__(self, readers: Readers, catalog: Catalog, limiter: Limiter, now: Callable[[], int]) -> None:
        """Take the parts; nothing starts here."""
        self._readers = readers
        self._catalog = catalog
        self._limiter = limiter
        self._now = now

    def estimate(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        """Return what is missing of ``span`` (``None``: of all history) in these series, and what filling it costs."""
        reply: Future[BackfillEstimate] = Future()
        costs: list[_Cost] = []

        def go_on(read: Future[list[_Cost]] | None) -> None:
            if read is not None:
                error = read.exception()
                if error is not None:
                    reply.set_exception(error)
                    return
                costs.extend(read.result())
            part = series[len(costs) : len(costs) + N_AT_ONCE]
            if part:
                task = self._readers.submit(lambda connection: [self._cost(connection, one, span) for one in part])
                task.add_done_callback(go_on)
            else:
                reply.set_result(self._sum(series, costs))

        go_on(None)
        return reply

    def _cost(self, connection: Connection, one: tuple[str, Interval], span: Span | None) -> _Cost:
        symbol, interval = one
        known = self._catalog.read(connection, symbol, interval.base)
        if known.facts is None:
            return _Cost(*guess_cost(interval, span, self._now()), is_known=known.instrument is not None)
        wanted = Span(HISTORY_START, self._now() + 1) if span is None else base_part(interval, span)
        plan = plan_span(wanted, known.facts, window_s=self._catalog.limits.window_s(interval.base))
        return _Cost(len(plan.windows), plan.n_missing, is_known=True)

    def _sum(self, series: Sequence[tuple[str, Interval]], costs: Sequence[_Cost]) -> BackfillEstimate:
        pairs = zip(series, costs, strict=True)
        unknown = tuple(dict.fromkeys(symbol for (symbol, _), cost in pairs if not cost.is_known))
        n_requests = sum(max(cost.n_requests, not cost.is_known) for cost in costs)
        seconds = self._limiter.time_for(n_requests, Priority.BACKFILL) if n_requests else 0.0
        return BackfillEstimate(len(series), n_requests, seconds, sum(cost.n_bars for cost in costs), unknown)
