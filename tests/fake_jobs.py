"""The jobs and events of the fake cache."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.events import Event, JobChanged, JobsChanged
from candledesk.cache.messages import Job, JobState
from candledesk.domain.errors import JobStateError, UnknownJobError
from candledesk.domain.interval import DAY_S, INTERVALS, Interval
from candledesk.domain.job_states import ENDED, JobKind, JobVerb, describe_refusal, next_state
from candledesk.domain.span import Span
from tests.fake_data import FIRST, make_job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def resolved(produce: Callable[[], T]) -> Future[T]:
    """Return a future that has ended with what ``produce`` returns or raises."""
    future: Future[T] = Future()
    try:
        future.set_result(produce())
    except Exception as error:  # noqa: BLE001 a future carries any error
        future.set_exception(error)
    return future


class FakeJobs:
    """A list of jobs that move only when a verb or a test moves them; every change is an event.

    ``calls`` records the commands in order: the method's name and its arguments.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self.jobs: list[Job] = []
        self.calls: list[tuple[str, object]] = []
        self.callbacks: list[Callable[[Event], None]] = []

    def calls_of(self, name: str) -> list[object]:
        """Return the arguments of every call of a command."""
        return [arguments for called, arguments in self.calls if called == name]

    def emit(self, event: Event) -> None:
        for callback in list(self.callbacks):
            callback(event)

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def add_job(self, kind: JobKind, symbol: str, interval: Interval, span: Span | None, state: JobState) -> Job:
        """Append a job of no bars yet; ``span`` ``None``: everything."""
        job = make_job(
            max((job.job_id for job in self.jobs), default=0) + 1,
            state,
            kind=kind,
            symbol=symbol,
            interval=interval,
            span=span or Span(FIRST, self.now),
            bars_done=0,
            bars_expected=500,
            created_at=self.now,
            updated_at=self.now,
            eta_s=3.0,
        )
        self.jobs.append(job)
        self.emit(JobChanged(job))
        return job

    def change_job(self, job_id: int, **changes: object) -> Job:
        """Replace fields of a job."""
        job = replace(self._find(job_id), **changes)  # type: ignore[arg-type]
        self.jobs = [job if other.job_id == job_id else other for other in self.jobs]
        self.emit(JobChanged(job))
        return job

    def _find(self, job_id: int) -> Job:
        for job in self.jobs:
            if job.job_id == job_id:
                return job
        raise UnknownJobError(f"There is no job {job_id}.")

    def _apply(self, job_id: int, verb: JobVerb) -> Job:
        state = next_state(self._find(job_id).state, verb)
        if state is None:
            raise JobStateError(describe_refusal(job_id, self._find(job_id).state, verb))
        return self.change_job(job_id, state=state, eta_s=None)

    def _command(self, name: str, job_id: int, verb: JobVerb) -> Future[Job]:
        self.calls.append((name, job_id))
        return resolved(lambda: self._apply(job_id, verb))

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        self.calls.append(("start_backfill", (symbol, interval.name, span)))
        return resolved(lambda: self.add_job(JobKind.BACKFILL, symbol, interval, span, JobState.QUEUED))

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        self.calls.append(("start_backfills", ([(symbol, interval.name) for symbol, interval in series], span)))
        started = [
            self.add_job(JobKind.BACKFILL, symbol, interval, span, JobState.QUEUED) for symbol, interval in series
        ]
        self.emit(JobsChanged(len(started)))
        return resolved(lambda: started)

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        self.calls.append(("start_update", [(symbol, interval.name) for symbol, interval in series]))
        symbol, interval = (series or [("AAPL", INTERVALS["1d"])])[0]
        span = Span(self.now - DAY_S, self.now)
        return resolved(lambda: self.add_job(JobKind.UPDATE, symbol, interval, span, JobState.RUNNING))

    def wait_job(self, job_id: int) -> Future[Job]:
        return self.read_job(job_id)

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        newest_first = sorted(self.jobs, key=lambda job: -job.job_id)
        rows = [job for job in newest_first if state in (None, job.state.value)]
        return resolved(lambda: [job for job in rows if before is None or job.job_id < before][:limit])

    def read_job(self, job_id: int) -> Future[Job]:
        return resolved(lambda: self._find(job_id))

    def cancel_job(self, job_id: int) -> Future[Job]:
        return self._command("cancel_job", job_id, JobVerb.CANCEL)

    def pause_job(self, job_id: int) -> Future[Job]:
        return self._command("pause_job", job_id, JobVerb.PAUSE)

    def resume_job(self, job_id: int) -> Future[Job]:
        return self._command("resume_job", job_id, JobVerb.RESUME)

    def retry_job(self, job_id: int) -> Future[Job]:
        return self._command("retry_job", job_id, JobVerb.RETRY)

    def retry_failed_jobs(self) -> Future[int]:
        self.calls.append(("retry_failed_jobs", None))
        failed = [job for job in self.jobs if job.state is JobState.FAILED]
        for job in failed:
            self._apply(job.job_id, JobVerb.RETRY)
        self.emit(JobsChanged(len(failed)))
        return resolved(lambda: len(failed))

    def clear_finished_jobs(self) -> Future[int]:
        self.calls.append(("clear_finished_jobs", None))
        n_before = len(self.jobs)
        self.jobs = [job for job in self.jobs if job.state not in ENDED]
        n_cleared = n_before - len(self.jobs)
        self.emit(JobsChanged(n_cleared))
        return resolved(lambda: n_cleared)
