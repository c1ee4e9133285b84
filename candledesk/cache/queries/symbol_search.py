"""Symbols by part of their symbol or name: cached instruments first, then what the searches of the providers find."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.messages import SymbolFound
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.symbols import spell_symbol
from candledesk.providers.answers import FaultAnswer, MatchesAnswer
from candledesk.store.market import instruments as instrument_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.domain.instrument import Instrument
    from candledesk.providers.answers import SearchAnswer, SymbolMatch
    from candledesk.providers.base import Provider
    from candledesk.store import Connection

KEPT_S = 600.0
N_KEPT = 500
DEADLINE_S = 5.0


class SymbolSearch:
    """One search at a time goes to each provider that can search; what was found is kept for ``KEPT_S`` seconds."""

    def __init__(
        self,
        context: CacheContext,
        catalog: Catalog,
        fill_scheduler: FillScheduler,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask nothing yet."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
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
        return start_coroutine(self._find(query, timeout_s, limit, after))

    def ask_provider(self, query: str, timeout_s: float) -> Future[list[SymbolFound]]:
        """Return what the searches of the providers find within ``timeout_s``; an empty list when that is nothing."""
        return start_coroutine(self._find_new(query, timeout_s))

    async def _find_new(self, query: str, timeout_s: float) -> list[SymbolFound]:
        found = await wait_for(self._ask(_key(query), timeout_s))
        return list(found)

    async def _find(self, query: str, timeout_s: float, limit: int | None, after: str | None) -> list[SymbolFound]:
        def read(connection: Connection) -> tuple[list[SymbolFound], set[str]]:
            rows = instrument_store.list_instruments(connection, query, limit, after)
            listed = [] if after is None else instrument_store.list_instruments(connection, query)
            return [_of_instrument(self._catalog.complete(row)) for row in rows], {row.symbol for row in listed}

        cached, previous = await wait_for(self._context.readers.submit(read))
        if limit is not None and len(cached) >= limit:
            return cached
        return _merge(cached, previous, await wait_for(self._ask(_key(query), timeout_s)))

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
        self._context.delayed_calls.call_later(timeout_s, lambda: _settle(future, ()))
        if starts:
            self._fill_scheduler.run(Priority.VIEWPORT, self._run)
        return future

    def _recall(self, key: str) -> tuple[SymbolFound, ...] | None:
        found_at, found = self._kept.get(key, (0.0, None))
        return found if found is not None and self._monotonic() < found_at + KEPT_S else None

    def _run(self) -> None:
        """Search for the first query that is still waited for, then for the next."""
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
        found: list[SymbolFound] = []
        is_answered = False
        try:
            for name, provider in self._context.providers.providers.items():
                answer = self._ask_provider(name, key) if provider.capabilities.can_search else None
                if isinstance(answer, MatchesAnswer):
                    is_answered = True
                    found += [_of_match(name, row, provider) for row in answer.matches]
        finally:
            self._deliver(key, tuple(found), is_answered=is_answered)

    def _ask_provider(self, name: str, key: str) -> SearchAnswer:
        limiter = self._context.limiters.of_provider(name)
        answer: SearchAnswer = FaultAnswer("the search ended with an internal error", n_requests=0)
        if limiter is not None and not limiter.acquire(int(Priority.VIEWPORT), threading.Event(), DEADLINE_S):
            return answer
        try:
            answer = self._context.providers.search(name, key, DEADLINE_S)
        finally:
            if limiter is not None:
                limiter.report_answer(answer)
        return answer

    def _deliver(self, key: str, found: tuple[SymbolFound, ...], *, is_answered: bool) -> None:
        with self._lock:
            if is_answered:
                self._kept.pop(key, None)
                self._kept[key] = (self._monotonic(), found)
                if len(self._kept) > N_KEPT:
                    del self._kept[next(iter(self._kept))]
            futures = self._waiting.pop(key, [])
        for future in futures:
            _settle(future, found)


def _key(query: str) -> str:
    return " ".join(query.upper().split())


def _settle(future: Future[tuple[SymbolFound, ...]], found: tuple[SymbolFound, ...]) -> None:
    with suppress(InvalidStateError):  # the search's end or the time-out, whichever comes first
        future.set_result(found)


def _of_instrument(row: Instrument) -> SymbolFound:
    return SymbolFound(row.symbol, row.name, row.exchange, row.quote_type, row.exchange_name, is_cached=True)


def _of_match(name: str, row: SymbolMatch, provider: Provider) -> SymbolFound:
    symbol = spell_symbol(name, row.symbol)
    return SymbolFound(symbol, row.name, row.exchange, row.quote_type, provider.exchange_name(row.exchange))


def _merge(cached: list[SymbolFound], previous: set[str], found: tuple[SymbolFound, ...]) -> list[SymbolFound]:
    """Return a page, then what was found and is neither on it nor on the pages before it."""
    known = {row.symbol for row in cached} | previous
    return cached + [row for row in found if row.symbol not in known]
