"""Pivot points by their periods, and the zig zag by its points, each by itself."""

import math
from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, INTERVALS, parse_interval
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Inputs
from candledesk.indicators.levels.pivot_points import period_name
from candledesk.indicators.levels.zigzag import _candidates, _choose, _deviation, _next, _Point, _takes_over, _Unknown
from candledesk.indicators.primitives.anchored import period_of, period_start
from candledesk.indicators.studies import make_study
from tests.indicators.markets import bars_of, market_of

MARKET = market_of("24/7")


@pytest.mark.parametrize(
    ("interval", "period"),
    [
        *(("1m", "day"), ("15m", "day"), ("30m", "week"), ("4h", "week")),
        *(("1d", "month"), ("2d", "month"), ("1wk", "year"), ("1mo", "year")),
    ],
)
def test_the_period_of_the_levels_follows_the_interval_unless_it_is_chosen(interval, period):
    market = replace(MARKET, interval=parse_interval(interval))
    assert period_name(market, make_study("pivot_points").params) == period
    assert period_name(market, make_study("pivot_points", {"anchor": "5y"}).params) == "5y"


def utc(text):
    return int(np.datetime64(text, "s").astype(np.int64))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        *(("day", "2024-08-14"), ("week", "2024-08-12"), ("month", "2024-08-01"), ("quarter", "2024-07-01")),
        *(("year", "2024-01-01"), ("decade", "2020-01-01"), ("century", "2000-01-01")),
        *(("2y", "2024-01-01"), ("3y", "2022-01-01"), ("5y", "2020-01-01"), ("10y", "2020-01-01")),
    ],
)
def test_a_date_belongs_to_the_period_that_begins_at_a_round_year(name, first):
    assert period_of(MARKET, name, np.array([utc("2024-08-14")])).tolist() == [utc(first)]
    if name not in {"day", "week"}:
        begin = utc(first)
        assert period_of(MARKET, name, np.array([begin - DAY_S, begin]))[0] < begin


def test_a_period_starts_with_the_bar_that_can_hold_its_first_session():
    calendar, dates = market_of("XLON").calendar, market_of("XLON").calendar.date
    hourly, daily = market_of("XLON"), replace(market_of("XLON"), interval=INTERVALS["1d"])
    day = dates[500:501]
    assert period_start(hourly, "day", day) == int(calendar.open[500]) - 3_600
    assert period_start(daily, "day", day) == int(day[0])
    behind = dates[-1:] + 30 * DAY_S
    assert period_start(hourly, "day", behind) == int(behind[0])
    first = period_of(hourly, "year", day)
    assert period_start(daily, "year", day) == int(first[0])
    opens = int(calendar.open[np.searchsorted(dates, first[0])])
    assert period_start(hourly, "year", day) == opens - 3_600


