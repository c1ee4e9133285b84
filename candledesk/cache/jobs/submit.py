"""What people ask to be done: from series and spans to jobs, after the instruments are known."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.job_journal import Order
from candledesk.cache.jobs.queue import update_span
from candledesk.cache.queries.series_reader import base_part
from candledesk.domain.calendar.update_times import recent_span
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import HOUR_S
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.messages import Job
    from candledesk.cache.queries.context import CacheContext
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

T = TypeVar("T")
N_NOTED = 20  # series of one wish that count as active; more are an archive, not what somebody looks at
N_RESOLVED_AT_ONCE = 4  # symbols that were never met are asked for a few at a time


def whole_span(now: int) -> Span:
    """Return the span of "everything": to the end of this hour, so that what is asked twice is the same job."""
    return Span(HISTORY_START, (now // HOUR_S + 1) * HOUR_S)


class JobSubmitter:
    """Turns wishes into orders for the book of jobs."""

    def __init__(self, context: CacheContext) -> None:
        """Take the parts; nothing starts here."""
        self._context = context

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one."""
        return _first(self.start_backfills([(symbol, interval)], span))

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue a backfill of each series, or join the live one; see ``CacheApi``."""
        self._context.catalog.clear_backoff(symbol for symbol, _ in series)  # whoever starts it means now
        now = self._context.now()
        if span is not None and span.start >= now:
            return _failed(InputError("from", "The span lies in the future: nothing can be there yet"))
        whole = whole_span(now)

        def orders(_connection: Connection) -> list[Order]:
            return [
                Order(symbol, one.base, JobKind.BACKFILL, base_part(one, span) if span else whole, Priority.BACKFILL)
                for symbol, one in series
            ]

        return self._start(orders)

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        chosen = list(series) or self._context.active.series()
        if not chosen:
            return _failed(InputError("symbols", "No series is active yet: name symbols and intervals"))
        self._context.catalog.clear_backoff(symbol for symbol, _ in series)

        def orders(connection: Connection) -> list[Order]:
            return [self._update_order(connection, symbol, interval.base) for symbol, interval in chosen]

        return _first(self._start(orders))

    def _update_order(self, connection: Connection, symbol: str, interval: Interval) -> Order:
        """Order what may have changed: the last sessions, or the last days while the venue's sessions are unknown."""
        facts, now = self._context.catalog.read(connection, symbol, interval).facts, self._context.now()
        recent = None if facts is None else recent_span(facts.calendar, interval, now)
        return Order(symbol, interval, JobKind.UPDATE, recent or update_span(interval, now), Priority.UPDATE)

    def _start(self, make_orders: Callable[[Connection], list[Order]]) -> Future[list[Job]]:
        """Start jobs; those of symbols that were never met when they are: a job row needs its series.

        The orders are made on a reader thread: for ten thousand that takes longer than a frame of the window.
        """
        started: Future[list[Job]] = Future()

        def survey(connection: Connection) -> tuple[list[Order], set[str]]:
            orders = make_orders(connection)
            symbols = list({parse_symbol(order.symbol): None for order in orders})
            return orders, instrument_store.known_symbols(connection, symbols)

        def on_surveyed(surveyed: Future[tuple[list[Order], set[str]]]) -> None:
            error = surveyed.exception()
            if error is not None:
                started.set_exception(error)
                return
            orders, known = surveyed.result()
            for order in orders[:N_NOTED]:
                self._context.active.note(order.symbol, order.interval)
            _Submission(self._context.fill_scheduler, self._context.jobs, orders, started).begin(known)

        self._context.readers.submit(survey).add_done_callback(on_surveyed)
        return started


def _failed(error: CandleDeskError) -> Future[T]:
    future: Future[T] = Future()
    future.set_exception(error)
    return future


def _first(jobs: Future[list[Job]]) -> Future[Job]:
    """Return a future of the first job."""
    first: Future[Job] = Future()

    def on_started(started: Future[list[Job]]) -> None:
        error = started.exception()
        if error is not None:
            first.set_exception(error)
        else:
            first.set_result(started.result()[0])

    jobs.add_done_callback(on_started)
    return first


class _Submission:
    """One wish under way: the jobs of known symbols are queued at once, the others as their symbols are met."""

    def __init__(
        self, fill_scheduler: FillScheduler, jobs: JobQueue, orders: Sequence[Order], started: Future[list[Job]]
    ) -> None:
        self._fill_scheduler = fill_scheduler
        self._jobs = jobs
        self._orders = list(enumerate(orders))
        self._started = started
        self._lock = threading.Lock()
        self._found: dict[int, Job] = {}
        self._errors: list[BaseException] = []
        self._n_open = 0
        self._unresolved: list[tuple[str, list[tuple[int, Order]]]] = []

    def begin(self, known: set[str]) -> None:
        """Queue the jobs of ``known`` symbols and meet the others, a few at a time."""
        unresolved: dict[str, list[tuple[int, Order]]] = {}
        for pair in self._orders:
            if pair[1].symbol not in known:
                unresolved.setdefault(pair[1].symbol, []).append(pair)
        self._unresolved = list(unresolved.items())[::-1]
        ready = [pair for pair in self._orders if pair[1].symbol in known]
        self._n_open = bool(ready) + len(unresolved)
        if ready:
            self._queue(ready)
        for _ in range(min(N_RESOLVED_AT_ONCE, len(unresolved))):
            self._resolve_next()
        if not self._orders:
            self._started.set_result([])

    def _resolve_next(self) -> None:
        with self._lock:
            if not self._unresolved:
                return
            symbol, pairs = self._unresolved.pop()

        def on_resolved(end: Future[FillResult]) -> None:
            error = end.result().error
            if error is not None:
                self._close_part(error)
            else:
                self._queue(pairs)
            self._resolve_next()

        self._fill_scheduler.resolve_instrument(symbol, pairs[0][1].interval, on_resolved, span=pairs[0][1].span)

    def _queue(self, pairs: Sequence[tuple[int, Order]]) -> None:
        def on_queued(queued: Future[list[Job]]) -> None:
            error = queued.exception()
            if error is None:
                with self._lock:
                    self._found |= {place: job for (place, _), job in zip(pairs, queued.result(), strict=True)}
            self._close_part(error)

        self._jobs.start([order for _, order in pairs]).add_done_callback(on_queued)

    def _close_part(self, error: BaseException | None) -> None:
        with self._lock:
            self._errors += [] if error is None else [error]
            self._n_open -= 1
            if self._n_open > 0:
                return
        if self._errors:
            self._started.set_exception(self._errors[0])
        else:
            self._started.set_result([self._found[place] for place, _ in self._orders])
