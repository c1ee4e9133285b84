"""What people ask to be done: from series and spans to jobs, after the instruments are known."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.job_journal import KIND_BACKFILL, KIND_UPDATE, Order
from candledesk.cache.jobs.queue import update_span
from candledesk.cache.queries.series_reader import base_part
from candledesk.domain.calendar.update_times import recent_span
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import HOUR_S
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.fetching.fill_scheduler import Fills
    from candledesk.cache.fetching.fill_task import DemandEnd
    from candledesk.cache.jobs.queue import Jobs
    from candledesk.cache.messages import Job
    from candledesk.cache.queries.context import Parts
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

T = TypeVar("T")
N_NOTED = 20  # series of one wish that count as active; more are an archive, not what somebody looks at
N_MET_AT_ONCE = 4  # symbols that were never met are asked for a few at a time


def whole_span(now: int) -> Span:
    """Return the span of "everything": to the end of this hour, so that what is asked twice is the same job."""
    return Span(HISTORY_START, (now // HOUR_S + 1) * HOUR_S)


class Starts:
    """Turns wishes into orders for the book of jobs."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts; nothing starts here."""
        self._parts = parts

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one."""
        return _first(self.start_backfills([(symbol, interval)], span))

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue a backfill of each series, or join the live one; see ``doors.Cache``."""
        self._parts.catalog.forgive(symbol for symbol, _ in series)  # whoever starts it means now
        now = self._parts.now()
        if span is not None and span.start >= now:
            return _failed(InputError("from", "The span lies in the future: nothing can be there yet"))
        whole = whole_span(now)

        def orders(_connection: Connection) -> list[Order]:
            return [
                Order(symbol, one.base, KIND_BACKFILL, base_part(one, span) if span else whole, Priority.BACKFILL)
                for symbol, one in series
            ]

        return self._start(orders)

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        chosen = list(series) or self._parts.active.series()
        if not chosen:
            return _failed(InputError("symbols", "No series is active yet: name symbols and intervals"))
        self._parts.catalog.forgive(symbol for symbol, _ in series)

        def orders(connection: Connection) -> list[Order]:
            return [self._update_order(connection, symbol, interval.base) for symbol, interval in chosen]

        return _first(self._start(orders))

    def _update_order(self, connection: Connection, symbol: str, interval: Interval) -> Order:
        """Order what may have changed: the last sessions, or the last days while the venue's sessions are unknown."""
        facts, now = self._parts.catalog.read(connection, symbol, interval).facts, self._parts.now()
        recent = None if facts is None else recent_span(facts.calendar, interval, now)
        return Order(symbol, interval, KIND_UPDATE, recent or update_span(interval, now), Priority.UPDATE)

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
                self._parts.active.note(order.symbol, order.interval)
            _Start(self._parts.fills, self._parts.jobs, orders, started).begin(known)

        self._parts.readers.submit(survey).add_done_callback(on_surveyed)
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


class _Start:
    """One wish under way: the jobs of known symbols are queued at once, the others as their symbols are met."""

    def __init__(self, fills: Fills, jobs: Jobs, orders: Sequence[Order], started: Future[list[Job]]) -> None:
        self._fills = fills
        self._jobs = jobs
        self._orders = list(enumerate(orders))
        self._started = started
        self._lock = threading.Lock()
        self._found: dict[int, Job] = {}
        self._errors: list[BaseException] = []
        self._n_open = 0
        self._strange: list[tuple[str, list[tuple[int, Order]]]] = []

    def begin(self, known: set[str]) -> None:
        """Queue the jobs of ``known`` symbols and meet the others, a few at a time."""
        strange: dict[str, list[tuple[int, Order]]] = {}
        for pair in self._orders:
            if pair[1].symbol not in known:
                strange.setdefault(pair[1].symbol, []).append(pair)
        self._strange = list(strange.items())[::-1]
        ready = [pair for pair in self._orders if pair[1].symbol in known]
        self._n_open = bool(ready) + len(strange)
        if ready:
            self._queue(ready)
        for _ in range(min(N_MET_AT_ONCE, len(strange))):
            self._meet_next()
        if not self._orders:
            self._started.set_result([])

    def _meet_next(self) -> None:
        with self._lock:
            if not self._strange:
                return
            symbol, pairs = self._strange.pop()

        def on_met(end: Future[DemandEnd]) -> None:
            error = end.result().error
            if error is not None:
                self._close_part(error)
            else:
                self._queue(pairs)
            self._meet_next()

        self._fills.meet(symbol, pairs[0][1].interval, on_met, span=pairs[0][1].span)

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
