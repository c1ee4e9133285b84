"""The updater: in rounds on the clockwork it starts what ``rounds.py`` finds due. It never waits and never piles up."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.fetching.job_journal import Order
from candledesk.cache.messages import BreakerState, JobState, LimiterChanged
from candledesk.cache.upkeep.schedule import (
    MAX_PAUSE_S,
    Schedule,
    SeriesStatus,
    UpdateRate,
    UpdateScheduler,
    UpdateTask,
)
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.interval import HOUR_S, parse_interval
from candledesk.domain.job_states import JobKind
from candledesk.store.market import bars as bar_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.jobs.queue import JobQueue
    from candledesk.cache.messages import Event, Job, LimiterState
    from candledesk.cache.runtime.workers import Readers
    from candledesk.cache.upkeep.active_series import ActiveSeries
    from candledesk.cache.upkeep.archive import Archive
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

DELETE_OLD_JOBS_S = HOUR_S
CANCELLED = "the last run was cancelled"
log = logging.getLogger(__name__)
_ANSWERED = (JobState.SUCCEEDED, JobState.CANCELLED)  # who cancels an update wants none now


@dataclass(frozen=True, slots=True)
class UpdateContext:
    """What the updater works with; ``elapsed``: seconds on a clock that nobody sets (``active.elapsed_s``)."""

    readers: Readers
    catalog: Catalog
    active: ActiveSeries
    archive: Archive
    jobs: JobQueue
    fill_scheduler: FillScheduler
    limiter_state: Callable[[], LimiterState]
    emit: Callable[[Event], None]
    call_later: Callable[[float, Callable[[], None]], None]
    now: Callable[[], int]
    elapsed: Callable[[], float]


class Updater:
    """Keeps active series current and harvested series whole."""

    def __init__(self, context: UpdateContext, update_rate: UpdateRate) -> None:
        """Do nothing until ``start`` or ``run_round``."""
        self._context = context
        self._scheduler = UpdateScheduler(update_rate)
        self._lock = threading.Lock()
        self._loading: set[tuple[str, str]] = set()
        self._deleted_at = float("-inf")
        self._is_troubled = False
        self._is_closing = False

    def start(self) -> None:
        """Hold rounds from now on, until ``close``."""
        self.run_round().add_done_callback(self._schedule_next)

    def close(self) -> None:
        """Start nothing more."""
        with self._lock:
            self._is_closing = True

    def _schedule_next(self, held: Future[Schedule]) -> None:
        error = held.exception()
        if error is not None and not isinstance(error, CandleDeskError):
            log.error("a round of updates failed; the next one comes", exc_info=error)
        if not self._is_closing:
            pause_s = MAX_PAUSE_S if error is not None else held.result().pause_s
            self._context.call_later(pause_s, self.start)

    def run_round(self) -> Future[Schedule]:
        """Look what is due and start it; resolves with what was started, when that is queued."""
        held: Future[Schedule] = Future()
        state, storage_health = self._context.limiter_state(), self._context.fill_scheduler.storage_health
        is_troubled = state.is_offline or state.breaker is not BreakerState.CLOSED or storage_health.error is not None
        with self._lock:
            if self._is_troubled and not is_troubled:
                self._scheduler.clear_backoff()
            self._is_troubled = is_troubled
        if storage_health.fault() is not None or (is_troubled and state.next_request_in_s > 0):
            held.set_result(Schedule([], min(MAX_PAUSE_S, state.next_request_in_s + 1.0)))
            return held
        self._delete_old_jobs()
        # In trouble one task finds out whether the provider answers, or the disk takes bars, again.
        surveyed = self._context.readers.submit(
            lambda connection: self._plan_round(connection, 1 if is_troubled else None)
        )
        surveyed.add_done_callback(lambda done: self._start_tasks(done, held))
        return held

    def _delete_old_jobs(self) -> None:
        with self._lock:
            elapsed = self._context.elapsed()
            if elapsed < self._deleted_at + DELETE_OLD_JOBS_S:
                return
            self._deleted_at = elapsed
        self._context.jobs.forget_old()

    def _plan_round(self, connection: Connection, n_most: int | None) -> Schedule:
        series = self._read_series(connection)
        with self._lock:
            now, elapsed = self._context.now(), self._context.elapsed()
            found = self._scheduler.plan(series, elapsed, is_alone=not self._context.fill_scheduler.has_other_work)
            found.tasks = [] if self._is_closing else found.tasks[:n_most]
            for task in found.tasks:
                self._scheduler.begin(task, now, elapsed)
        if self._context.active.note_waiting(found.waiting, now):
            self._context.emit(LimiterChanged(self._context.limiter_state()))
        return found

    def _read_series(self, connection: Connection) -> list[SeriesStatus]:
        listed = {(row.symbol, row.interval): row for row in self._context.archive.rows(connection)}
        active = {(symbol, interval.name): (symbol, interval) for symbol, interval in self._context.active.series()}
        both = active | {key: (key[0], parse_interval(key[1])) for key in listed}
        series: list[SeriesStatus] = []
        for key, (symbol, interval) in both.items():
            known = self._context.catalog.read(connection, symbol, interval)
            if known.facts is None:
                if known.instrument is not None:
                    self._load_calendar(symbol, interval)
                continue
            extent = None if known.series_id is None else bar_store.bars_extent(connection, known.series_id)
            newest = None if extent is None else extent.end - 1
            row = listed.get(key)
            last_run = None if row is None else row.last_run_at
            is_in_front = self._context.active.is_in_front(*key)
            status = SeriesStatus(known.facts, symbol, newest, key in active, row is not None, last_run, is_in_front)
            series.append(status)
        return series

    def _load_calendar(self, symbol: str, interval: Interval) -> None:
        """Let the venue's sessions be computed anew, which asks the provider nothing; a later round goes by them."""
        key = (symbol, interval.name)
        with self._lock:
            if key in self._loading:
                return
            self._loading.add(key)

        def on_loaded(_end: object) -> None:
            with self._lock:
                self._loading.discard(key)

        self._context.fill_scheduler.resolve_instrument(symbol, interval, on_loaded)

    def _start_tasks(self, surveyed: Future[Schedule], held: Future[Schedule]) -> None:
        error = surveyed.exception()
        if error is not None:
            held.set_exception(error)
            return
        found = surveyed.result()
        left = [len(found.tasks)]

        def on_started(_started: object) -> None:
            with self._lock:
                left[0] -= 1
                is_last = left[0] <= 0
            if is_last:
                held.set_result(found)

        if not found.tasks:
            held.set_result(found)
        for task in found.tasks:
            order = Order(task.symbol, task.interval, task.kind, task.span, Priority.UPDATE)
            started = self._context.jobs.start([order])
            started.add_done_callback(partial(self._on_started, task))
            started.add_done_callback(on_started)

    def _on_started(self, task: UpdateTask, started: Future[list[Job]]) -> None:
        error = started.exception()
        if error is None:
            (job,) = started.result()
            self._context.jobs.wait(job.job_id).add_done_callback(lambda done: self._on_end(task, done))
            return
        if not isinstance(error, CandleDeskError):
            log.error("an update of %s %s could not start", task.symbol, task.interval.name, exc_info=error)
        self._end(task, is_answered=False, note=str(error))

    def _on_end(self, task: UpdateTask, ended: Future[Job]) -> None:
        error = ended.exception()
        job = None if error is not None else ended.result()
        if job is not None:
            self._forget_previous_failure(task, job)
        is_answered = job is not None and job.state in _ANSWERED
        note = CANCELLED if job is not None and job.state is JobState.CANCELLED else str(error or (job and job.error))
        self._end(task, is_answered=is_answered, note=note)

    def _forget_previous_failure(self, task: UpdateTask, job: Job) -> None:
        """Forget the task's failure before this one: a night without a network is one row, not five hundred."""
        with self._lock:
            history = self._scheduler.history(task.key)
            previous, history.failed_job = history.failed_job, job.job_id if job.state is JobState.FAILED else None
        if previous is not None:
            self._context.jobs.forget(previous)

    def _end(self, task: UpdateTask, *, is_answered: bool, note: str) -> None:
        is_offline = self._context.limiter_state().is_offline

        def forget(_noted: object = None) -> None:
            with self._lock:
                now, elapsed = self._context.now(), self._context.elapsed()
                history.end(now, elapsed, is_answered=is_answered, is_offline=is_offline)

        with self._lock:
            history = self._scheduler.history(task.key)
        if task.kind == JobKind.ARCHIVE:
            last_run_at = history.began if is_answered else None
            noted = self._context.archive.note_run(task.symbol, task.interval, last_run_at, note)
            noted.add_done_callback(forget)  # not sooner, or the next round would find it due again
        else:
            forget()
