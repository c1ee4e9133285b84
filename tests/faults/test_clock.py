"""Clocks that jump by an hour and nights in which they are changed: no extra requests, no negative waits, true bars."""

import math

import pytest

from candledesk.cache.runtime.timers import DelayedCalls
from candledesk.cache.upkeep.updater import Updater
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.market_harness import LiveHarness
from tests.faults.conftest import IS_FULL

OPEN_SESSION = "2026-11-24T16:00:00Z"  # New York trades
JUMPS = ((5, HOUR_S), (10, 0), (13, -HOUR_S), (18, 0))  # after so many minutes the computer's clock is wrong by that
CHARTS = (("AAPL", "1m"), ("BTC-USD", "5m"))
MINUTES = 24
STEP_S = 30


class Skewed:
    """The market as a computer with a wrong clock sees it; ``advance`` lets true time pass for both."""

    def __init__(self, market):
        self.market, self.skew_s = market, 0
        self.url, self.truth, self.chart_log, self.clock = market.url, market.truth, market.chart_log, self

    def now(self):
        return self.market.clock.now() + self.skew_s

    def advance(self, seconds):
        self.market.clock.advance(seconds)


class WaitLog:
    """Notes every wait that the timers and the updater are asked for, and what the cache reports about waiting."""

    def __init__(self, monkeypatch):
        self.asked = []
        call_later = DelayedCalls.call_later

        def note(delayed_calls, delay_s, function):
            self.asked.append(delay_s)
            call_later(delayed_calls, delay_s, function)

        monkeypatch.setattr(DelayedCalls, "call_later", note)
        run_round = Updater.run_round

        def run_one_round(updater):
            held = run_round(updater)
            held.add_done_callback(lambda done: self.asked.append(done.result().pause_s))
            return held

        monkeypatch.setattr(Updater, "run_round", run_one_round)

    def check(self, cache):
        state = cache.limiter_state()
        reported = [state.next_request_in_s, state.tokens]
        reported += [job.eta_s for job in cache.list_jobs().result(30) if job.eta_s is not None]
        assert all(math.isfinite(wait) and wait >= 0 for wait in (*self.asked, *reported)), (self.asked, reported)


def session_requests(folder, monkeypatch, jumps):
    """Look at two charts for a while, with a clock that jumps; return the requests of each minute and the waits."""
    with DemoMarket(now=OPEN_SESSION) as market:
        folder.mkdir()
        waits = WaitLog(monkeypatch)
        harness = LiveHarness(Skewed(market), folder)
        try:
            for symbol, name in CHARTS:
                harness.cache.follow(symbol, INTERVALS[name])
                harness.view(symbol, name)
            harness.service.updater.start()
            per_minute, plan = [], dict(jumps)
            for minute in range(MINUTES):
                n_before = len(market.chart_log())
                harness.market.skew_s = plan.get(minute, harness.market.skew_s)
                harness.run(60, STEP_S)
                waits.check(harness.cache)
                per_minute.append(len(market.chart_log()) - n_before)
            now = market.clock.now()
            for symbol, name in CHARTS:
                harness.assert_true(symbol, name, Span(now - 3 * HOUR_S, now - HOUR_S))
        finally:
            harness.service.close()
    assert waits.asked
    return per_minute, len(waits.asked)


@pytest.mark.timeout(600)
@pytest.mark.allow_logs
def test_a_clock_that_jumps_by_an_hour(tmp_path, monkeypatch, figures):
    steady, _ = session_requests(tmp_path / "steady", monkeypatch, ())
    jumping, n_waits = session_requests(tmp_path / "jumping", monkeypatch, JUMPS)
    assert max(jumping) <= max(steady) + 1, (steady, jumping)  # no burst
    assert sum(jumping) <= sum(steady) + len(JUMPS), (steady, jumping)
    figures(
        f"{MINUTES} minutes with {len(JUMPS)} jumps of the clock by an hour: {sum(jumping)} requests"
        f" ({sum(steady)} without jumps), at most {max(jumping)} a minute ({max(steady)});"
        f" {n_waits} waits, none negative"
    )


NIGHTS = (  # what is watched, an ordinary night, and the one in which the clocks change
    ("BTC-USD", "1h", "2026-10-25T04:00:00Z", "2026-11-01T04:00:00Z"),
    ("ES=F", "1h", "2026-10-25T20:00:00Z", "2026-11-01T20:00:00Z"),  # its Sunday opening, New York
    ("EURUSD=X", "1h", "2026-10-18T19:00:00Z", "2026-10-25T19:00:00Z"),  # its Sunday opening, London
    ("AAPL", "1h", "2026-10-26T13:00:00Z", "2026-11-02T13:00:00Z"),  # Monday: opens an hour later in UTC
    ("VOD.L", "1h", "2026-10-19T06:00:00Z", "2026-10-26T06:00:00Z"),
)
HOURS = 5


def night_requests(folder, monkeypatch, symbol, name, begin):
    """Watch a chart through some hours; return the requests, after checking every bar around against the truth."""
    with DemoMarket(now=begin) as market:
        folder.mkdir()
        waits = WaitLog(monkeypatch)
        harness = LiveHarness(market, folder)
        try:
            harness.cache.follow(symbol, INTERVALS[name])
            harness.view(symbol, name)
            harness.service.updater.start()
            n_before = len(market.chart_log())
            for _ in range(HOURS):
                harness.run(HOUR_S, 600)
                waits.check(harness.cache)
            n_asked = len(market.chart_log()) - n_before
            start, now = parse_instant(begin), market.clock.now()
            span = Span(start - 4 * DAY_S, now - 2 * HOUR_S)
            harness.bars(symbol, name, span)
            harness.assert_true(symbol, name, span)
        finally:
            harness.service.close()
    return n_asked


@pytest.mark.timeout(600)
@pytest.mark.allow_logs
@pytest.mark.parametrize(("symbol", "name", "ordinary", "changing"), NIGHTS, ids=[night[0] for night in NIGHTS])
def test_a_night_in_which_the_clocks_change(tmp_path, monkeypatch, figures, symbol, name, ordinary, changing):
    if symbol not in {"BTC-USD", "AAPL"} and not IS_FULL:
        pytest.skip("only in a full run")
    usual = night_requests(tmp_path / "usual", monkeypatch, symbol, name, ordinary)
    change = night_requests(tmp_path / "change", monkeypatch, symbol, name, changing)
    assert 0 < change <= usual, (usual, change)
    figures(f"{HOURS} hours of {symbol} {name} while the clocks change: {change} requests, {usual} a week before")
