"""Builds the cache from its parts, and closes them in the order of DESIGN.md, "Threads"."""

from __future__ import annotations

import logging
import time
from concurrent.futures import wait
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.active_series import ActiveSeries, elapsed_s
from candledesk.cache.context import CacheContext, RetryPauses
from candledesk.cache.controller import CacheController
from candledesk.cache.event_emitter import EventEmitter
from candledesk.cache.events import LimiterChanged
from candledesk.cache.fetching.catalog import Catalog
from candledesk.cache.fetching.fill_scheduler import FillScheduler
from candledesk.cache.fetching.job_journal import JobJournal
from candledesk.cache.fetching.provider_limits import ProviderLimits
from candledesk.cache.jobs.queue import JobQueue
from candledesk.cache.maintenance.files import HomeFiles
from candledesk.cache.maintenance.registry import find_kind
from candledesk.cache.maintenance.runner import MaintenanceRunner
from candledesk.cache.maintenance.storage_options import StorageOptionsFile
from candledesk.cache.maintenance.task import MaintenanceContext
from candledesk.cache.own.own_indicators import OwnIndicators
from candledesk.cache.runtime.answer_watch import AnswerWatch
from candledesk.cache.runtime.fetch_pool import FetchPool
from candledesk.cache.runtime.fetch_process import Child, ChildConfig
from candledesk.cache.runtime.limiters import Limiters
from candledesk.cache.runtime.provider_router import ProviderRouter
from candledesk.cache.runtime.readers import Readers
from candledesk.cache.runtime.row_repairs import RowRepairs
from candledesk.cache.runtime.storage_watch import StorageWatch
from candledesk.cache.runtime.timers import DelayedCalls
from candledesk.cache.runtime.writer import Writer
from candledesk.cache.storing.damage import DamageRepair
from candledesk.cache.storing.lost_coverage import write_lost_coverage
from candledesk.cache.upkeep.archive import Archive
from candledesk.cache.upkeep.housekeeping import Housekeeping
from candledesk.cache.upkeep.schedule import UpdateRate
from candledesk.cache.upkeep.updater import Updater
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.paths import Paths
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.rate_limiter import Limiter, LimiterMemory
from candledesk.providers.registry import ListedNames, make_providers
from candledesk.store.file_guard import FileGuard
from candledesk.store.market import providers as provider_store
from candledesk.store.market.database import checkpoint, connect_reader, connect_writer, create_or_open, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from candledesk.cache.events import Event
    from candledesk.settings import Settings
    from candledesk.store import Connection
    from candledesk.store.market.providers import LimitRow
    from candledesk.store.market.row_copies.repair import RowFinding

log = logging.getLogger(__name__)
FETCHERS_S = 1.5
WRITER_S = 1.0
MAINTENANCE_S = 0.3
READERS_S = 0.3


def now_s() -> int:
    """Return the wall clock in whole UTC seconds."""
    return int(time.time())


def provider_options(settings: Settings, cache_dir: Path) -> ProviderOptions:
    """Return the settings of the providers."""
    quota = Quota(settings.requests_per_minute, settings.request_burst, settings.breaker_pause_s)
    return ProviderOptions(quota, settings.provider_urls(), str(cache_dir))


