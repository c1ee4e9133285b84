"""The cache controller implements ``CacheApi`` for charts, the HTTP endpoint and the command line.

It only hands on: to ``queries`` (viewports, bars of spans, searches, estimates), ``jobs`` and ``upkeep``.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.jobs.submit import JobSubmitter
from candledesk.cache.own.calls import OwnIndicatorCalls
from candledesk.cache.queries.bars_queries import BarsLoader
from candledesk.cache.queries.compare.compare_loader import CompareLoader
from candledesk.cache.queries.compare.ratio_events import RatioEvents
from candledesk.cache.queries.compare.ratio_loader import RatioLoader
from candledesk.cache.queries.coverage_queries import CoverageReader
from candledesk.cache.queries.drawings.calls import DrawingCalls
from candledesk.cache.queries.estimates import Estimator
from candledesk.cache.queries.finer_bars import find_derived
from candledesk.cache.queries.instruments.corporate_events import read_corporate_events
from candledesk.cache.queries.instruments.reports import InstrumentReader
from candledesk.cache.queries.missing_calendars import MissingCalendars
from candledesk.cache.queries.provenance import read_provenance
from candledesk.cache.queries.quotes import QuoteReader
from candledesk.cache.queries.symbol_search import SymbolSearch
from candledesk.cache.queries.viewports import ViewportLoader
from candledesk.cache.rules.coverage_marks import find_marks, with_odd
from candledesk.domain.compare.ratio import is_ratio, stored_series, symbols_of
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.bar_messages import CorporateEvent, Provenance
    from candledesk.cache.compare_messages import CompareRequest, CompareRows
    from candledesk.cache.context import CacheContext
    from candledesk.cache.events import Event
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.indicator_messages import (
        IndicatorReply,
        IndicatorRequest,
        IndicatorRows,
        IndicatorRowsRequest,
    )
    from candledesk.cache.instrument_messages import InstrumentReport
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.maintenance.files import HomeFiles
    from candledesk.cache.maintenance.runner import MaintenanceRunner
    from candledesk.cache.maintenance_messages import (
        BackupFile,
        MaintenanceRequest,
        MaintenanceTask,
        StorageOptions,
        StorageReport,
    )
    from candledesk.cache.messages import (
        ArchiveEntry,
        BackfillEstimate,
        BarsReply,
        BarsRequest,
        ImportReport,
        Job,
        Listing,
        SeriesCoverage,
        SeriesReport,
        SymbolFound,
        ViewportReply,
        ViewportRequest,
    )
    from candledesk.cache.own.own_indicators import OwnIndicators
    from candledesk.cache.queries.studies.loader import IndicatorLoader
    from candledesk.cache.quote_messages import Quote
    from candledesk.cache.upkeep.archive import Archive
    from candledesk.domain.bars import Bars
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.coverage import CoverageMark
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span
    from candledesk.store import Connection


class CacheController:
    """Implements ``CacheApi``."""

    def __init__(
        self,
        context: CacheContext,
        catalog: Catalog,
        fill_scheduler: FillScheduler,
        jobs: JobQueue,
        archive: Archive,
        maintenance: MaintenanceRunner,
        files: HomeFiles,
        own_indicators: OwnIndicators,
    ) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._jobs = jobs
        self._archive = archive
        self._maintenance = maintenance
        self._files = files
        self.own_indicators = OwnIndicatorCalls(context, own_indicators)
        self.drawing_bars = DrawingCalls(context, catalog)
        self._calendars = MissingCalendars(context, catalog)
        self._viewport_loader = ViewportLoader(context, catalog, fill_scheduler, self._calendars)
        self._bars_loader = BarsLoader(context, catalog, fill_scheduler)
        self._ratios = RatioLoader(context, catalog, self.load_viewport, self.load_bars)
        self._ratio_events = RatioEvents(context.events)
        self._compare_loader = CompareLoader(context, catalog, fill_scheduler)
        self._job_submitter = JobSubmitter(context, catalog, fill_scheduler, jobs)
        self._estimator = Estimator(context, catalog)
        self._coverage = CoverageReader(context, catalog, self._calendars)
        self._instruments = InstrumentReader(context, catalog, fill_scheduler, self._calendars)
        self._indicators_lock = threading.Lock()
        self._indicators: IndicatorLoader | None = None
        self._quotes = QuoteReader(context, catalog)
        self._search = SymbolSearch(context, catalog, fill_scheduler)
        self._storage_health = fill_scheduler.storage_health
        self.limiter_state = context.limiter_state

    def read_fault(self) -> str:
        """Return why nothing can be stored at present, for people; empty when bars are stored."""
        return str(self._storage_health.error or "")

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``callback`` for every event until the returned function is called."""
        return self._context.events.subscribe(callback)

    # --- bars ---------------------------------------------------------------------------------------------------

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        if is_ratio(request.symbol):
            return self._ratios.load_viewport(request)
        return self._viewport_loader.load_viewport(request)

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says."""
        if is_ratio(request.symbol):
            return self._ratios.load_bars(request)
        if request.fill != "none":
            self._catalog.forgotten.clear(request.symbol)
        load = partial(self._bars_loader.load_bars, request)
        if request.fill == "async":
            return load()
        return self._calendars.read(request.symbol, request.interval, load, request.timeout_s)

    def load_compare(self, request: CompareRequest) -> Future[CompareRows]:
        """Return another series' closes beside the bars of a chart, and schedule what is missing of it."""
        for symbol in symbols_of(request.other) if request.may_fetch else ():
            self._catalog.forgotten.clear(symbol)
        return self._compare_loader.load_compare(request)

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        """Return the values of an indicator at stored bars."""
        return self._indicator_loader().load_indicator(request)

    def load_indicator_rows(self, request: IndicatorRowsRequest) -> Future[IndicatorRows]:
        """Return the extremes of an indicator's lines for each row of a chart that is zoomed out."""
        return self._indicator_loader().load_indicator_rows(request)

    def _indicator_loader(self) -> IndicatorLoader:
        """Return what computes indicators, which is imported at its first use."""
        from candledesk.cache.queries.studies.loader import IndicatorLoader

        with self._indicators_lock:
            if self._indicators is None:
                self._indicators = IndicatorLoader(self._context, self._catalog)
            return self._indicators

    def import_bars(
        self, symbol: str, interval: Interval, bars: Bars, listing: Listing | None = None
    ) -> Future[ImportReport]:
        """Store foreign bars of a stored interval; see ``BarsImporter.import_bars``."""
        from candledesk.cache.fetching.bars_importer import BarsImporter

        self._catalog.forgotten.clear(symbol)
        importer = BarsImporter(self._context, self._catalog, self._fill_scheduler)
        return importer.import_bars(symbol, interval, bars, listing)

    # --- jobs ---------------------------------------------------------------------------------------------------

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one; see ``CacheApi``."""
        return self._job_submitter.start_backfill(self._wanted([(symbol, interval)]), span)

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue or join a backfill of each series, in one transaction; see ``CacheApi``."""
        return self._job_submitter.start_backfills(self._wanted(series), span)

    def estimate_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        """Return what ``start_backfills`` would cost, without a request to the provider."""
        return self._estimator.estimate(stored_series(series), span)

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        return self._job_submitter.start_update(self._wanted(series))

    def _wanted(self, series: Sequence[tuple[str, Interval]]) -> list[tuple[str, Interval]]:
        """Return the series of which bars are stored, and count their symbols as wanted again."""
        every = stored_series(series)
        for symbol, _ in every:
            self._catalog.forgotten.clear(symbol)
        return every

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended."""
        return self._jobs.wait(job_id)

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        """Return jobs, the newest first; see ``CacheApi``."""
        return self._jobs.newest(state=state, limit=limit, before=before)

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job; ``UnknownJobError`` when there is none."""
        return self._jobs.read(job_id)

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        return self._jobs.cancel(job_id)

    def pause_job(self, job_id: int) -> Future[Job]:
        """Pause a live job until it is resumed; ``JobStateError`` when it is paused or has ended."""
        return self._jobs.pause(job_id)

    def resume_job(self, job_id: int) -> Future[Job]:
        """Queue a paused job again; ``JobStateError`` otherwise."""
        return self._jobs.resume(job_id)

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again; ``JobStateError`` otherwise."""
        return self._jobs.retry(job_id)

    def retry_failed_jobs(self) -> Future[int]:
        """Queue every failed backfill and update again; return how many."""
        return self._jobs.retry_failed()

    def clear_finished_jobs(self) -> Future[int]:
        """Delete every job that has ended from the list; return how many. Bars and coverage stay."""
        return self._jobs.clear_finished()

    # --- upkeep -------------------------------------------------------------------------------------------------

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        """Keep a series that is shown up to date until the returned function is called."""
        ends = [self._ratio_events.follow(symbol)] if is_ratio(symbol) else []
        for part in symbols_of(symbol):
            self._catalog.forgotten.clear(part)
            ends.append(self._context.active.follow(part, interval))

        def leave() -> None:
            for end in ends:
                end()

        return leave

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        """Return the series that are kept complete, by symbol and interval."""
        return self._archive.entries()

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Keep a series complete from now on, or stop that; ``UnknownSymbolError`` when the provider knows none."""
        self._catalog.forgotten.clear(symbol)
        return self._archive.change(symbol, interval, is_on=is_on)

    def set_in_front(self, series: Sequence[tuple[str, Interval]]) -> None:
        """Set which series the charts in front show: their updates go first."""
        self._context.active.set_in_front(stored_series(series))

    def set_watched(self, symbols: Sequence[str]) -> None:
        """Set of which symbols a list shows the price on screen; see ``CacheApi``."""
        self._context.active.set_watched(symbols)

    # --- maintenance --------------------------------------------------------------------------------------------

    def start_maintenance(self, request: MaintenanceRequest) -> Future[MaintenanceTask]:
        """Queue a maintenance task or join an equal one; on a reader thread, for it looks at a file that is named."""
        return self._context.readers.submit(lambda _connection: self._maintenance.start(request).result())

    def list_maintenance(self) -> Future[list[MaintenanceTask]]:
        """Return the maintenance tasks of this run, the newest first."""
        return self._maintenance.tasks()

    def read_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Return one maintenance task; ``UnknownTaskError`` when there is none."""
        return self._maintenance.read(task_id)

    def wait_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Resolve when the maintenance task has ended."""
        return self._maintenance.wait(task_id)

    def cancel_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Let a maintenance task stop at its next step; ``TaskStateError`` when it has ended."""
        return self._maintenance.cancel(task_id)

    def read_storage(self) -> Future[StorageReport]:
        """Return the sizes of series, tables, logs and backups."""
        return self._files.read_storage()

    def list_backups(self) -> Future[list[BackupFile]]:
        """Return the copies of the database that are in the home, the newest first."""
        return self._files.list_backups()

    def remove_backup(self, path: str) -> Future[BackupFile]:
        """Delete a copy that ``list_backups`` has; ``InputError`` for any other file."""
        return self._files.remove_backup(path)

    def read_storage_options(self) -> Future[StorageOptions]:
        """Return what the home does by itself."""
        return self._files.read_options()

    def change_storage_options(self, options: StorageOptions) -> Future[StorageOptions]:
        """Use other options from now on; ``InputError`` for a number out of range."""
        return self._files.change_options(options)

    # --- what is known ------------------------------------------------------------------------------------------

    def describe_instrument(self, symbol: str) -> Future[InstrumentReport]:
        """Return an instrument with its next sessions and corporate events, looked up when it is not in the cache."""
        self._catalog.forgotten.clear(symbol)
        return self._instruments.describe(symbol)

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return the ledger, what is missing of the whole reachable history, and how many bars are stored."""
        return self._coverage.describe(symbol, interval)

    def list_coverage(
        self, *, limit: int | None = None, after: tuple[str, Interval] | None = None
    ) -> Future[list[SeriesCoverage]]:
        """Return what is known of every stored series, by symbol and length of a bar; see ``CacheApi``."""
        return self._coverage.list_all(limit, after)

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        """Find symbols: cached instruments first, then what the provider's search finds within ``timeout_s``."""
        return self._search.search(query, timeout_s, limit=limit, after=after)

    def search_provider(self, query: str, timeout_s: float) -> Future[list[SymbolFound]]:
        """Return what the provider's search finds within ``timeout_s``, without the cached instruments beside it."""
        return self._search.ask_provider(query, timeout_s)

    def list_intervals(self, symbol: str) -> Future[list[Interval]]:
        """Return the intervals of which bars of a symbol are stored, the shortest first; none of an unknown symbol."""
        return self._coverage.list_intervals(symbol)

    def read_marks(self, symbol: str, interval: Interval, span: Span) -> Future[tuple[CoverageMark, ...]]:
        """Return what of ``span`` is not simply stored, or is odd (``marks``); nothing of an unknown symbol."""

        def read(connection: Connection) -> tuple[CoverageMark, ...]:
            known = self._catalog.read(connection, symbol, interval.base)
            facts = known.readable
            if facts is None:
                return ()
            odd = () if known.series_id is None else odd_store.read_odd(connection, known.series_id, span)
            marks = find_marks(span, facts, find_derived(connection, symbol, facts, span))
            return with_odd(marks, odd, interval.base, interval)

        return self._context.readers.submit(read)

    def read_corporate_events(self, symbol: str, interval: Interval) -> Future[tuple[CorporateEvent, ...]]:
        """Return the stored dividends, splits and gains by date, each with its bar; nothing of an unknown symbol."""
        return self._context.readers.submit(lambda c: read_corporate_events(c, self._catalog, symbol, interval))

    def read_calendar(self, symbol: str) -> Future[SessionCalendar | None]:
        """Return the sessions of a symbol's venue; ``None`` while they or the symbol are not known."""
        return self._context.readers.submit(lambda connection: self._catalog.read_calendar(connection, symbol))

    def read_provenance(self, symbol: str, interval: Interval, span: Span) -> Future[Provenance]:
        """Return where the stored bars of ``span`` came from and whether they can still change."""
        return self._context.readers.submit(lambda c: read_provenance(c, self._catalog, symbol, interval, span))

    def read_quotes(self, symbols: Sequence[str]) -> Future[list[Quote]]:
        """Return the newest stored price of each symbol, without a request to the provider."""
        return self._context.readers.submit(lambda connection: self._quotes.read(connection, symbols))

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        """Return cached instruments whose symbol or name contains ``query``, the best match first."""
        complete = self._catalog.complete

        def read(connection: Connection) -> list[Instrument]:
            return [complete(row) for row in instrument_store.list_instruments(connection, query, limit, after)]

        return self._context.readers.submit(read)
