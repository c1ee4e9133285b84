"""From which bar on a value is settled behind missing bars, to the bar."""

from math import ceil

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Hole, Inputs
from candledesk.indicators.settling import _known_ratio, holes_of, settled_from
from candledesk.indicators.studies import make_study, parse_study
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
