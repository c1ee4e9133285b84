"""Many jobs at once: begun a few at a time, refused one by one, estimated before."""

import pytest

from candledesk.cache.jobs.queue import N_BEGUN
from candledesk.cache.messages import JobChanged, JobsChanged
from candledesk.cache.queries.estimates import guess_cost
from candledesk.domain.errors import (
    InputError,
    UnknownJobError,
    UnknownSymbolError,
)
from candledesk.domain.job_states import JobState
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until
from tests.cache.jobs.conftest import HOURS, finish, hang, read


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
    primed_harness.cache.cancel_job(jobs[-1].job_id).result(1)  # also one that has not begun
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
    yahoo.gate.set()
    for job in jobs:
        finish(primed_harness, job)
    order = [request.interval.name for request in yahoo.requests[n:]]
    n_between = order.index("1d") - 1
    assert n_between <= 3  # of each background thread at most the window that it had begun


def test_an_unknown_symbol_does_not_keep_the_others_from_starting(primed_harness, yahoo):
    yahoo.unknown.add("NOPE")
    series = [(symbol, INTERVALS["1h"]) for symbol in ("AAA", "NOPE", "NEW", "BBB")]
    with pytest.raises(UnknownSymbolError, match="NOPE"):
        primed_harness.cache.start_backfills(series, HOURS).result(WAIT_S)
    wait_until(
        lambda: (
            len({job.symbol for job in primed_harness.cache.list_jobs().result(WAIT_S) if job.kind == "backfill"}) == 3
        )
    )
    rest = [one for one in series if one[0] != "NOPE"]
    jobs = primed_harness.cache.start_backfills(rest, HOURS).result(WAIT_S)
    assert [job.symbol for job in jobs] == ["AAA", "NEW", "BBB"]
    assert {finish(primed_harness, job).state for job in jobs} == {JobState.SUCCEEDED}


def test_what_cannot_be_meant_is_refused_through_the_future(primed_harness):
    day = INTERVALS["1d"]
    with pytest.raises(InputError):
        primed_harness.cache.start_backfills([("AAA", day), ("not a symbol", day)], HOURS).result(WAIT_S)
    with pytest.raises(InputError, match="future"):
        primed_harness.cache.start_backfills([("AAA", day)], Span(NOW + DAY_S, NOW + 2 * DAY_S)).result(WAIT_S)
    with pytest.raises(UnknownJobError):
        primed_harness.cache.pause_job(99_999).result(WAIT_S)
    assert primed_harness.cache.start_backfills([], None).result(WAIT_S) == []


def test_an_estimate_counts_what_is_then_asked(primed_harness, yahoo):
    series = [("AAA", INTERVALS["1m"]), ("BBB", INTERVALS["1h"]), ("AAA", INTERVALS["1d"])]
    n = len(yahoo.requests)
    estimate = primed_harness.cache.estimate_backfill(series, None).result(WAIT_S)
    assert len(yahoo.requests) == n  # nothing is asked for it
    jobs = primed_harness.cache.start_backfills(series, None).result(WAIT_S)
    ended = [finish(primed_harness, job) for job in jobs]
    assert (estimate.n_series, estimate.unknown) == (3, ())
    assert abs(estimate.n_requests - (len(yahoo.requests) - n)) <= 1
    assert 0 < estimate.n_bars <= sum(job.bars_expected for job in ended)
    after = primed_harness.cache.estimate_backfill(series, None).result(WAIT_S)
    assert (after.n_requests, after.n_bars, after.seconds) == (0, 0, 0.0)


def test_an_estimate_names_new_symbols_whose_first_look_is_one_of_its_requests(primed_harness):
    estimate = primed_harness.cache.estimate_backfill(
        [("NEW", INTERVALS["1m"]), ("NEW", INTERVALS["1d"])], None
    ).result(WAIT_S)
    assert estimate.unknown == ("NEW",)
    guesses = [guess_cost(INTERVALS[name], None, NOW)[0] for name in ("1m", "1d")]
    assert estimate.n_requests == sum(guesses)
