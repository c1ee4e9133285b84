"""The values at a forming bar: after any number of ticks they are those of a run over all bars (WORKBENCH.md §1.7)."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.computing import compute, recompute
from candledesk.indicators.declaration import Hole, Reach
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study, parse_study
from tests.indicators.markets import bars_of, market_of

FIELDS = ("open_time", "open", "high", "low", "close", "volume")
PARAMS = {"zigzag": {"deviation": 2.0, "legs": 4}}  # points often enough
N_TICKS, TICKS_A_BAR, N_KNOWN = 10_000, 250, 500
N_TICKS_MORE = 2_000  # of other parameters and of chains
WHOLE = {"obv", "volume_profile", "zigzag"}  # a sum and a count over all bars are as fast; zig zag: see below
CHAINS = (
    "ema:length=20,source=(rsi:length=7)",
    "macd:source=(macd.histogram:fast=5)",
    "bollinger:source=(stochastic.d:k=5)",
    "stoch_rsi:source=(vwap.upper)",
    "sma:length=3,source=(zigzag:deviation=2,legs=4)",
    "rsi:source=(sar)",
)
OTHERS = {
    "sma": {"length": 60},
    "bollinger": {"length": 60},
    "wma": {"length": 60},
    "cci": {"length": 60},
    "ema": {"length": 1},
    "macd": {"average": "sma"},
    "atr": {"average": "ema"},
    "keltner": {"average": "sma", "style": "range"},
    "vwap": {"anchor": "week"},
    "pivot_points": {"kind": "woodie", "anchor": "day"},
    "ichimoku": {"span_b": 100},
    "supertrend": {"atr_length": 1},
}
STUDIES = [
    *(make_study(row.id, PARAMS.get(row.id)) for row in INDICATORS),
    *(make_study(name, params) for name, params in OTHERS.items()),
    *map(parse_study, CHAINS),
]


def name_of(study):
    return f"{study.id}-{'-'.join(str(value) for _, value in study.params.items)}"


def assert_same(found, wanted):
    for name, line in wanted.lines.items():
        scale = np.nanmax(np.abs(line), initial=0.0)
        np.testing.assert_allclose(found.lines[name], line, rtol=1e-12, atol=1e-12 * scale, err_msg=name)
    np.testing.assert_array_equal(found.settled, wanted.settled)


class Ticks:
    """Bars of a venue of which those from ``N_KNOWN`` on form tick by tick."""

    def __init__(self, n_bars, venue="24/7"):
        self.rng = np.random.default_rng(5)
        self.columns = [getattr(bars_of(venue, 2_600), field)[: N_KNOWN + n_bars].copy() for field in FIELDS]

    def next(self, n, *, is_first):
        """Return the bars after one more tick of the bar ``n``."""
        opening, high, low, close, volume = self.columns[1:]
        if is_first:
            opening[n] = high[n] = low[n] = close[n] = close[n - 1]
            volume[n] = 0.0
        close[n] *= 1 + self.rng.normal(0, 1e-3)
        high[n], low[n], volume[n] = max(high[n], close[n]), min(low[n], close[n]), volume[n] + 3.0
        return Bars(*(column[: n + 1].copy() for column in self.columns))


@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_ten_thousand_ticks_end_where_a_batch_does(study):
    n_ticks = N_TICKS if STUDIES.index(study) < len(INDICATORS) else N_TICKS_MORE
    market, ticks = market_of("24/7"), Ticks(n_ticks // TICKS_A_BAR)
    shown = ticks.next(N_KNOWN, is_first=True)
    values = compute(study, shown, market)
    for tick in range(1, n_ticks):
        following = ticks.next(N_KNOWN + tick // TICKS_A_BAR, is_first=tick % TICKS_A_BAR == 0)
        values = recompute(study, (shown, values), following, market)
        shown = following
        if tick % 1_000 == 0 or tick == n_ticks - 1:
            assert_same(values, compute(study, following, market))


def watched(study):
    """Return the study, and a list of how many bars its kernel is given each time."""
    given = []

    def count(inputs, params):
        given.append(len(inputs.bars))
        return study.indicator.compute(inputs, params)

    return replace(study, declared=replace(study.indicator, compute=count)), given


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_a_tick_computes_no_more_bars_than_the_windows_need(indicator):
    market, ticks = market_of("24/7"), Ticks(3)
    study, given = watched(make_study(indicator.id))
    shown = ticks.next(N_KNOWN, is_first=True)
    values = compute(study, shown, market)
    given.clear()
    for n, is_first in ((0, False), (1, True), (1, False), (2, True), (1, False)):
        following = ticks.next(N_KNOWN + n, is_first=is_first)
        if n == 1 and len(shown) == N_KNOWN + 3:  # the bar before the last one is corrected
            following = Bars(*(column[: N_KNOWN + 3].copy() for column in ticks.columns))
        values, shown = recompute(study, (shown, values), following, market), following
    assert indicator.id in WHOLE or max(given, default=0) <= study.lookback + 3


def test_a_zig_zag_is_computed_again_only_when_a_turning_point_comes_or_goes():
    market, ticks = market_of("24/7"), Ticks(8)
    study, given = watched(make_study("zigzag"))
    shown = ticks.next(N_KNOWN, is_first=True)
    values = compute(study, shown, market)
    for tick in range(1, 8 * TICKS_A_BAR):
        following = ticks.next(N_KNOWN + tick // TICKS_A_BAR, is_first=tick % TICKS_A_BAR == 0)
        values, shown = recompute(study, (shown, values), following, market), following
    assert 1 < len(given) < 40


@pytest.mark.parametrize("n_back", [1, 2, 8, 9, 40])
@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_bars_that_settle_change_the_values_like_a_batch(study, n_back):
    bars, market = bars_of("XHKG", 700), market_of("XHKG")
    for n_later in (0, 1, 3):
        before = bars.take(slice(0, 700 - n_later))
        columns = [getattr(bars, field).copy() for field in FIELDS]
        at = len(before) - n_back
        columns[2][at], columns[4][at], columns[5][at] = columns[2][at] * 1.05, columns[4][at] * 1.04, 77.0
        after = Bars(*columns)
        found = recompute(study, (before, compute(study, before, market)), after, market)
        assert_same(found, compute(study, after, market)) if n_back <= 8 else None
        again = recompute(study, (after, found), after, market)
        assert_same(again, found)


@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_values_become_settled_as_in_a_batch(study):
    bars, market = bars_of("XLON", 1_300), market_of("XLON")
    holes = [Hole(0, int(bars.open_time[0]) - 3_600)]
    shown = bars.take(slice(0, 200))
    values = compute(study, shown, market, holes)
    for n in (*range(201, 340), 700, 701, 702, *range(1_250, 1_300)):
        following = bars.take(slice(0, n))
        values = recompute(study, (shown, values), following, market, holes)
        shown = following
        if n % 20 == 0 or n > 690:
            np.testing.assert_array_equal(values.settled, compute(study, following, market, holes).settled)


@pytest.mark.parametrize("n_behind", [1, 3, 20])
@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_bars_behind_a_hole_stay_unsettled_while_they_form(study, n_behind):
    bars, market = bars_of("24/7", 700), market_of("24/7")
    at = 700 - n_behind
    holes = [Hole(at, int(bars.open_time[at]) - 60)]
    volume = bars.volume.copy()
    volume[-1] += 5.0
    close = bars.close.copy()
    close[-1] = (bars.high[-1] + bars.low[-1]) / 2
    ticked = Bars(*(getattr(bars, field) for field in FIELDS[:4]), close, volume)
    first = compute(study, bars, market, holes)
    found = recompute(study, (bars, first), ticked, market, holes)
    np.testing.assert_array_equal(found.settled, compute(study, ticked, market, holes).settled)
    earlier = ticked.take(slice(0, at + 1))
    found = recompute(study, (earlier, compute(study, earlier, market, holes)), ticked, market, holes)
    np.testing.assert_array_equal(found.settled, compute(study, ticked, market, holes).settled)


@pytest.mark.parametrize("changed", [30, 300, 550, 580, 640])
@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_a_corrected_older_bar_leaves_settled_what_is_settled_in_a_batch(study, changed):
    bars, market = bars_of("XLON", 1_300), market_of("XLON")
    for first in (0, 40):
        holes = [Hole(first, int(bars.open_time[first]) - 3_600)]
        columns = [getattr(bars, field).copy() for field in FIELDS]
        columns[2][changed], columns[4][changed] = columns[2][changed] * 1.02, columns[4][changed] * 1.01
        after = Bars(*columns)
        found = recompute(study, (bars, compute(study, bars, market, holes)), after, market, holes)
        whole = compute(study, after, market, holes)
        np.testing.assert_array_equal(found.settled, whole.settled)


@pytest.mark.parametrize("study", STUDIES, ids=name_of)
def test_bars_that_are_taken_away_and_come_back_change_the_values_like_a_batch(study):
    bars, market = bars_of("XHKG", 700), market_of("XHKG")
    shown = bars.take(slice(0, 690))
    values = compute(study, shown, market)
    for n in (689, 690, 686, 687, 700):
        following = bars.take(slice(0, n))
        values, shown = recompute(study, (shown, values), following, market), following
        whole = compute(study, following, market)
        for name, line in whole.lines.items():
            np.testing.assert_allclose(values.lines[name], line, rtol=1e-9, err_msg=name)
        np.testing.assert_array_equal(values.settled, whole.settled)


@pytest.mark.parametrize("name", [row.id for row in INDICATORS if row.needs_volume])
def test_bars_without_volume_are_carried_on_like_any(name):
    bars, market, study = bars_of("XHKG", 300), market_of("XHKG"), make_study(name)
    volume = bars.volume.copy()
    volume[120:] = 0.0
    for first in (volume, np.zeros(300)):
        quiet = Bars(*(getattr(bars, field) for field in FIELDS[:5]), first)
        shown = quiet.take(slice(0, 200))
        values = compute(study, shown, market)
        for n in range(201, 206):
            following = quiet.take(slice(0, n))
            values, shown = recompute(study, (shown, values), following, market), following
        assert_same(values, compute(study, shown, market))
        traded = Bars(*(getattr(shown, field) for field in FIELDS[:5]), np.append(shown.volume[:-1], 9.0))
        assert_same(recompute(study, (shown, values), traded, market), compute(study, traded, market))


@pytest.mark.parametrize("name", [row.id for row in INDICATORS if row.needs_volume])
def test_a_series_that_loses_its_only_volume_has_no_values(name):
    bars, market, study = bars_of("XHKG", 300), market_of("XHKG"), make_study(name)
    quiet = Bars(*(getattr(bars, field) for field in FIELDS[:5]), np.zeros(300))
    traded = Bars(*(getattr(bars, field) for field in FIELDS[:5]), np.append(np.zeros(299), 9.0))
    found = recompute(study, (traded, compute(study, traded, market)), quiet, market)
    assert_same(found, compute(study, quiet, market))


def test_levels_follow_the_daily_bars_they_are_made_of():
    bars, market, study = bars_of("XHKG", 300), market_of("XHKG"), make_study("pivot_points")
    values = compute(study, bars, market)
    higher = replace(market, daily=Bars(market.daily.open_time, *(2 * getattr(market.daily, x) for x in FIELDS[1:])))
    assert_same(recompute(study, (bars, values), bars, higher), compute(study, bars, higher))
    lacking = replace(market, lacking=market.daily.open_time[-400:])
    assert_same(recompute(study, (bars, values), bars, lacking), compute(study, bars, lacking))


def test_an_anchor_at_events_follows_their_dates():
    bars, market, study = bars_of("XHKG", 300), market_of("XHKG"), make_study("vwap", {"anchor": "splits"})
    values = compute(study, bars, market)
    split = replace(market, splits=bars.open_time[150:151] // 86_400 * 86_400)
    found = recompute(study, (bars, values), bars, split)
    assert_same(found, compute(study, bars, split))
    assert not np.array_equal(found.lines["vwap"], values.lines["vwap"])


def test_every_kind_of_reach_is_tried():
    assert {row.reach for row in INDICATORS} == set(Reach)
