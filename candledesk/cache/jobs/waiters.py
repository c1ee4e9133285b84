"""Futures of the ends of jobs."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from candledesk.cache.events import JobChanged
from candledesk.cache.messages import Job
from candledesk.domain.job_states import ENDED

if TYPE_CHECKING:
    from candledesk.cache.events import Event


class JobWaiters:
    """Futures by job; safe from any thread.

    They resolve when the job has ended, and fail when it is stuck: disk or database refuse (``EnvironmentFaultError``)
    or the provider cannot be reached (``OfflineError``). The job itself goes on when it can, perhaps not while anybody
    waits.
    """

    def __init__(self) -> None:
        """Start without futures."""
        self._lock = threading.Lock()
        self._waiting: dict[int, list[Future[Job]]] = {}

    def add(self, job_id: int) -> Future[Job]:
        """Return a future of the job's end."""
        ended: Future[Job] = Future()
        with self._lock:
            self._waiting.setdefault(job_id, []).append(ended)
        return ended

    def on_event(self, event: Event) -> None:
        """Resolve the futures of a job that has ended."""
        if isinstance(event, JobChanged) and event.job.state in ENDED:
            self.settle(event.job)

    def settle(self, job: Job) -> None:
        """Resolve every wait for a job that has ended."""
        with self._lock:
            waiting = self._waiting.pop(job.job_id, ())
        for future in waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(job)

    def fail(self, error: BaseException, job_id: int | None = None) -> None:
        """End every wait, or those for one job, with an error."""
        with self._lock:
            ids = list(self._waiting) if job_id is None else [job_id]
            waiting = [future for one in ids for future in self._waiting.pop(one, ())]
        for future in waiting:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
