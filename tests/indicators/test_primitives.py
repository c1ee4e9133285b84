"""The primitives against plain formulas, also where a series is so long that it is worked on in parts."""

import numpy as np
import pytest

from candledesk.indicators.computing import compute
from candledesk.indicators.oscillators.stochastic import place_in_range
from candledesk.indicators.past import NoPastError, Past
from candledesk.indicators.primitives import anchored, machines, recursive, windows
from candledesk.indicators.primitives.turning_points import find_highs, find_lows
from candledesk.indicators.studies import make_study
from candledesk.indicators.volatility.atr import average_range
from tests.indicators.markets import bars_of, market_of

VALUES = np.random.default_rng(8).normal(100, 5, 200)
PLAIN = {
    "window_sum": lambda rows, _n: rows.sum(axis=1),
    "highest": lambda rows, _n: rows.max(axis=1),
    "lowest": lambda rows, _n: rows.min(axis=1),
    "sma": lambda rows, _n: rows.mean(axis=1),
    "wma": lambda rows, n: (rows * np.arange(1, n + 1)).sum(axis=1) / (n * (n + 1) / 2),
    "stdev": lambda rows, _n: rows.std(axis=1),
    "mean_deviation": lambda rows, _n: np.abs(rows - rows.mean(axis=1, keepdims=True)).mean(axis=1),
}


@pytest.mark.parametrize("n", [1, 2, 5, 32, 33, 40, 197, 200])
@pytest.mark.parametrize("name", PLAIN)
def test_windows_of_a_long_series_are_those_of_its_parts(monkeypatch, name, n):
    rows = np.lib.stride_tricks.sliding_window_view(VALUES, n)
    wanted = np.append(np.full(n - 1, np.nan), PLAIN[name](rows, n))
    for part in (1, 7, 64, 160, windows._PART):
        monkeypatch.setattr(windows, "_PART", part)
        found = getattr(windows, name)(VALUES, n)
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11, err_msg=str(part))
    short = getattr(windows, name)(VALUES[: n - 1], n)
    assert len(short) == n - 1
    assert np.isnan(short).all()


@pytest.mark.parametrize("name", ["stdev", "mean_deviation"])
@pytest.mark.parametrize("n", [2, 5, 40])
def test_equal_values_deviate_by_exactly_nothing(name, n):
    values = np.append(np.full(100, 12.1), [12.2, *[12.3] * 60])
    found = getattr(windows, name)(values, n)
    flat = [row for row in range(n - 1, len(values)) if len(set(values[row - n + 1 : row + 1])) == 1]
    assert (found[flat] == 0).all()
    assert (np.delete(found, flat)[n - 1 :] > 0).all()


@pytest.mark.parametrize("name", ["ema", "rma"])
@pytest.mark.parametrize("n", [1, 3, 20])
def test_averages_of_a_long_series_carry_on_over_lanes_and_parts(monkeypatch, name, n):
    alpha = 2 / (n + 1) if name == "ema" else 1 / n
    wanted, last = np.full(200, np.nan), VALUES[:n].mean()
    wanted[n - 1] = last
    for row in range(n, 200):
        wanted[row] = last = alpha * VALUES[row] + (1 - alpha) * last
    for steps, lanes in ((64, 2_048), (4, 3), (1, 1), (7, 2)):
        monkeypatch.setattr(recursive, "_N_STEPS", steps)
        monkeypatch.setattr(recursive, "_N_LANES", lanes)
        np.testing.assert_allclose(getattr(recursive, name)(VALUES, n, Past()), wanted, rtol=1e-12)


@pytest.mark.parametrize(("name", "per_length"), [("ema_settle", 10.4), ("rma_settle", 20.7)])
def test_an_average_of_one_value_needs_not_settle(name, per_length):
    settle = getattr(recursive, name)
    assert settle(1) == 0
    n = 3 if name == "ema_settle" else 2
    assert settle(2) == int(np.ceil(per_length * n))
    assert recursive.with_reserve(3) == 5


