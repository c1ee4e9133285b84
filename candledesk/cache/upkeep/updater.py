"""The updater: in rounds it starts what ``schedule`` finds due. It blocks no thread, and rounds never pile up."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.cache.events import LimiterChanged
from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.job_journal import Order
from candledesk.cache.messages import BreakerState, JobState
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.cache.upkeep.schedule import (
    MAX_PAUSE_S,
    Schedule,
    SeriesStatus,
    UpdateRate,
    UpdateScheduler,
    UpdateTask,
)
from candledesk.cache.upkeep.watched_prices import WatchedPrices
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.job_states import JobKind
from candledesk.store.market import bars as bar_store

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.messages import Job
    from candledesk.cache.upkeep.archive import Archive
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_DAILY = INTERVALS["1d"]
CANCELLED = "the last run was cancelled"
log = logging.getLogger(__name__)
_ANSWERED = (JobState.SUCCEEDED, JobState.CANCELLED)  # who cancels an update wants none now


class Updater:
    """Keeps active series current and archived series whole."""

    def __init__(
        self,
        context: CacheContext,
        catalog: Catalog,
        fill_scheduler: FillScheduler,
        jobs: JobQueue,
        archive: Archive,
        update_rate: UpdateRate,
    ) -> None:
        """Do nothing until ``start`` or ``run_round``."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._jobs = jobs
        self._archive = archive
        self._scheduler = UpdateScheduler(update_rate)
        self._watched = WatchedPrices(update_rate)
        self._lock = threading.Lock()
        self._loading: set[tuple[str, str]] = set()
        self._is_troubled = False
        self._is_closing = False

    def start(self) -> None:
        """Run rounds from now on, until ``close``."""
        start_coroutine(self._run_rounds())

    def close(self) -> None:
        """Start nothing more."""
        with self._lock:
            self._is_closing = True

    async def _run_rounds(self) -> None:
        pause_s = MAX_PAUSE_S
        try:
            pause_s = (await wait_for(self.run_round())).pause_s
        except CandleDeskError as error:
            log.info("a round of updates failed; the next one comes: %s", error)
        except BaseException:
            log.exception("a round of updates failed; the next one comes")
        if not self._is_closing:
            self._context.delayed_calls.call_later(pause_s, self.start)

    def run_round(self) -> Future[Schedule]:
        """Start what is due; resolves with what was started, when that is queued."""
        return start_coroutine(self._run_round())

    async def _run_round(self) -> Schedule:
        state, storage_health = self._context.limiter_state(), self._fill_scheduler.storage_health
        is_troubled = state.is_offline or state.breaker is not BreakerState.CLOSED or storage_health.error is not None
        with self._lock:
            if self._is_troubled and not is_troubled:
                self._scheduler.clear_backoff()
            self._is_troubled = is_troubled
        if storage_health.fault() is not None or (is_troubled and state.next_request_in_s > 0):
            return Schedule([], min(MAX_PAUSE_S, state.next_request_in_s + 1.0))
        # In trouble one task finds out whether the provider answers, or the disk takes bars, again.
        n_most = 1 if is_troubled else None
        found = await wait_for(self._context.readers.submit(lambda connection: self._plan_round(connection, n_most)))
        for task in found.tasks:
            await self._start_task(task)
        return found

    def _plan_round(self, connection: Connection, n_most: int | None) -> Schedule:
        series, watched = self._read_series(connection), self._read_watched(connection)
        with self._lock:
            now, elapsed = self._context.now(), self._context.elapsed()
            found = self._scheduler.plan(series, elapsed, is_alone=not self._fill_scheduler.has_other_work)
            n_active = sum(status.is_active for status in series)
            self._watched.plan(found, self._scheduler, watched, elapsed, n_active)
            found.tasks = [] if self._is_closing else found.tasks[:n_most]
            for task in found.tasks:
                self._scheduler.begin(task, now, elapsed)
        if self._context.active.note_waiting(found.waiting, now):
            self._context.emit(LimiterChanged(self._context.limiter_state()))
        return found

    def _read_series(self, connection: Connection) -> list[SeriesStatus]:
        listed = {(row.symbol, row.interval): row for row in self._archive.rows(connection)}
        active = {(symbol, interval.name): (symbol, interval) for symbol, interval in self._context.active.series()}
        both = active | {key: (key[0], parse_interval(key[1])) for key in listed}
        series: list[SeriesStatus] = []
        for key, (symbol, interval) in both.items():
            status = self._read_status(connection, symbol, interval)
            if status is None:
                continue
            row = listed.get(key)
            last_run = None if row is None else row.last_run_at
            is_in_front = self._context.active.is_in_front(*key)
            status = replace(
                status, is_active=key in active, is_archived=row is not None, last_run_at=last_run,
                is_in_front=is_in_front,
            )  # fmt: skip
            series.append(status)
        return series

    def _read_watched(self, connection: Connection) -> list[SeriesStatus]:
        """Return the daily series of the symbols that a list shows, without those that are active anyway."""
        watched = self._context.active.watched()
        active = {symbol for symbol, interval in self._context.active.series() if interval == _DAILY}
        found = [self._read_status(connection, symbol, _DAILY) for symbol in watched if symbol not in active]
        return [status for status in found if status is not None]

    def _read_status(self, connection: Connection, symbol: str, interval: Interval) -> SeriesStatus | None:
        """Return what is known of a series, ``None`` while nobody can be asked for its bars."""
        if self._catalog.forgotten.error(symbol, interval) is not None:
            return None
        known = self._catalog.read(connection, symbol, interval)
        if known.facts is None:
            if known.instrument is not None:
                self._load_calendar(symbol, interval)
            return None
        if known.facts.limits is None:
            return None
        extent = None if known.series_id is None else bar_store.bars_extent(connection, known.series_id)
        return SeriesStatus(known.facts, symbol, None if extent is None else extent.end - 1)

    def _load_calendar(self, symbol: str, interval: Interval) -> None:
        """Compute the venue's sessions again, without a request to the provider; a later round uses them."""
        key = (symbol, interval.name)
        with self._lock:
            if key in self._loading:
                return
            self._loading.add(key)

        def on_loaded(_end: object) -> None:
            with self._lock:
                self._loading.discard(key)

        self._fill_scheduler.resolve_instrument(symbol, interval).add_done_callback(on_loaded)

    async def _start_task(self, task: UpdateTask) -> None:
        """Queue the job of a task; what becomes of it is followed without waiting here."""
        order = Order(task.symbol, task.interval, task.kind, task.span, Priority.UPDATE)
        try:
            (job,) = await wait_for(self._jobs.start([order]))
        except BaseException as error:
            if not isinstance(error, CandleDeskError):
                log.exception("an update of %s %s could not start", task.symbol, task.interval.name)
            start_coroutine(self._end(task, is_answered=False, note=str(error)))
        else:
            start_coroutine(self._follow(task, job.job_id))

    async def _follow(self, task: UpdateTask, job_id: int) -> None:
        """Wait for the end of a task's job, and note it."""
        try:
            job = await wait_for(self._jobs.wait(job_id))
        except BaseException as error:  # noqa: BLE001 - as above
            await self._end(task, is_answered=False, note=str(error))
            return
        self._forget_previous_failure(task, job)
        note = CANCELLED if job.state is JobState.CANCELLED else job.error
        await self._end(task, is_answered=job.state in _ANSWERED, note=note)

    def _forget_previous_failure(self, task: UpdateTask, job: Job) -> None:
        """Delete the task's failed job before this one: a night without a network is one row, not five hundred."""
        with self._lock:
            history = self._scheduler.history(task.key)
            previous, history.failed_job = history.failed_job, job.job_id if job.state is JobState.FAILED else None
        if previous is not None:
            self._jobs.forget(previous)

    async def _end(self, task: UpdateTask, *, is_answered: bool, note: str) -> None:
        is_offline = self._context.limiter_state().is_offline
        with self._lock:
            history = self._scheduler.history(task.key)
        if task.kind == JobKind.ARCHIVE:  # noted first, or the next round would find it due again
            last_run_at = history.began if is_answered else None
            with suppress(CandleDeskError):
                await wait_for(self._archive.note_run(task.symbol, task.interval, last_run_at, note))
        with self._lock:
            now, elapsed = self._context.now(), self._context.elapsed()
            history.end(now, elapsed, is_answered=is_answered, is_offline=is_offline)
