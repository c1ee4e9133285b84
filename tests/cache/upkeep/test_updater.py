"""The updater against a scripted provider: a real database and real threads, rounds held by hand, no waiting."""

import threading

import numpy as np
import pytest

from candledesk.cache.events import BarsStored
from candledesk.cache.messages import BreakerState, JobState, LimiterState
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import HOUR_S
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until
from tests.cache.upkeep.conftest import advance, run, run_one_round

TODAY = NOW // DAY_S * DAY_S
OPEN, CLOSE = TODAY + 52_200, TODAY + 75_600
MINUTE, HOUR = INTERVALS["1m"], INTERVALS["1h"]


def kinds(harness):
    return [job.kind for job in harness.cache.list_jobs(limit=1_000).result(WAIT_S) if job.kind != "viewport"]


def n_failed(harness):
    return sum(job.kind == "update" for job in harness.cache.list_jobs(state="failed").result(WAIT_S))


def drop_session(day):
    """A provider that has lost the session of ``day``."""

    def change(bars):
        return bars.take((bars.open_time < day) | (bars.open_time >= day + DAY_S))

    return change


def test_one_request_a_minute_however_many_charts_show_the_series(harness, yahoo):
    harness.view("1m")
    harness.settle()
    for _ in range(5):
        harness.cache.follow("AAA", MINUTE)
    n = len(yahoo.requests)
    run(harness, 600)
    assert len(yahoo.requests) - n in (9, 10)
    assert {request.interval.name for request in yahoo.requests[n:]} == {"1m"}


def test_the_forming_bar_changes_and_the_next_one_appears_within_a_cadence(harness, yahoo):
    last = harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    run(harness, 60)
    for salt in (0.5, 1.5):
        yahoo.salt = salt
        harness.events.clear()
        run(harness, 100)  # a chart that asked a moment ago lets one tick pass
        stored = [event for event in harness.events if isinstance(event, BarsStored) and event.interval is MINUTE]
        assert stored  # every open chart gets it
        reply = harness.view("1m")
        harness.settle()
        assert int(reply.bars.open_time[-1]) >= yahoo.now // 60 * 60 - 60
        truth = yahoo.truth("AAA", "1m", Span(int(reply.bars.open_time[-1]), yahoo.now))
        assert reply.bars.close[-1] == pytest.approx(truth.close[0] + salt)
    assert len(last.bars) == 0 or last.bars.open_time[-1] < reply.bars.open_time[-1]


