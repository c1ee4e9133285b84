"""What failed is listed with its reason and asked again; no error of a worker ends the worker."""

import pytest

from candledesk.cache.messages import JobsChanged
from candledesk.domain.errors import (
    UnknownJobError,
)
from candledesk.domain.job_states import ENDED, JobState
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, NOW, WAIT_S
from tests.cache.jobs.conftest import HOLE, HOURS, MINUTES, breaks_in, finish, hang, read, start


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
    assert primed_harness.backfill("1h", span).state is JobState.SUCCEEDED, "whoever starts it means now"
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
