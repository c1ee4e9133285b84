"""As few requests as Yahoo allows, counted in the demo market's request log (DESIGN.md, rule 9; case F19)."""

import pytest

from candledesk.cache.messages import BarsRequest, EdgeState, JobState
from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.market_harness import WAIT_S, MarketHarness

IN_SESSION, SATURDAY, NIGHT = "2026-11-18T18:31:30Z", "2026-11-21T12:00:00Z", "2026-11-24T03:00:00Z"


def backfill(harness, symbol, name, n_days):
    now = harness.market.clock.now()
    job = harness.backfill(symbol, name, Span(now - n_days * DAY_S, now)).result(WAIT_S)
    assert job.state is JobState.SUCCEEDED


def view(harness, symbol, name, anchor=None, n_before=1_000, n_after=0):
    """Return what a chart shows once everything that it asks for has come."""
    harness.view(symbol, name, anchor, n_before, n_after)
    return harness.view(symbol, name, anchor, n_before, n_after)


@pytest.fixture(params=[IN_SESSION])
def harness(request, tmp_path):
    with DemoMarket(now=request.param) as market:
        market.clock.set(market.clock.now(), is_frozen=True)
        harness = MarketHarness(market, tmp_path)
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
        backfill(harness, symbol, name, n_days)
        assert harness.n_asked(symbol) - n <= n_most, name
        now = harness.market.clock.now()
        span = Span(now - n_days * DAY_S, now)
        reply = harness.cache.load_bars(BarsRequest(symbol, INTERVALS[name], span, fill="none")).result(WAIT_S)
        assert all("listing" in gap.reason for gap in reply.gaps), reply.gaps
        final = Span(span.start, now - DAY_S)
        assert reply.bars.within(final).equals(harness.market.truth(symbol, name, final.start, final.end))
        n = harness.n_asked(symbol)
        backfill(harness, symbol, name, n_days)
        assert harness.n_asked(symbol) == n


@pytest.mark.parametrize("name", ["1d", "1wk"])
def test_a_chart_of_dailies_asks_the_whole_history_in_one_request(harness, name):
    assert len(view(harness, "MSFT", name).bars) == 1_000
    assert view(harness, "MSFT", name, n_before=20_000).edge is EdgeState.START
    assert harness.n_asked("MSFT") == 1


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("NEWCO", "1d"), ("NEWCO", "1h"), ("MSFT", "1d"), ("MSFT", "1m"), ("MSFT", "5m"), ("VOD.L", "1h")],
)
def test_the_edges_of_history_are_asked_once(harness, symbol, name):
    """The listing date, the look-back and the newest bar: beyond them no request is sent in vain."""
    reply = view(harness, symbol, name)
    for _ in range(60):
        if reply.edge is EdgeState.START:
            break
        reply = view(harness, symbol, name, int(reply.bars.open_time[0]))
    assert reply.edge is EdgeState.START
    n = harness.n_asked(symbol)
    assert n <= (5 if name == "1m" else 2)
    oldest = int(reply.bars.open_time[0]) if len(reply.bars) else harness.market.clock.now()
    for anchor in (oldest, oldest - DAY_S, oldest - 90 * DAY_S, oldest - 9_000 * DAY_S, None):
        view(harness, symbol, name, anchor, 20_000, 500)
    assert harness.n_asked(symbol) == n
    harness.market.clock.advance(2 * HOUR_S)  # a while later the oldest bars are still known
    for anchor in (oldest, oldest - 90 * DAY_S, oldest - 9_000 * DAY_S):
        view(harness, symbol, name, anchor, 20_000, 5)
    assert harness.n_asked(symbol) == n
