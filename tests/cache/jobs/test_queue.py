"""The job queue: pause, cancel and retry act at once and last; success means that nothing is missing."""

import threading
from itertools import pairwise

import numpy as np
import pytest

from candledesk.cache.events import JobChanged, JobsChanged
from candledesk.cache.jobs.queue import N_BEGUN
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import (
    JobStateError,
    UnknownJobError,
)
from candledesk.domain.job_states import EDGES, ENDED, JobState
from candledesk.domain.span import HISTORY_START, Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until

AT_ONCE_S = WAIT_S / 2  # before the fetches that hang end by themselves
MINUTES = Span(NOW // DAY_S * DAY_S - 25 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
HOURS = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


def start(harness, name="1m", span=MINUTES, symbol="AAA"):
    return harness.cache.start_backfill(symbol, INTERVALS[name], span).result(WAIT_S)


def read(harness, job):
    return harness.cache.read_job(job.job_id).result(WAIT_S)


def finish(harness, job):
    return harness.cache.wait_job(job.job_id).result(WAIT_S)


def reported(harness, job):
    return [event.job for event in harness.events if isinstance(event, JobChanged) and event.job.job_id == job.job_id]


def hang(harness, yahoo, n=1):
    yahoo.gate.clear()
    return lambda: wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= n)


def test_every_emitted_change_is_an_edge_of_the_state_table(primed_harness, yahoo):
    job = start(primed_harness)
    finish(primed_harness, job)
    wait_until(lambda: reported(primed_harness, job)[-1].state in ENDED)  # the waiters of a job are called first
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
        assert getattr(primed_harness.cache, f"{verb}_job")(job.job_id).result(AT_ONCE_S).state is state
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
    hangs = threading.Event()

    def hang_at_the_second(_request):
        if len(yahoo.asked("1m")) == 2:
            yahoo.gate.clear()
            hangs.set()
            yahoo.gate.wait(WAIT_S)

    yahoo.script = hang_at_the_second
    job = start(primed_harness)
    assert hangs.wait(WAIT_S)
    primed_harness.service.close()
    yahoo.script = None
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


def breaks_in(yahoo, span, answer=None):
    """Let every 1m request that reaches into ``span`` fail."""

    def script(request):
        is_meant = request.interval.name == "1m" and request.span.overlaps(span)
        return (answer or FaultAnswer("broken")) if is_meant else None

    yahoo.script = script


HOLE = Span(MINUTES.start + 9 * DAY_S, MINUTES.start + 10 * DAY_S)


def test_a_failed_job_lists_its_gaps_over_a_restart_and_a_retry_asks_for_them_only(primed_harness, yahoo):
    breaks_in(yahoo, HOLE)
    failed = finish(primed_harness, start(primed_harness))
    assert failed.state is JobState.FAILED
    assert 0 < failed.bars_done < failed.bars_expected
    assert failed.gaps
    assert {gap.reason for gap in failed.gaps} == {"broken"}
    assert "broken" in failed.error
    primed_harness.service.close()
    primed_harness.open()
    assert read(primed_harness, failed).gaps == failed.gaps
    (listed,) = primed_harness.cache.list_jobs(state="failed").result(WAIT_S)
    assert listed.gaps == failed.gaps
    n, yahoo.script = len(yahoo.asked("1m")), None
    primed_harness.cache.retry_job(failed.job_id).result(WAIT_S)  # at once, though the next try was due later
    mended = finish(primed_harness, failed)
    assert (mended.state, mended.gaps, mended.error) == (JobState.SUCCEEDED, (), "")
    assert mended.attempts == failed.attempts + 1
    asked = [request.span for request in yahoo.asked("1m")[n:]]
    assert asked
    gaps = [gap.span for gap in failed.gaps]
    assert all(any(span.overlaps(gap) for gap in gaps) for span in asked)
    assert sum(span.end - span.start for span in asked) <= sum(gap.end - gap.start + 8 * DAY_S for gap in gaps)


