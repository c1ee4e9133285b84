"""As few requests as Yahoo allows, counted in the demo market's request log (DESIGN.md, rule 9; case F19)."""

import itertools

import pytest

from candledesk.cache.messages import BarsRequest, EdgeState, JobState, ViewportRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.settings import load_settings
from tests.cache.conftest import WAIT_S, wait_until

IN_SESSION, SATURDAY, NIGHT = "2026-11-18T18:31:30Z", "2026-11-21T12:00:00Z", "2026-11-24T03:00:00Z"


class CacheHarness:
    def __init__(self, market, home):
        self.market = market
        settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
        self.service = CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)
        self.cache = self.service.controller
        self.generations = itertools.count(1)

    def n_asked(self, symbol):
        return len(self.market.chart_log(symbol))

    def backfill(self, symbol, name, n_days):
        now = self.market.clock.now()
        job = self.cache.start_backfill(symbol, INTERVALS[name], Span(now - n_days * DAY_S, now)).result(WAIT_S)
        assert self.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED

    def view(self, symbol, name, anchor=None, n_before=1_000, n_after=0):
        at = 1, next(self.generations), symbol, INTERVALS[name], anchor, n_before, n_after
        self.cache.load_viewport(ViewportRequest(*at)).result(WAIT_S)
        wait_until(lambda: not self.service._fill_scheduler._live)
        at = 1, next(self.generations), symbol, INTERVALS[name], anchor, n_before, n_after
        reply = self.cache.load_viewport(ViewportRequest(*at)).result(WAIT_S)
        wait_until(lambda: not self.service._fill_scheduler._live)
        return reply


@pytest.fixture(params=[IN_SESSION])
def harness(request, tmp_path):
    with DemoMarket(now=request.param) as market:
        market.clock.set(market.clock.now(), is_frozen=True)
        harness = CacheHarness(market, tmp_path)
        try:
            yield harness
        finally:
            harness.service.close()
        assert {entry.status for entry in market.chart_log()} == {200}


@pytest.mark.parametrize(
    ("harness", "symbol"),
    [(IN_SESSION, "BTC-USD"), (IN_SESSION, "MSFT"), (SATURDAY, "MSFT"), (NIGHT, "VOD.L")],
    indirect=["harness"],
)
def test_a_backfill_costs_what_the_caps_make_it_cost(harness, symbol):
    """25 days of 1m, 700 days of 1h and 25 years of 1d: 4, 1 and 1 requests, the first look included."""
    for name, n_days, n_most in (("1m", 25, 4), ("1h", 700, 1), ("1d", 9_131, 1)):
        n = harness.n_asked(symbol)
        harness.backfill(symbol, name, n_days)
        assert harness.n_asked(symbol) - n <= n_most, name
        now = harness.market.clock.now()
        span = Span(now - n_days * DAY_S, now)
        reply = harness.cache.load_bars(BarsRequest(symbol, INTERVALS[name], span, fill="none")).result(WAIT_S)
        assert all("listing" in gap.reason for gap in reply.gaps), reply.gaps
        final = Span(span.start, now - DAY_S)
        assert reply.bars.within(final).equals(harness.market.truth(symbol, name, final.start, final.end))
        n = harness.n_asked(symbol)
        harness.backfill(symbol, name, n_days)
        assert harness.n_asked(symbol) == n


@pytest.mark.parametrize("name", ["1d", "1wk"])
def test_a_chart_of_dailies_asks_the_whole_history_in_one_request(harness, name):
    assert len(harness.view("MSFT", name).bars) == 1_000
    assert harness.view("MSFT", name, n_before=20_000).edge is EdgeState.START
    assert harness.n_asked("MSFT") == 1


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("NEWCO", "1d"), ("NEWCO", "1h"), ("MSFT", "1d"), ("MSFT", "1m"), ("MSFT", "5m"), ("VOD.L", "1h")],
)
def test_the_edges_of_history_are_asked_once(harness, symbol, name):
    """The listing date, the look-back and the newest bar: whoever goes there and beyond sends nothing in vain."""
    reply = harness.view(symbol, name)
    for _ in range(60):
        if reply.edge is EdgeState.START:
            break
        reply = harness.view(symbol, name, int(reply.bars.open_time[0]))
    assert reply.edge is EdgeState.START
    n = harness.n_asked(symbol)
    assert n <= (5 if name == "1m" else 2)
    oldest = int(reply.bars.open_time[0]) if len(reply.bars) else harness.market.clock.now()
    for anchor in (oldest, oldest - DAY_S, oldest - 90 * DAY_S, oldest - 9_000 * DAY_S, None):
        harness.view(symbol, name, anchor, 20_000, 500)
    assert harness.n_asked(symbol) == n
    harness.market.clock.advance(2 * HOUR_S)  # a while later the oldest bars are still known
    for anchor in (oldest, oldest - 90 * DAY_S, oldest - 9_000 * DAY_S):
        harness.view(symbol, name, anchor, 20_000, 5)
    assert harness.n_asked(symbol) == n
