"""A second process prints the very bars that the first would have printed."""

from pathlib import Path

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.job_states import JobState
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.times import parse_time
from candledesk.indicators.studies import make_study
from candledesk.settings import load_settings
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer

RESOURCES = Path(__file__).parents[2] / "resources"
NOW = "2026-11-20T22:00:00Z"
DAILY = INTERVALS["1d"]
ASKED = [
    ("MSFT", "1wk", "2020-01-01", "2020-02-04", "splits"),  # from a Wednesday to a Tuesday
    ("NVDA", "1h", "2026-03-02", "2026-04-01", "none"),  # the split is months later
    ("NVDA", "1d", "2019-01-01", "2020-01-01", "all"),
    ("BTC-USD", "1m", "2026-11-10", "2026-11-16", "splits"),  # more than one page
    ("MSFT", "45m", "2026-11-02", "2026-11-10", "splits"),
    ("MSFT", "3d", "2020-01-01", "2020-02-04", "splits"),
    ("VOD.L", "1y", "2010-01-01", "2020-01-01", "splits"),
    ("VOD.L", "1d", "2127-11-01", "2128-01-01", "splits"),  # nothing can be there yet
    ("SPY", "1d", "1850-01-01", "1890-01-01", "splits"),  # nor was there ever
    ("AAPL/SPY", "1d", "2020-01-01", "2021-01-01", "splits"),
    ("AAPL/SPY", "1h", "2026-11-02", "2026-11-10", "splits"),
]


def make_cache(market, home):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    return CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)


@pytest.fixture
def served(tmp_path):
    """A cache, a running instance with a cache of its own, and its clock's market."""
    with DemoMarket(now=NOW) as market:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        near, far = make_cache(market, tmp_path / "a"), make_cache(market, tmp_path / "b")
        server = WebServer(far.controller, resources=RESOURCES, token="t", clock=market.clock.now)
        server.start()
        try:
            yield near.controller, RemoteCache(server.url, "t")
        finally:
            server.stop(3)
            near.close()
            far.close()


@pytest.mark.parametrize("asked", ASKED)
def test_the_running_instance_gives_the_same_bars(served, asked):
    symbol, interval, start, end, adjust = asked
    span = Span(parse_time(start, "from"), parse_time(end, "to"))
    request = BarsRequest(symbol, parse_interval(interval), span, timeout_s=None, adjust=adjust)
    direct, remote = [cache.load_bars(request).result(60) for cache in served]
    assert remote.bars.equals(direct.bars)
    assert remote.gaps == direct.gaps
    assert direct.complete
    assert remote.instrument.first_open_time or direct.lookback_s
    assert span.start > HISTORY_START or not len(direct.bars)


def test_a_ratio_has_its_indicators_and_no_corporate_events(served):
    span = Span(parse_time("2026-01-02", "from"), parse_time("2026-11-02", "to"))
    study = make_study("sma", {"length": 20})
    values = []
    for cache in served:
        cache.load_bars(BarsRequest("AAPL/SPY", DAILY, span, timeout_s=None)).result(60)
        values.append(cache.load_indicator(IndicatorRequest("AAPL/SPY", DAILY, study, span)).result(60).lines["value"])
        assert cache.read_corporate_events("AAPL/SPY", DAILY).result(60) == ()
    assert np.isfinite(values[0][-1])
    np.testing.assert_array_equal(*values)


def test_backfills_of_a_ratio_are_those_of_both_series(served):
    span = Span(parse_time("2026-01-02", "from"), parse_time("2026-02-02", "to"))
    for cache in served:
        assert cache.start_backfill("AAPL/SPY", DAILY, span).result(60).symbol == "AAPL"
        jobs = cache.start_backfills([("MSFT", DAILY), ("AAPL/SPY", DAILY)], span).result(60)
        assert [job.symbol for job in jobs] == ["MSFT", "AAPL", "SPY"]
        assert [cache.wait_job(job.job_id).result(60).state for job in jobs] == [JobState.SUCCEEDED] * 3
        assert len(cache.load_bars(BarsRequest("AAPL/SPY", DAILY, span, fill="none")).result(60).bars) == 20
