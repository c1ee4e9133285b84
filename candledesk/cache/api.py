"""What the window, the web server and the commands may ask of the cache, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.bar_messages import CorporateEvent, Provenance
    from candledesk.cache.compare_messages import CompareRequest, CompareRows
    from candledesk.cache.drawing_messages import AnchorCounts, AnchorRequest, DrawingRequest, DrawingValues
    from candledesk.cache.events import Event
    from candledesk.cache.indicator_messages import (
        IndicatorReply,
        IndicatorRequest,
        IndicatorRows,
        IndicatorRowsRequest,
    )
    from candledesk.cache.instrument_messages import InstrumentReport
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
        LimiterState,
        Listing,
        SeriesCoverage,
        SeriesReport,
        SymbolFound,
        ViewportReply,
        ViewportRequest,
    )
    from candledesk.cache.own_messages import OwnFile
    from candledesk.cache.quote_messages import Quote
    from candledesk.domain.bars import Bars
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.coverage import CoverageMark
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


class MaintenanceApi(Protocol):
    """Long tasks on the files of the home, and what takes how much room in it.

    One task runs at a time, in the process that owns the database; the last ones that ended are remembered until it
    ends. Futures fail with ``UnknownTaskError`` for a number that is none of them.
    """

    def start_maintenance(self, request: MaintenanceRequest) -> Future[MaintenanceTask]:
        """Queue a task and answer at once; an equal one that waits or runs is joined.

        Fails with ``InputError`` for a request that cannot be done.
        """
        ...

    def list_maintenance(self) -> Future[list[MaintenanceTask]]:
        """Return the tasks that wait or run, and the last ones that ended; the newest first."""
        ...

    def read_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Return one task as it stands."""
        ...

    def wait_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Resolve when the task has ended, whether it succeeded or not."""
        ...

    def cancel_maintenance(self, task_id: int) -> Future[MaintenanceTask]:
        """Let a task stop at its next step; ``TaskStateError`` when it has ended."""
        ...

    def read_storage(self) -> Future[StorageReport]:
        """Return the sizes of series, tables, logs and backups."""
        ...

    def list_backups(self) -> Future[list[BackupFile]]:
        """Return the copies of the database that are in the home, the newest first."""
        ...

    def remove_backup(self, path: str) -> Future[BackupFile]:
        """Delete a copy that ``list_backups`` has; ``InputError`` for any other file."""
        ...


class ImportApi(Protocol):
    """Foreign bars, into the database of this process or of the running instance."""

    def import_bars(
        self, symbol: str, interval: Interval, bars: Bars, listing: Listing | None = None
    ) -> Future[ImportReport]:
        """Store foreign bars through the same checks as fetched ones."""
        ...


class DrawingBarsApi(Protocol):
    """What drawings need of stored bars; answered on reader threads."""

    def count_anchors(self, request: AnchorRequest) -> Future[AnchorCounts]:
        """Return where points lie beyond the bars that a chart has loaded; ``InputError`` for too many."""
        ...

    def load_values(self, request: DrawingRequest) -> Future[DrawingValues]:
        """Return what a drawing shows of stored bars, of the finest interval that is stored without a gap."""
        ...


class CommandApi(MaintenanceApi, ImportApi, Protocol):
    """What the command line asks; also answered by a running instance over HTTP (``web.client``).

    Futures fail with the errors of ``domain.errors``.
    """

    @property
    def drawing_bars(self) -> DrawingBarsApi:
        """What drawings need of stored bars."""
        ...

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Read bars of a span, filling gaps first as ``request.fill`` says."""
        ...

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        """Return the values of an indicator at stored bars; ``NotCachedError`` when the symbol is not in the cache."""
        ...

    def load_compare(self, request: CompareRequest) -> Future[CompareRows]:
        """Return another series' closes beside the stored bars of a series, and schedule what is missing of it.

        Fails with ``UnknownSymbolError``, ``OfflineError`` or ``NotCachedError`` when the other one is not known.
        ``CompareRequest.may_fetch`` and ``stride`` are for charts: a running instance answers bar by bar what it has.
        """
        ...

    def read_corporate_events(self, symbol: str, interval: Interval) -> Future[tuple[CorporateEvent, ...]]:
        """Return the stored dividends, splits and gains by date, each with its bar; nothing of an unknown symbol."""
        ...

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Queue a backfill (``None``: back to the look-back or listing date) or join the live one.

        Of a ratio both series are filled; the answer is the numerator's job.
        """
        ...

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Queue or join a backfill of each series; answers with their jobs in the same order, of a ratio with both.

        A symbol that is not yet in the cache costs one request first. When some are unknown to the provider, the others
        are started all the same and the future fails with the first one's ``UnknownSymbolError``; asking again for the
        rest joins what was started.
        """
        ...

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended; a paused one has not.

        Fails with ``EnvironmentFaultError`` or ``OfflineError`` while the job is stuck; it goes on when it can.
        """
        ...

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        """Return jobs, the newest first.

        ``limit``: at most so many; ``before``: only those with a smaller number, which gives the next page.
        """
        ...

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job; ``UnknownJobError`` when there is none."""
        ...

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        ...

    def pause_job(self, job_id: int) -> Future[Job]:
        """Pause a queued or running job, over restarts too; ``JobStateError`` otherwise."""
        ...

    def resume_job(self, job_id: int) -> Future[Job]:
        """Queue a paused job again; ``JobStateError`` otherwise."""
        ...

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again; it requests its gaps only. ``JobStateError`` otherwise."""
        ...

    def retry_failed_jobs(self) -> Future[int]:
        """Queue every failed backfill and update again; return how many."""
        ...

    def clear_finished_jobs(self) -> Future[int]:
        """Delete every job that has ended; return how many. Bars and what is known of them stay."""
        ...

    def describe_instrument(self, symbol: str) -> Future[InstrumentReport]:
        """Return an instrument with its next sessions and its corporate events.

        A symbol that is not in the cache costs one request; ``UnknownSymbolError`` when the provider knows none.
        """
        ...

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return what is known of a series; ``NotCachedError`` when the symbol is not in the cache."""
        ...

    def list_coverage(
        self, *, limit: int | None = None, after: tuple[str, Interval] | None = None
    ) -> Future[list[SeriesCoverage]]:
        """Return what is known of every stored series, by symbol and length of a bar.

        ``limit``: at most so many; ``after``: only those that follow this series, which gives the next page.
        """
        ...

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        """Return the series that are archived automatically, by symbol and interval."""
        ...

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Archive a series from now on, or end that; ``UnknownSymbolError`` when the provider knows none."""
        ...

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        """Return cached instruments whose symbol or name contains ``query``, the best match first.

        ``limit``: at most so many; ``after``: only those that follow this symbol, which gives the next page.
        """
        ...

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        """Find symbols: cached instruments first, then what the provider's search finds within ``timeout_s``.

        ``limit`` and ``after`` page through the cached ones; the provider is not asked while ``limit`` is reached.
        """
        ...

    def limiter_state(self) -> LimiterState:
        """Return the limiter as it stands, without waiting for a task of the cache."""
        ...


class OwnIndicatorsApi(Protocol):
    """The files of own indicators; only the process that owns the database answers."""

    def list_files(self) -> Future[list[OwnFile]]:
        """Return the files of the folder by name, and declare those that are allowed."""
        ...

    def allow(self, name: str, sha256: str) -> Future[OwnFile]:
        """Allow a file that holds what was shown (``sha256``), and declare its indicator.

        Fails with ``OwnIndicatorError`` when the file has changed, or with the line of it that fails.
        """
        ...


class CacheApi(CommandApi, Protocol):
    """Every method may be called from any thread, returns at once, and answers through a future.

    Futures fail with the errors of ``domain.errors``. Callbacks and done-callbacks run on the cache's own threads.
    """

    @property
    def own_indicators(self) -> OwnIndicatorsApi:
        """The files of own indicators."""
        ...

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        """Answer from the database at once and schedule what is missing; superseded requests are cancelled futures."""
        ...

    def load_indicator_rows(self, request: IndicatorRowsRequest) -> Future[IndicatorRows]:
        """Return the extremes of an indicator's lines for each row of a chart that is zoomed out."""
        ...

    def list_intervals(self, symbol: str) -> Future[list[Interval]]:
        """Return the intervals of which bars of a symbol are stored, the shortest first; none of an unknown symbol."""
        ...

    def search_provider(self, query: str, timeout_s: float) -> Future[list[SymbolFound]]:
        """Return what the provider's search finds within ``timeout_s``, without the cached instruments beside it."""
        ...

    def read_marks(self, symbol: str, interval: Interval, span: Span) -> Future[tuple[CoverageMark, ...]]:
        """Return what of ``span`` is not simply stored, or is odd (``marks``); nothing of an unknown symbol."""
        ...

    def read_calendar(self, symbol: str) -> Future[SessionCalendar | None]:
        """Return the sessions of a symbol's venue; ``None`` while they or the symbol are not known."""
        ...

    def read_provenance(self, symbol: str, interval: Interval, span: Span) -> Future[Provenance]:
        """Return where the stored bars of ``span`` came from and whether they can still change."""
        ...

    def read_quotes(self, symbols: Sequence[str]) -> Future[list[Quote]]:
        """Return the newest stored price of each symbol, in the same order, without a request to the provider."""
        ...

    def estimate_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        """Return what ``start_backfills`` would cost, without a request to the provider."""
        ...

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        """Queue an update of the latest bars (empty: the active series); answers with the first series' job."""
        ...

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        """Keep a series that is shown up to date until the returned function is called."""
        ...

    def set_in_front(self, series: Sequence[tuple[str, Interval]]) -> None:
        """Set which series the charts in front show: their updates go first."""
        ...

    def set_watched(self, symbols: Sequence[str]) -> None:
        """Set of which symbols a list shows the price on screen.

        Daily bars that are stored of them are updated at most once a minute while their venue trades, one after the
        other, by at most half of the limiter's rate, and after everything that charts and jobs ask.
        """
        ...

    def read_storage_options(self) -> Future[StorageOptions]:
        """Return what the home does by itself: backups, and how long they and finished jobs are kept."""
        ...

    def change_storage_options(self, options: StorageOptions) -> Future[StorageOptions]:
        """Use ``options`` from now on; ``InputError`` for a number out of range."""
        ...

    def read_fault(self) -> str:
        """Return why nothing can be stored at present, for people, without waiting; empty when bars are stored."""
        ...

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``callback`` for every event until the returned function is called."""
        ...
