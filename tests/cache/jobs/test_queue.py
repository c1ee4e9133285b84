"""The book of jobs: what people decide acts at once and stays; success means that nothing is missing."""

import threading
from itertools import pairwise

import numpy as np
import pytest

from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import (
    JobStateError,
)
from candledesk.domain.job_states import EDGES, JobState
from candledesk.domain.span import HISTORY_START, Span
from tests.cache.conftest import DAY_S, NOW, WAIT_S, wait_until
from tests.cache.jobs.conftest import MINUTES, finish, hang, read, reported, start


def test_every_emitted_change_is_an_edge_of_the_state_table(primed_harness, yahoo):
    job = start(primed_harness)
    finish(primed_harness, job)
    steps = [JobState(event.state) for event in reported(primed_harness, job)]
    legal = {(source, target) for (source, _verb), target in EDGES.items()}
    assert steps[0] is JobState.QUEUED
    assert steps[-1] is JobState.SUCCEEDED
    assert all(pair in legal for pair in pairwise(steps) if pair[0] is not pair[1])


@pytest.mark.parametrize(("verb", "state"), [("pause", JobState.PAUSED), ("cancel", JobState.CANCELLED)])
def test_pause_and_cancel_act_while_every_fetch_hangs_and_never_flip_back(primed_harness, yahoo, verb, state):
    wait = hang(primed_harness, yahoo, 2)
    hanging = [start(primed_harness, symbol=symbol) for symbol in ("AAA", "BBB")]
    wait()
    for job in hanging:
        assert getattr(primed_harness.cache, f"{verb}_job")(job.job_id).result(1).state is state
        assert reported(primed_harness, job)[-1].state is state
    yahoo.gate.set()
    primed_harness.settle()
    wait_until(lambda: not primed_harness.service._fill_scheduler.n_in_flight)
    for job in hanging:
        assert reported(primed_harness, job)[-1].state is state
        assert read(primed_harness, job).state is state
        with pytest.raises(JobStateError, match=f"is {state}: only"):
            getattr(primed_harness.cache, f"{verb}_job")(job.job_id).result(WAIT_S)
    # What came late is kept as plain bars.
    have = [row for row in primed_harness.coverage("1m") if row.state is CoverageState.HAVE]
    assert have
    late = primed_harness.bars("1m", Span(have[-1].span.start, have[-1].span.end), fill="none").bars
    np.testing.assert_array_equal(late.close, yahoo.truth("AAA", "1m", have[-1].span).close)


def test_a_paused_job_goes_on_where_it_was(primed_harness, yahoo):
    asked = threading.Event()

    def script(request):
        if request.interval.name == "1m" and len(yahoo.asked("1m")) == 2:
            asked.set()

    yahoo.script = script
    job = start(primed_harness)
    assert asked.wait(WAIT_S)
    paused = primed_harness.cache.pause_job(job.job_id).result(WAIT_S)
    primed_harness.settle()
    wait_until(lambda: not primed_harness.service._fill_scheduler.n_in_flight)
    n = len(yahoo.asked("1m"))
    assert 0 < paused.bars_done < paused.bars_expected
    assert MINUTES.start < paused.cursor < MINUTES.end
    assert primed_harness.cache.resume_job(job.job_id).result(WAIT_S).state is JobState.QUEUED
    ended = finish(primed_harness, job)
    assert (ended.state, ended.bars_done, ended.cursor) == (JobState.SUCCEEDED, ended.bars_expected, None)
    starts = [request.span.start for request in yahoo.asked("1m")]
    assert len(starts) == len(set(starts)) > n
    with pytest.raises(JobStateError):
        primed_harness.cache.resume_job(job.job_id).result(WAIT_S)


