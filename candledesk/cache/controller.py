"""The cache controller: the one door to the cache for charts, the HTTP endpoint and the command line.

It only hands on: to ``charts.py`` (viewports), ``scripts.py`` (bars of spans), ``starts.py`` (new jobs) and
``jobs.py`` (the book of jobs).
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.imports import write_import
from candledesk.cache.jobs.submit import JobSubmitter
from candledesk.cache.messages import BarsStored
from candledesk.cache.queries.bars_queries import BarsLoader
from candledesk.cache.queries.finer_bars import find_derived
from candledesk.cache.queries.series_reader import describe_series
from candledesk.cache.queries.viewports import ViewportLoader
from candledesk.cache.rules.coverage_marks import find_marks, with_odd
from candledesk.cache.runtime.workers import run_into
from candledesk.domain.errors import InputError, NotCachedError, UnknownSymbolError
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.messages import (
        ArchiveEntry,
        BackfillEstimate,
        BarsReply,
        BarsRequest,
        Event,
        ImportReport,
        Job,
        LimiterState,
        SeriesReport,
        SymbolFound,
        ViewportReply,
        ViewportRequest,
    )
    from candledesk.cache.queries.context import CacheContext
    from candledesk.cache.queries.estimates import Estimator
    from candledesk.cache.queries.symbol_search import SymbolSearch
    from candledesk.cache.upkeep.archive import Archive
    from candledesk.domain.bars import Bars
    from candledesk.domain.coverage import CoverageMark
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection


class CacheController:
    """Implements ``CacheApi``."""

    def __init__(
        self,
        context: CacheContext,
        estimator: Estimator,
        search: SymbolSearch,
        archive: Archive,
        limiter_state: Callable[[], LimiterState],
    ) -> None:
        """Take the parts; nothing starts here."""
        self._context = context
        self._archive = archive
        self._viewport_loader = ViewportLoader(context)
        self._bars_loader = BarsLoader(context)
        self._job_submitter = JobSubmitter(context)
        self._estimator = estimator
        self._search = search
        self.limiter_state = limiter_state

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``callback`` for every event until the returned function is called."""
        return self._context.events.subscribe(callback)

    # --- bars ---------------------------------------------------------------------------------------------------

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        return self._viewport_loader.load_viewport(request)

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says."""
        return self._bars_loader.load_bars(request)

    def import_bars(self, symbol: str, interval: Interval, bars: Bars) -> Future[ImportReport]:
        """Store foreign bars of a fetched interval through the same checks as fetched ones; learns the symbol first."""
        imported: Future[ImportReport] = Future()
        if interval.base is not interval:
            imported.set_exception(InputError("interval", f"{interval.name} is derived: import {interval.base.name}"))
            return imported

        def on_resolved(end: Future[FillResult]) -> None:
            error = end.result().error
            if error is not None:
                imported.set_exception(error)
            else:
                self._context.fill_scheduler.run(
                    Priority.UPDATE, lambda: run_into(imported, self._import, symbol, interval, bars)
                )

        self._context.fill_scheduler.resolve_instrument(symbol, interval, on_resolved, is_daily_first_request=True)
        return imported

    def _import(self, symbol: str, interval: Interval, bars: Bars) -> ImportReport:
        catalog = self._context.catalog
        known = self._context.readers.submit(lambda connection: catalog.read(connection, symbol, interval)).result()
        if known.instrument is None:
            raise UnknownSymbolError(symbol)
        calendar = known.facts.calendar if known.facts else catalog.load_calendar(known.instrument)
        now = self._context.now()
        task = partial(write_import, symbol=symbol, interval=interval, raw=bars, calendar=calendar, now=now)
        report = self._context.writer.submit(task).result()
        self._context.events.emit(BarsStored(symbol, interval, Span(HISTORY_START, now), 0))
        return report

    # --- jobs ---------------------------------------------------------------------------------------------------

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one."""
        return self._job_submitter.start_backfill(symbol, interval, span)

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue or join a backfill of each series, in one transaction; see ``CacheApi``."""
        return self._job_submitter.start_backfills(series, span)

    def estimate_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        """Tell what ``start_backfills`` would cost, without asking the provider anything."""
        return self._estimator.estimate(series, span)

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        return self._job_submitter.start_update(series)

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended."""
        return self._context.jobs.wait(job_id)

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        """Return jobs, the newest first; see ``CacheApi``."""
        return self._context.jobs.newest(state=state, limit=limit, before=before)

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job; ``UnknownJobError`` when there is none."""
        return self._context.jobs.read(job_id)

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        return self._context.jobs.cancel(job_id)

    def pause_job(self, job_id: int) -> Future[Job]:
        """Let a live job rest until it is resumed; ``JobStateError`` when it rests or has ended."""
        return self._context.jobs.pause(job_id)

    def resume_job(self, job_id: int) -> Future[Job]:
        """Queue a paused job again; ``JobStateError`` otherwise."""
        return self._context.jobs.resume(job_id)

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again; ``JobStateError`` otherwise."""
        return self._context.jobs.retry(job_id)

    def retry_failed_jobs(self) -> Future[int]:
        """Queue every failed backfill and update again; return how many."""
        return self._context.jobs.retry_failed()

    def clear_finished_jobs(self) -> Future[int]:
        """Forget every job that has ended; return how many. Bars and what is known of them stay."""
        return self._context.jobs.clear_finished()

    # --- upkeep -------------------------------------------------------------------------------------------------

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        """Keep a series that is shown up to date until the returned function is called."""
        return self._context.active.follow(symbol, interval)

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        """Return the series that are kept complete, by symbol and interval."""
        return self._archive.entries()

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Keep a series complete from now on, or stop that; ``UnknownSymbolError`` when the provider knows none."""
        return self._archive.change(symbol, interval, is_on=is_on)

    def set_in_front(self, series: Sequence[tuple[str, Interval]]) -> None:
        """Say which series the charts in front show: their updates go first."""
        self._context.active.set_in_front(series)

    # --- what is known ------------------------------------------------------------------------------------------

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return the ledger, what is missing of the whole reachable history, and how many bars are stored."""
        return self._context.readers.submit(lambda connection: self._describe(connection, symbol, interval))

    def _describe(self, connection: Connection, symbol: str, interval: Interval) -> SeriesReport:
        known = self._context.catalog.read(connection, symbol, interval.base)
        if known.instrument is None:
            raise NotCachedError(symbol)
        report, waiting = describe_series(connection, known, interval), self._context.active.waiting(symbol, interval)
        if waiting is None:
            return report
        lag_s = 0 if waiting.since is None else max(0, self._context.now() - waiting.since)
        return replace(report, lag_s=lag_s, updated_at=waiting.asked_at or None)

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        """Find symbols: cached instruments first, then what the provider's search finds within ``timeout_s``."""
        return self._search.search(query, timeout_s, limit=limit, after=after)

    def read_marks(self, symbol: str, interval: Interval, span: Span) -> Future[tuple[CoverageMark, ...]]:
        """Return what of ``span`` is not simply stored, or is odd (``marks``); nothing of an unknown symbol."""

        def read(connection: Connection) -> tuple[CoverageMark, ...]:
            known = self._context.catalog.read(connection, symbol, interval.base)
            facts = known.readable
            if facts is None:
                return ()
            odd = () if known.series_id is None else odd_store.read_odd(connection, known.series_id, span)
            marks = find_marks(span, facts, find_derived(connection, symbol, facts, span))
            return with_odd(marks, odd, interval.base, interval)

        return self._context.readers.submit(read)

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        """Return cached instruments whose symbol or name contains ``query``, the best match first."""
        return self._context.readers.submit(
            lambda connection: instrument_store.list_instruments(connection, query, limit, after)
        )
