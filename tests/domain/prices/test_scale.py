"""Blocks of bars on another scale: the evidence that proves one, and moves that may be real."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.prices.scale import Evidence, find_jumps, read_prices, read_scale, unit_of

UNIT, BASIS = int(Oddity.UNIT), int(Oddity.BASIS)
T0 = 20_000 * DAY_S
PENCE = Evidence(unit=100.0, is_small_unit=True)
POUNDS = Evidence(unit=100.0, is_small_unit=False)


def read(closes, evidence, step=DAY_S, times=None):
    """Return the divisors and flags of bars whose four prices are their close."""
    times = T0 + np.arange(len(closes)) * step if times is None else np.array(times)
    divisor, flags = read_scale(times, np.tile(np.array(closes, float), (4, 1)), evidence)
    return divisor.tolist(), flags.tolist()


def block(*parts):
    """Return closes, and the expected divisors and flags, of ``(how many, close, divisor)``."""
    closes = [close for n, close, _ in parts for _ in range(n)]
    divisors = [divisor for n, _, divisor in parts for _ in range(n)]
    return closes, (divisors, [0 if divisor == 1.0 else UNIT for divisor in divisors])


@pytest.mark.parametrize(
    ("evidence", "parts"),
    [
        (PENCE, [(5, 80.0, 1.0), (2, 0.8, 0.01), (5, 80.0, 1.0)]),  # the price returns: the block is in pounds
        (PENCE, [(5, 80.0, 1.0), (2, 8000.0, 100.0), (5, 80.0, 1.0)]),
        (POUNDS, [(5, 80.0, 1.0), (2, 8000.0, 100.0), (5, 80.0, 1.0)]),
        (PENCE, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),  # at the end it may be a real fall
        (PENCE, [(8, 80.0, 1.0), (9, 0.8, 1.0)]),
        (PENCE, [(2, 80.0, 1.0), (8, 0.8, 1.0)]),  # at the start it may be a real price
        (PENCE, [(2, 0.8, 0.01), (8, 80.0, 1.0)]),  # no price rises so far over night
        (PENCE, [(8, 0.8, 0.01), (2, 80.0, 1.0)]),  # whichever is more frequent: pence are the higher numbers
        (POUNDS, [(8, 80.0, 1.0), (2, 8000.0, 100.0)]),
        (POUNDS, [(2, 80.0, 1.0), (8, 8000.0, 100.0)]),
        (PENCE, [(4, 80.0, 1.0), (1, 0.8, 0.01), (1, 80.0, 1.0), (2, 0.8, 0.01), (4, 80.0, 1.0)]),
        (PENCE, [(6, 80.0, 1.0), (2, 3100.0, 1.0), (6, 80.0, 1.0)]),  # less than 40 times is not a unit
        (PENCE, [(6, 80.0, 1.0), (2, 0.33, 0.01), (6, 80.0, 1.0)]),  # a day may move by 2.5 besides
        (PENCE, [(6, 80.0, 1.0), (2, 0.31, 1.0), (6, 80.0, 1.0)]),
        (Evidence(), [(5, 80.0, 1.0), (2, 0.8, 1.0), (5, 80.0, 1.0)]),  # a currency of one unit
    ],
)
def test_a_block_is_in_the_other_unit_when_its_ends_prove_it(evidence, parts):
    closes, expected = block(*parts)
    assert read(closes, evidence) == expected


@pytest.mark.parametrize(
    ("price", "age_days", "parts"),
    [
        (80.0, 0, [(8, 80.0, 1.0), (2, 0.8, 0.01)]),
        (0.8, 0, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),  # the market price confirms the fall
        (80.0, 9, [(8, 80.0, 1.0), (2, 0.8, 0.01)]),
        (80.0, 10, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),  # a price of another time
        (80.0, -9, [(8, 80.0, 1.0), (2, 0.8, 0.01)]),
        (80.0, -10, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),
        (80.0, 0, [(10, 0.8, 0.01)]),  # a whole answer
        (0.008, 0, [(10, 80.0, 1.0)]),  # a factor of 10,000 is not a unit
        (0.0, 0, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),
        (240.0, 0, [(8, 80.0, 1.0), (2, 0.8, 1.0)]),  # neither scale brings it near
    ],
)
def test_the_market_price_decides_the_newest_block(price, age_days, parts):
    closes, expected = block(*parts)
    time = T0 + (len(closes) - 1) * DAY_S + age_days * DAY_S
    assert read(closes, Evidence(100.0, is_small_unit=True, market=(time, price))) == expected


def test_dailies_decide_for_intraday_bars():
    closes, expected = block((3, 80.0, 1.0), (9, 0.8, 0.01))
    reported = np.array([np.nan] * 8 + [80.0] * 4)
    assert read(closes, Evidence(100.0, is_small_unit=True, reference=reported), 3_600) == expected
    fallen = np.array([80.0] * 3 + [0.8] * 9)
    assert read(closes, Evidence(100.0, is_small_unit=True, reference=fallen), 3_600)[0][:3] == [100.0] * 3
    unrelated = np.full(12, 9.0)
    assert read(closes, Evidence(100.0, is_small_unit=True, reference=unrelated), 3_600)[0] == [1.0] * 12


@pytest.mark.parametrize(("apart_days", "is_one"), [(19, True), (20, False)])
def test_bars_far_apart_are_not_neighbours(apart_days, is_one):
    times = [T0, T0 + DAY_S, T0 + (1 + apart_days) * DAY_S, T0 + (2 + apart_days) * DAY_S]
    times += [times[-1] + DAY_S, times[-1] + 2 * DAY_S]
    closes = [80.0, 80.0, 0.8, 0.8, 80.0, 80.0]
    expected = [1.0, 1.0, 0.01, 0.01, 1.0, 1.0]
    assert read(closes, PENCE, times=times)[0] == expected
    closes = [0.8, 0.8, 80.0, 80.0, 80.0, 80.0]
    assert read(closes, PENCE, times=times)[0] == ([0.01] * 2 if is_one else [1.0] * 2) + [1.0] * 4


EX = T0 + 20 * DAY_S  # the split's date: bars 0 to 19 are before it


@pytest.mark.parametrize(
    ("factor", "runs", "unadjusted"),
    [
        (4.0, [(17, 20)], (17, 20)),  # the last days before it
        (4.0, [(10, 20)], (10, 20)),
        (0.1, [(17, 20)], (17, 20)),
        (4.0, [(5, 9)], (5, 9)),  # a run with both ends
        (4.0, [(0, 20)], (0, 20)),  # all that is known before it
        (4.0, [(0, 5)], None),  # a step far from the split proves nothing
        (1.4, [(17, 20)], None),  # too small to be distinguished from a move
        (1.6, [(17, 20)], (17, 20)),
        (4.0, [(22, 25)], None),  # after it nothing is to be adjusted
        (4.0, [], None),
    ],
)
def test_runs_of_unadjusted_rows_before_a_split_are_found(factor, runs, unadjusted):
    closes = [50.0] * 30
    for start, end in runs:
        closes[start:end] = [50.0 * factor] * (end - start)
    expected = [factor if unadjusted and unadjusted[0] <= i < unadjusted[1] else 1.0 for i in range(30)]
    divisor, flags = read(closes, Evidence(splits=[(EX, factor)]))
    assert divisor == expected
    assert flags == [0 if one == 1.0 else BASIS for one in expected]


@pytest.mark.parametrize(("gap_days", "is_read"), [(9, True), (10, False)])
def test_a_single_step_counts_near_the_split_only(gap_days, is_read):
    n = 20 - gap_days + 1  # so many bars are too high; the next one opens gap_days - 1 before the split
    closes = [200.0] * (n - 1) + [50.0] * 20
    divisor, _ = read(closes, Evidence(splits=[(EX, 4.0)]))
    assert (divisor[0] == 4.0) == is_read


def test_two_runs_before_two_splits():
    closes = np.full(40, 10.0)
    closes[15:20] *= 4.0  # before the first split, for which these were not adjusted
    closes[25:30] *= 2.0
    splits = [(EX, 4.0), (T0 + 30 * DAY_S, 2.0)]
    divisor, flags = read(closes, Evidence(splits=splits))
    assert divisor == [4.0 if 15 <= i < 20 else 2.0 if 25 <= i < 30 else 1.0 for i in range(40)]
    assert {flag for flag in flags if flag} == {BASIS}


def test_a_split_explains_a_jump_before_a_unit():
    closes = [50.0] * 15 + [5_000.0] * 5 + [50.0] * 10
    evidence = Evidence(100.0, is_small_unit=True, splits=[(EX, 100.0)])
    assert read(closes, evidence) == (
        [100.0 if 15 <= i < 20 else 1.0 for i in range(30)],
        [BASIS if 15 <= i < 20 else 0 for i in range(30)],
    )


def test_a_jump_that_a_split_explains_is_not_a_unit():
    closes = [50.0] * 15 + [500.0] * 5 + [50.0] * 10
    evidence = Evidence(100.0, is_small_unit=True, splits=[(EX, 10.0)])
    assert set(read(closes, evidence)[1]) == {0, BASIS}
    assert read(closes, evidence)[0] == [10.0 if 15 <= i < 20 else 1.0 for i in range(30)]


@pytest.mark.parametrize(("pause_days", "is_read"), [(19, True), (20, False)])
def test_bars_on_either_side_of_a_long_pause_prove_nothing_of_a_split(pause_days, is_read):
    times = [EX - (pause_days + 5 - i) * DAY_S for i in range(4)]
    times += [times[-1] + pause_days * DAY_S, EX + DAY_S]
    divisor, _ = read([200.0] * 4 + [50.0] * 2, Evidence(splits=[(EX, 4.0)]), times=times)
    assert divisor == [4.0 if is_read else 1.0] * 4 + [1.0] * 2


@pytest.mark.parametrize("closes", [[], [0.0, -1.0], [np.nan]])
def test_without_a_positive_close_nothing_is_flagged(closes):
    assert read(closes, PENCE) == ([1.0] * len(closes), [0] * len(closes))


def test_prices_below_zero_are_left_as_they_are():
    closes, (divisor, flags) = block((3, 80.0, 1.0), (2, 0.8, 0.01), (3, 80.0, 1.0))
    closes.insert(4, -3.0)
    divisor.insert(4, 1.0)
    flags.insert(4, 0)
    assert read(closes, PENCE) == (divisor, flags)


@pytest.mark.parametrize(
    ("sent", "read_as", "is_mixed"),
    [
        ((80.0, 82.0, 79.0, 81.0), (80.0, 82.0, 79.0, 81.0), False),
        ((0.8, 82.0, 0.8, 81.0), (80.0, 82.0, 80.0, 81.0), True),
        ((8000.0, 8100.0, 79.0, 81.0), (80.0, 81.0, 79.0, 81.0), True),
        ((0.8, 0.82, 0.79, 81.0), (80.0, 82.0, 79.0, 81.0), True),
        ((80.0, 82.0, 0.1, 81.0), (80.0, 82.0, 0.1, 81.0), False),  # no factor of 100
        ((80.0, 82.0, -5.0, 81.0), (80.0, 82.0, -5.0, 81.0), False),
        ((0.0, 82.0, 80.0, 81.0), (0.0, 82.0, 80.0, 81.0), False),
    ],
)
def test_a_bar_with_prices_in_both_units_is_read_in_that_of_its_close(sent, read_as, is_mixed):
    prices, found = read_prices(np.array(sent)[:, None], np.ones(1), 100.0)
    assert prices[:, 0].tolist() == pytest.approx(read_as)
    assert found.tolist() == [is_mixed]
    plain, found = read_prices(np.array(sent)[:, None], np.full(1, 2.0), 0.0)
    assert plain[:, 0].tolist() == [price / 2 for price in sent]
    assert not found.any()


def jumps(closes, lows=None):
    prices = np.tile(np.array(closes, float), (4, 1))
    if lows:
        for at, low in lows.items():
            prices[2, at] = low
    return np.flatnonzero(find_jumps(T0 + np.arange(len(closes)) * 60, prices)).tolist()


@pytest.mark.parametrize(
    ("closes", "lows", "found"),
    [
        ([10.0] * 5 + [0.1] + [10.0] * 5, None, [5]),
        ([10.0] * 5 + [500.0] + [10.0] * 5, None, [5]),
        ([10.0] * 5 + [39.0] + [10.0] * 5, None, []),  # less than fourfold
        ([10.0] * 5 + [41.0] + [10.0] * 5, None, [5]),
        ([10.0] * 5 + [0.1] * 2 + [10.0] * 5, None, [5, 6]),
        ([10.0] * 5 + [0.1] * 5, None, []),  # a fall for good
        ([0.1] + [10.0] * 5, None, []),  # at either end there are no neighbours on both sides
        ([10.0] * 5 + [0.1], None, []),
        ([10.0] * 10, {4: 0.1}, [4]),  # a low alone
        ([10.0] * 10, {4: 9.0}, []),
        ([10.0, 0.1, 10.0], None, [1]),
        ([10.0, 0.1], None, []),
        ([10.0] * 5 + [0.1] + [26.0] * 5, None, []),  # the bars before and after do not agree
        ([10.0] * 5 + [0.1] + [24.0] * 5, None, [5]),
        ([10.0] * 3 + [-5.0, 0.1] + [10.0] * 3, None, [4]),
    ],
)
def test_a_price_far_from_the_agreeing_bars_around_is_a_jump(closes, lows, found):
    assert jumps(closes, lows) == found


@pytest.mark.parametrize(
    ("currency", "kind", "unit"),
    [("GBp", "EQUITY", 100.0), ("ZAR", "ETF", 100.0), ("KWF", "EQUITY", 1000.0), ("USD", "EQUITY", 0.0)]
    + [("GBP", kind, 0.0) for kind in ("CRYPTOCURRENCY", "CURRENCY", "INDEX")]
    + [(None, "EQUITY", 0.0)],
)
def test_instruments_with_two_units(currency, kind, unit):
    assert unit_of(currency, kind) == unit


@given(
    st.lists(st.floats(-0.3, 0.3), min_size=12, max_size=60),
    st.integers(1, 5),
    st.integers(1, 4),
    st.sampled_from([100.0, 1000.0]),
    st.booleans(),
)
def test_a_block_in_the_middle_of_any_walk_is_found(moves, start, length, unit, is_small):
    closes = 50.0 * np.exp(np.cumsum(moves))
    factor = 1 / unit if is_small else unit
    sent = closes.copy()
    sent[start : start + length] *= factor
    divisor, flags = read(sent, Evidence(unit, is_small_unit=is_small))
    assert np.allclose(sent / divisor, closes)
    assert np.flatnonzero(flags).tolist() == list(range(start, start + length))
    assert math.prod(divisor) == pytest.approx(factor**length)
