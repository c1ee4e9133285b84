"""From which bar on a value is settled behind missing bars, to the bar."""

from math import ceil

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Inputs
from candledesk.indicators.settling import _known_ratio, holes_of, settled_from
from candledesk.indicators.studies import make_study, parse_study
from candledesk.indicators.trend import sar, supertrend
from tests.indicators.markets import bars_of, market_of

BARS, MARKET = bars_of("24/7", 2_600), market_of("24/7")
RSI_S, EMA_S = ceil(20.7 * 14), ceil(10.4 * 10)  # bars in which an rma of 14 and an ema of 9 settle


def n_unsettled(text, index=100):
    """Return how many bars from a hole on are not settled."""
    settled = compute(parse_study(text), BARS, MARKET, [Hole(index, int(BARS.open_time[index - 1]))]).settled
    assert settled[:index].all()
    rows = np.flatnonzero(~settled)
    assert rows.tolist() == list(range(index, index + len(rows)))
    return len(rows)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("sma:length=9", 8),
        ("momentum:length=10", 10),
        ("ema:length=9", 8 + EMA_S),
        ("ema:length=1", 0),
        ("rsi", 14 + RSI_S),
        ("momentum:length=10,source=(sma:length=9)", 8 + 10),
        ("momentum:length=10,source=rsi", 14 + ceil(1.5 * RSI_S) + 10),
        ("ema:length=9,source=(sma:length=9)", 8 + 8 + EMA_S),
        ("ema:length=9,source=rsi", 14 + ceil(1.5 * RSI_S) + 8 + EMA_S),
    ],
)
def test_a_value_is_settled_behind_its_window_and_what_its_average_needs(text, n):
    assert n_unsettled(text) == n


def source_with(n_valued_each, n=2_600):
    """Return a source that has a value at every so many bars."""
    return np.where(np.arange(n) % n_valued_each == 0, 5.0, np.nan)


def test_an_average_of_a_line_with_few_values_takes_as_many_values_longer():
    study = parse_study("ema:length=9,source=(zigzag:deviation=2,legs=4)")
    inputs = Inputs(BARS, source_with(10), MARKET)
    hole = Hole(100, int(BARS.open_time[99]))
    assert settled_from(study, inputs, hole, is_below=False) == 100 + 10 * (8 + EMA_S)
    assert settled_from(study, inputs, hole, is_below=True) == 100 + 10 * (8 + ceil(1.5 * EMA_S))
    assert settled_from(study, Inputs(BARS, source_with(1_000), MARKET), hole, is_below=False) == len(BARS)
    window = parse_study("momentum:length=10,source=(zigzag:deviation=2,legs=4)")
    assert settled_from(window, inputs, hole, is_below=False) == 110, "a window counts bars"
    exact = np.full(len(BARS), np.nan)
    exact[100 : 100 + 8 + EMA_S + 1] = 5.0
    assert settled_from(study, Inputs(BARS, exact, MARKET), hole, is_below=False) == 100 + 8 + EMA_S
    exact[100] = np.nan
    assert settled_from(study, Inputs(BARS, exact, MARKET), hole, is_below=False) == len(BARS)


def known_ratio(divisor, first, settle):
    asked = []

    def read(inputs, _params):
        asked.append(len(inputs.bars))
        return inputs.source.copy()

    n = len(divisor)
    inputs = Inputs(BARS.take(slice(0, n)), np.array(divisor, np.float64), MARKET)
    return _known_ratio(read, inputs, make_study("rsi").params, first, settle), asked


@pytest.mark.parametrize(
    ("least", "n_more"), [(1.0, 0), (1 / 16, 0), (1 / 17, 1), (1e-3, 2), (1e-6, 5), (0.0, None), (np.nan, None)]
)
def test_a_ratio_takes_longer_by_as_much_as_its_divisor_has_fallen(least, n_more):
    found, _ = known_ratio([1.0] * 5 + [least] * 25, 8, 9)
    assert found == (30 if n_more is None else 8 + n_more)
    again, _ = known_ratio([1.0] * 5 + [least] * 5 + [1.0] * 20, 8, 9)
    assert again == (10 if n_more is None or n_more > 2 else 8 + n_more), "it rises again"


def test_a_ratio_is_looked_for_in_twice_as_many_bars_until_one_is_known():
    found, asked = known_ratio([1.0] * 2 + [1e-6] * 28, 3, 18)
    assert (found, asked) == (3 + 10, [4, 8, 16])
    found, asked = known_ratio([0.0] * 30, 3, 18)
    assert (found, asked) == (30, [4, 8, 16, 30])


