"""The provider against the whole demo market: what it returns is what every venue really traded."""

import numpy as np
import pytest

from candledesk.demo import DemoMarket
from candledesk.demo.instruments.profiles import PROFILES
from candledesk.domain.interval import DAY_S
from candledesk.providers.answers import BarsAnswer, FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer

NOW = 1_795_499_040  # Tuesday 2026-11-24 05:44 UTC
TODAY = NOW // DAY_S * DAY_S
N_DAYS = {"1m": 4, "5m": 7, "1h": 30, "1d": 400}


@pytest.fixture(scope="module")
def running():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def market(running):
    running.reset()
    running.clock.set(NOW)
    return running


@pytest.fixture
def provider(market, cache_dir):
    from candledesk.providers.yahoo.client import YahooClient

    return YahooClient(market.url, cache_dir)


@pytest.mark.parametrize("interval", list(N_DAYS))
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.symbol)
def test_every_venue_and_interval_equals_the_truth(market, provider, request_for, profile, interval):
    start, end = TODAY - N_DAYS[interval] * DAY_S, TODAY
    tz = None if interval == "1h" else profile.tz  # a first look-up does not know the zone
    answer = provider.fetch(request_for(start, end, interval, profile.symbol, tz, profile.is_24h, 20.0))
    assert isinstance(answer, BarsAnswer)
    truth = market.truth(profile.symbol, interval, start, end)
    assert len(truth) > 10
    is_final = answer.bars.open_time <= truth.open_time[-1]
    assert answer.bars.take(is_final & ~np.isnan(answer.bars.close)).equals(truth)
    assert (answer.n_requests, answer.instrument.tz) == (1, profile.tz)


def test_daily_bars_need_no_known_zone(market, provider, request_for):
    for profile in PROFILES:
        known, unknown = (
            provider.fetch(request_for(TODAY - 30 * DAY_S, TODAY, "1d", profile.symbol, tz, profile.is_24h))
            for tz in (profile.tz, None)
        )
        assert unknown.bars.equals(known.bars)


@pytest.mark.parametrize(
    ("days", "interval", "symbol", "kind"),
    [
        ((-9, 0), "1m", "AAPL", RefusalKind.SPAN_TOO_WIDE),
        ((-40, -39), "1m", "AAPL", RefusalKind.BEYOND_LOOKBACK),
        ((-70, -65), "5m", "AAPL", RefusalKind.BEYOND_LOOKBACK),
        ((-800, -790), "1h", "AAPL", RefusalKind.BEYOND_LOOKBACK),
        ((-20_000, -19_900), "1d", "AAPL", RefusalKind.BEFORE_LISTING),
        ((-5, 0), "1d", "NOSUCH", RefusalKind.UNKNOWN_SYMBOL),
    ],
)
def test_the_markets_refusals_are_understood(market, provider, request_for, days, interval, symbol, kind):
    start, end = (TODAY + day * DAY_S for day in days)
    answer = provider.fetch(request_for(start, end, interval, symbol))
    assert isinstance(answer, RefusedAnswer)
    assert (answer.kind, answer.n_requests) == (kind, 1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 429}, RateLimitedAnswer),
        ({"kind": "status", "status": 500}, FaultAnswer),
        ({"kind": "hang"}, FaultAnswer),
        ({"kind": "reset"}, FaultAnswer),
        ({"kind": "truncated"}, FaultAnswer),
        ({"kind": "cut"}, FaultAnswer),
        ({"kind": "html"}, FaultAnswer),
        ({"kind": "right_back"}, FaultAnswer),
        ({"kind": "empty"}, BarsAnswer),
        ({"kind": "nan"}, BarsAnswer),
        ({"kind": "disorder"}, BarsAnswer),
        ({"kind": "duplicates"}, BarsAnswer),
    ],
    ids=lambda value: str(value.get("status", value["kind"])) if isinstance(value, dict) else "",
)
def test_every_fault_is_typed_costs_one_request_and_heals(market, provider, request_for, fault, kind):
    request = request_for(TODAY - 4 * DAY_S, TODAY, deadline_s=0.7 if fault["kind"] == "hang" else 5.0)
    market.faults.add(**fault, count=1)
    answer = provider.fetch(request)
    assert isinstance(answer, kind)
    assert answer.n_requests == 1
    again = provider.fetch(request)
    assert isinstance(again, BarsAnswer)
    assert len(again.bars) > 100


def test_the_markets_search_is_understood(provider):
    assert "AAPL" in [match.symbol for match in provider.search("apple", 2.0).matches]