def test_a_new_backfill_of_a_failed_span_asks_at_once(primed_harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("HTTP 500")
    span = Span((NOW // DAY_S - 60) * DAY_S, (NOW // DAY_S - 50) * DAY_S)
    assert primed_harness.backfill("1h", span).state is JobState.FAILED
    yahoo.script = None
    n_before = len(yahoo.requests)
    assert primed_harness.backfill("1h", span).state is JobState.SUCCEEDED, "a job that a person starts does not wait"
    assert len(yahoo.requests) == n_before + 1


def test_retry_failed_queues_every_failed_job_again(primed_harness, yahoo):
    breaks_in(yahoo, MINUTES)
    failed = [finish(primed_harness, start(primed_harness, symbol=symbol)) for symbol in ("AAA", "BBB")]
    fine = finish(primed_harness, start(primed_harness, "1h", HOURS, "CCC"))
    yahoo.script = None
    assert {job.state for job in failed} == {JobState.FAILED}
    assert primed_harness.cache.retry_failed_jobs().result(WAIT_S) == 2
    assert {finish(primed_harness, job).state for job in failed} == {JobState.SUCCEEDED}
    assert read(primed_harness, fine).attempts == fine.attempts


def test_clear_finished_forgets_what_has_ended_and_leaves_what_lives(primed_harness, yahoo):
    breaks_in(yahoo, MINUTES)
    failed, fine = (finish(primed_harness, start(primed_harness, *one)) for one in (("1m",), ("1h", HOURS, "CCC")))
    assert (failed.state, fine.state) == (JobState.FAILED, JobState.SUCCEEDED)
    wait = hang(primed_harness, yahoo)
    live = start(primed_harness, "5m", HOURS)
    wait()
    n_ended = sum(job.state in ENDED for job in primed_harness.cache.list_jobs().result(WAIT_S))
    primed_harness.events.clear()
    assert primed_harness.cache.clear_finished_jobs().result(WAIT_S) == n_ended >= 2
    assert JobsChanged(n_ended) in primed_harness.events
    assert live.job_id in {job.job_id for job in primed_harness.cache.list_jobs().result(WAIT_S)}
    for job in (failed, fine):
        with pytest.raises(UnknownJobError):
            read(primed_harness, job)
    yahoo.gate.set()
    finish(primed_harness, live)


def test_retry_failed_leaves_the_twin_of_a_live_job(primed_harness, yahoo):
    breaks_in(yahoo, MINUTES)
    failed = finish(primed_harness, start(primed_harness))
    yahoo.script = None
    wait = hang(primed_harness, yahoo)
    yahoo.now += 1_000  # the failed windows are due again
    twin = start(primed_harness)
    wait()
    assert primed_harness.cache.retry_failed_jobs().result(WAIT_S) == 0
    assert read(primed_harness, failed).state is JobState.FAILED
    yahoo.gate.set()
    assert finish(primed_harness, twin).state is JobState.SUCCEEDED


@pytest.mark.allow_logs
@pytest.mark.parametrize("error", [SystemExit("out"), KeyboardInterrupt("stop"), RuntimeError("oops")])
def test_a_worker_that_raises_anything_lives_on_and_its_job_says_why(primed_harness, yahoo, error):
    def script(request):
        if request.interval.name == "1m":
            raise error

    yahoo.script = script
    jobs = [
        finish(primed_harness, start(primed_harness, span=Span(MINUTES.start, MINUTES.end - n * DAY_S)))
        for n in range(6)
    ]
    assert {job.state for job in jobs} == {JobState.FAILED}
    assert all(str(error) in job.error for job in jobs)
    assert {thread.name for thread in primed_harness.service._pool._threads if thread.is_alive()} == {
        f"candledesk-fetch-{n}" for n in range(4)
    }
    yahoo.script = None
    assert finish(primed_harness, start(primed_harness, "5m", HOURS)).state is JobState.SUCCEEDED


@pytest.mark.allow_logs
def test_a_charts_window_that_raises_says_so_and_does_not_stay_running(primed_harness, yahoo):
    def script(request):
        if request.interval.name == "1h":
            raise SystemExit("out")

    yahoo.script = script
    primed_harness.view("1h")
    primed_harness.settle()
    rows = [job for job in primed_harness.cache.list_jobs().result(WAIT_S) if job.interval.name == "1h"]
    assert {(job.kind, job.state) for job in rows} == {("viewport", JobState.FAILED)}
    assert all("SystemExit: out" in job.error for job in rows)


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


def test_many_jobs_wait_in_the_database_and_are_begun_a_few_at_a_time(primed_harness, yahoo):
    wait = hang(primed_harness, yahoo)
    series = [
        (symbol, INTERVALS[name]) for symbol in ("AAA", "BBB", "CCC") for name in ("1m", "5m", "15m", "1h", "90m")
    ]
    jobs = primed_harness.cache.start_backfills(series, HOURS).result(WAIT_S)
    assert [(job.symbol, job.interval) for job in jobs] == series
    assert JobsChanged(len(series)) in primed_harness.events
    wait()
    assert len(primed_harness.service._fill_scheduler._live) == N_BEGUN
    states = [job.state for job in primed_harness.cache.list_jobs().result(WAIT_S) if job.kind == "backfill"]
    assert states.count(JobState.RUNNING) == N_BEGUN
    assert len([event for event in primed_harness.events if isinstance(event, JobChanged)]) < 4 * N_BEGUN
    begun = [event.job.job_id for event in primed_harness.events if isinstance(event, JobChanged)]
    assert begun[:N_BEGUN] == [job.job_id for job in jobs[:N_BEGUN]]
    again = primed_harness.cache.start_backfills(series, HOURS).result(WAIT_S)
    assert [job.job_id for job in again] == [job.job_id for job in jobs]
    primed_harness.cache.cancel_job(jobs[-1].job_id).result(AT_ONCE_S)  # also one that has not begun
    yahoo.gate.set()
    assert {finish(primed_harness, job).state for job in jobs[:-1]} == {JobState.SUCCEEDED}
    assert read(primed_harness, jobs[-1]).state is JobState.CANCELLED


def test_a_chart_and_an_update_overtake_backfills_within_one_window(primed_harness, yahoo):
    series = [(symbol, INTERVALS[name]) for symbol in ("AAA", "BBB", "CCC") for name in ("1m", "5m")]
    yahoo.gate.clear()
    n = len(yahoo.requests) + 3
    jobs = primed_harness.cache.start_backfills(series, None).result(WAIT_S)
    wait_until(lambda: len(yahoo.requests) == n)  # of the four threads three take backfills
    primed_harness.cache.start_update([("CCC", INTERVALS["1d"])]).result(WAIT_S)
    primed_harness.view("1h", symbol="AAA")
    wait_until(lambda: len(yahoo.asked("1h")) == 1)  # one thread is kept for it: it waits for nobody
    assert len(yahoo.requests) == n + 1
    begun, is_overtaken = list(yahoo.requests), threading.Event()

    def hold_later_backfills(request):
        if request.interval.name == "1d":
            is_overtaken.set()
        elif request not in begun:
            is_overtaken.wait(WAIT_S)

    yahoo.script = hold_later_backfills
    yahoo.gate.set()
    for job in jobs:
        finish(primed_harness, job)
    order = [request.interval.name for request in yahoo.requests[n:]]
    n_between = order.index("1d") - 1
    assert n_between <= 3  # of each background thread at most the window that it had begun


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
