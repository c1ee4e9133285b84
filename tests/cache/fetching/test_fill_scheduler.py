"""The fill scheduler against a scripted provider and a real database."""

import sqlite3
import threading
import time

import pytest

from candledesk.cache.events import BarsStored, FaultRaised
from candledesk.cache.messages import BarsRequest, EdgeState, JobState
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import (
    EnvironmentFaultError,
    OfflineError,
    UnknownSymbolError,
)
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import DAY_S, HOUR, INTERVALS, NOW, WAIT_S, days_back, same, spoilt, wait_until


def test_a_span_is_fetched_once_and_equals_the_market(harness, yahoo):
    reply = harness.bars("1h", HOUR)
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1h", HOUR))
    n = len(yahoo.requests)
    assert same(harness.bars("1h", HOUR).bars, yahoo.truth("AAA", "1h", HOUR))
    assert len(yahoo.requests) == n


def test_a_hundred_readers_of_one_span_cost_one_request_a_window(harness, yahoo):
    span = Span(NOW - 25 * DAY_S, NOW - 2 * DAY_S)
    barrier = threading.Barrier(100)
    replies = []

    def read():
        barrier.wait()
        replies.append(harness.cache.load_bars(BarsRequest("AAA", INTERVALS["1m"], span, timeout_s=WAIT_S)))

    threads = [threading.Thread(target=read) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [reply.result(WAIT_S).bars for reply in replies]
    assert all(row.equals(rows[0]) for row in rows)
    assert same(rows[0], yahoo.truth("AAA", "1m", span))
    windows = [request.span.start for request in yahoo.requests]
    assert len(windows) == len(set(windows)) <= 4  # the first of them looked up the instrument


def test_a_covered_reader_does_not_wait_for_a_backfill_of_the_same_series(harness, yahoo):
    harness.bars("1h", HOUR)
    yahoo.gate.clear()
    job = harness.cache.start_backfill("AAA", INTERVALS["1h"], None).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    started = time.monotonic()
    assert harness.bars("1h", HOUR).complete
    assert time.monotonic() - started < WAIT_S / 2  # the backfill hangs for all of it
    yahoo.gate.set()
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED


def test_a_chart_fetches_what_is_beside_a_window_in_flight_without_waiting_for_it(harness, yahoo):
    harness.bars("1d", HOUR)
    held, requests = threading.Event(), []

    def hold_first(request):
        requests.append(request)
        if len(requests) == 1:
            held.wait(WAIT_S)

    yahoo.script = hold_first
    span = Span(NOW // DAY_S * DAY_S - 20 * DAY_S, NOW // DAY_S * DAY_S - 10 * DAY_S)
    job = harness.cache.start_backfill("AAA", INTERVALS["1h"], span).result(WAIT_S)
    wait_until(lambda: requests)
    try:
        harness.view("1h", n_before=200)
        wait_until(lambda: len(requests) > 1)
    finally:
        held.set()
    harness.cache.wait_job(job.job_id).result(WAIT_S)
    harness.settle()
    assert harness.bars("1h", days_back(30), fill="none").complete


def test_a_fault_is_retried_and_then_forgotten(harness, yahoo):
    faults = iter([FaultAnswer("broken"), FaultAnswer("broken")])
    harness.bars("1d", HOUR)
    yahoo.script = lambda request: next(faults, None) if request.interval.name == "1h" else None
    assert same(harness.bars("1h", HOUR).bars, yahoo.truth("AAA", "1h", HOUR))
    assert len(yahoo.asked("1h")) == 3


def test_a_window_that_keeps_failing_is_listed_with_reason_and_next_try(harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("broken") if request.interval.name == "1h" else None
    reply = harness.bars("1h", HOUR)
    assert not reply.complete
    assert {gap.reason for gap in reply.gaps} == {"broken"}
    assert all(gap.retry_at > NOW for gap in reply.gaps)
    n = len(yahoo.requests)
    harness.bars("1h", HOUR)
    assert len(yahoo.requests) == n  # not before its time
    job = harness.backfill("1h", HOUR)
    assert (job.state, bool(job.gaps), "broken" in job.error) == (JobState.FAILED, True, True)
    assert len(yahoo.requests) > n, "a job that a person starts does not wait for the next try"
    yahoo.now, yahoo.script = NOW + 1_000, None
    assert harness.bars("1h", HOUR).complete
    retried = harness.cache.retry_job(job.job_id).result(WAIT_S)
    assert harness.cache.wait_job(retried.job_id).result(WAIT_S).state is JobState.SUCCEEDED


def test_each_window_has_its_own_tries(harness, yahoo):
    """Two faults of one window must not be counted against the next."""
    seen = {}

    def script(request):
        if request.interval.name != "1m":
            return None
        seen[request.span.start] = seen.get(request.span.start, 0) + 1
        return FaultAnswer("broken") if seen[request.span.start] < 3 else None

    harness.bars("1d", HOUR)
    yahoo.script = script
    span = Span(NOW - 25 * DAY_S, NOW - 2 * DAY_S)
    assert harness.bars("1m", span).complete
    assert set(seen.values()) == {3}


def test_rate_limit_opens_the_breaker_and_the_fill_ends_well(harness, yahoo):
    answers = iter([RateLimitedAnswer("429")])
    yahoo.script = lambda request: next(answers, None) if request.interval.name == "1h" else None
    assert harness.bars("1h", HOUR).complete
    assert any(getattr(getattr(event, "state", None), "breaker", None) == "open" for event in harness.events)


def test_a_window_too_wide_is_halved_and_the_width_grows_back(harness, yahoo):
    limit = 60 * DAY_S

    def script(request):
        if request.interval.name == "1h" and request.span.end - request.span.start > limit:
            return RefusedAnswer(RefusalKind.SPAN_TOO_WIDE, "Only 60 days worth", limit)
        return None

    yahoo.script = script
    span = days_back(400)
    assert same(harness.bars("1h", span).bars, yahoo.truth("AAA", "1h", span))
    widths = [r.span.end - r.span.start for r in yahoo.asked("1h")]
    assert sum(width > limit for width in widths) <= 6
    assert len(widths) < 25


def test_an_unknown_symbol_costs_one_request(harness, yahoo):
    yahoo.unknown.add("NOPE")
    for _ in range(3):
        with pytest.raises(UnknownSymbolError):
            harness.bars("1h", HOUR, symbol="NOPE")
        with pytest.raises(UnknownSymbolError):
            harness.cache.start_backfill("NOPE", INTERVALS["1d"], None).result(WAIT_S)
        harness.view("1d", symbol="NOPE")
    harness.settle()
    assert len(yahoo.requests) == 1
    reply = harness.view("1d", symbol="NOPE")
    assert "NOPE" in reply.error
    assert reply.edge is EdgeState.FAILED


def test_a_symbol_that_vanishes_keeps_its_bars(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.unknown.add("AAA")
    assert harness.bars("1h", HOUR).gaps
    assert same(harness.bars("1d", HOUR).bars, yahoo.truth("AAA", "1d", HOUR))


def test_offline_with_an_unknown_instrument_does_not_ask_in_a_circle(harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("no route", is_offline=True, n_requests=0)
    harness.view("1d")
    harness.settle()
    for _ in range(20):
        reply = harness.view("1d")
    assert reply.edge is EdgeState.FAILED
    assert "cannot be reached" in reply.error
    assert len(yahoo.requests) == 3
    with pytest.raises(OfflineError):
        harness.bars("1d", HOUR)


def test_what_yahoo_is_said_to_do_is_said_once(harness, yahoo):
    yahoo.script = lambda request: FaultAnswer("Yahoo cannot be reached: no route", is_offline=True, n_requests=0)
    harness.view("1d")
    harness.settle()
    assert harness.view("1d").error == "Yahoo cannot be reached: no route. What is cached stays usable."


def test_a_reader_that_waited_in_vain_for_an_unknown_instrument_gets_an_error(harness, yahoo):
    yahoo.gate.clear()
    with pytest.raises(OfflineError):
        harness.bars("1d", HOUR, timeout_s=0.05)
    yahoo.gate.set()


def test_time_out_answers_with_what_is_stored_and_the_fill_goes_on(harness, yahoo):
    harness.bars("1h", HOUR)
    yahoo.gate.clear()
    wide = Span(HOUR.start - 30 * DAY_S, HOUR.end)
    reply = harness.bars("1h", wide, timeout_s=0.05)
    assert same(reply.bars, yahoo.truth("AAA", "1h", HOUR))
    assert reply.gaps
    yahoo.gate.set()
    harness.settle()
    assert harness.bars("1h", wide, fill="none").complete


@pytest.mark.parametrize("interval", ["1m", "5m", "1h", "1d"])
def test_nothing_is_asked_beyond_the_floor(harness, yahoo, interval):
    harness.bars("1d" if interval == "1m" else "1m", HOUR)
    job = harness.backfill(interval)
    assert (job.state, job.gaps) == (JobState.SUCCEEDED, ())
    n = len(yahoo.requests)
    facts_floor = min(r.span.start for r in yahoo.asked(interval))
    lookback = LIMITS[interval].lookback_s
    assert facts_floor >= max(yahoo.listed_at - 2 * DAY_S, NOW - lookback if lookback else 0)
    harness.backfill(interval)
    old = harness.view(interval, anchor=facts_floor - 100 * DAY_S, n_before=200, n_after=10)
    assert old.edge is EdgeState.START
    assert old.edge_reason
    harness.settle()
    assert len(yahoo.requests) == n


@pytest.mark.parametrize("kind", [RefusalKind.BEYOND_LOOKBACK, RefusalKind.BEFORE_LISTING])
def test_a_refusal_is_remembered(harness, yahoo, kind):
    """The provider's clock or listing date may be later than ours: a handful of requests, then never again."""
    edge = NOW - 29 * DAY_S

    def script(request):
        if request.interval.name == "1m" and request.span.start < edge:
            return RefusedAnswer(kind, "within the last 30 days", 30 * DAY_S)
        return None

    yahoo.script = script
    job = harness.backfill("1m")
    assert job.state is JobState.SUCCEEDED
    assert len(yahoo.asked("1m")) < 15
    n = len(yahoo.requests)
    assert harness.backfill("1m").state is JobState.SUCCEEDED
    assert len(yahoo.requests) == n
    assert CoverageState.REFUSED in {row.state for row in harness.coverage("1m")}


def test_a_forming_bar_is_refreshed_when_it_has_expired(harness, yahoo):
    before = harness.bars("1h", days_back(2)).bars
    n = len(yahoo.requests)
    harness.view("1h", n_before=5)
    harness.settle()
    assert len(yahoo.requests) == n
    yahoo.now, yahoo.salt = NOW + 1_000, 1.5
    first = harness.view("1h", n_before=5)
    assert first.n_provisional >= 1
    harness.settle()
    assert len(yahoo.requests) == n + 1
    fresh = harness.view("1h", n_before=5)
    assert fresh.bars.close[-1] == before.close[-1] + 1.5
    assert any(isinstance(event, BarsStored) for event in harness.events)


def test_an_update_reads_the_last_sessions_again_once(harness, yahoo):
    harness.bars("1h", days_back(10))
    n = len(yahoo.requests)
    yahoo.salt = 0.5
    job = harness.cache.start_update([("AAA", INTERVALS["1h"])]).result(WAIT_S)
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    assert len(yahoo.requests) == n + 1
    assert harness.bars("1h", days_back(1)).bars.close[-1] == yahoo.truth("AAA", "1h", days_back(1)).close[-1] + 0.5


class FullDisk:
    def __init__(self, monkeypatch):
        self.is_full = False
        from candledesk.store.market import bars as bar_store

        write = bar_store.write_bars

        def refuse(*args):
            if self.is_full:
                raise EnvironmentFaultError("The disk is full.")
            return write(*args)

        monkeypatch.setattr(bar_store, "write_bars", refuse)


def test_a_full_disk_loses_nothing_and_goes_on_by_itself(harness, yahoo, monkeypatch):
    disk = FullDisk(monkeypatch)
    harness.bars("1h", HOUR)
    wide = Span(HOUR.start - 30 * DAY_S, HOUR.end)
    disk.is_full = True
    with pytest.raises(EnvironmentFaultError, match="disk is full"):
        harness.backfill("1h", wide)
    (job,) = harness.cache.list_jobs(state="running").result(WAIT_S)
    n = len(yahoo.requests)
    storage_health = harness.service._fill_scheduler.storage_health
    with monkeypatch.context() as paused:  # else the pause may end meanwhile, and a chart may try again
        paused.setattr(storage_health, "_clock", lambda: storage_health._refused_at)
        for _ in range(5):
            assert harness.view("1h", anchor=HOUR.start, n_before=50).edge is EdgeState.FAILED
            assert same(harness.bars("1h", HOUR).bars, yahoo.truth("AAA", "1h", HOUR))
    wait_until(lambda: len(yahoo.requests) >= n + 2)  # the job tries now and then
    assert "disk is full" in str(harness.cache.wait_job(job.job_id).exception(WAIT_S))
    reported = [event.text for event in harness.events if isinstance(event, FaultRaised)]
    assert reported == ["The disk is full."]
    disk.is_full = False
    wait_until(lambda: harness.cache.read_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED)
    assert harness.service._fill_scheduler.n_in_flight == 0
    assert same(harness.bars("1h", wide).bars, yahoo.truth("AAA", "1h", wide))
    assert [event.text for event in harness.events if isinstance(event, FaultRaised)] == [*reported, ""]
    alive = {t.name for t in threading.enumerate()}
    assert {"candledesk-writer", "candledesk-delayed-calls"} <= alive
    assert sum(name.startswith("candledesk-fetch") for name in alive) >= 4


def test_unusable_rows_are_gaps_and_not_minutes_without_trades(harness, yahoo):
    faults = iter(range(2))

    def crossed(price):
        price[4] = -price[4]
        return price

    yahoo.script = lambda r: (
        yahoo.bars_answer(r, spoilt(crossed)) if r.interval.name == "1h" and next(faults, None) is not None else None
    )
    reply = harness.bars("1h", HOUR)
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1h", HOUR))


def test_the_database_of_all_this_is_sound(harness, yahoo):
    harness.bars("1h", HOUR)
    harness.service.close()
    connection = sqlite3.connect(harness.folder / "candles.db")
    rows = connection.execute("SELECT count(*) FROM backfill_job WHERE state IN ('running', 'queued')").fetchone()
    connection.close()
    assert rows == (0,)
    harness.open()
