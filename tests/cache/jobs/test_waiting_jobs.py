"""Jobs that wait for the disk, the network or the limiter: they say so, and go on by themselves."""

import pytest

from candledesk.cache.events import JobChanged
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import (
    EnvironmentFaultError,
    OfflineError,
)
from candledesk.domain.job_states import JobState
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until

MINUTES = Span(NOW // DAY_S * DAY_S - 25 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


def start(harness, name="1m", span=MINUTES, symbol="AAA"):
    return harness.cache.start_backfill(symbol, INTERVALS[name], span).result(WAIT_S)


def read(harness, job):
    return harness.cache.read_job(job.job_id).result(WAIT_S)


def finish(harness, job):
    return harness.cache.wait_job(job.job_id).result(WAIT_S)


def breaks_in(yahoo, span, answer=None):
    """Let every 1m request that reaches into ``span`` fail."""

    def script(request):
        is_meant = request.interval.name == "1m" and request.span.overlaps(span)
        return (answer or FaultAnswer("broken")) if is_meant else None

    yahoo.script = script


@pytest.mark.allow_logs
def test_an_end_that_cannot_be_written_is_written_later(primed_harness, monkeypatch):
    from candledesk.store.market import jobs as job_store

    refusals = iter(range(3))
    update = job_store.update_job

    def refuse(connection, job_id, *, now, **changes):
        if changes.get("state") == JobState.SUCCEEDED and next(refusals, None) is not None:
            raise EnvironmentFaultError("The disk is full.")
        return update(connection, job_id, now=now, **changes)

    monkeypatch.setattr(job_store, "update_job", refuse)
    job = start(primed_harness)

    def says_that_it_succeeded():
        changes = [event for event in primed_harness.events if isinstance(event, JobChanged)]
        return bool(changes) and changes[-1].job.state is JobState.SUCCEEDED

    # The event comes after the row is written, so it is waited for, not the row.
    wait_until(says_that_it_succeeded)
    assert read(primed_harness, job).state is JobState.SUCCEEDED


def test_a_backfill_waits_for_the_network_and_its_waiters_get_an_error(primed_harness, yahoo):
    breaks_in(yahoo, MINUTES, FaultAnswer("no route", is_offline=True, n_requests=0))
    job = start(primed_harness)
    error = primed_harness.cache.wait_job(job.job_id).exception(WAIT_S)
    assert isinstance(error, OfflineError)
    assert "cannot be reached: no route" in str(error)
    wait_until(lambda: read(primed_harness, job).error)
    assert read(primed_harness, job).state is JobState.RUNNING
    assert [row for row in primed_harness.coverage("1m") if row.state is CoverageState.FAILED] == []
    yahoo.script = None
    wait_until(lambda: read(primed_harness, job).state is JobState.SUCCEEDED)


def test_a_rate_limited_job_says_when_it_continues(primed_harness, yahoo):
    limiter = primed_harness.service._context.limiters.of("AAA")
    limiter._core._first_pause_s = 30.0
    breaks_in(yahoo, MINUTES, RateLimitedAnswer("429"))
    job = start(primed_harness)
    wait_until(lambda: read(primed_harness, job).next_try_at is not None)
    waiting = read(primed_harness, job)
    assert waiting.state is JobState.RUNNING
    assert NOW + 20 <= waiting.next_try_at <= NOW + 40
    assert waiting.eta_s >= 20
    assert primed_harness.cache.cancel_job(job.job_id).result(WAIT_S).state is JobState.CANCELLED
    wait_until(lambda: not limiter._waiting)
