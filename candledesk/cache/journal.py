"""The journal of fills: each job as a row in the database and as an event for the panel, the stream and the waiters."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from candledesk.cache.messages import Gap, Job, JobChanged, JobState
from candledesk.cache.planner import plan_span
from candledesk.domain.errors import JobStateError
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import Span
from candledesk.store import instruments as instrument_store
from candledesk.store import jobs as job_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.demand import Demand, DemandEnd
    from candledesk.cache.messages import Event
    from candledesk.cache.planner import Facts, Plan
    from candledesk.cache.workers import Writer
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.jobs import JobChanges, JobRow

log = logging.getLogger(__name__)
KIND_VIEWPORT = "viewport"
KIND_UPDATE = "update"
KIND_BACKFILL = "backfill"
N_GAPS_TOLD = 3


def job_of(row: JobRow, gaps: tuple[Gap, ...] = (), eta_s: float | None = None) -> Job:
    """Turn a stored row into the message that doors see."""
    return Job(
        row.job_id,
        row.kind,
        row.symbol,
        parse_interval(row.interval),
        Span(row.lo, row.hi),
        JobState(row.state),
        row.bars_done,
        row.bars_expected,
        row.attempts,
        row.error or "",
        row.created_at,
        row.updated_at,
        eta_s,
        gaps,
    )


def describe_end(end: DemandEnd) -> str:
    """Say in one sentence why a demand left something open; empty when nothing is."""
    if end.error is not None:
        return str(end.error)
    if not end.gaps:
        return ""
    reasons = list(dict.fromkeys(gap.reason for gap in end.gaps))
    return f"{len(end.gaps)} gaps left: {'; '.join(reasons[:N_GAPS_TOLD])}"


class Journal:
    """Writes job rows through the writer and tells every change; nobody waits for it except at a job's end."""

    def __init__(self, writer: Writer, emit: Callable[[Event], None], now: Callable[[], int]) -> None:
        """Start with no jobs under way."""
        self._writer = writer
        self._emit = emit
        self.now = now
        self._started: dict[int, tuple[float, int]] = {}
        self.gaps: dict[int, tuple[Gap, ...]] = {}

    def write(self, job_id: int, **changes: Unpack[JobChanges]) -> Job:
        """Change a row, wait until it is committed, and tell it."""
        job = self._writer.submit(lambda connection: self._update(connection, job_id, changes)).result()
        self._emit(JobChanged(job))
        return job

    def move(self, job_id: int, allowed: Sequence[JobState], verb: str, **changes: Unpack[JobChanges]) -> Job:
        """Change a row's state on a person's wish; ``JobStateError`` unless its state is ``allowed`` at that moment."""

        def write(connection: Connection) -> Job:
            row = job_store.read_job(connection, job_id)
            if row is not None and row.state not in allowed:
                names = " and ".join(state.value for state in allowed)
                msg = f"job {job_id} is {row.state}: only {names} jobs can be {verb}"
                raise JobStateError(msg)
            return self._update(connection, job_id, changes)

        job = self._writer.submit(write).result()
        self._emit(JobChanged(job))
        return job

    def _write_live(self, demand: Demand, job_id: int, **changes: Unpack[JobChanges]) -> None:
        """Change the row of a demand's job unless the demand was cancelled: a late step must not undo that."""

        def write(connection: Connection) -> Job | None:
            return None if demand.cancel.is_set() else self._update(connection, job_id, changes)

        job = self._writer.submit(write).result()
        if job is not None:
            self._emit(JobChanged(job))

    def _update(self, connection: Connection, job_id: int, changes: JobChanges) -> Job:
        with transaction(connection):
            row = job_store.update_job(connection, job_id, now=self.now(), **changes)
        if row is None:
            msg = f"job {job_id} has no row"
            raise RuntimeError(msg)
        return job_of(row, self.gaps.get(job_id, ()), self._eta_s(row))

    def _eta_s(self, row: JobRow) -> float | None:
        started, done_before = self._started.get(row.job_id, (0.0, 0))
        done = row.bars_done - done_before
        if row.state != JobState.RUNNING or done <= 0:
            return None
        return (time.monotonic() - started) / done * max(0, row.bars_expected - row.bars_done)

    def insert(self, symbol: str, interval: Interval, kind: str, span: Span, priority: int, state: JobState) -> Job:
        """Add a row or join the live one of the same span, wait until it is committed, and tell it."""
        now = self.now()

        def write(connection: Connection) -> Job:
            with transaction(connection):
                series_id = instrument_store.series_id(connection, symbol, interval, create=True)
                if series_id is None:
                    msg = f"no series for {symbol}"
                    raise RuntimeError(msg)
                row = job_store.insert_or_join_job(
                    connection, series_id, kind, span, priority=priority, bars_expected=0, now=now
                )
                if state is not JobState.QUEUED:
                    row = job_store.update_job(connection, row.job_id, now=now, state=state.value) or row
            return job_of(row)

        job = self._writer.submit(write).result()
        self._emit(JobChanged(job))
        return job

    def begin_window(self, demand: Demand, facts: Facts | None, window: Span) -> Job | None:
        """Note that a window of a demand without a job of its own is being asked for (shown in the panel)."""
        if demand.job_id is not None or facts is None:
            return None
        interval, priority = facts.interval, int(demand.priority)
        job = self.insert(demand.symbol, interval, KIND_VIEWPORT, window, priority, JobState.RUNNING)
        return replace(job, bars_expected=plan_span(window, facts).n_expected)

    def end_window(self, entry: Job | None, error: str) -> None:
        """Note how that window ended."""
        if entry is None:
            return
        state = JobState.FAILED if error else JobState.SUCCEEDED
        n = entry.bars_expected
        done = 0 if error else n
        self.write(entry.job_id, state=state.value, error=error, attempts=1, bars_done=done, bars_expected=n)

    def progress(self, demand: Demand, plan: Plan) -> None:
        """Note how far a job is: expected bars that are known now, of all expected."""
        if demand.job_id is None:
            return
        done = plan.n_expected - plan.n_missing
        self._started.setdefault(demand.job_id, (time.monotonic(), done))
        self._write_live(
            demand, demand.job_id, state=JobState.RUNNING.value, bars_done=done, bars_expected=plan.n_expected
        )

    def end_job(self, demand: Demand, end: DemandEnd) -> None:
        """Note how a job ended: succeeded only when no gap is left."""
        if demand.job_id is None:
            return
        self._started.pop(demand.job_id, None)
        if end.is_cancelled:
            return  # who cancelled it wrote so; at shutdown it is queued for the next start
        error = describe_end(end)
        state = JobState.FAILED if error else JobState.SUCCEEDED
        self.gaps[demand.job_id] = end.gaps
        self._write_live(demand, demand.job_id, state=state.value, error=error)

    def told(self, job: Job) -> Job:
        """Return the job with the gaps that are known since this start."""
        return replace(job, gaps=self.gaps.get(job.job_id, ()))
