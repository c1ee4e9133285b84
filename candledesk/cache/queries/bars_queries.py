"""Bars of a span for scripts, read after its gaps were filled as the request says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import PATIENT_TRIES, USUAL_TRIES, FillTarget, FillTask, Priority
from candledesk.cache.queries.counted_bars import load_last
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.series_reader import Source, actions_span, read_series
from candledesk.cache.rules.as_of import request_as_known
from candledesk.cache.rules.base_bars import base_count, base_part
from candledesk.cache.rules.planner import NOT_FETCHED
from candledesk.cache.runtime.coroutines import in_time, start_coroutine, wait_for
from candledesk.domain.errors import EnvironmentFaultError, NotCachedError, TooLateError
from candledesk.domain.interval import INTERVALS
from candledesk.store.market.chunks.proof import lost_spans
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.messages import BarsReply, BarsRequest
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

N_LATEST = 500  # bars that are filled when a script names no span


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """An answer; ``repaired``: the end of the repair after which bars that it has found lost can be fetched again."""

    reply: BarsReply
    repaired: Future[None] | None


class BarsLoader:
    """Answers ``BarsRequest``: with one fill task each, at its end or at the time-out."""

    def __init__(self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says.

        Fails with ``InputError`` for an ``as_of`` that cannot be answered.
        """
        return start_coroutine(self._load_as_known(request))

    async def _load_as_known(self, asked: BarsRequest) -> BarsReply:
        request = request_as_known(asked, self._context.now(), N_LATEST)
        if request.fill != "none":
            self._context.active.note(request.symbol, request.interval.base)
        if request.countback is None:
            return await self._load(request)
        return await load_last(request, self._load, self._context.elapsed)

    async def _load(self, request: BarsRequest) -> BarsReply:
        return await (self._read_only(request) if request.fill == "none" else self._load_bars(request))

    async def _read_only(self, request: BarsRequest) -> BarsReply:
        return (await wait_for(self._read_bars(request))).reply

    async def _load_bars(self, request: BarsRequest) -> BarsReply:
        is_patient = request.fill == "wait" and request.timeout_s is None
        n_tries, began = PATIENT_TRIES if is_patient else USUAL_TRIES, self._context.elapsed()
        filled = start_coroutine(self._fill(request, n_tries))
        if request.fill == "async":
            try:
                return self._fill_repaired(request, await wait_for(self._read_bars(request)))
            except NotCachedError:  # the answer describes the instrument, which is looked up first
                filled = start_coroutine(self._resolve(request))
        late = TooLateError(f"No answer came within {request.timeout_s or 0:g} s and the cache knows nothing yet")
        error = await wait_for(in_time(filled, request.timeout_s, late, self._context.delayed_calls))
        found = await wait_for(self._read_bars(request, error))
        if found.repaired is None:
            return found.reply
        left_s = None if request.timeout_s is None else request.timeout_s - (self._context.elapsed() - began)
        filled = start_coroutine(self._fill_after(found.repaired, request, n_tries))
        error = await wait_for(in_time(filled, left_s, late, self._context.delayed_calls))
        return (await wait_for(self._read_bars(request, error))).reply

    def _fill_repaired(self, request: BarsRequest, found: _Found) -> BarsReply:
        """Fill the bars that an answer has found lost, after it."""
        if found.repaired is not None:
            start_coroutine(self._fill_after(found.repaired, request, USUAL_TRIES))
        return found.reply

    async def _fill_after(self, repaired: Future[None], request: BarsRequest, n_tries: int) -> Exception | None:
        await wait_for(repaired)
        return await self._fill(request, n_tries)

    async def _resolve(self, request: BarsRequest) -> Exception | None:
        fill_scheduler, base = self._fill_scheduler, request.interval.base
        return (await wait_for(fill_scheduler.resolve_instrument(request.symbol, base))).error

    async def _fill(self, request: BarsRequest, n_tries: int) -> Exception | None:
        """Fill the bars of a request and what adjusts them; return why the bars could not be filled, if so."""
        base = request.interval.base
        task = FillTask(
            request.symbol,
            base,
            self._target_of(request),
            Priority.VIEWPORT,
            n_tries=n_tries,
            is_view=request.prefetch,
        )
        self._fill_scheduler.add(task)
        result = await wait_for(task.end)
        if request.adjust != "splits":
            await self._fill_actions(request, n_tries)
        return result.error

    async def _fill_actions(self, request: BarsRequest, n_tries: int) -> None:
        """Fill the daily bars that tell the splits and dividends an adjusted answer needs."""
        catalog, base = self._catalog, request.interval.base
        known = await wait_for(self._context.readers.submit(lambda c: catalog.read(c, request.symbol, base)))
        span = None if known.facts is None else self._target_of(request).resolve(known.facts)
        if known.facts is None or span is None:
            return
        target = FillTarget(actions_span(max(span.start, known.facts.floor[0]), self._context.now() + 1))
        task = FillTask(request.symbol, INTERVALS["1d"], target, Priority.VIEWPORT, n_tries=n_tries)
        self._fill_scheduler.add(task)
        await wait_for(task.end)

    def _target_of(self, request: BarsRequest) -> FillTarget:
        if request.countback is not None:
            anchor = None if request.span is None else request.span.end
            return FillTarget(anchor=anchor, n_before=base_count(request.interval, request.countback))
        if request.span is None:
            n_bars = N_LATEST if request.limit is None else min(request.limit, N_LATEST)
            return FillTarget(n_before=base_count(request.interval, n_bars))
        return FillTarget(base_part(request.interval, request.span))

    def _with_wait(self, reply: BarsReply) -> BarsReply:
        """Return a reply that came too soon with what its gaps wait for, where that is the provider's answer."""
        if self._context.answer_watch.unanswered_since is None:
            return reply
        reason = f"no answer from {self._context.providers.title(reply.request.symbol)} yet"
        gaps = tuple(replace(gap, reason=reason) if gap.reason == NOT_FETCHED else gap for gap in reply.gaps)
        return replace(reply, gaps=gaps)

    def _read_bars(self, request: BarsRequest, error: Exception | None = None) -> Future[_Found]:
        storage_health = self._fill_scheduler.storage_health

        def read(connection: Connection) -> _Found:
            with snapshot(connection):  # a repair deletes lost bars: their coverage must be read as it was then
                return read_all(connection)

        def read_all(connection: Connection) -> _Found:
            known = self._catalog.read(connection, request.symbol, request.interval.base)
            if known.instrument is None:
                raise error or NotCachedError(request.symbol)
            rate_symbols = partial(self._catalog.rate_symbols, request.symbol)
            source = Source(connection, rate_symbols, [])

            def read_once(findings: list[Finding]) -> BarsReply:
                return read_series(
                    source, request, self._catalog.without_lost(known, findings), self._target_of(request)
                )

            reply = read_proven(read_once, source.findings)
            repaired = self._context.damage.report(connection, source.findings)
            if isinstance(error, EnvironmentFaultError) and not (reply.complete or storage_health.is_read_only):
                raise error  # "not fetched yet" would hide that a full disk takes no bars
            if isinstance(error, TooLateError):
                reply = self._with_wait(reply)
            return _Found(reply, repaired if lost_spans(source.findings) else None)

        return self._context.readers.submit(read)
