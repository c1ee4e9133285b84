"""A split in the middle of a session of use: every interval ends on one basis, and a second fetch changes nothing."""

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.cache.rules.split_basis import align_to_daily, changed_only, divide
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS, parse_interval
from candledesk.domain.span import Span
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.settings import load_settings
from candledesk.venues.calendars import load_calendar

BEFORE, AFTER = "2026-09-11T22:00:00Z", "2026-09-30T22:00:00Z"  # NVDA splits 4:1 on 2026-09-14
OLD = (("1m", "2026-08-17"), ("1h", "2026-06-01"), ("1d", "2020-01-01"))


@pytest.fixture
def market():
    with DemoMarket(now=BEFORE) as market:
        yield market


@pytest.fixture
def service(market, tmp_path):
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    service = CacheService(tmp_path / "candles.db", settings, tmp_path / "yfinance", now=market.clock.now)
    yield service
    service.close()


def load(service, interval, start, end):
    span = Span(parse_instant(f"{start}T00:00:00Z"), parse_instant(f"{end}T00:00:00Z"))
    request = BarsRequest("NVDA", parse_interval(interval), span, timeout_s=None)
    return service.controller.load_bars(request).result(60)


def is_true(market, reply):
    truth = market.truth("NVDA", reply.request.interval.name, reply.span.start, reply.span.end)
    return reply.complete and reply.bars.equals(truth)


@pytest.mark.parametrize("first", ["1d", "1m", "5m"])
def test_whichever_interval_finds_the_split_all_end_on_one_basis(market, service, first):
    for interval, start in OLD:
        assert is_true(market, load(service, interval, start, "2026-09-12"))
    market.clock.set(AFTER)
    assert is_true(market, load(service, first, "2026-09-07", "2026-10-01"))
    for interval, start in OLD:
        assert is_true(market, load(service, interval, start, "2026-10-01"))
    rev = [load(service, interval, start, "2026-10-01").rev for interval, start in OLD]
    for interval, _ in OLD:
        job = service.controller.start_update([("NVDA", parse_interval(interval))]).result(30)
        service.controller.wait_job(job.job_id).result(60)
    assert [load(service, interval, start, "2026-10-01").rev for interval, start in OLD] == rev


@pytest.fixture(scope="module")
def calendar():
    from datetime import date

    return load_calendar(find_venue("NMS", "EQUITY", "America/New_York"), date(2026, 1, 1), date(2026, 12, 31))


def hourly(calendar, factor_before, ex_date):
    times = np.concatenate(
        [np.arange(o, c, 3600) for o, c in zip(calendar.open[:60], calendar.close[:60], strict=True)]
    )
    rng = np.random.default_rng(1)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.002, len(times))))
    close = np.where(times < ex_date, close * factor_before, close)
    return Bars(times, close.copy(), close * 1.001, close * 0.999, close, np.full(len(times), 1000.0))


@pytest.mark.parametrize("factor", [4.0, 1.5, 0.1, 20.0])
def test_intraday_bars_that_missed_a_split_follow_the_dailies(calendar, factor):
    ex_date = int(calendar.date[40])
    true = hourly(calendar, 1.0, ex_date)
    stale = hourly(calendar, factor, ex_date)
    last = np.searchsorted(true.open_time, calendar.close[:60]) - 1
    daily = Bars(
        calendar.date[:60], *(getattr(true, name)[last] for name in ("open", "high", "low", "close", "volume"))
    )
    known = daily.take(np.r_[0:10, 25:60])  # some sessions have no daily bar
    aligned, n_changed = align_to_daily(stale, calendar, INTERVALS["1h"], known, [(ex_date, factor)])
    assert n_changed == int((true.open_time < ex_date).sum())
    np.testing.assert_allclose(aligned.close, true.close)
    again, n_again = align_to_daily(aligned, calendar, INTERVALS["1h"], known, [(ex_date, factor)])
    assert n_again == 0
    assert again.equals(aligned)


def test_rebasing_keeps_float32_prices_float32_and_changes_only_what_is_older():
    price = np.array([10.1, 10.2, 2.6], np.float32).astype(np.float64)
    bars = Bars(
        np.array([0, 1, 2]) * DAY_S, price, price.copy(), price.copy(), price.copy(), np.array([3.0, 3.0, 12.0])
    )
    moved = divide(bars, np.where(bars.open_time < 2 * DAY_S, 3.0, 1.0))
    assert np.array_equal(moved.close, moved.close.astype(np.float32))
    assert moved.close[2] == bars.close[2]
    assert moved.volume.tolist() == [9.0, 9.0, 12.0]


def test_float_noise_is_no_change():
    price = np.array([10.0, 20.0])
    stored = Bars(np.array([0, 60]), price, price.copy(), price.copy(), price.copy(), np.array([5.0, 5.0]))
    noisy = price * (1 + 1e-8)
    new = Bars(np.array([0, 60]), noisy, noisy.copy(), noisy.copy(), np.array([10.0, 20.1]), np.array([5.0, 5.0]))
    assert changed_only(new, stored).open_time.tolist() == [60]