def test_paused_stays_paused_over_a_restart_and_running_goes_on(primed_harness, yahoo):
    wait = hang(primed_harness, yahoo, 2)
    paused, running = start(primed_harness, symbol="AAA"), start(primed_harness, symbol="BBB")
    wait()
    primed_harness.cache.pause_job(paused.job_id).result(WAIT_S)
    primed_harness.service.close()
    primed_harness.open()
    yahoo.gate.set()
    assert (read(primed_harness, paused).state, read(primed_harness, running).state) == (
        JobState.PAUSED,
        JobState.QUEUED,
    )
    assert primed_harness.service.jobs.resume_previous() == 1
    assert finish(primed_harness, running).state is JobState.SUCCEEDED
    assert read(primed_harness, paused).state is JobState.PAUSED
    assert primed_harness.service.jobs.resume_previous() == 0
    primed_harness.cache.resume_job(paused.job_id).result(WAIT_S)
    assert finish(primed_harness, paused).state is JobState.SUCCEEDED


def test_an_orphan_keeps_its_progress_and_asks_for_the_rest_only(primed_harness, yahoo):
    job = start(primed_harness)
    wait_until(lambda: len(yahoo.asked("1m")) >= 2)
    yahoo.gate.clear()
    primed_harness.service.close()
    primed_harness.open()
    orphan = read(primed_harness, job)
    assert orphan.state is JobState.QUEUED
    assert 0 < orphan.bars_done <= orphan.bars_expected
    before = {request.span.start for request in yahoo.asked("1m")[:-1]}
    n = len(yahoo.asked("1m"))
    yahoo.gate.set()
    primed_harness.service.jobs.resume_previous()
    assert finish(primed_harness, job).state is JobState.SUCCEEDED
    assert not before & {request.span.start for request in yahoo.asked("1m")[n:]}


def test_starting_a_paused_job_again_resumes_it(primed_harness, yahoo):
    wait = hang(primed_harness, yahoo)
    job = start(primed_harness)
    wait()
    primed_harness.cache.pause_job(job.job_id).result(WAIT_S)
    again = start(primed_harness)
    assert again.job_id == job.job_id
    assert again.state is JobState.QUEUED
    yahoo.gate.set()
    assert finish(primed_harness, job).state is JobState.SUCCEEDED


def test_a_cancelled_job_is_not_joined(primed_harness, yahoo):
    wait = hang(primed_harness, yahoo)
    job = start(primed_harness)
    wait()
    primed_harness.cache.cancel_job(job.job_id).result(WAIT_S)
    other = start(primed_harness)
    assert other.job_id != job.job_id
    with pytest.raises(JobStateError, match="another job does the same"):
        primed_harness.cache.retry_job(job.job_id).result(WAIT_S)
    yahoo.gate.set()
    assert finish(primed_harness, other).state is JobState.SUCCEEDED


def test_the_whole_history_asked_a_minute_later_is_the_same_job(primed_harness, yahoo):
    wait = hang(primed_harness, yahoo)
    job = start(primed_harness, span=None)
    wait()
    yahoo.now += 60
    assert start(primed_harness, span=None).job_id == job.job_id
    yahoo.gate.set()


def test_the_end_of_an_open_start_is_kept(primed_harness, yahoo):
    end = NOW // DAY_S * DAY_S - 20 * DAY_S
    job = finish(primed_harness, start(primed_harness, "1h", Span(HISTORY_START, end)))
    assert job.state is JobState.SUCCEEDED
    assert all(request.span.end <= end + DAY_S for request in yahoo.asked("1h"))


def test_a_charts_own_fill_cannot_be_paused_but_retried_later(primed_harness, yahoo):
    yahoo.gate.clear()
    primed_harness.view("1h")
    wait_until(lambda: primed_harness.cache.list_jobs(state="running").result(WAIT_S))
    (entry,) = primed_harness.cache.list_jobs(state="running").result(WAIT_S)
    with pytest.raises(JobStateError, match="chart's own fill"):
        primed_harness.cache.pause_job(entry.job_id).result(WAIT_S)
    primed_harness.cache.cancel_job(entry.job_id).result(WAIT_S)
    yahoo.gate.set()
    primed_harness.settle()
    assert read(primed_harness, entry).state is JobState.CANCELLED
    primed_harness.cache.retry_job(entry.job_id).result(WAIT_S)
    assert finish(primed_harness, entry).state is JobState.SUCCEEDED
