"""The jobs of the panel: which events are stale, which jobs are shown, in which order. Pure."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from candledesk.domain.job_states import EDGES, JobKind, JobState
from candledesk.ui.panels.jobs.job_groups import JobGroups
from candledesk.ui.panels.jobs.texts import has_error, job_share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.cache.messages import Job

_STEPS = frozenset((source, target) for (source, _verb), target in EDGES.items())
_URGENCY = {state: at for at, state in enumerate(JobState)}
_NEVER = float("inf")
_KEYS: tuple[Callable[[Job], tuple[object, ...]], ...] = (  # one per column of ``texts.COLUMNS``
    lambda job: (job.symbol, job.interval.step_s),
    lambda job: (job.interval.step_s, job.symbol),
    lambda job: (job.kind, job.symbol),
    lambda job: (job.span.start, job.span.end),
    lambda job: (_URGENCY[job.state],),
    lambda job: (job_share(job),),
    lambda job: (job.bars_done, job.bars_expected),
    lambda job: (_NEVER if job.eta_s is None else job.eta_s,),
    lambda job: (job.updated_at,),
    lambda job: (not has_error(job), job.error),
)


class JobFilter(Enum):
    """Which states are shown; the value is the title."""

    ALL = "All"
    UNDER_WAY = "Under way"
    PAUSED = "Paused"
    FAILED = "Failed"
    FINISHED = "Finished"

    @property
    def states(self) -> frozenset[JobState]:
        """The states that pass."""
        return _FILTER_STATES[self]


_FILTER_STATES = {
    JobFilter.ALL: frozenset(JobState),
    JobFilter.UNDER_WAY: frozenset({JobState.QUEUED, JobState.RUNNING}),
    JobFilter.PAUSED: frozenset({JobState.PAUSED}),
    JobFilter.FAILED: frozenset({JobState.FAILED}),
    JobFilter.FINISHED: frozenset({JobState.SUCCEEDED, JobState.CANCELLED}),
}


def is_stale(known: Job, incoming: Job) -> bool:
    """Tell whether ``incoming`` is older than what is known; threads may overtake each other within a second.

    Of two states of the same second the one that the other leads to is the newer: a job that was cancelled does not
    run again because a report of its last window comes late.
    """
    if incoming.updated_at != known.updated_at:
        return incoming.updated_at < known.updated_at
    return (known.state, incoming.state) not in _STEPS and (incoming.state, known.state) in _STEPS


class JobBook:
    """Jobs by number, and which lines of them changed since ``take_changed`` was last called.

    A line is a job, or the fills that charts started for one series (``JobGroups``), which have a negative number.
    """

    def __init__(self) -> None:
        """Start empty: every state, the newest first."""
        self._jobs: dict[int, Job] = {}
        self._groups = JobGroups()
        self._touched: set[int] = set()  # since the last list was requested
        self._changed: set[int] = set()
        self._filter, self._text = JobFilter.ALL, ""
        self._column, self._is_descending = -1, True

    def __len__(self) -> int:
        return len(self._jobs)

    def __getitem__(self, number: int) -> Job:
        return self._jobs[number] if number >= 0 else self._groups.merged(number)

    def members(self, number: int) -> list[Job]:
        """Return the jobs of a line, the newest first."""
        return [self._jobs[number]] if number >= 0 else self._groups.members(number)

    def _lines(self) -> list[Job]:
        single = [job for job in self._jobs.values() if job.kind is not JobKind.VIEWPORT]
        return single + [self._groups.merged(number) for number in self._groups.numbers]

    def counts(self) -> Counter[JobState]:
        """Return how many lines are in each state."""
        return Counter(job.state for job in self._lines())

    def put(self, job: Job) -> None:
        """Take a changed job, unless a later state of it is known."""
        known = self._jobs.get(job.job_id)
        if known is None or not is_stale(known, job):
            self._jobs[job.job_id] = job
            self._touched.add(job.job_id)
            self._changed.add(self._groups.put(job))

    def begin_list(self) -> None:
        """Note that a list is requested: jobs that arrive from now on may be missing in it."""
        self._touched.clear()

    def take_list(self, jobs: Iterable[Job]) -> None:
        """Take the requested list; jobs that it does not have are removed, unless they arrived since the request."""
        current = {job_id: self._jobs[job_id] for job_id in self._touched if job_id in self._jobs}
        for job in jobs:
            known = self._jobs.get(job.job_id)
            current[job.job_id] = known if known is not None and is_stale(known, job) else job
            self._changed.add(job.job_id)
        self._jobs = current
        self._groups.replace_all(current.values())
        self._changed.update(self._groups.numbers)

    def take_changed(self) -> set[int]:
        """Return the numbers of the lines that changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def show(self, chosen: JobFilter, text: str = "") -> None:
        """Show only jobs of these states whose symbol contains ``text``."""
        self._filter, self._text = chosen, text.strip().upper()

    def sort(self, column: int, *, is_descending: bool) -> None:
        """Order by a column; a negative one: the newest first."""
        self._column, self._is_descending = column, is_descending

    def order(self) -> list[int]:
        """Return the numbers of the lines that are shown, in their order; of equals the newest comes first."""
        states, text = self._filter.states, self._text
        shown = [job for job in self._lines() if job.state in states and (not text or text in job.symbol)]
        shown.sort(key=lambda job: self._groups.newest(job.job_id), reverse=True)
        if self._column >= 0:
            shown.sort(key=_KEYS[self._column], reverse=self._is_descending)
        return [job.job_id for job in shown]
