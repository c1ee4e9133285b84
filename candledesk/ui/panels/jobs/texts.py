"""The texts of the job panel and of the backfill form. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.cache.messages import BreakerState, JobState
from candledesk.domain.job_states import LIVE, JobKind
from candledesk.domain.span import HISTORY_START
from candledesk.domain.texts import count_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from candledesk.cache.messages import BackfillEstimate, Job, LimiterState

COLUMNS = ("Symbol", "Interval", "Kind", "Span", "State", "Progress", "Bars", "Time left", "Time", "Reason")
_KIND_WORDS = {JobKind.VIEWPORT: "scrolling", JobKind.ARCHIVE: "archive"}  # the others are words of people already
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_SHORT_WAIT_S = 10  # the usual wait for the rate limiter, which the panel shows for all jobs together
_MAX_NAMES = 12  # of symbols in one sentence


def span_text(job: Job) -> str:
    """Return ``2024-11-01 – 2025-11-24``, or ``all until 2025-11-24`` for a whole history."""
    first, last = (f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d}" for instant in (job.span.start, job.span.end - 1))
    if job.span.start <= HISTORY_START:
        return f"all until {last}"
    return first if first == last else f"{first} – {last}"


def job_share(job: Job) -> float:
    """Return the progress between 0 and 1."""
    if job.state is JobState.SUCCEEDED:
        return 1.0
    return min(1.0, job.bars_done / job.bars_expected) if job.bars_expected else 0.0


def share_text(job: Job) -> str:
    """Return ``37%``, rounded down: only what is complete is 100%."""
    return f"{int(job_share(job) * 100)}%"


def bars_text(job: Job) -> str:
    """Return ``120 of 400``."""
    return f"{job.bars_done:,} of {job.bars_expected:,}" if job.bars_expected else f"{job.bars_done:,}"


def duration_text(seconds: float) -> str:
    """Return ``42 s``, ``4 min``, ``2 h 10 min`` or ``3 days``."""
    whole = max(1, round(seconds))
    if whole < _MINUTE_S:
        return f"{whole} s"
    minutes = round(whole / _MINUTE_S)
    if minutes < _HOUR_S // _MINUTE_S:
        return f"{minutes} min"
    if whole < _DAY_S:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = round(whole / _DAY_S)
    return "1 day" if days == 1 else f"{days:,} days"


def left_text(job: Job) -> str:
    """Return how long a queued or running job will take, or nothing."""
    is_moving = job.state in {JobState.QUEUED, JobState.RUNNING}
    return duration_text(job.eta_s) if is_moving and job.eta_s is not None else ""


def clock_text(instant: int, now: float, zone: tzinfo | None = None) -> str:
    """Return ``15:42`` in the user's zone, with the date when that is not today's."""
    there, here = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (instant, now))
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def time_text(job: Job, now: float, zone: tzinfo | None = None) -> str:
    """Return since when a job is under way, ``since 15:42``, or when it ended."""
    if job.state in LIVE:
        return f"since {clock_text(job.created_at, now, zone)}"
    return clock_text(job.updated_at, now, zone)


def reason_text(job: Job, now: float, zone: tzinfo | None = None) -> str:
    """Return why a job failed or waits, in one line."""
    text = job.error or "; ".join(dict.fromkeys(gap.reason for gap in job.gaps))
    is_moving = job.state in {JobState.QUEUED, JobState.RUNNING}
    if is_moving and job.next_try_at is not None and job.next_try_at > now + _SHORT_WAIT_S:
        again = f"next try at {clock_text(job.next_try_at, now, zone)}"
        return f"{text}; {again}" if text else again
    return text


def error_text(job: Job) -> str:
    """Return all details of a failure for a bug report: one line for the job and one per gap."""
    lines = [f"{job.symbol} {job.interval.name}, {span_text(job)}, job {job.job_id}: {job.state.value}"]
    if job.error:
        lines[0] += f": {job.error}"
    for gap in job.gaps:
        start, end = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (gap.span.start, gap.span.end))
        lines.append(f"  {start} to {end}: {gap.reason}")
    return "\n".join(lines)


def has_error(job: Job) -> bool:
    """Return whether there is an error to copy."""
    return bool(job.error or job.gaps)


def job_cells(job: Job, now: float) -> tuple[str, ...]:
    """Return the texts of a row, one per column."""
    return (
        job.symbol,
        job.interval.name,
        _KIND_WORDS.get(job.kind, job.kind.value),
        span_text(job),
        job.state.value,
        share_text(job),
        bars_text(job),
        left_text(job),
        time_text(job, now),
        reason_text(job, now),
    )


def requests_text(state: LimiterState, now: float, zone: tzinfo | None = None, *, n_live: int = 0) -> str:
    """Return when the next request can be sent, or why none is; ``n_live``: how many jobs are queued or running."""
    left_s = None if state.retry_at is None else state.retry_at - now
    if state.is_offline:
        return "Offline, trying again" + (f" in {duration_text(left_s)}" if left_s is not None and left_s > 0 else "")
    if state.breaker is BreakerState.OPEN and left_s is not None and left_s > 0:
        return f"Paused by {state.provider} until {clock_text(state.retry_at or 0, now, zone)}"
    if state.breaker is not BreakerState.CLOSED:
        return f"Trying {state.provider} again"
    if state.next_request_in_s >= 1:
        return f"Next request in {duration_text(state.next_request_in_s)}"
    return "Requests are rate-limited" if n_live > 0 else "Requests can be sent at once"


def names_text(names: Sequence[str]) -> str:
    """Return ``AAPL, MSFT and 7 more``."""
    shown = ", ".join(names[:_MAX_NAMES])
    return shown if len(names) <= _MAX_NAMES else f"{shown} and {len(names) - _MAX_NAMES:,} more"


def estimate_text(estimate: BackfillEstimate) -> str:
    """Return the cost of backfills: requests, bars and time."""
    if estimate.n_requests == 0:
        return "Everything is stored already: no request is needed."
    return (
        f"About {count_text(estimate.n_requests, 'request')} and {count_text(estimate.n_bars, 'new bar')}, "
        f"in about {duration_text(estimate.seconds)} at the rate limit."
    )
