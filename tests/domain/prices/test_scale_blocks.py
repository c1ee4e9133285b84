"""Bars on another scale than their neighbours: their divisors and flags, and bars that stay as they are."""

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.prices.scale import Evidence, find_jumps, read_prices, read_scale, unit_of

N = 40
TIMES = np.arange(N, dtype=np.int64) * DAY_S + 20_000 * DAY_S
PENCE = {"unit": 100.0, "is_small_unit": True}


def sent(*blocks, price=80.0):
    """Return four equal rows of prices; each block: first bar, end, and the factor of its prices."""
    prices = np.full((4, N), price)
    for first, end, factor in blocks:
        prices[:, first:end] *= factor
    return prices


def divisors(prices, **evidence):
    return read_scale(TIMES, prices, Evidence(**evidence))[0].tolist()


def expected(*blocks):
    return sent(*blocks, price=1.0)[3].tolist()


@pytest.mark.parametrize(("currency", "quote_type", "unit"), [
    ("GBp", "EQUITY", 100.0), ("GBP", "EQUITY", 100.0), ("KWF", "EQUITY", 1000.0), ("USD", "EQUITY", 0.0),
    (None, "EQUITY", 0.0), ("GBp", "INDEX", 0.0), ("GBP", "CURRENCY", 0.0),
])  # fmt: skip
def test_instruments_with_two_units(currency, quote_type, unit):
    assert unit_of(currency, quote_type) == unit


@pytest.mark.parametrize("block", [(10, 16), (1, 2), (38, 39)])
def test_a_block_that_comes_back_is_in_the_other_unit(block):
    divisor, flags = read_scale(TIMES, sent((*block, 0.01)), Evidence(**PENCE))
    assert divisor.tolist() == expected((*block, 0.01))
    assert np.flatnonzero(flags == Oddity.UNIT).tolist() == list(range(*block))
    assert not flags[: block[0]].any()
    assert not flags[block[1] :].any()


def test_a_lasting_fall_is_accepted_until_the_market_price_contradicts():
    fallen = sent((30, N, 0.01))
    assert divisors(fallen, **PENCE) == expected()
    assert divisors(fallen, **PENCE, market=(int(TIMES[-1]), 80.0)) == expected((30, N, 0.01))
    assert divisors(fallen, **PENCE, market=(int(TIMES[-1]), 0.8)) == expected()
    assert divisors(fallen, **PENCE, market=(int(TIMES[-1]) + 11 * DAY_S, 80.0)) == expected()  # of another time


def test_a_hundredfold_rise_is_resolved_by_the_own_unit():
    risen = sent((0, 12, 0.01))
    assert divisors(risen, **PENCE) == expected((0, 12, 0.01))
    assert divisors(risen, unit=100.0) == expected((12, N, 100.0))


def test_without_two_units_prices_are_read_as_sent():
    assert divisors(sent((10, 16, 0.01))) == expected()


@pytest.mark.parametrize("factor", [2.0, 4.0, 0.1])
def test_unadjusted_rows_before_a_split_are_adjusted(factor):
    split = (int(TIMES[25]), factor)
    divisor, flags = read_scale(TIMES, sent((18, 25, factor)), Evidence(splits=[split]))
    assert divisor.tolist() == pytest.approx(expected((18, 25, factor)))
    assert np.flatnonzero(flags == Oddity.BASIS).tolist() == list(range(18, 25))


def test_a_small_or_already_applied_split_divides_nothing():
    assert divisors(sent((18, 25, 1.4)), splits=[(int(TIMES[25]), 1.4)]) == expected()
    assert divisors(sent(), splits=[(int(TIMES[25]), 4.0)]) == expected()


def test_rows_that_miss_two_splits_are_divided_by_both():
    splits = [(int(TIMES[15]), 3.0), (int(TIMES[25]), 4.0)]
    blocks = (0, 15, 12.0), (15, 25, 4.0)
    assert divisors(sent(*blocks), splits=splits) == pytest.approx(expected(*blocks))


def test_each_price_of_a_bar_in_both_units_is_read_next_to_its_close():
    prices = sent()
    prices[0, 7] = 0.8
    read, is_mixed = read_prices(prices, np.ones(N), 100.0)
    assert np.flatnonzero(is_mixed).tolist() == [7]
    np.testing.assert_allclose(read, 80.0)
    assert not read_prices(prices, np.ones(N), 0.0)[1].any()


@pytest.mark.parametrize("factor", [5.0, 0.2])
def test_a_price_far_from_both_its_neighbours_is_a_jump(factor):
    assert np.flatnonzero(find_jumps(TIMES, sent((20, 21, factor)))).tolist() == [20]


def test_a_price_whose_neighbours_disagree_is_not_a_jump():
    assert not find_jumps(TIMES, sent((20, N, 5.0))).any()  # it stays there
    assert not find_jumps(TIMES, sent((N - 1, N, 5.0))).any()  # no bar after it confirms or denies it
    assert not find_jumps(TIMES, sent((20, 21, 3.9))).any()  # a move


@pytest.mark.parametrize("price", [0.0, -37.6, 5e-324, 1e17, np.nan])
@pytest.mark.parametrize("n", [1, 2, N])
def test_no_price_raises_a_numpy_warning(price, n):
    prices = sent()[:, :n]
    prices[:, n // 2] = price
    prices[0, -1] = 1e17
    evidence = Evidence(**PENCE, market=(int(TIMES[n - 1]), 80.0), splits=[(int(TIMES[20]), 3.0)])
    divisor, _ = read_scale(TIMES[:n], prices, evidence)
    read, _ = read_prices(prices, divisor, 100.0)
    assert np.array_equal(np.isnan(read), np.isnan(prices))
    assert find_jumps(TIMES[:n], np.nan_to_num(read)).shape == (n,)
