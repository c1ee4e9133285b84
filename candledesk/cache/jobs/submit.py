"""From series and spans to jobs, after their instruments have been looked up."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.job_journal import Order
from candledesk.cache.rules.base_bars import base_part
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.calendar.update_times import recent_span
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.symbols import parse_symbol
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

T = TypeVar("T")
N_NOTED = 20  # series of one request that count as active; more are an archive, not what charts show
N_RESOLVED_AT_ONCE = 4  # unknown symbols are looked up a few at a time


def whole_span(now: int) -> Span:
    """Return the span of "everything": to the end of this hour, so that asking twice gives the same job."""
    return Span(HISTORY_START, (now // HOUR_S + 1) * HOUR_S)


class JobSubmitter:
    """Turns what people ask for into orders of the job queue."""

    def __init__(self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler, jobs: JobQueue) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._jobs = jobs

    def start_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[Job]:
        """Queue a backfill of each series, or join the live one; answers with the first series' job."""
        return start_coroutine(_first(self.start_backfills(series, span)))

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue a backfill of each series, or join the live one; see ``CacheApi``."""
        self._catalog.clear_backoff(symbol for symbol, _ in series)  # a person starts it now
        now = self._context.now()
        if span is not None and span.start >= now:
            return _failed(InputError("from", "The span lies in the future: nothing can be there yet"))
        refusal = self._refusal(series)
        if refusal is not None:
            return _failed(refusal)
        whole = whole_span(now)

        def orders(_connection: Connection) -> list[Order]:
            return [
                Order(symbol, one.base, JobKind.BACKFILL, base_part(one, span) if span else whole, Priority.BACKFILL)
                for symbol, one in series
            ]

        return start_coroutine(self._start(orders))

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        refusal = self._refusal(series)
        if refusal is not None:
            return _failed(refusal)
        chosen = list(series) or [one for one in self._context.active.series() if self._refusal([one]) is None]
        if not chosen:
            return _failed(InputError("symbols", "No series is active yet: name symbols and intervals"))
        self._catalog.clear_backoff(symbol for symbol, _ in series)

        def orders(connection: Connection) -> list[Order]:
            return [self._update_order(connection, symbol, interval.base) for symbol, interval in chosen]

        return start_coroutine(_first(start_coroutine(self._start(orders))))

    def _refusal(self, series: Sequence[tuple[str, Interval]]) -> CandleDeskError | None:
        """Return why the first series of which no bars can be fetched is refused, ``None`` when all can be."""
        refusals = (self._catalog.refusal(symbol, interval.base) for symbol, interval in series)
        return next((refusal for refusal in refusals if refusal is not None), None)

    def _update_order(self, connection: Connection, symbol: str, interval: Interval) -> Order:
        """Return the order for what may have changed: the last sessions, or days while the sessions are unknown."""
        facts, now = self._catalog.read(connection, symbol, interval).facts, self._context.now()
        recent = None if facts is None else recent_span(facts.calendar, interval, now)
        return Order(symbol, interval, JobKind.UPDATE, recent or _update_span(interval, now), Priority.UPDATE)

    async def _start(self, make_orders: Callable[[Connection], list[Order]]) -> list[Job]:
        """Start jobs; those of unknown symbols once these have been looked up, for a job row needs its series.

        The orders are made on a reader thread: for ten thousand that takes longer than a frame of the window.
        """

        def survey(connection: Connection) -> tuple[list[Order], set[str]]:
            orders = make_orders(connection)
            symbols = list({parse_symbol(order.symbol): None for order in orders})
            return orders, instrument_store.known_symbols(connection, symbols)

        orders, known = await wait_for(self._context.readers.submit(survey))
        for order in orders[:N_NOTED]:
            self._context.active.note(order.symbol, order.interval)
        ready = [place for place, order in enumerate(orders) if order.symbol in known]
        new: dict[str, list[int]] = {}
        for place, order in enumerate(orders):
            if order.symbol not in known:
                new.setdefault(order.symbol, []).append(place)
        started = _Started(orders)
        to_resolve = iter(list(new.values()))  # each lane takes the next symbol
        lanes = [self._start_resolved(started, to_resolve) for _ in range(min(N_RESOLVED_AT_ONCE, len(new)))]
        for lane in [start_coroutine(one) for one in (self._queue(started, ready), *lanes)]:
            await wait_for(lane)
        if started.errors:
            raise started.errors[0]
        return [started.jobs[place] for place in range(len(orders))]

    async def _queue(self, started: _Started, places: Sequence[int]) -> None:
        """Queue the jobs of the orders at ``places``."""
        try:
            jobs = await wait_for(self._jobs.start([started.orders[place] for place in places])) if places else []
            started.jobs.update(zip(places, jobs, strict=True))
        except CandleDeskError as error:
            started.errors.append(error)

    async def _start_resolved(self, started: _Started, to_resolve: Iterator[list[int]]) -> None:
        """Look up symbols, one after the other, and queue the jobs of each that the provider knows."""
        for places in to_resolve:
            order = started.orders[places[0]]
            resolved = self._fill_scheduler.resolve_instrument(order.symbol, order.interval, span=order.span)
            found = await wait_for(resolved)
            if found.error is None:
                await self._queue(started, places)
            else:
                started.errors.append(found.error)


class _Started:
    """What became of ``orders``: their ``jobs`` by place, and the ``errors`` in the order in which they came."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.orders = orders
        self.jobs: dict[int, Job] = {}
        self.errors: list[Exception] = []


def _failed(error: CandleDeskError) -> Future[T]:
    future: Future[T] = Future()
    future.set_exception(error)
    return future


async def _first(jobs: Future[list[Job]]) -> Job:
    return (await wait_for(jobs))[0]


def _update_span(interval: Interval, now: int) -> Span:
    """Return the span of an update while the venue's sessions are not known: the last days (yahoo.md §4.10)."""
    back = 5 * DAY_S if interval.is_daily else 3 * DAY_S
    start = (now - back) // DAY_S * DAY_S
    return Span(start, now // 60 * 60 + 60)
