"""The job queue: jobs wait in the database, begin a few at a time, and can be paused, cancelled and retried.

Only ``N_BEGUN`` jobs of each lane (updates, backfills) ask at a time; the others wait in the database in the order of
their priority, so that ten thousand cost nothing but their rows. A job that waits for its next try of a
window makes room for another, until ``N_HELD`` of the lane are under way.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.events import CoverageChanged
from candledesk.cache.fetching.fill_task import PATIENT_TRIES, USUAL_TRIES, FillTarget, FillTask, Priority
from candledesk.cache.fetching.job_journal import NO_GAPS, job_of
from candledesk.cache.jobs.waiters import JobWaiters
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
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
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.job_journal import JobJournal, Order
    from candledesk.cache.messages import Job
    from candledesk.store import Connection
    from candledesk.store.market.jobs import JobChanges, JobRow

log = logging.getLogger(__name__)
N_BEGUN = 4  # of a lane: enough for every fetch thread
N_HELD = 16  # of a lane, with those that wait for a retry: when every symbol fails, not the whole queue is begun
# Of each lane the priorities, both included; charts have no jobs that wait.
LANES = ((Priority.UPDATE, Priority.UPDATE), (Priority.BACKFILL, 99))
N_REMEMBERED = 200  # ended jobs that nobody asked for
RESTART_QUEUE_S = 8.0  # after the machine refused to write
_PRIORITIES = {JobKind.UPDATE: Priority.UPDATE}


class JobQueue:
    """Every running job has a fill task here; all else is in the database."""

    def __init__(self, context: CacheContext, fill_scheduler: FillScheduler, journal: JobJournal) -> None:
        """Start with none; ``resume_previous`` begins what a former run left."""
        self._fill_scheduler = fill_scheduler
        self._journal = journal
        self._context = context
        self._lock = threading.Lock()
        self._tasks: dict[int, FillTask] = {}
        self._waiters = JobWaiters()
        self._own: set[int] | None = set()  # jobs that may begin; ``None``: every one
        self._is_starting_queued = False
        self._is_closing = False
        context.events.subscribe(self._waiters.on_event)

    # --- reading ------------------------------------------------------------------------------------------------

    def read(self, job_id: int) -> Future[Job]:
        """Read one job; ``UnknownJobError`` when there is none."""

        def task(connection: Connection) -> Job:
            row = job_store.read_job(connection, job_id)
            if row is None:
                raise UnknownJobError(f"There is no job {job_id}")
            job = self._shown(row)
            series_id = instrument_store.series_id(connection, job.symbol, job.interval)
            dropped = {} if series_id is None else odd_store.count_dropped(connection, series_id, job.span)
            return replace(job, dropped=dropped)

        return self._context.readers.submit(task)

    def newest(self, *, state: str | None, limit: int | None, before: int | None) -> Future[list[Job]]:
        """Read jobs, the newest first."""
        return self._context.readers.submit(
            lambda connection: [
                self._shown(row) for row in job_store.list_jobs(connection, state=state, limit=limit, before=before)
            ]
        )

    def _shown(self, row: JobRow) -> Job:
        """Return a row as a message; one that waits until bars can be stored again says so, as its row cannot."""
        job = self._journal.job(row)
        fault = self._fill_scheduler.storage_health.error
        if fault is None or job.state not in {JobState.QUEUED, JobState.RUNNING}:
            return job
        return replace(job, error=str(fault), next_try_at=None)

    def wait(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended; see ``JobWaiters``."""
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
        changed: list[CoverageChanged] = []

        def insert(connection: Connection) -> list[Job]:
            rows = self._journal.insert(connection, orders)
            if len(rows) == 1 and orders[0].kind == JobKind.BACKFILL:
                changed.extend(self._clear_backoff(connection, rows[0]))
            return [job_of(row) for row in rows]

        return self._journal.change(insert, lambda jobs: self._on_started(jobs, changed), is_urgent=True)

    def _on_started(self, jobs: Sequence[Job], changed: Sequence[CoverageChanged]) -> None:
        self._emit_all(changed)
        self._admit(job.job_id for job in jobs)
        if len(jobs) == 1:
            self._journal.emit_jobs(jobs)
        else:
            self._journal.emit_jobs_changed(len(jobs))
        self.start_queued()

    def _admit(self, ids: Iterable[int]) -> None:
        """Let jobs begin; a command that fills one series does not begin what another run has queued."""
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
            # Charts and the updater ask again by themselves.
            for kind in OWN_KINDS:
                self._move_all(connection, JobVerb.CANCEL, (JobState.QUEUED,), kind=kind)
            return job_store.count_jobs(connection).get(JobState.QUEUED, 0)

        try:
            n_queued = self._journal.change(resume_previous, self._journal.emit_jobs_changed).result()
        except EnvironmentFaultError as error:  # stored bars can be shown all the same
            self._fill_scheduler.storage_health.note(error)
            again = partial(self._fill_scheduler.run, int(Priority.BACKFILL), self.resume_previous)
            self._context.delayed_calls.call_later(RESTART_QUEUE_S, again)
            return 0
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
            task = self._task_of(job)
            with self._lock:
                self._tasks[job.job_id] = task
                if self._own is not None:  # not at its end: by then it may have been queued again
                    self._own.discard(job.job_id)
            task.end.add_done_callback(self._forgetter(job.job_id, task))
            self._fill_scheduler.add(task)

    def _task_of(self, job: Job) -> FillTask:
        return FillTask(
            job.symbol,
            job.interval,
            FillTarget(job.span),
            _PRIORITIES.get(job.kind, Priority.BACKFILL),
            job.job_id,
            is_update=job.kind == JobKind.UPDATE,
            n_tries=USUAL_TRIES if job.kind in (JobKind.UPDATE, JobKind.RECHECK) else PATIENT_TRIES,
            waits_for_network=job.kind == JobKind.BACKFILL,
            on_blocked=partial(self._waiters.fail, job_id=job.job_id),
            on_retry_pause=self.start_queued,
        )

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
        self._context.delayed_calls.call_later(RESTART_QUEUE_S, self.start_queued)

    # --- changing -------------------------------------------------------------------------------------

    def cancel(self, job_id: int) -> Future[Job]:
        """Cancel a live job; ``JobStateError`` when it has ended."""
        return self._stop(job_id, JobVerb.CANCEL)

    def pause(self, job_id: int) -> Future[Job]:
        """Pause a live job; ``JobStateError`` when it is paused or has ended."""
        return self._stop(job_id, JobVerb.PAUSE)

    def _stop(self, job_id: int, verb: JobVerb) -> Future[Job]:
        """Separate a job from its fill task: after the commit nothing that the task still does is written to it."""

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
        return self._queue_again(lambda connection, _: self._journal.move(connection, job_id, JobVerb.RESUME))

    def retry(self, job_id: int) -> Future[Job]:
        """Queue a failed or cancelled job again, its failed windows at once; ``JobStateError`` otherwise."""
        return self._queue_again(lambda connection, changed: self._retry(connection, job_id, changed))

    def _queue_again(self, move: Callable[[Connection, list[CoverageChanged]], JobRow]) -> Future[Job]:
        changed: list[CoverageChanged] = []

        def then(job: Job) -> None:
            self._emit_all(changed)
            self._admit([job.job_id])
            self._journal.emit_jobs([job])
            self.start_queued()

        return self._journal.change(lambda connection: job_of(move(connection, changed)), then, is_urgent=True)

    def _emit_all(self, changed: Sequence[CoverageChanged]) -> None:
        for event in changed:
            self._context.emit(event)

    def _retry(self, connection: Connection, job_id: int, changed: list[CoverageChanged]) -> JobRow:
        """Queue a job again, and add to ``changed`` what became of the coverage of its span."""
        changes: JobChanges = {"error": "", "gaps": NO_GAPS, "next_try_at": None}
        row = self._journal.move(connection, job_id, JobVerb.RETRY, **changes)
        if row.priority == Priority.VIEWPORT:  # no chart waits for it any more
            later = job_store.update_job(connection, job_id, now=self._journal.now(), priority=int(Priority.BACKFILL))
            row = row if later is None else later
        changed.extend(self._clear_backoff(connection, row))
        return row

    def _clear_backoff(self, connection: Connection, row: JobRow) -> list[CoverageChanged]:
        """Let failed windows of a job be fetched at once, since a person starts or retries it now.

        Returns the events that say so, to be emitted after the commit.
        """
        interval = parse_interval(row.interval)
        series_id = instrument_store.series_id(connection, row.symbol, interval)
        if series_id is None:
            return []
        now = self._journal.now()
        failed = [
            replace(piece, expires_at=now)
            for piece in coverage_store.read_coverage(connection, series_id, Span(row.start, row.end))
            if piece.state is CoverageState.FAILED and piece.expires_at is not None and piece.expires_at > now
        ]
        coverage_store.write_coverage(connection, series_id, failed)
        rev = instrument_store.series_rev(connection, series_id)
        return [CoverageChanged(row.symbol, interval, piece.span, rev) for piece in failed]

    def retry_failed(self) -> Future[int]:
        """Queue again every failed job that a person started, except where a live job has its span; return how many."""
        changed: list[CoverageChanged] = []

        def write(connection: Connection) -> list[int]:
            queued = []
            rows = job_store.list_jobs(connection, state=JobState.FAILED)
            for row in rows:
                if row.kind == JobKind.VIEWPORT:
                    continue
                with suppress(JobStateError):  # another live job has its span
                    self._retry(connection, row.job_id, changed)
                    queued.append(row.job_id)
            return queued

        def then(queued: list[int]) -> None:
            self._emit_all(changed)
            self._admit(queued)
            self._journal.emit_jobs_changed(len(queued))
            self.start_queued()

        return start_coroutine(_count(self._journal.change(write, then, is_urgent=True)))

    def clear_finished(self) -> Future[int]:
        """Delete every job that has ended; return how many."""
        states = [state.value for state in ENDED]
        return self._journal.change(
            lambda connection: job_store.delete_jobs(connection, states),
            self._journal.emit_jobs_changed,
            is_urgent=True,
        )

    def forget(self, job_id: int) -> Future[int]:
        """Delete one job if it has ended; return how many that were."""
        states = [state.value for state in ENDED]
        return self._journal.change(
            lambda connection: job_store.delete_jobs(connection, states, job_id), self._journal.emit_jobs_changed
        )

    def forget_old(self, n_days: int) -> Future[int]:
        """Delete old jobs that no person started, and those that succeeded ``n_days`` ago; return how many.

        So neither updates nor years of backfills fill the table; jobs that failed or were cancelled are kept.
        """
        states = [state.value for state in ENDED]
        since = self._journal.now() - n_days * DAY_S

        def forget(connection: Connection) -> int:
            n_own = job_store.forget_jobs(connection, OWN_KINDS, states, N_REMEMBERED)
            return n_own + job_store.delete_jobs_before(connection, JobState.SUCCEEDED, since)

        return self._journal.change(forget, self._journal.emit_jobs_changed)

    def close(self) -> None:
        """Begin nothing any more, and end every wait with ``ClosingError``."""
        with self._lock:
            self._is_closing = True
        self._waiters.fail(ClosingError("CandleDesk is shutting down"))


async def _count(moved: Future[list[int]]) -> int:
    ids = await wait_for(moved)
    return len(ids)
