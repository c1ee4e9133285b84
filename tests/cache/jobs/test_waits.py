"""A job that waits says why and until when."""

import pytest

from candledesk.cache.messages import JobChanged
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import (
    EnvironmentFaultError,
    OfflineError,
)
from candledesk.domain.job_states import JobState
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer
from tests.cache.conftest import NOW, WAIT_S, wait_until
from tests.cache.jobs.conftest import MINUTES, breaks_in, finish, read, reported, start


def test_a_waiting_job_says_why_and_until_when(primed_harness, yahoo):
    breaks_in(yahoo, MINUTES)
    job = finish(primed_harness, start(primed_harness))
    waits = [
        event
        for event in reported(primed_harness, job)
        if event.state is JobState.RUNNING and event.next_try_at is not None
    ]
    assert waits
    assert "broken (try 2 of 6 follows)" in {event.error for event in waits}
    assert job.next_try_at is None


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
    wait_until(lambda: read(primed_harness, job).state is JobState.SUCCEEDED)
    assert [event.job.state for event in primed_harness.events if isinstance(event, JobChanged)][
        -1
    ] is JobState.SUCCEEDED


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
    limiter = primed_harness.service._limiter
    limiter._core._first_pause_s = 30.0
    breaks_in(yahoo, MINUTES, RateLimitedAnswer("429"))
    job = start(primed_harness)
    wait_until(lambda: read(primed_harness, job).next_try_at is not None)
    waiting = read(primed_harness, job)
    assert waiting.state is JobState.RUNNING
    assert NOW + 20 <= waiting.next_try_at <= NOW + 40
    assert waiting.eta_s >= 20
    assert primed_harness.cache.cancel_job(job.job_id).result(1).state is JobState.CANCELLED
    wait_until(lambda: not limiter._waiting)
