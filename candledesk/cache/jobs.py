"""Backfill and update jobs: start, join, wait, cancel, retry, and take up after a restart."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from candledesk.cache.demand import PATIENT_TRIES, Demand, Priority, Want
from candledesk.cache.journal import KIND_BACKFILL, KIND_UPDATE, KIND_VIEWPORT, job_of
from candledesk.cache.messages import Job, JobState
from candledesk.domain.errors import UnknownJobError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store import jobs as job_store
from candledesk.store.database import transaction

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.demand import DemandEnd
    from candledesk.cache.fills import Fills
    from candledesk.cache.journal import Journal
    from candledesk.cache.workers import Readers, Writer
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_PRIORITIES = {KIND_UPDATE: Priority.UPDATE, KIND_BACKFILL: Priority.BACKFILL}
_LIVE = (JobState.QUEUED, JobState.RUNNING)
_ENDED = (JobState.FAILED, JobState.CANCELLED)


class Jobs:
    """The book of live jobs; every live job has a demand."""

    def __init__(self, fills: Fills, journal: Journal, readers: Readers, writer: Writer) -> None:
        """Start with none; ``resume`` takes up what a former run left."""
        self._fills = fills
        self._journal = journal
        self._readers = readers
        self._writer = writer
        self._lock = threading.Lock()
        self._demands: dict[int, Demand] = {}

    def start(self, symbol: str, interval: Interval, kind: str, span: Span) -> Job:
        """Insert the job and begin, or join the live one; blocks for one small write."""
        priority = _PRIORITIES[kind]
        job = self._journal.insert(symbol, interval, kind, span, int(priority), JobState.QUEUED)
        self._begin(job)
        return job

    def _begin(self, job: Job) -> None:
        want = Want(None if job.span.start <= HISTORY_START else job.span)
        priority = _PRIORITIES.get(job.kind, Priority.BACKFILL)
        with self._lock:
            if job.job_id in self._demands:
                return
            demand = Demand(job.symbol, job.interval, want, priority, job.job_id, is_update=job.kind == KIND_UPDATE)
            demand.n_tries = PATIENT_TRIES
            self._demands[job.job_id] = demand
        demand.end.add_done_callback(lambda _: self._forget(job.job_id, demand))
        self._fills.add(demand)

    def _forget(self, job_id: int, demand: Demand) -> None:
        with self._lock:
            if self._demands.get(job_id) is demand:
                del self._demands[job_id]

    def resume(self) -> int:
        """Requeue what was running when the last run ended, begin everything queued, and return how many."""

        def requeue(connection: Connection) -> list[Job]:
            now = self._journal.now()
            with transaction(connection):
                job_store.requeue_orphans(connection, now)
                rows = job_store.list_jobs(connection, state=JobState.QUEUED.value, limit=10_000)
                for row in rows:
                    if row.kind == KIND_VIEWPORT:  # whoever looked is gone; a chart asks again by itself
                        job_store.update_job(connection, row.job_id, now=now, state=JobState.CANCELLED.value)
            return [job_of(row) for row in rows if row.kind != KIND_VIEWPORT]

        jobs = self._writer.submit(requeue).result()
        for job in jobs:
            self._begin(job)
        return len(jobs)

    def end_of(self, job_id: int) -> Future[DemandEnd] | None:
        """Return the future that resolves when the live job ends; ``None`` when it is not live."""
        with self._lock:
            demand = self._demands.get(job_id)
        return None if demand is None else demand.end

    def read(self, connection: Connection, job_id: int) -> Job:
        """Read one job; raise ``UnknownJobError`` when there is none."""
        row = job_store.read_job(connection, job_id)
        if row is None:
            msg = f"there is no job {job_id}"
            raise UnknownJobError(msg)
        return self._journal.told(job_of(row))

    def cancel(self, job: Job) -> Job:
        """Cancel a live job; raise ``JobStateError`` when it has ended."""
        with self._lock:
            demand = self._demands.pop(job.job_id, None)
        if demand is not None:
            demand.cancel.set()  # from here on its steps write nothing of the job
        try:
            return self._journal.move(job.job_id, _LIVE, "cancelled", state=JobState.CANCELLED.value, error="")
        finally:
            if demand is not None:
                self._fills.cancel(demand)

    def retry(self, job: Job) -> Job:
        """Queue a failed or cancelled job again; raise ``JobStateError`` otherwise."""
        n_attempts = job.attempts + 1
        queued = self._journal.move(
            job.job_id, _ENDED, "retried", state=JobState.QUEUED.value, error="", attempts=n_attempts
        )
        with self._lock:
            self._demands.pop(job.job_id, None)  # one that has just ended and is not forgotten yet
        self._begin(queued)
        return queued


def update_span(interval: Interval, now: int) -> Span:
    """Return what an update asks again: the last sessions, where bars may have changed (yahoo.md §4.10)."""
    back = 5 * DAY_S if interval.is_daily else 3 * DAY_S
    start = (now - back) // DAY_S * DAY_S
    return Span(start, now // 60 * 60 + 60)


def parse_series(symbol: str, name: str) -> tuple[str, Interval]:
    """Return a series as the pair that is fetched: the symbol and the base interval."""
    return symbol, parse_interval(name).base