def test_nothing_is_asked_while_the_venue_is_closed(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    run(harness, CLOSE + 300 - NOW, step=60)
    n = len(yahoo.requests)
    run(harness, 17 * HOUR_S, step=600)
    assert len(yahoo.requests) == n
    rows = harness.coverage("1m")
    assert rows[-1].state is CoverageState.HAVE  # the last bars are final


def test_one_burst_after_a_sleep_of_ten_hours(harness, yahoo):
    for symbol in ("AAA", "BBB"):
        harness.view("1m", symbol=symbol, view_id=symbol)
        harness.settle()
        harness.cache.follow(symbol, MINUTE)
    run(harness, 120)
    n = len(yahoo.requests)
    advance(harness, 10 * HOUR_S)  # the venue has closed meanwhile
    for _ in range(5):
        run_one_round(harness)
        advance(harness, 3)
    assert sorted(request.symbol for request in yahoo.requests[n:]) == ["AAA", "BBB"]
    assert same_as_market(harness, yahoo, "1m", Span(OPEN, CLOSE))


def same_as_market(harness, yahoo, name, span, symbol="AAA"):
    bars, truth = harness.bars(name, span, symbol, fill="none").bars, yahoo.truth(symbol, name, span)
    np.testing.assert_array_equal(bars.open_time, truth.open_time)
    np.testing.assert_array_equal(bars.close, truth.close)
    return len(truth) > 0


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_is_set_costs_no_request_more(harness, yahoo, jump_s):
    harness.view("1m", symbol="BTC-USD")
    harness.settle()
    harness.cache.follow("BTC-USD", MINUTE)
    run(harness, 180)
    n = len(yahoo.requests)
    yahoo.now += jump_s
    run(harness, 300)
    yahoo.now -= jump_s
    run(harness, 300)
    assert len(yahoo.requests) - n <= 10
    assert len(yahoo.requests) - n >= 7


def test_offline_it_does_not_pile_up_and_one_question_finds_the_way_back(harness, yahoo, monkeypatch):
    for n in range(5):
        harness.view("1m", symbol=f"S{n}", view_id=n)
        harness.settle()
        harness.cache.follow(f"S{n}", MINUTE)
    n = len(yahoo.requests)
    away = LimiterState(6.0, 30.0, BreakerState.CLOSED, is_offline=True)
    for state in (away, LimiterState(6.0, 30.0, BreakerState.OPEN)):
        monkeypatch.setattr(harness.service._context.limiters.of("AAA"), "state", lambda state=state: state)
        run(harness, 600, step=60)
        assert len(yahoo.requests) == n
    back = LimiterState(6.0, 0.0, BreakerState.CLOSED, is_offline=True)
    monkeypatch.setattr(harness.service._context.limiters.of("AAA"), "state", lambda: back)
    advance(harness, 60)
    assert len(run_one_round(harness).tasks) == 1
    monkeypatch.setattr(
        harness.service._context.limiters.of("AAA"), "state", lambda: LimiterState(6.0, 0.0, BreakerState.CLOSED)
    )
    advance(harness, 20)
    assert len(run_one_round(harness).tasks) == 4


def test_a_provider_that_fails_is_asked_less_and_less(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    yahoo.script = lambda request: FaultAnswer("broken")
    n = len(yahoo.requests)
    run(harness, HOUR_S, step=30)
    n_jobs = kinds(harness).count("update")
    assert n_jobs <= 8
    assert len(yahoo.requests) - n <= 16 * 3
    yahoo.script = None
    run(harness, 2_000, step=30)
    n_jobs = kinds(harness).count("update")
    run(harness, 300)
    assert kinds(harness).count("update") - n_jobs >= 4


def test_a_night_without_a_network_is_one_failure_and_the_morning_is_current_at_once(harness, yahoo, monkeypatch):
    monkeypatch.setattr("candledesk.providers.rate_limiter.MAX_OFFLINE_S", 0.0)
    for symbol in ("BTC-USD", "ETH-USD"):
        harness.view("1m", symbol=symbol, view_id=symbol)
        harness.settle()
        harness.cache.follow(symbol, MINUTE)
    run(harness, 120)
    yahoo.script = lambda request: FaultAnswer("no route", is_offline=True)
    for _ in range(60):
        advance(harness, 480)
        run_one_round(harness)
    wait_until(lambda: n_failed(harness) == 2)  # the failure before is deleted when the next one is known
    yahoo.script = None
    advance(harness, 130)
    for _ in range(3):  # one finds the way back, the others follow at once
        run_one_round(harness)
    for symbol in ("BTC-USD", "ETH-USD"):
        newest = harness.bars("1m", Span(yahoo.now - HOUR_S, yahoo.now), symbol, fill="none").bars.open_time[-1]
        assert newest >= yahoo.now - 120
    wait_until(lambda: n_failed(harness) == 0)


def test_many_updates_do_not_delay_a_scroll(harness, yahoo):
    for n in range(12):
        harness.view("1m", symbol=f"S{n}", view_id=n)
        harness.settle()
        harness.cache.follow(f"S{n}", MINUTE)
    advance(harness, 600)
    is_open = threading.Event()

    def script(request):
        if request.symbol != "AAA":
            is_open.wait(WAIT_S)

    yahoo.script = script
    harness.service.updater.run_round().result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= 3)
    assert harness.bars("1h", Span(TODAY - 9 * DAY_S, TODAY)).complete
    is_open.set()
    harness.settle()


def test_an_answer_that_takes_a_second_is_still_one_request(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    run(harness, 120)
    advance(harness, 60)

    def script(_request):
        yahoo.now += 1

    yahoo.script = script
    n = len(yahoo.requests)
    run_one_round(harness)
    assert len(yahoo.requests) == n + 1


def test_a_refresh_counts_as_an_update(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    run(harness, 120)
    advance(harness, 58)
    job = harness.cache.start_update([("AAA", MINUTE)]).result(WAIT_S)
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    assert job.span.start == OPEN - 2 * DAY_S  # the last three sessions, over any weekend
    n = len(yahoo.requests)
    run_one_round(harness)
    assert len(yahoo.requests) == n


def test_a_chart_that_is_closed_is_not_kept_up_to_date(harness, yahoo):
    harness.view("1m")
    harness.settle()
    leave = harness.cache.follow("AAA", MINUTE)
    run(harness, 120)
    leave()
    run(harness, 1_800, step=60)  # a chart's own questions count for half an hour
    n = len(yahoo.requests)
    run(harness, 600, step=60)
    assert len(yahoo.requests) == n


@pytest.mark.parametrize("is_archived", [False, True])
def test_a_session_that_vanished_and_comes_back_is_filled_without_anybody_asking(harness, yahoo, is_archived):
    lost = TODAY - 2 * DAY_S
    yahoo.script = lambda request: yahoo.bars_answer(request, drop_session(lost)) if request.interval is HOUR else None
    span = Span(TODAY - 9 * DAY_S, TODAY)
    harness.bars("1h", span)
    if is_archived:
        harness.cache.set_archived("AAA", HOUR, is_on=True).result(WAIT_S)
    else:
        harness.cache.follow("AAA", HOUR)
    missing = harness.bars("1h", Span(lost, lost + DAY_S), fill="none").bars
    assert len(missing) == 0
    n = len(yahoo.requests)
    run(harness, 2 * DAY_S, step=1_800)
    n_asked = len(yahoo.requests) - n
    assert n_asked < 80
    yahoo.script = None  # the provider has found it again
    run(harness, 3 * DAY_S, step=1_800)
    assert same_as_market(harness, yahoo, "1h", Span(lost, lost + DAY_S))
    assert same_as_market(harness, yahoo, "1h", span)


def test_a_symbol_without_data_costs_a_handful_of_requests_a_day(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.set_archived("AAA", MINUTE, is_on=True).result(WAIT_S)
    yahoo.script = lambda request: yahoo.bars_answer(request, lambda bars: Bars.empty())
    harness.cache.follow("AAA", MINUTE)
    run(harness, DAY_S, step=300)
    n = len(yahoo.requests)
    run(harness, 2 * DAY_S, step=300)
    assert len(yahoo.requests) - n <= 60


def test_an_archive_run_completes_the_look_back_and_the_archive_outgrows_it(harness, yahoo):
    entry = harness.cache.set_archived("AAA", MINUTE, is_on=True).result(WAIT_S)
    assert (entry.symbol, entry.interval, entry.note) == ("AAA", MINUTE, "not run yet")
    assert entry.unbroken_since > NOW - 9 * DAY_S  # of the first look
    run_one_round(harness)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    first = entry.unbroken_since
    assert first < NOW - 29 * DAY_S
    assert (entry.last_run_at, entry.note) == (NOW, "")
    assert entry.next_run_at == CLOSE + 722
    assert kinds(harness) == ["harvest"]
    n = len(yahoo.requests)
    run(harness, CLOSE + 700 - NOW, step=100)
    assert len(yahoo.requests) == n
    for _ in range(20):  # weeks of sessions, each topped up with one request after its close
        advance(harness, DAY_S)
        run_one_round(harness)
    assert len(yahoo.requests) - n <= 25
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert entry.unbroken_since == first  # more than Yahoo keeps
    assert yahoo.now - first > 45 * DAY_S
    assert same_as_market(harness, yahoo, "1m", Span(first, yahoo.now))


def test_an_archive_run_that_came_too_late_says_since_when_it_is_unbroken(harness, yahoo):
    harness.cache.set_archived("AAA", MINUTE, is_on=True).result(WAIT_S)
    run_one_round(harness)
    advance(harness, 40 * DAY_S)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    run_one_round(harness)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert NOW < entry.unbroken_since <= yahoo.now - 29 * DAY_S + 4 * DAY_S


def test_an_archive_run_that_fails_says_why_and_is_tried_again(harness, yahoo):
    harness.cache.set_archived("AAA", HOUR, is_on=True).result(WAIT_S)
    yahoo.script = lambda request: FaultAnswer("broken")
    run_one_round(harness)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert entry.last_run_at is None
    assert "broken" in entry.note
    yahoo.script = None
    advance(harness, 2_000)
    run_one_round(harness)
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert (entry.last_run_at, entry.note) == (yahoo.now, "")


def test_a_derived_interval_is_archived_by_its_base(harness):
    entry = harness.cache.set_archived("AAA", INTERVALS["30m"], is_on=True).result(WAIT_S)
    assert (entry.interval.name, entry.is_on) == ("15m", True)
    assert harness.cache.list_archive().result(WAIT_S) == [entry]


def test_a_series_that_is_archived_no_longer_keeps_its_bars(harness):
    harness.cache.set_archived("AAA", INTERVALS["15m"], is_on=True).result(WAIT_S)
    run_one_round(harness)
    entry = harness.cache.set_archived("AAA", INTERVALS["15m"], is_on=False).result(WAIT_S)
    assert (entry.is_on, entry.next_run_at) == (False, None)
    assert entry.unbroken_since < NOW - 57 * DAY_S
    assert harness.cache.list_archive().result(WAIT_S) == []


def test_an_unknown_symbol_cannot_be_archived(harness, yahoo):
    yahoo.unknown.add("NOPE")
    with pytest.raises(UnknownSymbolError):
        harness.cache.set_archived("NOPE", MINUTE, is_on=True).result(WAIT_S)


def test_after_a_restart_the_list_goes_on_and_old_updates_do_not(harness, yahoo):
    harness.cache.set_archived("AAA", HOUR, is_on=True).result(WAIT_S)
    yahoo.gate.clear()
    harness.service.updater.run_round().result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    harness.service.close()
    harness.open()
    assert harness.service.jobs.resume_previous() == 0
    (entry,) = harness.cache.list_archive().result(WAIT_S)
    assert entry.last_run_at is None
    run_one_round(harness)  # the calendar is loaded again
    harness.settle()
    run_one_round(harness)
    assert harness.cache.list_archive().result(WAIT_S)[0].last_run_at == NOW


def test_the_loop_holds_rounds_by_itself_and_ends_with_the_service(harness, yahoo):
    harness.view("1m")
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    advance(harness, 60)
    n = len(yahoo.requests)
    harness.service.updater.start()
    wait_until(lambda: len(yahoo.requests) > n)
