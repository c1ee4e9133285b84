"""Adjusted answers: right on a fresh database, for every interval, whatever was fetched before."""

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest, JobState
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import Span
from candledesk.settings import load_settings

NOW = "2026-11-20T22:00:00Z"  # NVDA splits 4:1 on 2026-09-14, a Monday


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def cache(market, tmp_path):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    service = CacheService(tmp_path / "candles.db", settings, tmp_path / "yfinance", now=market.clock.now)
    yield service.controller
    service.close()


def span_of(start, end):
    return Span(parse_instant(f"{start}T00:00:00Z"), parse_instant(f"{end}T00:00:00Z"))


def load(cache, interval, start, end, **options):
    request = BarsRequest("NVDA", parse_interval(interval), span_of(start, end), timeout_s=None, **options)
    return cache.load_bars(request).result(60)


@pytest.mark.parametrize("interval", ["1h", "4h", "1d", "1wk"])
def test_a_split_after_the_span_is_undone_on_a_fresh_database(cache, market, interval):
    traded = load(cache, interval, "2026-03-02", "2026-04-01", adjust="none")
    stored = load(cache, interval, "2026-03-02", "2026-04-01")
    assert traded.complete
    np.testing.assert_allclose(traded.bars.close, stored.bars.close * 4)
    n_requests = len(market.chart_log())
    assert load(cache, interval, "2026-03-02", "2026-04-01", adjust="none").bars.equals(traded.bars)
    assert len(market.chart_log()) == n_requests


def test_without_the_later_days_an_adjusted_answer_is_not_complete(cache):
    load(cache, "1h", "2026-03-02", "2026-04-01")  # the first look at dailies would bring all of them
    load(cache, "1d", "2026-03-02", "2026-04-01")
    assert load(cache, "1d", "2026-03-02", "2026-04-01", fill="none").complete
    adjusted = load(cache, "1d", "2026-03-02", "2026-04-01", adjust="none", fill="none")
    assert not adjusted.complete
    assert adjusted.gaps[-1].reason.startswith("splits and dividends")


def test_a_month_with_a_split_inside_is_made_of_days_as_they_were_traded(cache):
    days = load(cache, "1d", "2026-09-01", "2026-10-01", adjust="none").bars
    (month,) = (load(cache, "1mo", "2026-09-01", "2026-10-01", adjust="none").bars,)
    assert len(month) == 1
    assert month.open[0] == days.open[0]
    assert month.close[0] == days.close[-1]
    assert month.low[0] == days.low.min()
    assert month.volume[0] == pytest.approx(days.volume.sum())


def test_dividends_of_a_fresh_database_equal_those_of_the_whole_history(cache, tmp_path, market):
    fresh = load(cache, "1h", "2026-03-02", "2026-04-01", adjust="all").bars
    load(cache, "1d", "1999-01-01", "2026-11-21")
    assert load(cache, "1h", "2026-03-02", "2026-04-01", adjust="all").bars.equals(fresh)


def test_a_backfill_of_weeks_fetches_the_days_of_both_its_ends(cache):
    span = span_of("2020-01-01", "2020-02-04")  # from a Wednesday to a Tuesday
    job = cache.start_backfill("MSFT", parse_interval("1wk"), span).result(60)
    assert cache.wait_job(job.job_id).result(60).state is JobState.SUCCEEDED
    request = BarsRequest("MSFT", parse_interval("1wk"), span, fill="none")
    stored = cache.load_bars(request).result(60)
    assert stored.complete
    filled = cache.load_bars(BarsRequest("MSFT", parse_interval("1wk"), span, timeout_s=None)).result(60)
    assert stored.bars.equals(filled.bars)
