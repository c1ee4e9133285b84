"""What scripts ask: the bars of a span, read after its gaps were filled as far as they wish."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import PATIENT_TRIES, USUAL_TRIES, FillTarget, FillTask, Priority
from candledesk.cache.queries.series_reader import actions_span, base_part, read_series
from candledesk.cache.queries.viewport_reader import base_count
from candledesk.cache.runtime.workers import run_into
from candledesk.domain.errors import NotCachedError, TooLateError
from candledesk.domain.interval import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.messages import BarsReply, BarsRequest
    from candledesk.cache.queries.context import CacheContext
    from candledesk.store import Connection

N_LATEST = 500  # bars that are wanted when a script names no span


class BarsLoader:
    """Answers ``BarsRequest``: one demand each, and one reply, at the fill's end or at the time-out."""

    def __init__(self, context: CacheContext) -> None:
        """Take the parts; nothing starts here."""
        self._context = context

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says."""
        reply: Future[BarsReply] = Future()
        if request.fill == "none":
            return self._read_bars(request)
        self._context.active.note(request.symbol, request.interval.base)
        task = FillTask(request.symbol, request.interval.base, self._bars_target(request), Priority.VIEWPORT)
        task.is_view = request.prefetch
        if request.fill == "async":
            task.end.add_done_callback(lambda _: self._learn_actions(request, lambda: None))
            self._context.fill_scheduler.add(task)
            self._read_bars(request).add_done_callback(lambda read: self._answer_resolved(reply, request, read))
            return reply
        task.n_tries = USUAL_TRIES if request.timeout_s is not None else PATIENT_TRIES
        answer = _Once(lambda error: self._answer(reply, request, error))
        task.end.add_done_callback(
            lambda end: self._learn_actions(request, lambda: answer(end.result().error), task.n_tries)
        )
        self._end_in_time(request, answer)
        self._context.fill_scheduler.add(task)
        return reply

    def _learn_actions(self, request: BarsRequest, then: Callable[[], None], n_tries: int = USUAL_TRIES) -> None:
        """Fill the daily bars that tell the splits and dividends an adjusted answer needs, then call ``then``."""
        if request.adjust == "splits":
            then()
            return

        def on_read(read: Future[SeriesState]) -> None:
            facts = None if read.exception() is not None else read.result().facts
            span = None if facts is None else self._bars_target(request).resolve(facts)
            if facts is None or span is None:
                then()
                return
            target = FillTarget(actions_span(max(span.start, facts.floor[0]), self._context.now() + 1))
            task = FillTask(request.symbol, INTERVALS["1d"], target, Priority.VIEWPORT, n_tries=n_tries)
            task.end.add_done_callback(lambda _: then())
            self._context.fill_scheduler.add(task)

        base = request.interval.base
        catalog = self._context.catalog
        self._context.readers.submit(lambda c: catalog.read(c, request.symbol, base)).add_done_callback(on_read)

    def _bars_target(self, request: BarsRequest) -> FillTarget:
        if request.span is None:
            n_bars = N_LATEST if request.limit is None else min(request.limit, N_LATEST)
            return FillTarget(n_before=base_count(request.interval, n_bars))
        return FillTarget(base_part(request.interval, request.span))

    def _answer(self, reply: Future[BarsReply], request: BarsRequest, error: Exception | None) -> None:
        self._read_bars(request, error).add_done_callback(lambda read: run_into(reply, read.result))

    def _answer_resolved(self, reply: Future[BarsReply], request: BarsRequest, read: Future[BarsReply]) -> None:
        """Answer with what is stored; a symbol that is new is met first, for the answer tells of the instrument."""
        if not isinstance(read.exception(), NotCachedError):
            run_into(reply, read.result)
            return
        answer = _Once(lambda error: self._answer(reply, request, error))
        self._end_in_time(request, answer)
        self._context.fill_scheduler.resolve_instrument(
            request.symbol, request.interval.base, lambda end: answer(end.result().error)
        )

    def _end_in_time(self, request: BarsRequest, answer: _Once) -> None:
        if request.timeout_s is not None:
            late = TooLateError(f"Yahoo did not answer within {request.timeout_s:g} s and the cache knows nothing yet")
            self._context.delayed_calls.call_later(request.timeout_s, lambda: answer(late))

    def _read_bars(self, request: BarsRequest, error: Exception | None = None) -> Future[BarsReply]:
        def read(connection: Connection) -> BarsReply:
            known = self._context.catalog.read(connection, request.symbol, request.interval.base)
            if known.instrument is None:
                raise error or NotCachedError(request.symbol)
            return read_series(connection, request, known, self._bars_target(request))

        return self._context.readers.submit(read)


class _Once:
    """Calls its function at the first call only: the fill's end or the time-out, whichever comes first."""

    def __init__(self, function: Callable[[Exception | None], None]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._is_done = False

    def __call__(self, error: Exception | None) -> None:
        with self._lock:
            if self._is_done:
                return
            self._is_done = True
        self._function(error)