@pytest.mark.parametrize("name", ["sar", "supertrend"])
def test_trend_machines_of_a_long_series_are_those_of_its_lanes_and_parts(monkeypatch, name):
    bars, market, study = bars_of("24/7", 300), market_of("24/7"), make_study(name)
    wanted = compute(study, bars, market).lines
    for steps, lanes, early in ((5, 3, 2), (1, 7, 1), (40, 2, 6), (255, 1, 48)):
        monkeypatch.setattr(machines, "_N_STEPS", steps)
        monkeypatch.setattr(machines, "_N_LANES", lanes)
        monkeypatch.setattr(machines, "_N_EARLY", early)
        for key, line in compute(study, bars, market).lines.items():
            np.testing.assert_array_equal(line, wanted[key])


def begin(columns):
    return (columns[0].copy(),)


def last_raised(state, columns):
    """Return a state that forgets what was before it at a number above 0."""
    return (np.where(columns[0] > 0, columns[0], state[0]),)


@pytest.mark.parametrize("row", [0, 1, 5, 9])
def test_a_machine_is_sure_behind_the_bar_where_all_starts_agree(row):
    column = np.zeros(12)
    column[row] = 3.0
    starts = [(np.array([-7.0]),), (np.array([9.0]),)]
    assert machines.agreed_after(begin, last_raised, (column,), starts) == row


def test_a_machine_that_never_agrees_is_not_sure_at_any_bar(monkeypatch):
    column = np.zeros(12)
    starts = [(np.array([-7.0]),)]
    assert machines.agreed_after(begin, last_raised, (column,), starts) == 13
    column[8] = 3.0
    monkeypatch.setattr(machines, "_MOST_FOLLOWED", 9)
    assert machines.agreed_after(begin, last_raised, (column,), starts) == 13
    monkeypatch.setattr(machines, "_MOST_FOLLOWED", 10)
    assert machines.agreed_after(begin, last_raised, (column,), starts) == 8


@pytest.mark.parametrize("row", [0, 3, 4, 9, 11])
def test_the_first_bar_is_looked_for_in_more_and_more_bars(monkeypatch, row):
    monkeypatch.setattr(machines, "_N_STEPS", 4)
    column = np.zeros(12)
    column[row:] = 1.0
    asked = []

    def is_reached(columns):
        asked.append(len(columns[0]))
        return columns[0] > 0

    assert machines.first_bar(is_reached, (column,)) == row
    assert asked == [4, 8, 12][: 1 + (row >= 4) + (row >= 8)]
    assert machines.first_bar(is_reached, (np.zeros(12),)) == 13


@pytest.mark.parametrize("n_before", [0, 1, 3])
@pytest.mark.parametrize("n_after", [0, 1, 2])
def test_turning_points_are_strictly_beyond_all_bars_on_both_sides(n_before, n_after):
    values = np.random.default_rng(3).integers(0, 6, 60).astype(np.float64)
    beside = [*range(-n_before, 0), *range(1, n_after + 1)]
    for find, sign in ((find_highs, 1), (find_lows, -1)):
        wanted = [
            row
            for row in range(n_before, len(values) - n_after)
            if all(sign * values[row] > sign * values[row + away] for away in beside)
        ]
        assert find(values, n_before, n_after).tolist() == wanted
        for n in range(n_before + n_after + 1):
            assert find(values[:n], n_before, n_after).tolist() == []
    peak = np.array([*range(n_before + 1), *range(n_before - 1, n_before - 1 - n_after, -1)], np.float64)
    assert find_highs(peak, n_before, n_after).tolist() == [n_before]


@pytest.mark.parametrize("starts", [[0], [0, 1], [0, 10, 20, 30], [0, 38, 39], [0, 1, 2, 3]])
@pytest.mark.parametrize("n", [40, 4_000])
def test_sums_begin_anew_at_each_start(starts, n):
    values = np.random.default_rng(2).normal(5, 1, n)
    wanted = np.concatenate([np.cumsum(part) for part in np.split(values, starts[1:])])
    np.testing.assert_array_equal(anchored.sums_since(np.array(starts), values), wanted)


