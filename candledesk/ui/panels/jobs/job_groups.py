"""Fills that charts start by scrolling, as one job per series: scrolling is not a job (WINDOW.md, rule 9). Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.job_states import JobKind, JobState
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from candledesk.cache.messages import Job

    SeriesKey = tuple[str, str]

_FIRST = (JobState.RUNNING, JobState.QUEUED, JobState.PAUSED)  # the state of a group is the first that a fill has


class JobGroups:
    """Which jobs stand in one line, by the line's number: of a group a negative one, else the job's own."""

    def __init__(self) -> None:
        """Start without groups."""
        self._numbers: dict[SeriesKey, int] = {}
        self._members: dict[int, dict[int, Job]] = {}
        self._merged: dict[int, Job] = {}

    def put(self, job: Job) -> int:
        """Take a new state of a job; return the number of the line that it stands in."""
        if job.kind is not JobKind.VIEWPORT:
            return job.job_id
        key = job.symbol, job.interval.name
        number = self._numbers.setdefault(key, -1 - len(self._numbers))
        self._members.setdefault(number, {})[job.job_id] = job
        self._merged.pop(number, None)
        return number

    def replace_all(self, jobs: Iterable[Job]) -> None:
        """Take all jobs there are; a group of none of them is there no more."""
        self._members.clear()
        self._merged.clear()
        for job in jobs:
            self.put(job)

    @property
    def numbers(self) -> Collection[int]:
        """The numbers of the groups."""
        return self._members.keys()

    def members(self, number: int) -> list[Job]:
        """Return the fills of a group, the newest first."""
        jobs = self._members[number]
        return [jobs[job_id] for job_id in sorted(jobs, reverse=True)]

    def newest(self, number: int) -> int:
        """Return the number of the newest job of a line."""
        return max(self._members[number]) if number < 0 else number

    def merged(self, number: int) -> Job:
        """Return a group as one job with the number of its line."""
        if number not in self._merged:
            self._merged[number] = replace(merge_fills(self.members(number)), job_id=number)
        return self._merged[number]


def merge_fills(jobs: list[Job]) -> Job:
    """Return the fills of one series, the newest first, as one job: what is under way, else how the newest one ended.

    Bars are counted over the fills that are under way, else over all; the reason is that of the newest one.
    """
    newest = jobs[0]
    state = next((live for live in _FIRST if any(job.state is live for job in jobs)), newest.state)
    counted = [job for job in jobs if job.state in _FIRST] or jobs
    leading = next(job for job in jobs if job.state is state)
    waits = [job.eta_s for job in counted if job.eta_s is not None]
    return replace(
        leading,
        span=Span(min(job.span.start for job in jobs), max(job.span.end for job in jobs)),
        bars_done=sum(job.bars_done for job in counted),
        bars_expected=sum(job.bars_expected for job in counted),
        eta_s=sum(waits) if waits else None,
        created_at=min(job.created_at for job in counted),
        updated_at=max(job.updated_at for job in counted),
    )
