"""Prices: a pure function of symbol and minute, the same for all intervals, without future data."""

import time
from itertools import pairwise

import numpy as np
import pytest

from candledesk.demo.instruments.profiles import PROFILES, profiles_at
from candledesk.demo.prices.listings import Prices
from candledesk.demo.prices.truth import make_truth
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.span import Span

NOW = 1_795_499_040
SYMBOLS = [profile.symbol for profile in PROFILES]
FULL = [profile.symbol for profile in PROFILES if profile.traded == 1]


@pytest.fixture(scope="module")
def prices():
    return Prices(NOW)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_daily_bar_is_the_aggregate_of_its_minutes(prices, symbol):
    listing = prices.listing(symbol, NOW)
    last = listing.known_sessions(NOW) - 1
    first = max(0, last - 60)
    minutes = listing.rows(60, int(listing.hours.open[first]), int(listing.hours.open[last]), NOW)
    assert (minutes.high >= np.maximum(minutes.open, minutes.close)).all()
    assert (minutes.low <= np.minimum(minutes.open, minutes.close)).all()
    assert (minutes.low > 0).all()
    assert (minutes.volume >= 0).all()
    days = listing.daily(first, last, NOW)
    for row in range(first, last):
        own = minutes.take(minutes.session == row)
        day = row - first
        assert (own.open[0], own.high.max(), own.low.min(), own.close[-1], own.volume.sum()) == (
            days.open[day],
            days.high[day],
            days.low[day],
            days.close[day],
            days.volume[day],
        )


@pytest.mark.parametrize("symbol", FULL)
@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "30m", "1h", "90m", "4h", "1d", "1wk"])
def test_a_venue_has_every_bar_that_its_calendar_expects(prices, symbol, interval):
    end = NOW // DAY_S * DAY_S - 7 * DAY_S
    span = Span(end - (21 if interval[-1] in "mh" else 400) * DAY_S, end)
    listing = prices.listing(symbol, NOW)
    if symbol == "NEWCO" and not interval.endswith(("m", "h")):
        span = Span(end - 28 * DAY_S, end)
    truth = make_truth(prices, symbol, interval, span.start, span.end, NOW)
    expected = expected_open_times(listing.hours, parse_interval(interval), span)
    assert np.array_equal(truth.open_time, expected)


@pytest.mark.parametrize("symbol", ["AAPL", "0700.HK", "EURUSD=X", "THIN"])
def test_prices_do_not_depend_on_the_size_of_the_request(prices, symbol):
    whole = make_truth(Prices(NOW), symbol, "5m", NOW - 9 * DAY_S, NOW, NOW)
    rng = np.random.default_rng(1)
    cuts = np.sort(rng.integers(NOW - 9 * DAY_S, NOW, 6)).tolist()
    cuts = [NOW - 9 * DAY_S, *cuts, NOW]
    parts = [make_truth(prices, symbol, "5m", a, b, NOW) for a, b in pairwise(cuts) if a < b]
    for name in ("open_time", "open", "high", "low", "close", "volume"):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))


def test_past_prices_stay_when_the_clock_advances(prices):
    later = NOW + 400 * DAY_S
    before = make_truth(prices, "MSFT", "1h", NOW - 30 * DAY_S, NOW - DAY_S, NOW)
    after = make_truth(Prices(later), "MSFT", "1h", NOW - 30 * DAY_S, NOW - DAY_S, later)
    assert before.equals(after)


def test_the_young_listing_keeps_its_bars_when_its_listing_date_advances(prices):
    later = NOW + 5 * DAY_S
    before = make_truth(prices, "NEWCO", "1h", NOW - 32 * DAY_S, NOW - DAY_S, NOW)
    after = make_truth(Prices(later), "NEWCO", "1h", NOW - 32 * DAY_S, NOW - DAY_S, later)
    assert before.equals(after)
    assert len(before) > 100


def test_apples_days_of_2019_to_2024_are_the_real_ones(prices):
    import hvsampledata

    real = hvsampledata.apple_stocks("pandas")
    bars = make_truth(prices, "AAPL", "1d", 0, 1_735_603_200, NOW)  # until 2024-12-31
    assert np.array_equal(bars.open_time, real["date"].to_numpy("datetime64[s]").astype(np.int64))
    assert np.array_equal(bars.close, real["close"].to_numpy(np.float32).astype(np.float64))
    assert np.array_equal(bars.volume, real["volume"].to_numpy(np.float64))


def test_the_returns_of_the_series_are_plausible(prices):
    bars = make_truth(prices, "MSFT", "1d", NOW - 20 * 365 * DAY_S, NOW, NOW)
    moves = np.diff(np.log(bars.close))
    assert 0.15 < moves.std() * 252**0.5 < 0.45
    calm_and_wild = np.array([chunk.std() for chunk in np.array_split(np.abs(moves), 80)])
    assert calm_and_wild.max() > 2 * calm_and_wild.min()
    assert (bars.open[1:] != bars.close[:-1]).mean() > 0.9


def test_every_invented_price_is_labelled():
    for profile in profiles_at(NOW).values():
        assert "synthetic" in profile.name


def test_prices_are_made_within_the_budget():
    prices = Prices(NOW)
    prices.listing("BTC-USD", NOW)
    budgets = {("1m", 7): 0.05, ("1h", 729): 0.3, ("1d", 4400): 0.3}
    from candledesk.demo.http.chart import answer_chart

    for (interval, days), budget in budgets.items():
        query = {"interval": interval, "period1": str(NOW - days * DAY_S), "period2": str(NOW)}
        started = time.thread_time()
        answer_chart(prices, "BTC-USD", query, NOW)
        assert time.thread_time() - started < 3 * budget, interval  # a slow machine may take three times as long
