"""Wires the cache's parts together and takes them apart again in the order of DESIGN.md, "Threads"."""

from __future__ import annotations

import logging
import time
from concurrent.futures import wait
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.controller import CacheController
from candledesk.cache.events import Events
from candledesk.cache.fetching.catalog import Catalog
from candledesk.cache.fetching.fetch_context import FetchContext, RetryPauses
from candledesk.cache.fetching.fill_scheduler import FillScheduler
from candledesk.cache.fetching.job_journal import JobJournal
from candledesk.cache.fetching.provider_limits import ProviderLimits
from candledesk.cache.jobs.queue import JobQueue
from candledesk.cache.messages import BreakerState, LimiterChanged, LimiterState
from candledesk.cache.queries.context import CacheContext
from candledesk.cache.queries.estimates import Estimator
from candledesk.cache.queries.symbol_search import SymbolSearch
from candledesk.cache.runtime.fetch_process import Child, ChildConfig
from candledesk.cache.runtime.workers import DelayedCalls, FetchPool, Readers, Writer
from candledesk.cache.upkeep.active_series import ActiveSeries, elapsed_s
from candledesk.cache.upkeep.archive import Archive
from candledesk.cache.upkeep.schedule import UpdateRate
from candledesk.cache.upkeep.updater import UpdateContext, Updater
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.providers.rate_limiter import Limiter, LimiterMemory
from candledesk.store.market import limiter_state as limiter_store
from candledesk.store.market import provider_limits as limit_store
from candledesk.store.market.database import checkpoint, connect_reader, connect_writer, create_or_open, transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from candledesk.cache.fetching.provider_limits import LimitRow
    from candledesk.cache.messages import Event
    from candledesk.providers.rate_limiter import LimiterSnapshot
    from candledesk.settings import Settings
    from candledesk.store import Connection

log = logging.getLogger(__name__)
FETCHERS_S = 1.5
WRITER_S = 1.0
READERS_S = 0.3


def now_s() -> int:
    """Return the wall clock in whole UTC seconds."""
    return int(time.time())


def limiter_message(snapshot: LimiterSnapshot) -> LimiterState:
    """Turn the limiter's snapshot into the message that doors see."""
    return LimiterState(
        snapshot.tokens,
        snapshot.next_request_in_s,
        BreakerState(snapshot.breaker),
        snapshot.retry_at,
        snapshot.last_error,
        snapshot.is_offline,
    )


