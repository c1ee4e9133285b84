"""A job that waits for its next try keeps no other job from running."""

import pytest

from candledesk.cache.jobs.queue import N_BEGUN, N_HELD
from candledesk.domain.job_states import JobState
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, Span, is_answer_watch, wait_until

HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


@pytest.fixture
def waits(harness, monkeypatch):
    """The waits before next tries, which end when they are called; the symbols of this file are known."""
    for symbol in [f"BAD{n}" for n in range(N_HELD + 3)] + ["GOOD"]:
        harness.bars("1d", HOURS, symbol=symbol)
    held = []

    def call_later(_delay_s, task):
        if not is_answer_watch(task):
            held.append(task)

    monkeypatch.setattr(harness.service._delayed_calls, "call_later", call_later)
    return held


def fail(yahoo, answer=None):
    yahoo.script = lambda request: (answer or FaultAnswer("HTTP 500")) if request.symbol.startswith("BAD") else None


def start(harness, *symbols):
    made = harness.cache.start_backfills([(symbol, INTERVALS["1h"]) for symbol in symbols], HOURS)
    return made.result(WAIT_S)


def states(harness):
    return [job.state for job in harness.cache.list_jobs(limit=1_000).result(WAIT_S)]


def release(waits):
    due, waits[:] = list(waits), []
    for task in due:
        task()


def test_symbols_that_fail_do_not_keep_another_waiting(harness, yahoo, waits):
    fail(yahoo)
    bad = start(harness, *(f"BAD{n}" for n in range(N_BEGUN)))
    wait_until(lambda: len(waits) == N_BEGUN)
    (good,) = start(harness, "GOOD")
    assert harness.cache.wait_job(good.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    assert states(harness).count(JobState.RUNNING) == N_BEGUN
    yahoo.script = None
    release(waits)
    for job in bad:
        assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED


def test_when_all_fail_a_few_are_begun_and_the_others_stay_queued(harness, yahoo, waits):
    fail(yahoo)
    start(harness, *(f"BAD{n}" for n in range(N_HELD + 3)))
    wait_until(lambda: len(waits) == N_HELD)
    harness.service.jobs.start_queued()
    harness.service._writer.submit(lambda _connection: None).result(WAIT_S)  # it has looked by now
    assert (states(harness).count(JobState.RUNNING), states(harness).count(JobState.QUEUED)) == (N_HELD, 3)
    yahoo.script = None
    release(waits)
    wait_until(lambda: states(harness).count(JobState.SUCCEEDED) == N_HELD + 3)


def test_without_a_network_no_other_job_is_begun(harness, yahoo, waits, monkeypatch):
    monkeypatch.setattr("candledesk.providers.rate_limiter.MAX_OFFLINE_S", 0.0)
    fail(yahoo, FaultAnswer("no route", is_offline=True))
    start(harness, *(f"BAD{n}" for n in range(N_BEGUN + 2)))
    wait_until(lambda: len(waits) == N_BEGUN)
    harness.service.jobs.start_queued()
    harness.service._writer.submit(lambda _connection: None).result(WAIT_S)  # it has looked by now
    assert (states(harness).count(JobState.RUNNING), states(harness).count(JobState.QUEUED)) == (N_BEGUN, 2)


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_a_resting_job_can_be_stopped(harness, yahoo, waits, verb):
    fail(yahoo)
    (bad,) = start(harness, "BAD0")
    wait_until(lambda: len(waits) == 1)
    stopped = getattr(harness.cache, f"{verb}_job")(bad.job_id).result(WAIT_S).state
    n_asked = len(yahoo.requests)
    release(waits)
    pool = harness.service._pool
    wait_until(lambda: not pool._heap and not pool._n_background)
    assert harness.cache.read_job(bad.job_id).result(WAIT_S).state is stopped
    assert len(yahoo.requests) == n_asked


def test_a_job_retried_before_its_fetch_thread_let_go_of_it_begins(harness, yahoo, waits, monkeypatch):
    """A reader of the event could retry before the thread that emitted it went on, and the job stayed queued."""
    fail(yahoo)
    journal = harness.service._fill_scheduler._journal
    end_job = journal.end_job

    def end_and_retry(task, end):
        end_job(task, end)
        monkeypatch.setattr(journal, "end_job", end_job)
        yahoo.script, yahoo.now = None, NOW + 1_000
        with monkeypatch.context() as late:  # the next look at the queue is the one of this thread
            late.setattr(harness.service.jobs, "start_queued", lambda: None)
            harness.cache.retry_job(task.job_id).result(WAIT_S)

    monkeypatch.setattr(journal, "end_job", end_and_retry)
    (bad,) = start(harness, "BAD0")
    wait_until(lambda: release(waits) or harness.cache.read_job(bad.job_id).result(WAIT_S).state is JobState.SUCCEEDED)
