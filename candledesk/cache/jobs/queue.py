"""The book of jobs: queued in the database, begun a few at a time, paused, cancelled, retried, and waited for.

Only ``N_BEGUN`` jobs of each lane (updates, backfills) ask at a time; the others wait in the database in the order of
their priority, so that ten thousand cost nothing but their rows. A job that rests before its next try of a window
gives its place to the next one, until ``N_HELD`` of the lane are under way.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.fill_task import PATIENT_TRIES, USUAL_TRIES, FillTarget, FillTask, Priority
from candledesk.cache.fetching.job_journal import NO_GAPS, job_of
from candledesk.cache.jobs.waiters import JobWaiters
from candledesk.cache.runtime.workers import run_into
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import ClosingError, EnvironmentFaultError, JobStateError, UnknownJobError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.job_states import ENDED, OWN_KINDS, JobKind, JobState, JobVerb, next_state, sources
from candledesk.domain.span import Span
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import jobs as job_store
from candledesk.store.market import odd_bars as odd_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.cache.events import Events
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.job_journal import JobJournal, Order
    from candledesk.cache.messages import Job
    from candledesk.cache.runtime.workers import DelayedCalls, Readers
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.jobs import JobChanges, JobRow

log = logging.getLogger(__name__)
N_BEGUN = 4  # of a lane: enough for every fetch thread
N_HELD = 16  # of a lane, with those that rest: when every symbol fails, the queue is not begun from end to end
# Of each lane the priorities, both included; charts have no jobs that wait.
LANES = ((Priority.UPDATE, Priority.UPDATE), (Priority.BACKFILL, 99))
N_REMEMBERED = 200  # ended jobs that nobody asked for
RESTART_QUEUE_S = 8.0  # after the machine refused to write
_PRIORITIES = {JobKind.UPDATE: Priority.UPDATE}


class JobQueue:
    """Every live job that is running has a demand here; all else is in the database."""

    def __init__(
        self,
        fill_scheduler: FillScheduler,
        journal: JobJournal,
        readers: Readers,
        delayed_calls: DelayedCalls,
        events: Events,
    ) -> None:
        """Start with none; ``resume_previous`` begins what a former run left."""
        self._fill_scheduler = fill_scheduler
        self._journal = journal
        self._readers = readers
        self._delayed_calls = delayed_calls
        self._lock = threading.Lock()
        self._tasks: dict[int, FillTask] = {}
        self._waiters = JobWaiters()
        self._own: set[int] | None = set()  # jobs that may begin; ``None``: every one
        self._is_starting_queued = False
        self._is_closing = False
        events.subscribe(self._waiters.on_event)

    # --- reading ------------------------------------------------------------------------------------------------

    def read(self, job_id: int) -> Future[Job]:
        """Read one job; ``UnknownJobError`` when there is none."""

        def task(connection: Connection) -> Job:
            row = job_store.read_job(connection, job_id)
            if row is None:
                raise UnknownJobError(f"There is no job {job_id}")
            job = self._journal.job(row)
            series_id = instrument_store.series_id(connection, job.symbol, job.interval)
            dropped = {} if series_id is None else odd_store.count_dropped(connection, series_id, job.span)
            return replace(job, dropped=dropped)

        return self._readers.submit(task)

    def newest(self, *, state: str | None, limit: int | None, before: int | None) -> Future[list[Job]]:
        """Read jobs, the newest first."""
        return self._readers.submit(
            lambda connection: [
                self._journal.job(row)
                for row in job_store.list_jobs(connection, state=state, limit=limit, before=before)
            ]
        )

    def wait(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended; see ``waiters.JobWaiters``."""
        ended = self._waiters.add(job_id)

        def on_read(read: Future[Job]) -> None:
            error = read.exception()
            if error is not None:
                self._waiters.fail(error, job_id)
            elif read.result().state in ENDED:
                self._waiters.settle(read.result())

        self.read(job_id).add_done_callback(on_read)
        return ended

    # --- starting -----------------------------------------------------------------------------------------------

    def start(self, orders: Sequence[Order]) -> Future[list[Job]]:
        """Queue jobs in one transaction, or join the live ones of the same spans; the instruments must be known."""

        def insert(connection: Connection) -> list[Job]:
            rows = self._journal.insert(connection, orders)
            if len(rows) == 1 and orders[0].kind == JobKind.BACKFILL:
                self._clear_backoff(connection, rows[0])
            return [job_of(row) for row in rows]

        return self._journal.change(insert, self._on_started, is_urgent=True)

    def _on_started(self, jobs: Sequence[Job]) -> None:
        self._admit(job.job_id for job in jobs)
        if len(jobs) == 1:
            self._journal.emit_jobs(jobs)
        else:
            self._journal.emit_jobs_changed(len(jobs))
        self.start_queued()

    def _admit(self, ids: Iterable[int]) -> None:
        """Let jobs begin: a command that fills one series does not go on with what a window has left."""
        with self._lock:
            if self._own is not None:
                self._own.update(ids)

    def resume_previous(self) -> int:
        """Requeue what was running when the last run ended, begin all that is queued, and return how much that is.

        From then on every queued job may begin, not only those that were started or queued again here.
        """
        with self._lock:
            self._own = None

        def resume_previous(connection: Connection) -> int:
            self._move_all(connection, JobVerb.REQUEUE)
            # Whoever looked is gone; charts and the updater ask again by themselves.
            for kind in OWN_KINDS:
                self._move_all(connection, JobVerb.CANCEL, (JobState.QUEUED,), kind=kind)
            return job_store.count_jobs(connection).get(JobState.QUEUED, 0)

        n_queued = self._journal.change(resume_previous, self._journal.emit_jobs_changed).result()
        self.start_queued()
        return n_queued

    def requeue(self) -> Future[int]:
        """Queue what is running, for the next start."""
        return self._journal.change(lambda connection: self._move_all(connection, JobVerb.REQUEUE), lambda _: None)

    def _move_all(
        self, connection: Connection, verb: JobVerb, states: Sequence[JobState] = (), kind: str | None = None
    ) -> int:
        """Let ``verb`` happen to every job in ``states`` (none: wherever it is legal); return to how many."""
        n_moved = 0
        for state in states or sources(verb):
            target = next_state(state, verb)
            if target is not None:
                n_moved += job_store.move_jobs(connection, [state], target, self._journal.now(), kind=kind)
        return n_moved

    # --- feeding ------------------------------------------------------------------------------------------------

    def start_queued(self) -> None:
        """Begin the most urgent queued jobs, as many as there is room for; returns at once."""
        with self._lock:
            if self._is_starting_queued or self._is_closing:
                return
            self._is_starting_queued = True
        self._journal.change(self._claim, self._begin).add_done_callback(self._on_queued_started)

    def _claim(self, connection: Connection) -> list[Job]:
        with self._lock:
            self._is_starting_queued = False
            held = [(task.priority, task.is_in_retry_pause) for task in self._tasks.values()]
            own = None if self._own is None else list(self._own)
        claimed: list[JobRow] = []
        for low, high in LANES:
            retry_pauses = [is_in_retry_pause for priority, is_in_retry_pause in held if low <= priority <= high]
            n_free = min(N_BEGUN - retry_pauses.count(False), N_HELD - len(retry_pauses))
            claimed += job_store.next_jobs(connection, (low, high), max(0, n_free), own)
        return [
            self._journal.job(self._journal.move(connection, row.job_id, JobVerb.BEGIN, attempts=row.attempts + 1))
            for row in claimed
        ]

    def _begin(self, jobs: Sequence[Job]) -> None:
        self._journal.emit_jobs(jobs)
        for job in jobs:
            priority = _PRIORITIES.get(job.kind, Priority.BACKFILL)
            task = FillTask(job.symbol, job.interval, FillTarget(job.span), priority, job.job_id)
            task.is_update = job.kind == JobKind.UPDATE
            task.n_tries = USUAL_TRIES if job.kind in (JobKind.UPDATE, JobKind.RECHECK) else PATIENT_TRIES
            task.waits_for_network = job.kind == JobKind.BACKFILL
            task.on_blocked = partial(self._waiters.fail, job_id=job.job_id)
            task.on_retry_pause = self.start_queued
            with self._lock:
                self._tasks[job.job_id] = task
                if self._own is not None:  # not at its end: by then it may have been queued again
                    self._own.discard(job.job_id)
            task.end.add_done_callback(self._forgetter(job.job_id, task))
            self._fill_scheduler.add(task)

    def _forgetter(self, job_id: int, task: FillTask) -> Callable[[object], None]:
        def forget(_end: object) -> None:
            with self._lock:
                if self._tasks.get(job_id) is task:
                    del self._tasks[job_id]
            self.start_queued()

        return forget

    def _on_queued_started(self, begun: Future[list[Job]]) -> None:
        error = begun.exception()
        if error is None or isinstance(error, ClosingError):
            return
        with self._lock:
            self._is_starting_queued = False
        if isinstance(error, EnvironmentFaultError):
            self._fill_scheduler.storage_health.note(error)
            self._waiters.fail(error)
        log.warning("jobs wait, for the next ones could not be begun: %s", error)
        self._delayed_calls.call_later(RESTART_QUEUE_S, self.start_queued)

    # --- what people decide -------------------------------------------------------------------------------------

    def cancel(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        return self._stop(job_id, JobVerb.CANCEL)

    def pause(self, job_id: int) -> Future[Job]:
        """Let a live job rest; ``JobStateError`` when it rests or has ended."""
        return self._stop(job_id, JobVerb.PAUSE)

    def _stop(self, job_id: int, verb: JobVerb) -> Future[Job]:
        """Take a job from its demand: from the commit on nothing that the demand still does is written to it."""

        def write(connection: Connection) -> Job:
            row = job_store.read_job(connection, job_id)
            if row is not None and row.priority == Priority.VIEWPORT and verb is JobVerb.PAUSE:
                raise JobStateError(f"Job {job_id} is a chart's own fill and ends by itself: it cannot be paused")
            return job_of(self._journal.move(connection, job_id, verb, error="", next_try_at=None))

        def then(job: Job) -> None:
            with self._lock:
                task = self._tasks.pop(job_id, None)
            if task is not None:
                self._fill_scheduler.cancel(task)
            self._journal.eta_estimator.forget(job_id)
            self._journal.emit_jobs([job])
            self.start_queued()

        return self._journal.change(write, then, is_urgent=True)

    def resume(self, job_id: int) -> Future[Job]:
        """Queue a paused job again; ``JobStateError`` otherwise."""
        return self._queue_again(lambda connection: self._journal.move(connection, job_id, JobVerb.RESUME))

    def retry(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again, its failed windows at once; ``JobStateError`` otherwise."""
        return self._queue_again(lambda connection: self._retry(connection, job_id))

    def _queue_again(self, move: Callable[[Connection], JobRow]) -> Future[Job]:
        def then(job: Job) -> None:
            self._admit([job.job_id])
            self._journal.emit_jobs([job])
            self.start_queued()

        return self._journal.change(lambda connection: job_of(move(connection)), then, is_urgent=True)

    def _retry(self, connection: Connection, job_id: int) -> JobRow:
        changes: JobChanges = {"error": "", "gaps": NO_GAPS, "next_try_at": None}
        row = self._journal.move(connection, job_id, JobVerb.RETRY, **changes)
        if row.priority == Priority.VIEWPORT:  # no chart waits for it any more
            later = job_store.update_job(connection, job_id, now=self._journal.now(), priority=int(Priority.BACKFILL))
            row = row if later is None else later
        self._clear_backoff(connection, row)
        return row

    def _clear_backoff(self, connection: Connection, row: JobRow) -> None:
        """Let the windows of a job that have failed be asked at once: whoever starts or retries it means now."""
        series_id = instrument_store.series_id(connection, row.symbol, parse_interval(row.interval))
        if series_id is None:
            return
        now = self._journal.now()
        failed = [
            replace(piece, expires_at=now)
            for piece in coverage_store.read_coverage(connection, series_id, Span(row.lo, row.hi))
            if piece.state is CoverageState.FAILED and piece.expires_at is not None and piece.expires_at > now
        ]
        coverage_store.write_coverage(connection, series_id, failed)

    def retry_failed(self) -> Future[int]:
        """Queue every failed job of people again, but for those whose span another live job has; return how many."""

        def write(connection: Connection) -> list[int]:
            queued = []
            rows = job_store.list_jobs(connection, state=JobState.FAILED)
            for row in rows:
                if row.kind == JobKind.VIEWPORT:
                    continue
                with suppress(JobStateError):  # a twin of it is live: what it wants is done by that one
                    self._retry(connection, row.job_id)
                    queued.append(row.job_id)
            return queued

        def then(queued: list[int]) -> None:
            self._admit(queued)
            self._journal.emit_jobs_changed(len(queued))
            self.start_queued()

        counted: Future[int] = Future()
        moved = self._journal.change(write, then, is_urgent=True)
        moved.add_done_callback(lambda done: run_into(counted, lambda: len(done.result())))
        return counted

    def clear_finished(self) -> Future[int]:
        """Forget every job that has ended; return how many."""
        states = [state.value for state in ENDED]
        return self._journal.change(
            lambda connection: job_store.delete_jobs(connection, states),
            self._journal.emit_jobs_changed,
            is_urgent=True,
        )

    def forget(self, job_id: int) -> Future[int]:
        """Forget one job that has ended; return how many that were."""
        states = [state.value for state in ENDED]
        return self._journal.change(
            lambda connection: job_store.delete_jobs(connection, states, job_id), self._journal.emit_jobs_changed
        )

    def forget_old(self) -> Future[int]:
        """Forget what CandleDesk has long done by itself, so that updates do not fill the table; return how many."""
        states = [state.value for state in ENDED]
        return self._journal.change(
            lambda connection: job_store.forget_jobs(connection, OWN_KINDS, states, N_REMEMBERED),
            self._journal.emit_jobs_changed,
        )

    def close(self) -> None:
        """Begin nothing any more, and end every wait with ``ClosingError``."""
        with self._lock:
            self._is_closing = True
        self._waiters.fail(ClosingError("CandleDesk is shutting down"))


def update_span(interval: Interval, now: int) -> Span:
    """Return what an update asks again while the venue's sessions are not known: the last days (yahoo.md §4.10)."""
    back = 5 * DAY_S if interval.is_daily else 3 * DAY_S
    start = (now - back) // DAY_S * DAY_S
    return Span(start, now // 60 * 60 + 60)


def parse_series(symbol: str, name: str) -> tuple[str, Interval]:
    """Return a series as the pair that is fetched: the symbol and the base interval."""
    return symbol, parse_interval(name).base