def bars_at(n):
    empty = Bars.empty()
    return Bars(np.arange(n, dtype=np.int64) * 60, *([np.zeros(n)] * 5)) if n else empty


@pytest.mark.parametrize(
    ("settled", "holes"),
    [
        ("", []),
        ("111", []),
        ("0", [(1, 0)]),
        ("001", [(2, 60)]),
        ("1001011", [(3, 120), (5, 240)]),
        ("110", [(3, 120)]),
        ("0100", [(1, 0), (4, 180)]),
    ],
)
def test_what_reads_a_line_begins_anew_behind_each_run_that_is_not_settled(settled, holes):
    flags = np.array([one == "1" for one in settled], np.bool_)
    assert [(hole.index, hole.last_missing) for hole in holes_of(flags, bars_at(len(flags)))] == holes


@pytest.mark.parametrize(
    ("name", "step", "n_behind", "median", "most"), [("supertrend", 40, 10 + 207, 80, 320), ("sar", 120, 1, 140, 180)]
)
def test_a_trend_is_known_within_a_few_turns_whatever_came_before(name, step, n_behind, median, most):
    """That it is known no earlier than it may be is what ``test_stability`` says."""
    study, n_bars = make_study(name), []
    for index in range(50, 2_200, step):
        hole = Hole(index, int(BARS.open_time[index - 1]))
        first = study.indicator.settled_from(Inputs(BARS, np.empty(len(BARS)), MARKET), study.params, hole)
        n_bars.append(first - index - n_behind)
    assert np.median(n_bars) <= median
    assert max(n_bars) <= most


@pytest.mark.parametrize("n_looked_at", [1, 20, 512])
def test_a_supertrend_is_known_at_the_first_bar_with_one_possible_state(monkeypatch, n_looked_at):
    monkeypatch.setattr(supertrend, "_TREND_SETTLE", n_looked_at)
    study, inputs = make_study("supertrend"), Inputs(BARS, np.empty(len(BARS)), MARKET)
    for index in (50, 1_250, 1_255):
        first = index + 10 + 207
        one = np.flatnonzero(supertrend._is_one_state(supertrend._columns(inputs, study.params, first)))
        hole = Hole(index, int(BARS.open_time[index - 1]))
        assert study.indicator.settled_from(inputs, study.params, hole) == first + one[0]
    late = Hole(len(BARS) - 217, 0)
    assert study.indicator.settled_from(inputs, study.params, late) == len(BARS)


@pytest.mark.parametrize("scale", [1.0, -1.0])
def test_a_stop_is_followed_from_near_and_far_extremes_in_both_directions_slow_and_fast(scale):
    high, low = max(scale * 110, scale * 100), min(scale * 110, scale * 100)
    columns = tuple(np.full(1, value) for value in (high, low, high - 1, low - 1, high, low, low, low))
    found = {tuple(float(one[0]) for one in state) for state in sar._starts(make_study("sar").params, columns)}
    assert found == {
        (rising, stop, extreme + rising * far * abs(extreme), factor)
        for rising, stop, extreme in ((1.0, low - 1, high), (-1.0, high - 1, low))
        for far in (0.0, 0.1)
        for factor in (0.02, 0.2)
    }


def test_a_ratio_is_divided_by_the_average_of_all_changes():
    close = BARS.close[:200]
    inputs = Inputs(BARS.take(slice(0, 200)), close, MARKET)
    for text, n in (("rsi:length=5", 5), ("stoch_rsi:rsi_length=5", 5)):
        study = parse_study(text)
        changes = np.abs(np.diff(close))
        wanted = changes[:n].mean()
        for change in changes[n:]:
            wanted += (change - wanted) / n
        found = study.indicator.divisor(inputs, study.params)
        assert np.flatnonzero(~np.isnan(found))[0] == n
        assert found[-1] == pytest.approx(wanted)
    study = parse_study("adx:di_length=5")
    rise, fall = np.diff(BARS.high[:200]), -np.diff(BARS.low[:200])
    moves = np.where((rise > fall) & (rise > 0), rise, np.where((fall > rise) & (fall > 0), fall, 0.0))
    wanted = moves[:5].mean()
    for move in moves[5:]:
        wanted += (move - wanted) / 5
    assert study.indicator.divisor(inputs, study.params)[-1] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("text", "n"),
    [("rsi", 0), ("stoch_rsi", 13 + 2 + 2), ("stoch_rsi:stoch_length=5,k=1,d=2", 4 + 1), ("adx", 13 + 290)],
)
def test_what_is_made_of_a_ratio_takes_its_own_bars_behind_it(text, n):
    study = parse_study(text)
    assert study.indicator.behind_ratio(study.params) == n