class CacheService:
    """The running cache of one database: ``controller`` is its face, ``child`` its fetch process."""

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
        ``now``, ``elapsed``, ``pauses`` and ``child`` (who fetches) may be others in tests.

        Raises ``EnvironmentFaultError`` when the database cannot be opened for writing.
        """
        create_or_open(database)
        self._events = Events()
        self._now = now
        self.child = child or Child(ChildConfig(settings.yahoo_url, str(cache_dir), settings.fetch_threads))
        self._writer = Writer(partial(_connect, database, refusal), _checkpoint)
        self._readers = Readers(partial(connect_reader, database))
        self._pool = FetchPool(settings.fetch_threads)
        self._delayed_calls = DelayedCalls()
        self._limiter = self._make_limiter(database, settings)
        catalog = Catalog(self.child, self._writer, _load_limits(database, self._writer), now)
        self._events.subscribe(catalog.on_event)  # before any door, which asks again as soon as it hears the same
        journal = JobJournal(self._writer, self._events.emit, now, self._limiter)
        self._fill_scheduler = self._make_fill_scheduler(catalog, journal, settings, pauses)
        if refusal is not None:
            self._fill_scheduler.storage_health.mark_read_only(refusal)
        self.jobs = JobQueue(self._fill_scheduler, journal, self._readers, self._delayed_calls, self._events)
        active = self._active = ActiveSeries(elapsed)
        archive = Archive(self._readers, self._writer, catalog, self._fill_scheduler, now)
        self.updater = self._make_updater(catalog, active, archive, settings, elapsed)
        context = CacheContext(
            readers=self._readers,
            writer=self._writer,
            catalog=catalog,
            fill_scheduler=self._fill_scheduler,
            jobs=self.jobs,
            delayed_calls=self._delayed_calls,
            events=self._events,
            active=active,
            now=now,
        )
        self.controller = CacheController(
            context,
            Estimator(self._readers, catalog, self._limiter, now),
            SymbolSearch(self._readers, self._fill_scheduler, self.child, self._limiter, self._delayed_calls),
            archive,
            self._limiter_state,
        )

    def _make_fill_scheduler(
        self, catalog: Catalog, journal: JobJournal, settings: Settings, pauses: RetryPauses
    ) -> FillScheduler:
        return FillScheduler(
            FetchContext(
                catalog,
                self.child,
                self._limiter,
                self._readers,
                self._writer,
                self._pool,
                self._delayed_calls,
                journal,
                self._events.emit,
                self._now,
                settings.request_timeout_s,
                pauses,
            )
        )

    def _make_updater(
        self,
        catalog: Catalog,
        active: ActiveSeries,
        archive: Archive,
        settings: Settings,
        elapsed: Callable[[], float],
    ) -> Updater:
        return Updater(
            UpdateContext(
                readers=self._readers,
                catalog=catalog,
                active=active,
                archive=archive,
                jobs=self.jobs,
                fill_scheduler=self._fill_scheduler,
                limiter_state=self._limiter_state,
                emit=self._events.emit,
                call_later=self._delayed_calls.call_later,
                now=self._now,
                elapsed=elapsed,
            ),
            UpdateRate(settings.update_floor_s, settings.requests_per_minute),
        )

    def _limiter_state(self) -> LimiterState:
        state = limiter_message(self._limiter.state())
        return replace(state, update_lag_s=self._active.worst_lag_s(self._now()))

    def _make_limiter(self, database: Path, settings: Settings) -> Limiter:
        return Limiter(
            settings.requests_per_minute,
            settings.request_burst,
            settings.breaker_pause_s,
            on_change=lambda _snapshot: self._events.emit(LimiterChanged(self._limiter_state())),
            on_use=self._remember_limiter,
            memory=_read_limiter(database),
        )

    def _remember_limiter(self, memory: LimiterMemory) -> None:
        row = (memory.tokens, memory.paused_until, memory.n_limited, memory.saved_at)
        written = self._writer.submit(lambda connection: _write_limiter(connection, row))
        written.add_done_callback(lambda done: _log_failure("remembering the limiter", done.exception()))

    def emit(self, event: Event) -> None:
        """Tell every subscriber of an event that happened outside the cache."""
        self._events.emit(event)

    def close(self) -> None:
        """Stop within 3 s whatever hangs: running jobs are queued for the next start."""
        self.updater.close()
        self._delayed_calls.close()
        self.jobs.close()
        self._fill_scheduler.close()
        self._limiter.notify()
        self.child.close()
        n_abandoned = self._pool.close(FETCHERS_S)
        if n_abandoned:
            log.warning("%d fetch threads did not stop and were abandoned", n_abandoned)
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


def _connect(database: Path, refusal: EnvironmentFaultError | None) -> Connection:
    if refusal is not None:
        raise refusal
    return connect_writer(database)


def _read_limiter(database: Path) -> LimiterMemory | None:
    connection = connect_reader(database)
    try:
        row = limiter_store.read_limiter(connection)
    finally:
        connection.close()
    return None if row is None else LimiterMemory(*row)


def _load_limits(database: Path, writer: Writer) -> ProviderLimits:
    connection = connect_reader(database)
    try:
        rows = limit_store.read_limits(connection)
    finally:
        connection.close()

    def save(row: LimitRow) -> None:
        written = writer.submit(lambda connection: _write_limit(connection, row))
        written.add_done_callback(lambda done: _log_failure("remembering a limit", done.exception()))

    return ProviderLimits(rows, save)


def _write_limit(connection: Connection, row: LimitRow) -> None:
    with transaction(connection):
        limit_store.write_limit(connection, *row)


def _write_limiter(connection: Connection, row: limiter_store.LimiterRow) -> None:
    with transaction(connection):
        limiter_store.write_limiter(connection, row)


def _checkpoint(connection: Connection) -> None:
    checkpoint(connection)


def _log_failure(what: str, error: BaseException | None) -> None:
    if error is None or isinstance(error, ClosingError):
        return
    if isinstance(error, CandleDeskError):
        log.warning("%s: %s", what, error)
    else:
        log.error("%s failed", what, exc_info=error)