def test_an_anchored_price_needs_bars_from_its_session_its_week_or_the_last_ex_date_on():
    bars, market = bars_of("XLON", 300), market_of("XLON")
    days = market.calendar.date[np.searchsorted(market.calendar.date, bars.open_time[[0, 100, 200]], side="right") - 1]
    market = replace(market, splits=days[1:2], dividends=days[1:])
    time = int(bars.open_time[250])

    def start(anchor, at=time, of=market):
        study = make_study("vwap", {"anchor": anchor})
        return study.indicator.anchor_start(of, study.params, at)

    today = np.array([time // DAY_S * DAY_S])
    assert start("session") == period_start(market, "day", today)
    assert start("week") == period_start(market, "week", today) < start("session")
    assert start("splits") == period_start(market, "day", days[1:2])
    assert start("dividends") == period_start(market, "day", days[2:3])
    assert start("dividends", int(bars.open_time[150])) == start("splits")
    assert start("splits", int(bars.open_time[50])) == int(bars.open_time[50]), "before the first there is no value"
    assert start("splits", time, replace(market, splits=None)) == time


@pytest.mark.parametrize("anchor", ["month", "quarter", "year", "2y"])
def test_levels_of_long_periods_are_made_of_the_one_before(anchor):
    bars, market = bars_of("XNYS"), market_of("XNYS")
    study = make_study("pivot_points", {"anchor": anchor})
    levels = compute(study, bars, market).lines
    keys = period_of(market, anchor, bars.open_time)
    for key in sorted(set(keys.tolist()))[1:]:
        first = int(np.searchsorted(keys, key))
        before = keys == keys[first - 1]
        high, low, close = bars.high[before].max(), bars.low[before].min(), bars.close[before][-1]
        pivot = (high + low + close) / 3
        np.testing.assert_allclose(levels["p"][keys == key], pivot)
        np.testing.assert_allclose(levels["r5"][keys == key], 4 * pivot + high - 4 * low)
        np.testing.assert_allclose(levels["s5"][keys == key], 4 * pivot + low - 4 * high)
    assert np.isnan(levels["p"][keys == keys[0]]).all()


def test_without_a_session_before_there_are_no_levels():
    bars, market = bars_of("XNYS", 60), market_of("XNYS")
    none = np.empty(0, np.int64)
    empty = SessionCalendar("XNYS", market.calendar.tz, none, none, none, none, none)
    levels = compute(make_study("pivot_points"), bars, replace(market, calendar=empty)).lines
    assert all(np.isnan(line).all() for line in levels.values())
    known = np.isfinite(compute(make_study("pivot_points"), bars, market).lines["p"])
    assert known.any()
    assert not known[0]


def test_woodies_levels_are_settled_from_the_first_period_that_is_whole():
    bars, market = bars_of("XLON", 300), market_of("XLON")
    keys = period_of(market, "week", bars.open_time // DAY_S * DAY_S)
    hole = Hole(20, int(bars.open_time[19]))
    behind = int(np.searchsorted(keys, keys[20], side="right"))
    for kind, first in (("woodie", behind), ("traditional", 20)):
        settled = compute(make_study("pivot_points", {"kind": kind}), bars, market, [hole]).settled
        assert settled[first:].all()
        assert not settled[20:first].any()


HIGH, LOW = 1, -1


@pytest.mark.parametrize(
    ("points", "chosen"),
    [
        ([(0, 100, HIGH), (5, 95, LOW)], [0, 5]),
        ([(0, 100, HIGH), (5, 95.01, LOW)], [0]),
        ([(0, 100, LOW), (5, 105, HIGH)], [0, 5]),
        ([(0, 100, LOW), (5, 104.99, HIGH)], [0]),
        ([(0, 100, HIGH), (5, 101, HIGH)], [5]),
        ([(0, 100, HIGH), (5, 100, HIGH)], [0]),
        ([(0, 100, LOW), (5, 99, LOW)], [5]),
        ([(0, 100, LOW), (5, 101, LOW)], [0]),
        ([(0, 100, HIGH), (0, 80, LOW), (5, 90, LOW)], [0, 5]),
        ([(0, 100, HIGH), (5, 90, LOW), (6, 85, LOW), (9, 95, HIGH)], [0, 6, 9]),
        ([], []),
    ],
)
def test_points_take_turns_and_lie_apart_by_the_deviation(points, chosen):
    assert [one.bar for one in _choose([_Point(*row) for row in points], 5.0)] == chosen


@pytest.mark.parametrize(
    ("last", "price", "side", "deviation"),
    [(100, 110, HIGH, 10), (100, 90, LOW, 10), (100, 110, LOW, -10), (-100, -90, HIGH, 10), (0, 1, HIGH, math.inf)],
)
def test_a_deviation_is_in_per_cent_of_the_point_before(last, price, side, deviation):
    assert _deviation(_Point(0, last, -side), _Point(1, price, side)) == pytest.approx(deviation)
    assert _deviation(_Point(0, 0.0, HIGH), _Point(1, 1.0, LOW)) == -math.inf


def test_prices_of_an_unknown_point_are_taken_away_from_both_ends():
    one = _Unknown()
    assert one.raise_to(5.0)
    assert not one.raise_to(5.0)
    assert not one.raise_to(4.0)
    assert one.lower_to(8.0)
    assert not one.lower_to(8.0)
    assert not one.lower_to(9.0)
    assert (one.least, one.most, one.is_empty) == (5.0, 8.0, False)
    assert one.lower_to(3.0)
    assert one.is_empty
    assert not one.lower_to(2.0)
    assert not one.raise_to(7.0)


@pytest.mark.parametrize(
    ("side", "high", "low"), [(HIGH, (100, math.inf), (100 / 1.05, math.inf)), (LOW, (0, 100 / 0.95), (0, 100))]
)
def test_a_turning_point_takes_over_from_what_it_is_beyond(side, high, low):
    some = _Unknown(), _Unknown()
    assert _takes_over(*some, _Point(0, 100.0, side), 0.05)
    assert [(one.least, one.most) for one in some] == [pytest.approx(high), pytest.approx(low)]
    assert not _takes_over(*some, _Point(1, 100.0, side), 0.05)


def test_a_low_takes_over_from_no_high_where_the_deviation_is_all_of_the_price():
    high, low = _Unknown(), _Unknown()
    assert _takes_over(high, low, _Point(0, 100.0, LOW), 1.0)
    assert (high.most, low.most) == (math.inf, 100.0)


def test_the_points_of_a_zig_zag_are_known_when_as_many_bars_have_followed():
    high = np.array([1, 2, 3, 2, 1, 2, 3, 4, 3, 2, 2.5], np.float64)
    times = np.arange(11, dtype=np.int64) * 60
    bars = Bars(times, high, high, high - 0.5, high, np.ones(11))
    for legs, rows, behind in ((4, [2, 4, 7], 2), (2, [2, 4, 7, 9], 1), (3, [2, 4, 7, 9], 1)):
        lines = compute(make_study("zigzag", {"legs": legs}), bars, replace(MARKET, interval=INTERVALS["1m"])).lines
        assert np.flatnonzero(~np.isnan(lines["value"])).tolist() == rows
        assert lines["known_time"][rows].tolist() == [60 * (row + behind) for row in rows]
        assert lines["value"][rows].tolist() == [3, 0.5, 4, 1.5][: len(rows)]


def first_sure(points, deviation):
    """Return the bar of the last point of the line as soon as it is the same after every last point before."""
    share, lasts = deviation / 100, set()
    near = [(*point, factor) for point in points for factor in (1 - 1e-9, 1 + 1e-9)]
    for _, price, _, factor in near:
        for edge in (price, price / (1 + share), price / (1 - share)):
            lasts |= {_Point(-1, edge * factor, HIGH), _Point(-1, edge * factor, LOW)}
    lasts |= {_Point(-1, price, side) for price in (1e-9, 1e9) for side in (HIGH, LOW)}
    for point in points:
        lasts = {_next(last, point, deviation) for last in lasts}
        if len(lasts) == 1:
            return lasts.pop().bar
    return None


@pytest.mark.parametrize("deviation", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("index", [60, 61, 64, 200, 1_251])
def test_a_zig_zag_is_settled_from_the_first_point_that_follows_whatever_came_before(deviation, index):
    bars, study = bars_of("24/7"), make_study("zigzag", {"deviation": deviation, "legs": 4})
    points = [point for point in _candidates(bars, 2) if point.bar >= index + 2]
    wanted = first_sure(points[:60], deviation)
    found = study.indicator.settled_from(Inputs(bars, np.empty(0), MARKET), study.params, Hole(index, 0))
    assert found == (len(bars) if wanted is None else wanted)


def test_a_zig_zag_about_zero_is_never_settled_behind_a_hole():
    bars = bars_of("24/7")
    low = bars.low.copy()
    low[50:] -= low.max()
    below = Bars(bars.open_time, bars.open, bars.high, low, bars.close, bars.volume)
    study = make_study("zigzag", {"deviation": 0.5, "legs": 4})
    for one, is_settled in ((bars, True), (below, False)):
        found = study.indicator.settled_from(Inputs(one, np.empty(0), MARKET), study.params, Hole(60, 0))
        assert (found < len(bars)) is is_settled