@pytest.mark.parametrize(("keys", "firsts"), [([], []), ([5], [0]), ([5, 5, 7, 7, 9], [0, 2, 4]), ([5, 6], [0, 1])])
def test_a_run_begins_with_each_new_key(keys, firsts):
    assert anchored.first_of_runs(np.array(keys, np.int64)).tolist() == firsts


def test_a_price_that_is_missing_has_no_weight():
    price, volume = np.array([np.nan, 10.0, np.nan, 20.0]), np.array([5.0, 1.0, 7.0, 3.0])
    mean, deviation = anchored.weighted_since(np.array([0]), price, volume)
    np.testing.assert_allclose(mean, [np.nan, 10.0, 10.0, 17.5])
    np.testing.assert_allclose(deviation, [np.nan, 0.0, 0.0, np.sqrt(0.25 * 7.5**2 + 0.75 * 2.5**2)])


def follow(past, values):
    """Return a running sum that carries on."""

    def run(first, state):
        return (np.cumsum(values[first:]) + (0.0 if state is None else state[0][0]),)

    return past.follow(len(values), run)


def test_a_recursive_part_carries_on_behind_what_it_returned():
    first = Past()
    assert follow(first, np.array([1.0, 2.0, 3.0]))[0].tolist() == [1, 3, 6]
    later = Past(first.made, 2)
    assert follow(later, np.array([3.0, 4.0, 5.0]))[0].tolist() == [6, 10, 15]
    assert later.made[0][0].tolist() == [1, 3, 6, 10, 15]
    with pytest.raises(NoPastError):
        follow(later, np.array([3.0, 4.0, 5.0]))  # there was no second part


@pytest.mark.parametrize(
    ("recorded", "n_values"),
    [([1.0, 2.0, np.nan], 4), ([1.0, 2.0, 3.0], 5), ([1.0, 2.0, 3.0], 1)],
    ids=["no number", "too few bars were kept", "all values are new"],
)
def test_a_part_without_what_it_needs_cannot_carry_on(recorded, n_values):
    with pytest.raises(NoPastError):
        follow(Past([(np.array(recorded),)], 1), np.ones(n_values))


def test_as_many_values_as_were_kept_are_enough():
    kept = [(np.array([1.0, 2.0, 3.0]),)]
    assert follow(Past(kept, 1), np.ones(4))[0].tolist() == [1, 2, 3, 4]
    assert follow(Past(kept, 1), np.ones(2))[0].tolist() == [3, 4]


@pytest.mark.parametrize("name", ["ema", "rma"])
@pytest.mark.parametrize("n_new", [2, 3])
def test_an_average_carries_on_behind_bars_without_a_value(name, n_new):
    average = getattr(recursive, name)
    values = VALUES.copy()
    values[[3, 190, 198]] = np.nan
    first, whole = Past(), average(values, 20, Past())
    average(values[: 200 - n_new], 20, first)
    found = average(values[100:], 20, Past(first.made, n_new))
    np.testing.assert_allclose(found, whole[100:], rtol=1e-12)


def test_a_place_in_a_range_is_given_however_small_the_range_is():
    values = np.array([5.0, 5.25, 5.0, 5.125, 5.125, 5.125])
    found = place_in_range(values, values, values, 2)
    np.testing.assert_array_equal(found, [np.nan, 100, 0, 100, np.nan, np.nan])
    np.testing.assert_array_equal(
        place_in_range(values, values, values, 2, least=0.125), [np.nan, 100, 0, *[np.nan] * 3]
    )


def test_an_average_range_is_that_of_the_indicator():
    bars = bars_of("24/7", 60)
    wanted = compute(make_study("atr", {"length": 5}), bars, market_of("24/7")).lines["value"]
    np.testing.assert_array_equal(average_range(bars, 5), wanted)
