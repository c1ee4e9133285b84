"""The states of a job and the transitions between them: one table that every change of a job uses. Pure."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """The state of a job; ``queued``, ``running`` and ``paused`` are live, the others have ended."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """Why a job exists."""

    VIEWPORT = "viewport"  # a chart shows bars that are not stored
    UPDATE = "update"  # the newest bars of a followed series
    BACKFILL = "backfill"  # a person or a script requested a span
    RECHECK = "recheck"  # a span whose request failed or was refused is due again
    ARCHIVE = "harvest"  # the next part of an archived series; its stored and public name is the older one


class JobVerb(StrEnum):
    """A transition of a job: made by its worker, by a person, or at a start after a crash (``requeue``)."""

    BEGIN = "begin"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    REQUEUE = "requeue"


LIVE = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.PAUSED})
ENDED = frozenset(JobState) - LIVE
OWN_KINDS = tuple(kind for kind in JobKind if kind is not JobKind.BACKFILL)
"""The kinds of jobs that CandleDesk starts by itself, and starts again after a restart."""
# Every transition that is not listed is refused. From an ended state only ``retry`` leads back; not from
# ``succeeded``, because such a job has no gap left.
EDGES: dict[tuple[JobState, JobVerb], JobState] = {
    (JobState.QUEUED, JobVerb.BEGIN): JobState.RUNNING,
    (JobState.QUEUED, JobVerb.PAUSE): JobState.PAUSED,
    (JobState.QUEUED, JobVerb.CANCEL): JobState.CANCELLED,
    (JobState.RUNNING, JobVerb.SUCCEED): JobState.SUCCEEDED,
    (JobState.RUNNING, JobVerb.FAIL): JobState.FAILED,
    (JobState.RUNNING, JobVerb.PAUSE): JobState.PAUSED,
    (JobState.RUNNING, JobVerb.CANCEL): JobState.CANCELLED,
    (JobState.RUNNING, JobVerb.REQUEUE): JobState.QUEUED,
    (JobState.PAUSED, JobVerb.RESUME): JobState.QUEUED,
    (JobState.PAUSED, JobVerb.CANCEL): JobState.CANCELLED,
    (JobState.FAILED, JobVerb.RETRY): JobState.QUEUED,
    (JobState.CANCELLED, JobVerb.RETRY): JobState.QUEUED,
}
_DONE = {
    JobVerb.BEGIN: "begun",
    JobVerb.SUCCEED: "finished",
    JobVerb.FAIL: "failed",
    JobVerb.CANCEL: "cancelled",
    JobVerb.PAUSE: "paused",
    JobVerb.RESUME: "resumed",
    JobVerb.RETRY: "retried",
    JobVerb.REQUEUE: "queued again",
}


def next_state(state: JobState, verb: JobVerb) -> JobState | None:
    """Return the state after ``verb`` in ``state``, ``None`` when the transition is refused."""
    return EDGES.get((state, verb))


def may(state: JobState, verb: JobVerb) -> bool:
    """Tell whether ``verb`` is allowed in ``state``; the jobs panel enables its actions by this."""
    return (state, verb) in EDGES


def sources(verb: JobVerb) -> tuple[JobState, ...]:
    """Return the states in which ``verb`` is allowed."""
    return tuple(state for state in JobState if may(state, verb))


def describe_refusal(job_id: int, state: JobState, verb: JobVerb) -> str:
    """Say why ``verb`` is refused: ``Job 7 is succeeded: only failed and cancelled jobs can be retried``."""
    names = [source.value for source in sources(verb)]
    allowed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"Job {job_id} is {state.value}: only {allowed} jobs can be {_DONE[verb]}"
