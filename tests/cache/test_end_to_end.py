"""The real fetch process with the real yfinance against the demo market; one service, for its start takes seconds."""

import os
import signal
import sqlite3
import threading
import time

import numpy as np
import pytest

from candledesk.cache.context import RetryPauses
from candledesk.cache.events import JobChanged
from candledesk.cache.messages import BarsRequest, JobState
from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import CLOSING_LIMIT_S, wait_until
from tests.cache.market_harness import WAIT_S, MarketHarness

SYMBOLS = ["AAPL", "VOD.L", "7203.T", "BTC-USD", "EURUSD=X"]
BROKEN = ["status", "reset", "truncated", "cut", "html", "right_back", "disorder", "duplicates", "negative", "crossed"]
BROKEN += ["pence", "missing_session", "empty"]


class SkewedHarness(MarketHarness):
    """Its clock is ``ahead_s`` seconds ahead of the market's."""

    def __init__(self, market, folder):
        self.ahead_s = 0
        pauses = RetryPauses(retry_s=(0.01,), failed_s=(1,), fault_s=0.5)
        super().__init__(market, folder, request_timeout_s=3, now=self.now, pauses=pauses)

    def now(self):
        return int(time.time()) + self.ahead_s


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    with DemoMarket() as market:
        harness = SkewedHarness(market, tmp_path_factory.mktemp("home"))
        yield harness
        harness.service.close()


@pytest.fixture(autouse=True)
def _no_faults(harness):
    harness.market.faults.clear()
    yield
    harness.market.faults.clear()


def past(harness, days, until=4):
    today = int(time.time()) // DAY_S * DAY_S
    return Span(today - days * DAY_S, today - until * DAY_S)


def invalid_rows(database):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(
            "SELECT count(*) FROM candle WHERE low <= 0 OR high < low"
            " OR max(open, close) > high * 1.000002 OR min(open, close) < low * 0.999998"
        ).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["1m", "5m", "1h", "1d"])
def test_every_venue_equals_the_market(harness, name):
    for symbol in SYMBOLS:
        span = past(harness, {"1m": 11, "5m": 30, "1h": 100, "1d": 900}[name])  # longer than any row of holidays
        assert harness.bars(symbol, name, span).complete
        harness.assert_true(symbol, name, span)


@pytest.mark.allow_logs
def test_a_backfill_across_faults_of_every_kind_ends_with_the_truth(harness):
    for seed, kind in enumerate(BROKEN):
        probability = 0.01 if kind == "empty" else 0.028  # 30 % of the requests together
        harness.market.faults.add(kind, probability=probability, seed=seed, status=429 if seed % 2 else 500)
    spans = {"1h": past(harness, 465, 110), "1m": past(harness, 20, 13)}
    left = {(symbol, name) for symbol in SYMBOLS for name in spans}
    for number in range(5):
        if number == 4:
            harness.market.faults.clear()
            harness.ahead_s += 7 * DAY_S
            left = {(symbol, name) for symbol in SYMBOLS for name in spans}
        waiting = {(s, n): harness.backfill(s, n, spans[n]) for s, n in left}
        left = {key for key, job in waiting.items() if job.result(WAIT_S).state is not JobState.SUCCEEDED}
        assert invalid_rows(harness.database) == 0
        harness.ahead_s += 7 * HOUR_S  # past the pauses of what was refused, empty or lost
    harness.ahead_s = 0
    assert left == set()
    for symbol in SYMBOLS:
        for name, span in spans.items():
            harness.assert_true(symbol, name, span)


def test_a_killed_fetch_process_costs_one_retry(harness):
    span = past(harness, 700, 600)
    harness.market.faults.add("delay", delay_s=0.5, count=1, symbol="VOD.L")
    reply = []
    reader = threading.Thread(target=lambda: reply.append(harness.bars("VOD.L", "1h", span)))
    reader.start()
    n_before = len(harness.market.chart_log("VOD.L"))
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight, WAIT_S)
    time.sleep(0.2)
    os.kill(harness.service.child._generation.process.pid, signal.SIGKILL)
    reader.join(WAIT_S)
    assert reply[0].complete
    harness.assert_true("VOD.L", "1h", span)
    assert len(harness.market.chart_log("VOD.L")) - n_before <= 3


def test_a_hung_fetch_ends_at_its_deadline_and_its_job_goes_on(harness):
    span = past(harness, 700, 650)  # nobody else here asks for it
    harness.market.faults.add("hang", count=2, symbol="7203.T", interval="1h")
    reported = []
    unsubscribe = harness.cache.subscribe(reported.append)
    job = harness.backfill("7203.T", "1h", span).result(WAIT_S)
    unsubscribe()
    harness.market.faults.clear()
    assert job.state is JobState.SUCCEEDED
    waits = {event.job.error for event in reported if isinstance(event, JobChanged) and event.job.next_try_at}
    assert any("(try 2 of 6 follows)" in text for text in waits)
    harness.assert_true("7203.T", "1h", span)


@pytest.mark.allow_logs
def test_a_fetch_process_that_hangs_itself_is_replaced_at_the_deadline(harness):
    span = past(harness, 640, 600)  # nor for this
    hung = harness.service.child._generation.process
    threads = {thread.ident for thread in harness.service._pool._threads}
    os.kill(hung.pid, signal.SIGSTOP)
    job = harness.backfill("7203.T", "1h", span).result(WAIT_S)
    assert job.state is JobState.SUCCEEDED
    assert hung.wait(WAIT_S) == -signal.SIGKILL
    assert harness.service.child._generation.process.pid != hung.pid
    assert {thread.ident for thread in harness.service._pool._threads if thread.is_alive()} == threads
    harness.assert_true("7203.T", "1h", span)


@pytest.mark.parametrize(("name", "days"), [("30m", 40), ("4h", 300), ("1wk", 800), ("1mo", 800), ("3mo", 800)])
def test_derived_bars_equal_the_market(harness, name, days):
    for symbol in ("AAPL", "7203.T", "BTC-USD"):
        span = past(harness, days)
        reply = harness.bars(symbol, name, span)
        assert reply.complete
        truth = harness.market.truth(symbol, name, span.start, span.end)
        times = reply.bars.open_time
        np.testing.assert_array_equal(times[times <= truth.open_time[-1]], truth.open_time)
        for field in ("open", "high", "low", "close"):
            np.testing.assert_allclose(getattr(reply.bars, field)[: len(truth)], getattr(truth, field), rtol=1e-6)


@pytest.mark.allow_logs
def test_close_takes_three_seconds_at_most_while_the_market_hangs(harness):
    harness.market.faults.add("hang")
    waiting = [
        harness.cache.load_bars(BarsRequest(symbol, INTERVALS["15m"], past(harness, 20), timeout_s=None))
        for symbol in ("MSFT", "ES=F")
    ]
    job = harness.cache.start_backfill("BTC-USD", INTERVALS["1d"], None).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= 2, WAIT_S)
    time.sleep(0.2)
    started = time.monotonic()
    harness.service.close()
    assert time.monotonic() - started < CLOSING_LIMIT_S
    assert all(future.done() for future in waiting)
    connection = sqlite3.connect(f"file:{harness.database}?mode=ro", uri=True)
    states = dict(connection.execute("SELECT job_id, state FROM backfill_job").fetchall())
    connection.close()
    assert states[job.job_id] == "queued"
    assert "running" not in states.values()
