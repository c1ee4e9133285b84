"""Series that break formulas: flat prices, no volume, no bar or one, prices at and below zero, random prices."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Market
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study
from tests.domain.strategies import FIRST_DAY_S, all_days
from tests.indicators.oracle import Series
from tests.indicators.oracle_levels import ORACLES

CALENDAR = all_days(FIRST_DAY_S - 100 * DAY_S, 20_000)


def bars_like(opens, highs, lows, closes, volumes):
    columns = (np.array(column, np.float64) for column in (opens, highs, lows, closes, volumes))
    return Bars(FIRST_DAY_S + np.arange(len(opens), dtype=np.int64) * DAY_S, *columns)


def flat(n, price=12.1, volume=5.0):
    return bars_like([price] * n, [price] * n, [price] * n, [price] * n, [volume] * n)


def values(indicator, bars, params=None, holes=()):
    daily = Market(CALENDAR, INTERVALS["1d"], bars)
    return compute(make_study(indicator.id, params), bars, daily, holes)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_a_few_bars_have_values_of_their_number(indicator, n):
    for holes in ((), (Hole(0, FIRST_DAY_S - DAY_S),) if n else ()):
        found = values(indicator, flat(n), holes=holes)
        assert {len(line) for line in found.lines.values()} == {n}
        assert len(found.settled) == n


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_flat_prices_give_plain_values_or_none(indicator):
    found = values(indicator, flat(300), holes=[Hole(0, FIRST_DAY_S - DAY_S)]).lines
    expected = {"rsi": 100.0, "cci": None, "stochastic": None, "stoch_rsi": None, "williams_r": None, "roc": 0.0}
    expected |= {
        "momentum": 0.0,
        "mfi": 100.0,
        "cmf": 0.0,
        "ao": 0.0,
        "obv": 0.0,
        "atr": 0.0,
        "sma": 12.1,
        "vwma": 12.1,
    }
    if indicator.id in expected:
        wanted = expected[indicator.id]
        last = next(iter(found.values()))[-1]
        assert np.isnan(last) if wanted is None else last == pytest.approx(wanted, abs=1e-12)
    if indicator.id == "bollinger":
        assert found["upper"][-1] == found["basis"][-1] == found["lower"][-1]
    for line in found.values():
        assert not np.isinf(line).any()


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_days_without_volume_have_no_value_of_volume_alone(indicator):
    rng = np.random.default_rng(1)
    close = 50 + np.cumsum(rng.normal(0, 1, 200))
    volume = np.where(np.arange(200) < 120, 0.0, 7.0)
    found = values(indicator, bars_like(close, close + 1, close - 1, close, volume)).lines
    if indicator.id in {"vwma", "cmf"}:
        assert np.isnan(found["value"][:120]).all()
        assert np.isfinite(found["value"][140:]).all()
    if indicator.id == "vwap":
        assert np.isnan(found["vwap"][:120]).all()
    without = values(indicator, bars_like(close, close + 1, close - 1, close, volume * 0)).lines
    if indicator.needs_volume:
        assert all(np.isnan(line).all() for line in without.values())


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_prices_below_zero_are_computed_with(indicator):
    rng = np.random.default_rng(2)
    close = np.cumsum(rng.normal(0, 1, 400))
    bars = bars_like(close, close + 0.5, close - 0.5, close, np.ones(400))
    for line in values(indicator, bars, holes=[Hole(0, FIRST_DAY_S - DAY_S)]).lines.values():
        assert not np.isinf(line).any()


def prices():
    return st.integers(1, 40).map(lambda cents: cents / 8)  # few prices, exact in binary, so that ties are common


@st.composite
def random_bars(draw):
    rows = draw(st.lists(st.tuples(prices(), prices(), prices(), prices(), st.integers(0, 3)), min_size=1, max_size=60))
    columns = zip(*rows, strict=True)
    a, b, c, d = (np.array(column) for column in [next(columns) for _ in range(4)])
    volume = np.array([row[4] for row in rows], np.float64)
    high, low = np.maximum.reduce([a, b, c, d]), np.minimum.reduce([a, b, c, d])
    return bars_like(a, high, low, d, volume)


SHORT = {
    "macd": {"fast": 2, "slow": 4, "signal": 3},
    "ichimoku": {"conversion": 2, "base": 3, "span_b": 5},
    "stoch_rsi": {"rsi_length": 3, "stoch_length": 4, "k": 2, "d": 2},
    "ao": {"fast": 2, "slow": 5},
    "adx": {"di_length": 3, "adx_smoothing": 2},
    "stochastic": {"k": 3, "smooth_k": 2, "d": 2},
    "supertrend": {"atr_length": 2, "factor": 1.0},
    "keltner": {"length": 3, "atr_length": 2},
    "zigzag": {"legs": 2, "deviation": 10.0},
}
WITH_LENGTH = {row.id for row in INDICATORS if any(param.name == "length" for param in row.params)}
PLAIN = [row for row in INDICATORS if row.id not in {"vwap", "pivot_points", "volume_profile"}]


@pytest.mark.parametrize("indicator", PLAIN, ids=lambda row: row.id)
@given(bars=random_bars())
@settings(max_examples=25, deadline=None)
def test_random_bars_with_many_ties_have_the_values_of_the_formula(indicator, bars):
    params = SHORT.get(indicator.id, {"length": 4} if indicator.id in WITH_LENGTH else {})
    study = make_study(indicator.id, params)
    columns = (getattr(bars, name).tolist() for name in ("open_time", "open", "high", "low", "close", "volume"))
    found = values(indicator, bars, params).lines
    if indicator.needs_volume and not bars.volume.any():
        assert all(np.isnan(line).all() for line in found.values())
        return
    for name, wanted in ORACLES[indicator.id](Series(*columns), dict(study.params.items)).items():
        expected = np.array([np.nan if value is None else value for value in wanted])
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)


@given(bars=random_bars(), cut=st.integers(1, 59))
@settings(max_examples=40, deadline=None)
def test_no_value_depends_on_a_later_bar(bars, cut):
    for indicator in PLAIN:
        if indicator.id == "zigzag":
            continue
        params = SHORT.get(indicator.id, {"length": 4} if indicator.id in WITH_LENGTH else {})
        if indicator.needs_volume and not bars.volume[:cut].any():
            continue
        whole, part = values(indicator, bars, params).lines, values(indicator, bars.take(slice(0, cut)), params).lines
        for name, line in part.items():
            np.testing.assert_array_equal(line, whole[name][:cut], err_msg=f"{indicator.id} {name}")


@pytest.mark.parametrize("name", ["supertrend", "sar"])
def test_a_trend_without_end_is_followed_in_good_time(name):
    close = np.linspace(10, 1_000, 100_000)
    bars = bars_like(close, close + 0.01, close - 0.01, close, np.ones(len(close)))
    market = Market(CALENDAR, INTERVALS["1d"])
    started = time.process_time()
    found = compute(make_study(name), bars, market, [Hole(0, FIRST_DAY_S - DAY_S)])
    assert time.process_time() - started < 20
    assert not found.settled.any()  # it may have begun at any time