class CacheService:
    """The running cache of one database: ``controller`` answers for it, ``child`` is its fetch process."""

    def __init__(
        self,
        database: Path,
        settings: Settings,
        cache_dir: Path,
        *,
        now: Callable[[], int] = now_s,
        elapsed: Callable[[], float] = elapsed_s,
        pauses: RetryPauses = RetryPauses(),  # noqa: B008 - frozen
        child: Child | None = None,
        refusal: EnvironmentFaultError | None = None,
    ) -> None:
        """Open or create the database and start the threads; the fetch process starts at its first use.

        ``refusal``: why nothing can be stored as long as this runs (a read-only home); then nothing is asked either.
        ``now``, ``elapsed``, ``pauses`` and ``child`` may be others in tests. Raises ``EnvironmentFaultError`` when the
        database cannot be opened for writing.
        """
        create_or_open(database)
        options = provider_options(settings, cache_dir)
        self.child = child or Child(ChildConfig(options, settings.fetch_threads))
        self._providers = ProviderRouter(make_providers(options), self.child)
        self._events = EventEmitter()
        guard = self._open_database(database, refusal)
        self._pool, self._delayed_calls = FetchPool(settings.fetch_threads), DelayedCalls()
        self._context = CacheContext(
            self._readers,
            self._own_readers,
            self._writer,
            self._pool,
            self._delayed_calls,
            self._providers,
            self._make_limiters(database),
            self._events,
            DamageRepair(self._writer, self._events.emit),
            ActiveSeries(elapsed),
            AnswerWatch(self._delayed_calls, self._emit_limiter, now),
            now,
            elapsed,
            settings.request_timeout_s,
            pauses,
        )
        self._catalog = Catalog(self._context, _load_limits(database, self._writer, self._providers))
        self._events.subscribe(self._catalog.on_event)  # before subscribers that ask again after the same event
        journal = JobJournal(self._context)
        self._fill_scheduler = FillScheduler(self._context, self._catalog, journal)
        self._storage_watch = StorageWatch(guard, self._fill_scheduler.storage_health.set_lost)
        if refusal is not None:
            self._fill_scheduler.storage_health.mark_read_only(refusal)
        parts = self._context, self._catalog, self._fill_scheduler
        self.jobs = JobQueue(self._context, self._fill_scheduler, journal)
        archive = Archive(*parts)
        self.updater = Updater(*parts, self.jobs, archive, _update_rate(settings))
        paths = Paths(database.parent)
        kept = StorageOptionsFile(paths.storage_options, settings)
        self.maintenance = self._make_maintenance(database, paths, kept, refusal)
        files = HomeFiles(self._context, self._catalog.limits, paths, kept)
        self.housekeeping = Housekeeping(self._context, self.jobs, self.maintenance, files, kept)
        self.own_indicators = OwnIndicators(paths, self._delayed_calls.call_later)
        self.controller = CacheController(*parts, self.jobs, archive, self.maintenance, files, self.own_indicators)

    def _open_database(self, database: Path, refusal: EnvironmentFaultError | None) -> FileGuard:
        """Start the threads that write and read it; return the guard of the file."""
        guard = FileGuard(database, is_written=refusal is None)
        guard.adopt()
        self._row_repairs = repairs = RowRepairs(self._events.emit, self._restore_coverage)
        connect = partial(self._connect_writer, database, refusal)
        self._writer = Writer(connect, checkpoint, guard=guard, run=repairs.run)
        after_task = partial(repairs.submit, self._writer)
        self._readers = Readers(partial(connect_reader, database), guard.check, after_task=after_task)
        self._own_readers = Readers(partial(connect_reader, database), guard.check, 1, after_task=after_task)
        return guard

    @property
    def symbol_names(self) -> ListedNames:
        """How files of TradingView spell the symbols of the providers."""
        return ListedNames(self._providers.providers)

    @property
    def terms(self) -> str:
        """Where the data come from, and under which terms, in sentences."""
        terms = [provider.capabilities.terms for provider in self._providers.providers.values()]
        return " ".join(filter(None, terms))

    def _make_maintenance(
        self, database: Path, paths: Paths, kept: StorageOptionsFile, refusal: EnvironmentFaultError | None
    ) -> MaintenanceRunner:
        parts = self._context, self._catalog, self._fill_scheduler, self.jobs
        connect, repair_rows = partial(connect_reader, database), self._row_repairs.repair_now
        context = MaintenanceContext(*parts, paths, connect, refusal, kept, repair_rows)
        return MaintenanceRunner(context, find_kind)

    def _make_limiters(self, database: Path) -> Limiters:
        limiters: dict[str, Limiter] = {}
        for name, provider in self._providers.providers.items():
            quota = provider.capabilities.quota
            if quota is not None:
                limiters[name] = Limiter(
                    quota.requests_per_minute,
                    quota.burst,
                    quota.pause_s,
                    on_change=lambda _snapshot: self._emit_limiter(),
                    on_use=partial(self._remember_limiter, name),
                    memory=_read_limiter(database, name),
                )
        return Limiters(limiters)

    def _connect_writer(self, database: Path, refusal: EnvironmentFaultError | None) -> Connection:
        """Open the writer's connection.

        A reader that was opened on a full disk sees the file without its log, so the readers open theirs again.
        """
        if refusal is not None:
            raise refusal
        connection = connect_writer(database)
        self._readers.reconnect()
        self._own_readers.reconnect()
        return connection

    def _emit_limiter(self) -> None:
        self._events.emit(LimiterChanged(self._context.limiter_state()))

    def _remember_limiter(self, provider: str, memory: LimiterMemory) -> None:
        row = (memory.tokens, memory.paused_until, memory.n_limited, memory.saved_at)
        written = self._writer.submit(lambda connection: _write_limiter(connection, provider, row))
        written.add_done_callback(lambda done: _log_failure("remembering the limiter", done.exception()))

    def _restore_coverage(self, connection: Connection, findings: Sequence[RowFinding]) -> None:
        write_lost_coverage(connection, lambda *series: self._catalog.read(*series).readable, findings)

    def emit(self, event: Event) -> None:
        """Call every subscriber with an event that happened outside the cache."""
        self._events.emit(event)

    def call_later(self, delay_s: float, function: Callable[[], None]) -> None:
        """Call a short function once, about ``delay_s`` seconds from now; not after ``close``."""
        self._delayed_calls.call_later(delay_s, function)

    def close(self) -> None:
        """Stop within 3 s whatever hangs: running jobs are queued for the next start."""
        self.updater.close()
        self._storage_watch.close()
        self.housekeeping.close()
        self.maintenance.close(MAINTENANCE_S)
        self._delayed_calls.close()
        self.jobs.close()
        self._fill_scheduler.close()
        self._context.limiters.notify()
        self.child.close()
        n_abandoned = self._pool.close(FETCHERS_S)
        if n_abandoned:
            log.warning("%d fetch threads did not stop and were abandoned", n_abandoned)
        self.own_indicators.close()
        self._own_readers.close(READERS_S)
        self._readers.close(READERS_S)  # before the writer: the last to leave folds the log into the file
        self._submit_requeue()
        if not self._writer.close(WRITER_S):
            log.warning("the writer did not finish in time; the last writes may be repeated at the next start")

    def _submit_requeue(self) -> Future[int]:
        requeued = self.jobs.requeue()
        requeued.add_done_callback(lambda done: _log_failure("requeue at shutdown", done.exception()))
        return requeued

    def requeue(self, timeout_s: float) -> bool:
        """Queue running jobs for the next start and tell whether that was done in time, without closing anything."""
        return bool(wait([self._submit_requeue()], timeout_s).done)


