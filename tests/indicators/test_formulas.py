"""Every indicator against the plain Python of ``oracle``: the first value's index, and 1,000 values on five venues."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Market, Reach
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study
from tests.indicators.markets import (
    VENUES,
    bars_of,
    calendar_of,
    market_of,
    month,
    series_of,
    session_dates,
    walk,
    week,
)
from tests.indicators.oracle_levels import ORACLES

LEVEL_KEYS = {"1d": month, "5m": lambda day: day, "15m": lambda day: day, "1h": week}
# Beside the defaults: the other averages and styles, windows longer and shorter than those that are summed directly.
OTHERS = [
    ("sma", {"length": 200, "source": "hlcc4"}),
    ("sma", {"length": 1}),
    ("ema", {"length": 200, "source": "ohlc4"}),
    ("wma", {"length": 50}),
    ("hma", {"length": 90}),
    ("vwma", {"length": 3}),
    ("rsi", {"length": 2, "source": "hl2"}),
    ("macd", {"average": "sma", "signal_average": "sma"}),
    ("macd", {"fast": 26, "slow": 12, "signal": 2}),
    ("bollinger", {"length": 100, "mult": 0.5}),
    ("keltner", {"style": "range", "average": "sma"}),
    ("keltner", {"style": "true_range"}),
    ("atr", {"average": "wma", "length": 40}),
    ("atr", {"average": "sma"}),
    ("atr", {"average": "ema"}),
    ("stochastic", {"k": 50, "smooth_k": 3, "d": 5}),
    ("cci", {"length": 60}),
    ("adx", {"di_length": 7, "adx_smoothing": 20}),
    ("supertrend", {"factor": 1.0, "atr_length": 3}),
    ("sar", {"start": 0.05, "increment": 0.05, "maximum": 0.5}),
    ("zigzag", {"deviation": 2.0, "legs": 4}),
    ("donchian", {"length": 77}),
    ("mfi", {"length": 33}),
    ("cmf", {"length": 100}),
    *(("pivot_points", {"kind": kind}) for kind in ("fibonacci", "woodie", "classic", "camarilla", "demark")),
]


def check(study, venue, series):
    found = compute(study, bars_of(venue), market_of(venue)).lines
    wanted = ORACLES[study.id](series, dict(study.params.items))
    assert set(found) == set(wanted)
    for name, values in wanted.items():
        expected = np.array([np.nan if value is None else value for value in values], np.float64)
        np.testing.assert_array_equal(np.isnan(found[name]), np.isnan(expected), err_msg=name)
        scale = np.nanmax(np.abs(expected), initial=1.0)
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, atol=1e-12 * scale, err_msg=name)


def periods(indicator_id, venue):
    return LEVEL_KEYS[VENUES[venue][1]] if indicator_id == "pivot_points" else lambda day: day


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_every_indicator_has_the_values_of_its_formula(indicator, venue):
    check(make_study(indicator.id), venue, series_of(venue, periods(indicator.id, venue)))


@pytest.mark.parametrize(("indicator_id", "params"), OTHERS, ids=str)
def test_other_parameters_have_the_values_of_the_formula(indicator_id, params):
    check(make_study(indicator_id, params), "XLON", series_of("XLON", periods(indicator_id, "XLON")))


@pytest.mark.parametrize(
    ("anchor", "key"),
    [
        ("week", week),
        ("month", month),
        ("quarter", lambda day: (month(day)[0], (month(day)[1] - 1) // 3)),
        ("year", lambda day: month(day)[0]),
        ("decade", lambda day: month(day)[0] // 10),
        ("century", lambda day: month(day)[0] // 100),
    ],
)
def test_an_anchor_begins_with_the_venues_own_period(anchor, key):
    check(make_study("vwap", {"anchor": anchor}), "XLON", series_of("XLON", key))


@pytest.mark.parametrize("anchor", ["dividends", "splits"])
@pytest.mark.parametrize("venue", ["XNYS", "XLON"])
def test_an_ex_date_begins_a_price_at_its_session_and_before_the_first_there_is_none(venue, anchor):
    bars, dates = bars_of(venue), np.array(session_dates(venue, bars_of(venue).open_time))
    firsts = [int(np.searchsorted(dates, dates[place])) for place in (400, 900)]
    market = replace(market_of(venue), **{anchor: dates[firsts]})
    study = make_study("vwap", {"anchor": anchor})
    found = compute(study, bars, market)
    price = found.lines["vwap"]
    assert np.isnan(price[: firsts[0]]).all()
    for first, behind in zip(firsts, [*firsts[1:], len(bars)], strict=True):
        for last in (first, first + 1, behind - 1):
            rows, weights = (bars.high + bars.low + bars.close)[first : last + 1] / 3, bars.volume[first : last + 1]
            assert price[last] == pytest.approx((rows * weights).sum() / weights.sum(), rel=1e-9)
    later = compute(study, bars.take(slice(500, None)), market, [Hole(0, int(bars.open_time[499]))])
    assert later.settled.tolist() == [False] * (firsts[1] - 500) + [True] * (len(bars) - firsts[1])
    assert compute(study, bars, market, [Hole(0, int(bars.open_time[0]) - DAY_S)]).settled[: firsts[0]].all()


def test_a_week_that_holds_an_ex_date_begins_a_price():
    weeks = np.arange(1_577_664_000, 1_577_664_000 + 60 * 7 * DAY_S, 7 * DAY_S)  # Mondays
    bars, wednesday = walk(weeks, 4), weeks[30] + 2 * DAY_S
    market = Market(calendar_of("XNYS"), INTERVALS["1wk"], dividends=np.array([wednesday]))
    study = make_study("vwap", {"anchor": "dividends"})
    price = compute(study, bars, market).lines["vwap"]
    assert np.flatnonzero(~np.isnan(price))[0] == 30
    assert price[30] == pytest.approx((bars.high + bars.low + bars.close)[30] / 3)
    assert study.indicator.anchor_start(market, study.params, int(weeks[50])) == weeks[30]
    assert study.indicator.anchor_start(market, study.params, int(weeks[20])) == weeks[20]


@pytest.mark.parametrize(
    ("indicator_id", "firsts"),
    [
        ("rsi", [14]),
        ("macd", [25, 33, 33]),
        ("atr", [13]),
        ("adx", [27, 14, 14]),
        ("ichimoku", [8, 25, 25, 51, 0]),
        ("stoch_rsi", [29, 31]),
        ("sar", [1]),
    ],
)
def test_the_first_values_are_where_the_charting_sites_have_them(indicator_id, firsts):
    lines = compute(make_study(indicator_id), bars_of("XNYS"), market_of("XNYS")).lines
    assert [int(np.flatnonzero(~np.isnan(line))[0]) for line in lines.values()] == firsts


def test_there_is_an_oracle_for_each_of_the_thirty():
    assert len(INDICATORS) == 30
    assert {row.id for row in INDICATORS} == set(ORACLES)


OF_SOME_BARS = [row for row in INDICATORS if row.reach is Reach.BARS and not row.is_known_later]


@pytest.mark.parametrize("indicator", OF_SOME_BARS, ids=lambda row: row.id)
def test_the_lookback_is_the_index_of_the_last_first_value(indicator):
    study = make_study(indicator.id)
    lines = compute(study, bars_of("24/7"), market_of("24/7")).lines
    assert max(int(np.flatnonzero(~np.isnan(line))[0]) for line in lines.values()) == study.lookback


@pytest.mark.parametrize("venue", VENUES)
def test_the_legs_of_a_zig_zag_go_up_and_down_in_turns(venue):
    for params in ({"deviation": 0.5, "legs": 4}, {"deviation": 3.0, "legs": 6}):
        points = compute(make_study("zigzag", params), bars_of(venue), market_of(venue)).lines["value"]
        legs = np.diff(points[~np.isnan(points)])
        assert len(legs) > 20
        assert (legs[1:] * legs[:-1] < 0).all()
