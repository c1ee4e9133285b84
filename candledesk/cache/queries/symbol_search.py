"""Symbols by part of their symbol or name: cached instruments first, then what the provider's search finds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.messages import SymbolFound
from candledesk.providers.answers import FaultAnswer, MatchesAnswer
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.runtime.workers import DelayedCalls, Readers
    from candledesk.domain.instrument import Instrument
    from candledesk.providers.answers import SearchAnswer
    from candledesk.providers.rate_limiter import Limiter
    from candledesk.store import Connection

KEPT_S = 600.0
N_KEPT = 500
DEADLINE_S = 5.0


class Searcher(Protocol):
    """Who can search: the child process."""

    def search(self, query: str, deadline_s: float) -> SearchAnswer:
        """Search symbols; may block for ``deadline_s``."""
        ...


class SymbolSearch:
    """One search at a time goes out, through the limiter; what it found is kept for ``KEPT_S`` seconds."""

    def __init__(
        self,
        readers: Readers,
        fill_scheduler: FillScheduler,
        searcher: Searcher,
        limiter: Limiter,
        delayed_calls: DelayedCalls,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the parts; nothing is asked here."""
        self._readers = readers
        self._fill_scheduler = fill_scheduler
        self._searcher = searcher
        self._limiter = limiter
        self._delayed_calls = delayed_calls
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, tuple[SymbolFound, ...]]] = {}
        self._waiting: OrderedDict[str, list[Future[tuple[SymbolFound, ...]]]] = OrderedDict()
        self._is_running = False

    def search(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        """Answer within ``timeout_s`` with what is known by then: offline that is what the database has.

        Of the cached instruments at most ``limit`` that follow the symbol ``after``; only the last page of them ends
        with what the provider's search finds.
        """
        reply: Future[list[SymbolFound]] = Future()
        key = " ".join(query.upper().split())

        def on_read(read: Future[tuple[list[SymbolFound], set[str]]]) -> None:
            error = read.exception()
            if error is not None:
                reply.set_exception(error)
                return
            cached, previous = read.result()
            if limit is not None and len(cached) >= limit:
                reply.set_result(cached)
                return
            self._ask(key, timeout_s).add_done_callback(
                lambda found: reply.set_result(_merge(cached, previous, found.result()))
            )

        def read_cached(connection: Connection) -> tuple[list[SymbolFound], set[str]]:
            rows = instrument_store.list_instruments(connection, query, limit, after)
            listed = [] if after is None else instrument_store.list_instruments(connection, query)
            return [_of_instrument(row) for row in rows], {row.symbol for row in listed}

        self._readers.submit(read_cached).add_done_callback(on_read)
        return reply

    def _ask(self, key: str, timeout_s: float) -> Future[tuple[SymbolFound, ...]]:
        future: Future[tuple[SymbolFound, ...]] = Future()
        with self._lock:
            kept = self._recall(key)
            is_asked = kept is None and bool(key) and timeout_s > 0
            if is_asked:
                self._waiting.setdefault(key, []).append(future)
            starts = is_asked and not self._is_running
            self._is_running = self._is_running or starts
        if not is_asked:
            future.set_result(kept or ())
            return future
        self._delayed_calls.call_later(timeout_s, lambda: _settle(future, ()))
        if starts:
            self._fill_scheduler.run(Priority.VIEWPORT, self._run)
        return future

    def _recall(self, key: str) -> tuple[SymbolFound, ...] | None:
        found_at, found = self._kept.get(key, (0.0, None))
        return found if found is not None and self._monotonic() < found_at + KEPT_S else None

    def _run(self) -> None:
        """Search for the first query that somebody still waits for, and come back for the next."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_running = False
                    return
                key, futures = next(iter(self._waiting.items()))
                is_wanted = any(not future.done() for future in futures)
                if not is_wanted:
                    del self._waiting[key]
            if is_wanted:
                self._search(key)

    def _search(self, key: str) -> None:
        given_up = threading.Event()
        answer: SearchAnswer = FaultAnswer("the search failed by our own fault", n_requests=0)
        is_granted = self._limiter.acquire(int(Priority.VIEWPORT), given_up, DEADLINE_S)
        try:
            if is_granted:
                answer = self._searcher.search(key, DEADLINE_S)
        finally:
            if is_granted:
                self._limiter.report_answer(answer)
            self._deliver(key, answer)

    def _deliver(self, key: str, answer: SearchAnswer) -> None:
        found: tuple[SymbolFound, ...] = ()
        with self._lock:
            if isinstance(answer, MatchesAnswer):
                found = tuple(SymbolFound(row.symbol, row.name, row.exchange, row.quote_type) for row in answer.matches)
                self._kept.pop(key, None)
                self._kept[key] = (self._monotonic(), found)
                if len(self._kept) > N_KEPT:
                    del self._kept[next(iter(self._kept))]
            futures = self._waiting.pop(key, [])
        for future in futures:
            _settle(future, found)


def _settle(future: Future[tuple[SymbolFound, ...]], found: tuple[SymbolFound, ...]) -> None:
    with suppress(InvalidStateError):  # the search's end or the time-out, whichever comes first
        future.set_result(found)


def _of_instrument(row: Instrument) -> SymbolFound:
    return SymbolFound(row.symbol, row.name, row.exchange, row.quote_type, is_cached=True)


def _merge(cached: list[SymbolFound], previous: set[str], found: tuple[SymbolFound, ...]) -> list[SymbolFound]:
    """Return a page, then what was found and is neither on it nor on the pages before it."""
    known = {row.symbol for row in cached} | previous
    return cached + [row for row in found if row.symbol not in known]