def _update_rate(settings: Settings) -> UpdateRate:
    return UpdateRate(settings.update_floor_s, settings.requests_per_minute)


def _read_limiter(database: Path, provider: str) -> LimiterMemory | None:
    connection = connect_reader(database)
    try:
        row = provider_store.read_limiter(connection, provider)
    finally:
        connection.close()
    return None if row is None else LimiterMemory(*row)


def _load_limits(database: Path, writer: Writer, providers: ProviderRouter) -> ProviderLimits:
    connection = connect_reader(database)
    try:
        rows = provider_store.read_limits(connection)
    finally:
        connection.close()

    def save(row: LimitRow) -> None:
        written = writer.submit(lambda connection: _write_limit(connection, row))
        written.add_done_callback(lambda done: _log_failure("remembering a limit", done.exception()))

    return ProviderLimits(providers.providers, rows, save)


def _write_limit(connection: Connection, row: LimitRow) -> None:
    with transaction(connection):
        provider_store.write_limit(connection, row)


def _write_limiter(connection: Connection, provider: str, row: provider_store.LimiterRow) -> None:
    with transaction(connection):
        provider_store.write_limiter(connection, provider, row)


def _log_failure(what: str, error: BaseException | None) -> None:
    if error is None or isinstance(error, ClosingError):
        return
    if isinstance(error, CandleDeskError):
        log.warning("%s: %s", what, error)
    else:
        log.error("%s failed", what, exc_info=error)
