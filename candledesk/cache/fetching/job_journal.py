"""The job journal: each job as a row in the database and as an event for the panel, the stream and the waiters.

Every change is one task of the writer thread: read the row, ask the state machine, write, commit, emit an event. Events
come from that thread in the order of the commits, so that late progress never seems to undo a pause or a cancel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, Unpack

from candledesk.cache.events import JobChanged, JobsChanged
from candledesk.cache.fetching.eta import EtaEstimator
from candledesk.cache.messages import Gap, Job
from candledesk.cache.rules.planner import count_expected
from candledesk.domain.errors import JobStateError, UnknownJobError
from candledesk.domain.interval import INTERVALS, Interval
from candledesk.domain.job_states import JobKind, JobState, JobVerb, describe_refusal, next_state
from candledesk.domain.span import Span
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import jobs as job_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.fill_task import FillResult, FillTask
    from candledesk.cache.rules.planner import Facts, Plan
    from candledesk.store import Connection
    from candledesk.store.market.jobs import JobChanges, JobRow

T = TypeVar("T")
N_GAPS_LISTED = 3
NO_GAPS = "[]"
MIN_REPORTED_WAIT_S = 1.0  # a shorter wait is not shown


@dataclass(frozen=True, slots=True)
class Order:
    """A job to be queued: whose bars, why, which span, and how urgent."""

    symbol: str
    interval: Interval
    kind: JobKind
    span: Span
    priority: int


_span = lru_cache(maxsize=64)(Span)  # a thousand jobs of one wish share it


def job_of(row: JobRow, eta_s: float | None = None) -> Job:
    """Return a stored row as a message."""
    gaps = () if row.gaps == NO_GAPS else tuple(Gap(Span(lo, hi), *rest) for lo, hi, *rest in json.loads(row.gaps))
    return Job(
        job_id=row.job_id,
        kind=JobKind(row.kind),
        symbol=row.symbol,
        interval=INTERVALS[row.interval],
        span=_span(row.start, row.end),
        state=JobState(row.state),
        bars_done=row.bars_done,
        bars_expected=row.bars_expected,
        eta_s=eta_s,
        attempts=row.attempts,
        error=row.error,
        gaps=gaps,
        created_at=row.created_at,
        updated_at=row.updated_at,
        next_try_at=row.next_try_at,
        cursor=row.cursor,
    )


def _gap_text(gaps: Sequence[Gap]) -> str:
    return json.dumps([[gap.span.start, gap.span.end, gap.reason, gap.retry_at] for gap in gaps])


def describe_end(end: FillResult) -> str:
    """Return one sentence on why a task left gaps; empty when it left none."""
    if end.error is not None:
        return str(end.error)
    if not end.gaps:
        return ""
    reasons = list(dict.fromkeys(gap.reason for gap in end.gaps))
    noun = "gap" if len(end.gaps) == 1 else "gaps"
    return f"{len(end.gaps)} {noun} left: {'; '.join(reasons[:N_GAPS_LISTED])}"


class JobJournal:
    """Writes job rows through the writer and emits an event for every change."""

    def __init__(self, context: CacheContext) -> None:
        """Start with no jobs under way."""
        self._context = context
        self.now = context.now
        self.eta_estimator = EtaEstimator(context.limiters)

    def change(
        self,
        write: Callable[[Connection], T],
        then: Callable[[T], object],
        *,
        is_urgent: bool = False,
    ) -> Future[T]:
        """Run ``write`` as one transaction and, when it is committed, ``then`` with its result on the same thread."""

        def task(connection: Connection) -> T:
            with transaction(connection):
                result = write(connection)
            then(result)
            return result

        return self._context.writer.submit(task, is_urgent=is_urgent)

    def emit_jobs(self, jobs: Iterable[Job | None]) -> None:
        """Emit an event for each job."""
        for job in jobs:
            if job is not None:
                self._context.emit(JobChanged(job))

    def emit_jobs_changed(self, n_jobs: int) -> None:
        """Emit one event for many jobs that changed at once."""
        if n_jobs:
            self._context.emit(JobsChanged(n_jobs))

    def job(self, row: JobRow) -> Job:
        """Return a row as a message, with the time it will still take."""
        return job_of(row, self.eta_estimator.eta_s(row.job_id) if row.state == JobState.RUNNING else None)

    def move(self, connection: Connection, job_id: int, verb: JobVerb, **changes: Unpack[JobChanges]) -> JobRow:
        """Let ``verb`` happen to a job, inside a transaction; ``JobStateError`` when its state refuses it."""
        row = job_store.read_job(connection, job_id)
        if row is None:
            raise UnknownJobError(f"There is no job {job_id}")
        state = next_state(JobState(row.state), verb)
        if state is None:
            raise JobStateError(describe_refusal(job_id, JobState(row.state), verb))
        changes["state"] = state.value
        moved = job_store.update_job(connection, job_id, now=self.now(), **changes)
        return row if moved is None else moved

    def insert(self, connection: Connection, orders: Sequence[Order]) -> list[JobRow]:
        """Queue jobs inside a transaction, or join the live ones of the same spans.

        A paused job that is joined goes on: asking for its span again is the newer wish.
        """
        ids = instrument_store.ensure_series(connection, [(order.symbol, order.interval) for order in orders])
        keys = [
            job_store.JobKey(series_id, order.kind, order.span.start, order.span.end, order.priority)
            for series_id, order in zip(ids, orders, strict=True)
        ]
        rows = job_store.insert_or_join_jobs(connection, keys, self.now())
        return [
            self.move(connection, row.job_id, JobVerb.RESUME) if row.state == JobState.PAUSED else row for row in rows
        ]

    def _write_live(self, task: FillTask, job_id: int, verb: JobVerb | None, **changes: Unpack[JobChanges]) -> None:
        """Change the row of a task's job and wait; not when the job was paused, cancelled or begun again since."""

        def write(connection: Connection) -> Job | None:
            row = None if task.cancel.is_set() else job_store.read_job(connection, job_id)
            if row is None or row.state != JobState.RUNNING:
                return None
            if verb is not None:
                return self.job(self.move(connection, job_id, verb, **changes))
            changed = job_store.update_job(connection, job_id, now=self.now(), **changes)
            return None if changed is None else self.job(changed)

        self.change(write, lambda job: self.emit_jobs([job])).result()

    def begin_window(self, task: FillTask, facts: Facts | None, window: Span) -> Job | None:
        """List a window of a task without a job as a job of its own, which the panel shows while it is fetched."""
        if task.job_id is not None or facts is None:
            return None
        order = Order(task.symbol, facts.interval, JobKind.VIEWPORT, window, int(task.priority))
        n = count_expected(window, facts)

        def write(connection: Connection) -> Job:
            (row,) = self.insert(connection, [order])
            if row.state == JobState.RUNNING:  # the same window again, before its last end was noted
                return job_of(row)
            return job_of(self.move(connection, row.job_id, JobVerb.BEGIN, attempts=1, bars_expected=n))

        return self.change(write, lambda job: self.emit_jobs([job])).result()

    def end_window(self, entry: Job | None, error: str) -> None:
        """Note how that window ended."""
        if entry is None:
            return
        verb = JobVerb.FAIL if error else JobVerb.SUCCEED
        done = 0 if error else entry.bars_expected

        def write(connection: Connection) -> Job | None:
            row = job_store.read_job(connection, entry.job_id)
            if row is None or row.state != JobState.RUNNING:
                return None  # a person has cancelled it in the panel
            return job_of(self.move(connection, entry.job_id, verb, error=error, bars_done=done))

        self.change(write, lambda job: self.emit_jobs([job])).result()

    def progress(self, task: FillTask, plan: Plan) -> None:
        """Note how far a job is: expected bars that are known now, of all expected, and when its next request goes."""
        if task.job_id is None:
            return
        self.eta_estimator.note(task.job_id, task.symbol, len(plan.windows))
        wait_s = self._context.limiters.wait_s(task.symbol, int(task.priority)) if plan.windows else 0.0
        self._write_live(
            task,
            task.job_id,
            None,
            bars_done=plan.n_expected - plan.n_missing,
            bars_expected=plan.n_expected,
            cursor=plan.windows[0].end if plan.windows else None,
            next_try_at=self.now() + round(wait_s) if wait_s > MIN_REPORTED_WAIT_S else None,
            error="",
        )

    def wait(self, task: FillTask, delay_s: float, reason: str) -> None:
        """Note that a job waits before its next try, and why."""
        if task.job_id is not None:
            next_try_at = self.now() + round(delay_s)
            self._write_live(task, task.job_id, None, next_try_at=next_try_at, error=reason)

    def end_job(self, task: FillTask, end: FillResult) -> None:
        """Note how a job ended: succeeded only when no gap is left that could be filled."""
        if task.job_id is None:
            return
        if end.is_cancelled:
            self.eta_estimator.forget(task.job_id)
            return  # who cancelled it wrote so; at shutdown it is queued for the next start
        error = describe_end(end)
        verb = JobVerb.FAIL if error else JobVerb.SUCCEED
        gaps = _gap_text((*end.never, *end.gaps))
        self._write_live(task, task.job_id, verb, error=error, gaps=gaps, next_try_at=None)
        self.eta_estimator.forget(task.job_id)
