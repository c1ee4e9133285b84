"""Fill tasks that end early or go on later: cancelled, retried, taken up after a restart, replaced by a scroll."""

import threading
import time

import pytest

from candledesk.cache.events import JobChanged
from candledesk.cache.messages import BarsRequest, EdgeState, JobState
from candledesk.domain.errors import (
    ClosingError,
    JobStateError,
)
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer
from tests.cache.conftest import CLOSING_LIMIT_S, DAY_S, HOUR, INTERVALS, NOW, WAIT_S, wait_until


def states(harness, job_id):
    return [event.job.state for event in harness.events if isinstance(event, JobChanged) and event.job.job_id == job_id]


def test_a_cancelled_job_stays_cancelled_and_can_be_retried(harness, yahoo):
    harness.bars("1d", HOUR)
    for _ in range(3):
        yahoo.gate.clear()
        job = harness.cache.start_backfill("AAA", INTERVALS["1m"], None).result(WAIT_S)
        wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
        waiting = harness.cache.wait_job(job.job_id)
        assert harness.cache.cancel_job(job.job_id).result(WAIT_S).state is JobState.CANCELLED
        assert waiting.result(WAIT_S).state is JobState.CANCELLED
        yahoo.gate.set()
        harness.settle()
        wait_until(lambda: not harness.service._fill_scheduler.n_in_flight)
        assert states(harness, job.job_id)[-1] is JobState.CANCELLED
        with pytest.raises(JobStateError):
            harness.cache.cancel_job(job.job_id).result(WAIT_S)
    retried = harness.cache.retry_job(job.job_id).result(WAIT_S)
    assert retried.job_id == job.job_id
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED


def test_a_retry_while_the_cancelled_fetch_still_hangs_is_not_lost(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    job = harness.cache.start_backfill("AAA", INTERVALS["1m"], None).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    harness.cache.cancel_job(job.job_id).result(WAIT_S)
    harness.cache.retry_job(job.job_id).result(WAIT_S)
    yahoo.gate.set()
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED


def test_a_cancelled_fill_task_frees_its_thread_while_the_limiter_pauses(harness, yahoo):
    harness.bars("1d", HOUR)
    limiter = harness.service._context.limiters.of("AAA")
    limiter._core._first_pause_s = 60.0
    yahoo.script = lambda request: RateLimitedAnswer("429")
    for number in range(8):
        harness.view("1h", symbol="AAA", view_id=number)
        harness.view("5m", symbol="AAA", view_id=number)
    wait_until(lambda: limiter.state().breaker == "open" and limiter._waiting)
    for number in range(8):
        harness.view("1d", anchor=HOUR.end, n_before=2, view_id=number)
    wait_until(lambda: not harness.service._fill_scheduler.n_in_flight and not limiter._waiting)


def test_orphans_are_taken_up_after_a_restart(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    job = harness.cache.start_backfill("AAA", INTERVALS["1m"], None).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    waiting = harness.cache.wait_job(job.job_id)
    harness.service.close()
    assert waiting.done()
    harness.open()
    assert harness.cache.read_job(job.job_id).result(WAIT_S).state is JobState.QUEUED
    assert harness.service.jobs.resume_previous() == 1
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED


@pytest.mark.allow_logs
def test_close_ends_every_waiting_reader(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.close = lambda: None
    yahoo.gate.clear()
    waiting = harness.cache.load_bars(BarsRequest("AAA", INTERVALS["1h"], HOUR, timeout_s=None))
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    started = time.monotonic()
    harness.service.close()
    assert time.monotonic() - started < CLOSING_LIMIT_S
    yahoo.gate.set()
    error = waiting.exception(WAIT_S)
    assert error is None or isinstance(error, ClosingError)
    with pytest.raises(ClosingError):
        harness.bars("1h", HOUR)


def test_a_view_has_one_fill_task_however_it_scrolls(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    for back in range(60):
        harness.view("1h", anchor=NOW - back * DAY_S, n_before=100)
        assert len(harness.service._fill_scheduler._live) <= 2
    harness.view("1d")
    yahoo.gate.set()
    harness.settle()
    assert not harness.cache._viewport_loader._views
    assert harness.view("1d").edge in {EdgeState.MORE, EdgeState.LOADING}


def test_an_overtaken_request_does_not_steal_the_view(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    harness.view("1h", anchor=NOW, n_before=10)
    harness.view("1h", anchor=NOW, n_before=20)
    (task,) = harness.cache._viewport_loader._views.values()
    target = task.target
    harness.generations = iter([1])
    harness.view("1h", anchor=NOW - 90 * DAY_S, n_before=10)
    assert task.target == target
    yahoo.gate.set()


def test_cancelling_at_the_last_moment_reports_the_true_state(harness, yahoo):
    """A job that succeeds while it is being cancelled is one or the other, never first one and then the other."""
    harness.bars("1d", HOUR)
    for back in range(30, 50):
        span = Span(HOUR.start - back * DAY_S, HOUR.start - (back - 1) * DAY_S)
        job = harness.cache.start_backfill("AAA", INTERVALS["1h"], span).result(WAIT_S)
        try:
            reported = harness.cache.cancel_job(job.job_id).result(WAIT_S).state
        except JobStateError:
            reported = JobState.SUCCEEDED
        harness.settle()
        assert harness.cache.read_job(job.job_id).result(WAIT_S).state is reported
        ended = [s for s in states(harness, job.job_id) if s not in {JobState.QUEUED, JobState.RUNNING}]
        assert ended == [reported]


def test_a_job_can_be_retried_from_its_own_last_event(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.script = lambda request: FaultAnswer("broken")
    retried = threading.Event()

    def on_event(event):
        if isinstance(event, JobChanged) and event.job.state is JobState.FAILED and not retried.is_set():
            yahoo.script, yahoo.now = None, NOW + 1_000
            retried.set()
            harness.cache.retry_job(event.job.job_id)

    harness.cache.subscribe(on_event)
    job = harness.cache.start_backfill("AAA", INTERVALS["1h"], HOUR).result(WAIT_S)
    assert retried.wait(WAIT_S)
    wait_until(lambda: states(harness, job.job_id)[-1] is JobState.SUCCEEDED)
