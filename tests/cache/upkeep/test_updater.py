"""The updater against a scripted provider: a real database and real threads, rounds held by hand, no waiting."""

import threading

import numpy as np
import pytest

from candledesk.cache.messages import BarsStored, BreakerState, JobState, LimiterState
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import HOUR_S
from candledesk.domain.span import Span
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, wait_until

TODAY = NOW // DAY_S * DAY_S
OPEN, CLOSE = TODAY + 52_200, TODAY + 75_600
MINUTE, HOUR = INTERVALS["1m"], INTERVALS["1h"]


def hold(desk):
    found = desk.service.updater.hold_round().result(WAIT_S)
    wait_until(lambda: not any(row.is_running for row in desk.service.updater._scheduler.histories.values()))
    return found


def pass_by(desk, seconds):
    desk.yahoo.now += seconds
    desk.elapsed_s += seconds


def run(desk, seconds, step=10):
    for _ in range(seconds // step):
        pass_by(desk, step)
        hold(desk)


def kinds(desk):
    return [job.kind for job in desk.cache.list_jobs(limit=1_000).result(WAIT_S) if job.kind != "viewport"]


def drop_session(day):
    """A provider that has lost the session of ``day``."""

    def change(bars):
        return bars.take((bars.open_time < day) | (bars.open_time >= day + DAY_S))

    return change


def test_one_request_a_minute_however_many_charts_show_the_series(desk, yahoo):
    desk.view("1m")
    desk.settle()
    for _ in range(5):
        desk.cache.follow("AAA", MINUTE)
    n = len(yahoo.requests)
    run(desk, 600)
    assert len(yahoo.requests) - n in (9, 10)
    assert {request.interval.name for request in yahoo.requests[n:]} == {"1m"}


def test_the_forming_bar_changes_and_the_next_one_appears_within_a_cadence(desk, yahoo):
    last = desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    run(desk, 60)
    for salt in (0.5, 1.5):
        yahoo.salt = salt
        desk.events.clear()
        run(desk, 100)  # a chart that asked a moment ago lets one tick pass
        stored = [event for event in desk.events if isinstance(event, BarsStored) and event.interval is MINUTE]
        assert stored  # every open chart hears of it
        reply = desk.view("1m")
        desk.settle()
        assert int(reply.bars.open_time[-1]) >= yahoo.now // 60 * 60 - 60
        truth = yahoo.truth("AAA", "1m", Span(int(reply.bars.open_time[-1]), yahoo.now))
        assert reply.bars.close[-1] == pytest.approx(truth.close[0] + salt)
    assert len(last.bars) == 0 or last.bars.open_time[-1] < reply.bars.open_time[-1]


def test_nothing_is_asked_while_the_venue_is_closed(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    run(desk, CLOSE + 300 - NOW, step=60)
    n = len(yahoo.requests)
    run(desk, 17 * HOUR_S, step=600)
    assert len(yahoo.requests) == n
    rows = desk.coverage("1m")
    assert rows[-1].state is CoverageState.HAVE  # the last bars are final


def test_one_burst_after_a_sleep_of_ten_hours(desk, yahoo):
    for symbol in ("AAA", "BBB"):
        desk.view("1m", symbol=symbol, view_id=symbol)
        desk.settle()
        desk.cache.follow(symbol, MINUTE)
    run(desk, 120)
    n = len(yahoo.requests)
    pass_by(desk, 10 * HOUR_S)  # the venue has closed meanwhile
    for _ in range(5):
        hold(desk)
        pass_by(desk, 3)
    assert sorted(request.symbol for request in yahoo.requests[n:]) == ["AAA", "BBB"]
    assert same_as_market(desk, yahoo, "1m", Span(OPEN, CLOSE))


def same_as_market(desk, yahoo, name, span, symbol="AAA"):
    bars, truth = desk.bars(name, span, symbol, fill="none").bars, yahoo.truth(symbol, name, span)
    np.testing.assert_array_equal(bars.open_time, truth.open_time)
    np.testing.assert_array_equal(bars.close, truth.close)
    return len(truth) > 0


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_is_set_costs_no_request_more(desk, yahoo, jump_s):
    desk.view("1m", symbol="BTC-USD")
    desk.settle()
    desk.cache.follow("BTC-USD", MINUTE)
    run(desk, 180)
    n = len(yahoo.requests)
    yahoo.now += jump_s
    run(desk, 300)
    yahoo.now -= jump_s
    run(desk, 300)
    assert len(yahoo.requests) - n <= 10
    assert len(yahoo.requests) - n >= 7


def test_offline_it_does_not_pile_up_and_one_question_finds_the_way_back(desk, yahoo, monkeypatch):
    for n in range(5):
        desk.view("1m", symbol=f"S{n}", view_id=n)
        desk.settle()
        desk.cache.follow(f"S{n}", MINUTE)
    n = len(yahoo.requests)
    away = LimiterState(6.0, 30.0, BreakerState.CLOSED, is_offline=True)
    for state in (away, LimiterState(6.0, 30.0, BreakerState.OPEN)):
        monkeypatch.setattr(desk.service._limiter, "state", lambda state=state: state)
        monkeypatch.setattr("candledesk.cache.service.limiter_message", lambda snapshot: snapshot)
        run(desk, 600, step=60)
        assert len(yahoo.requests) == n
    back = LimiterState(6.0, 0.0, BreakerState.CLOSED, is_offline=True)
    monkeypatch.setattr(desk.service._limiter, "state", lambda: back)
    pass_by(desk, 60)
    assert len(hold(desk).tasks) == 1
    monkeypatch.setattr(desk.service._limiter, "state", lambda: LimiterState(6.0, 0.0, BreakerState.CLOSED))
    pass_by(desk, 20)
    assert len(hold(desk).tasks) == 4


def test_a_provider_that_fails_is_asked_less_and_less(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    yahoo.script = lambda request: FaultAnswer("broken")
    n = len(yahoo.requests)
    run(desk, HOUR_S, step=30)
    n_jobs = kinds(desk).count("update")
    assert n_jobs <= 8
    assert len(yahoo.requests) - n <= 16 * 3
    yahoo.script = None
    run(desk, 2_000, step=30)
    n_jobs = kinds(desk).count("update")
    run(desk, 300)
    assert kinds(desk).count("update") - n_jobs >= 4


def test_a_night_without_a_network_is_one_failure_and_the_morning_is_current_at_once(desk, yahoo, monkeypatch):
    monkeypatch.setattr("candledesk.providers.rate_limiter.MAX_OFFLINE_S", 0.0)
    for symbol in ("BTC-USD", "ETH-USD"):
        desk.view("1m", symbol=symbol, view_id=symbol)
        desk.settle()
        desk.cache.follow(symbol, MINUTE)
    run(desk, 120)
    yahoo.script = lambda request: FaultAnswer("no route", is_offline=True)
    for _ in range(60):
        pass_by(desk, 480)
        hold(desk)
    rows = desk.cache.list_jobs(state="failed").result(WAIT_S)
    assert [row.kind for row in rows].count("update") == 2
    yahoo.script = None
    pass_by(desk, 130)
    for _ in range(3):  # one finds the way back, the others follow at once
        hold(desk)
    for symbol in ("BTC-USD", "ETH-USD"):
        newest = desk.bars("1m", Span(yahoo.now - HOUR_S, yahoo.now), symbol, fill="none").bars.open_time[-1]
        assert newest >= yahoo.now - 120
    assert "update" not in [row.kind for row in desk.cache.list_jobs(state="failed").result(WAIT_S)]


def test_a_crowd_of_updates_does_not_hold_up_who_scrolls(desk, yahoo):
    for n in range(12):
        desk.view("1m", symbol=f"S{n}", view_id=n)
        desk.settle()
        desk.cache.follow(f"S{n}", MINUTE)
    pass_by(desk, 600)
    is_open = threading.Event()

    def script(request):
        if request.symbol != "AAA":
            is_open.wait(WAIT_S)

    yahoo.script = script
    desk.service.updater.hold_round().result(WAIT_S)
    wait_until(lambda: desk.service._fills.n_in_flight >= 3)
    assert desk.bars("1h", Span(TODAY - 9 * DAY_S, TODAY)).complete
    is_open.set()
    desk.settle()


def test_an_answer_that_takes_a_second_is_still_one_request(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    run(desk, 120)
    pass_by(desk, 60)

    def script(_request):
        yahoo.now += 1

    yahoo.script = script
    n = len(yahoo.requests)
    hold(desk)
    assert len(yahoo.requests) == n + 1


def test_a_refresh_counts_as_an_update(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    run(desk, 120)
    pass_by(desk, 58)
    job = desk.cache.start_update([("AAA", MINUTE)]).result(WAIT_S)
    assert desk.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    assert job.span.start == OPEN - 2 * DAY_S  # the last three sessions, over any weekend
    n = len(yahoo.requests)
    hold(desk)
    assert len(yahoo.requests) == n


def test_a_chart_that_is_closed_is_not_kept_up_to_date(desk, yahoo):
    desk.view("1m")
    desk.settle()
    leave = desk.cache.follow("AAA", MINUTE)
    run(desk, 120)
    leave()
    run(desk, 1_800, step=60)  # a chart's own questions count for half an hour
    n = len(yahoo.requests)
    run(desk, 600, step=60)
    assert len(yahoo.requests) == n


@pytest.mark.parametrize("is_harvested", [False, True])
def test_a_session_that_vanished_and_comes_back_is_filled_without_anybody_asking(desk, yahoo, is_harvested):
    lost = TODAY - 2 * DAY_S
    yahoo.script = lambda request: yahoo.bars_answer(request, drop_session(lost)) if request.interval is HOUR else None
    span = Span(TODAY - 9 * DAY_S, TODAY)
    desk.bars("1h", span)
    if is_harvested:
        desk.cache.set_harvest("AAA", HOUR, is_on=True).result(WAIT_S)
    else:
        desk.cache.follow("AAA", HOUR)
    missing = desk.bars("1h", Span(lost, lost + DAY_S), fill="none").bars
    assert len(missing) == 0
    n = len(yahoo.requests)
    run(desk, 2 * DAY_S, step=1_800)
    n_asked = len(yahoo.requests) - n
    assert n_asked < 80
    yahoo.script = None  # the provider has found it again
    run(desk, 3 * DAY_S, step=1_800)
    assert same_as_market(desk, yahoo, "1h", Span(lost, lost + DAY_S))
    assert same_as_market(desk, yahoo, "1h", span)


def test_a_symbol_without_data_costs_a_handful_of_requests_a_day(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.set_harvest("AAA", MINUTE, is_on=True).result(WAIT_S)
    yahoo.script = lambda request: yahoo.bars_answer(request, lambda bars: Bars.empty())
    desk.cache.follow("AAA", MINUTE)
    run(desk, DAY_S, step=300)
    n = len(yahoo.requests)
    run(desk, 2 * DAY_S, step=300)
    assert len(yahoo.requests) - n <= 60


def test_a_harvest_makes_the_look_back_whole_and_the_archive_outgrows_it(desk, yahoo):
    entry = desk.cache.set_harvest("AAA", MINUTE, is_on=True).result(WAIT_S)
    assert (entry.symbol, entry.interval, entry.note) == ("AAA", MINUTE, "not run yet")
    assert entry.unbroken_since > NOW - 9 * DAY_S  # of the first look
    hold(desk)
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    first = entry.unbroken_since
    assert first < NOW - 29 * DAY_S
    assert (entry.last_run_at, entry.note) == (NOW, "")
    assert entry.next_run_at == CLOSE + 722
    assert kinds(desk) == ["harvest"]
    n = len(yahoo.requests)
    run(desk, CLOSE + 700 - NOW, step=100)
    assert len(yahoo.requests) == n
    for _ in range(20):  # weeks of sessions, each topped up with one request after its close
        pass_by(desk, DAY_S)
        hold(desk)
    assert len(yahoo.requests) - n <= 25
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    assert entry.unbroken_since == first  # more than Yahoo keeps
    assert yahoo.now - first > 45 * DAY_S
    assert same_as_market(desk, yahoo, "1m", Span(first, yahoo.now))


def test_a_harvest_that_came_too_late_says_since_when_it_is_unbroken(desk, yahoo):
    desk.cache.set_harvest("AAA", MINUTE, is_on=True).result(WAIT_S)
    hold(desk)
    pass_by(desk, 40 * DAY_S)
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    hold(desk)
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    assert NOW < entry.unbroken_since <= yahoo.now - 29 * DAY_S + 4 * DAY_S


def test_a_harvest_that_fails_says_why_and_is_tried_again(desk, yahoo):
    desk.cache.set_harvest("AAA", HOUR, is_on=True).result(WAIT_S)
    yahoo.script = lambda request: FaultAnswer("broken")
    hold(desk)
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    assert entry.last_run_at is None
    assert "broken" in entry.note
    yahoo.script = None
    pass_by(desk, 2_000)
    hold(desk)
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    assert (entry.last_run_at, entry.note) == (yahoo.now, "")


def test_a_derived_interval_is_harvested_by_its_base_and_what_is_taken_off_keeps_its_bars(desk, yahoo):
    entry = desk.cache.set_harvest("AAA", INTERVALS["30m"], is_on=True).result(WAIT_S)
    assert (entry.interval.name, entry.is_on) == ("15m", True)
    hold(desk)
    entry = desk.cache.set_harvest("AAA", INTERVALS["15m"], is_on=False).result(WAIT_S)
    assert (entry.is_on, entry.next_run_at) == (False, None)
    assert entry.unbroken_since < NOW - 57 * DAY_S
    assert desk.cache.list_harvest().result(WAIT_S) == []
    yahoo.unknown.add("NOPE")
    with pytest.raises(UnknownSymbolError):
        desk.cache.set_harvest("NOPE", MINUTE, is_on=True).result(WAIT_S)


def test_after_a_restart_the_list_goes_on_and_old_updates_do_not(desk, yahoo):
    desk.cache.set_harvest("AAA", HOUR, is_on=True).result(WAIT_S)
    yahoo.gate.clear()
    desk.service.updater.hold_round().result(WAIT_S)
    wait_until(lambda: desk.service._fills.n_in_flight)
    desk.service.close()
    desk.open()
    assert desk.service.jobs.take_up() == 0
    (entry,) = desk.cache.list_harvest().result(WAIT_S)
    assert entry.last_run_at is None
    hold(desk)  # the calendar is loaded again
    desk.settle()
    hold(desk)
    assert desk.cache.list_harvest().result(WAIT_S)[0].last_run_at == NOW


def test_the_loop_holds_rounds_by_itself_and_ends_with_the_service(desk, yahoo):
    desk.view("1m")
    desk.settle()
    desk.cache.follow("AAA", MINUTE)
    pass_by(desk, 60)
    n = len(yahoo.requests)
    desk.service.updater.start()
    wait_until(lambda: len(yahoo.requests) > n)
