"""One basis: which splits prices reflect, what a split that nobody states looks like, and how bars are divided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.cache.rules.split_basis import (
    SAME_BARS,
    align_factors,
    align_to_daily,
    changed_only,
    compare_basis,
    divide,
    is_same_market,
    is_same_scale,
    split_factors,
    unstated_split,
)
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from tests.domain.strategies import FIRST_DAY_S, calendar_of

HOUR = INTERVALS["1h"]
DATES = FIRST_DAY_S + np.arange(20) * DAY_S
CALENDAR = calendar_of(*((int(date), 9 * HOUR_S, 16 * HOUR_S, 0, 0) for date in DATES))
A, B = int(DATES[8]), int(DATES[14])


def bars(closes, times=DATES, volume=600.0):
    closes = np.array(closes, float)
    times = np.array(times[: len(closes)], np.int64)
    return Bars(times, closes.copy(), closes * 1.01, closes * 0.99, closes, np.full(len(closes), volume))


TRUE = np.linspace(50.0, 60.0, 20)


def as_of(n_reflected, splits):
    """Return the true bars as they were before all but the oldest ``n_reflected`` splits."""
    return bars(TRUE * split_factors(DATES, splits)[n_reflected])


def test_the_factors_of_each_number_of_splits():
    rows = split_factors(np.array([A - 1, A, B - 1, B]), [(B, 3.0), (A, 2.0)])
    assert rows.tolist() == [[6.0, 3.0, 3.0, 1.0], [3.0, 3.0, 3.0, 1.0], [1.0, 1.0, 1.0, 1.0]]
    assert split_factors(np.array([A]), []).tolist() == [[1.0]]


@pytest.mark.parametrize("splits", [[(A, 4.0)], [(A, 1.01), (B, 0.5)], [(B, 1.046), (A, 1.1)], [(A, 1000.0)]])
@pytest.mark.parametrize("unit", [0.0, 100.0])
def test_bars_show_how_many_splits_they_reflect(splits, unit):
    for n in range(len(splits) + 1):
        assert compare_basis(bars(TRUE), as_of(n, splits), splits, unit) == (n, 20)


@given(st.floats(1.01, 1000.0), st.floats(1.01, 1000.0), st.booleans(), st.integers(0, 2), st.integers(0, 2**31))
def test_noise_and_a_few_corrections_hide_no_split(first, second, is_inverse, n, seed):
    splits = [(A, 1 / first if is_inverse else first), (B, second)]
    old = as_of(n, splits)
    generator = np.random.default_rng(seed)
    noisy = old.close * (1 + generator.normal(0, 1e-7, 20))
    noisy[generator.choice(8, 3, replace=False)] *= 1.07
    assert compare_basis(bars(TRUE), bars(noisy), splits) == (n, 20)


def test_a_single_bar_among_others_is_a_correction():
    splits = [(int(DATES[1]), 4.0)]
    assert compare_basis(bars(TRUE), as_of(0, splits), splits) == (1, 20)
    assert compare_basis(bars(TRUE[:1]), as_of(0, splits), splits) == (0, 1)
    assert compare_basis(bars(TRUE), as_of(0, [(int(DATES[2]), 4.0)]), [(int(DATES[2]), 4.0)]) == (0, 20)
    half = bars(np.where(DATES[10] > DATES, TRUE * 1.3, TRUE))
    assert compare_basis(bars(TRUE), half, []) == (None, 20)


def test_nothing_to_compare_says_nothing():
    splits = [(A, 2.0)]
    assert compare_basis(bars(TRUE), Bars.empty(), splits) == (1, 0)
    assert compare_basis(bars(TRUE[:5]), bars(TRUE, DATES + 60), splits) == (1, 0)
    assert compare_basis(bars(np.zeros(20)), bars(TRUE), splits) == (1, 20)
    assert compare_basis(bars(TRUE), bars(-TRUE), splits) == (1, 20)
    assert compare_basis(bars(TRUE), bars(np.zeros(20)), splits) == (1, 20)


def test_a_difference_that_no_split_explains():
    assert compare_basis(bars(TRUE), bars(TRUE * 1.3), [(B + 99 * DAY_S, 2.0)]) == (None, 20)
    assert compare_basis(bars(TRUE), bars(TRUE * np.exp(0.9 * SAME_BARS)), []) == (0, 20)
    assert compare_basis(bars(TRUE), bars(TRUE * np.exp(1.1 * SAME_BARS)), []) == (None, 20)


@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_the_other_unit_is_no_split_unless_the_answer_brings_a_new_one(factor):
    old, late = bars(TRUE * factor), int(DATES[-1]) + DAY_S
    assert compare_basis(bars(TRUE), old, [], 100.0) == (0, 20)
    assert compare_basis(bars(TRUE), old, []) == (None, 20)
    assert compare_basis(bars(TRUE), old, [(late, 2.0)], 100.0) == (1, 20)
    assert compare_basis(bars(TRUE), old, [(late, factor)], 100.0) == (0, 20)
    assert compare_basis(bars(TRUE), old, [(late, factor)], 100.0, 1) == (1, 20)
    assert compare_basis(bars(TRUE), old, [(A, 2.0), (late, factor)], 100.0, 1) == (1, 20)


@pytest.mark.parametrize(("times", "is_unit"), [(1.19, True), (1.21, False)])
def test_how_near_to_the_unit(times, is_unit):
    assert compare_basis(bars(TRUE), bars(TRUE * 100.0 * times), [], 100.0)[0] == (0 if is_unit else None)


# --- a split that nobody states -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [2.0, 1.046, 0.1])
def test_one_ratio_up_to_a_date_is_a_split(ratio):
    found = unstated_split(bars(TRUE), bars(np.where(DATES < A, TRUE * ratio, TRUE)))
    assert found == (A, pytest.approx(ratio))


def test_what_is_no_split():
    for at in ([7], [], [3, 7], [0, 1, 7]):  # one bar, none, and bars with others between them
        changed = TRUE.copy()
        changed[at] *= 2.0
        assert unstated_split(bars(TRUE), bars(changed)) is None
    drift = np.where(DATES < A, TRUE * np.linspace(1.5, 2.0, 20), TRUE)
    assert unstated_split(bars(TRUE), bars(drift)) is None
    assert unstated_split(bars(TRUE), Bars.empty()) is None
    assert unstated_split(bars(TRUE), bars(TRUE * np.exp(0.5 * SAME_BARS))) is None
    negative = np.where(DATES < A, TRUE * 2.0, TRUE)
    negative[3] = -1.0
    assert unstated_split(bars(TRUE), bars(negative)) == (A, pytest.approx(2.0))
    assert unstated_split(bars(np.where(DATES[2] == DATES, 0.0, TRUE)), bars(negative)) == (A, pytest.approx(2.0))
    negative[3] = 0.0
    assert unstated_split(bars(TRUE), bars(negative)) == (A, pytest.approx(2.0))
    two = TRUE.copy()
    two[:2] *= 3.0
    assert unstated_split(bars(TRUE), bars(two)) == (int(DATES[2]), pytest.approx(3.0))


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        *((None, 10.0, True), (10.0, None, True), (0.0, 10.0, True), (10.0, 0.0, True), (-1.0, 10.0, True)),
        *((10.0, -1.0, True), (100.0, 100.4, True), (100.4, 100.0, True)),
        *((100.0, 100.6, False), (100.6, 100.0, False), (100.0, 50.0, False)),
    ],
)
def test_two_prices_minutes_apart_are_on_one_basis_up_to_half_a_percent(before, after, is_same):
    assert is_same_market(before, after) is is_same
    assert is_same_market(after, before) is is_same


@pytest.mark.parametrize(("times", "is_same"), [(1.0, True), (9.9, True), (10.1, False), (100.0, False), (0.01, False)])
def test_bars_in_the_other_unit_are_not_on_one_scale(times, is_same):
    assert is_same_scale(bars(TRUE), bars(TRUE * times)) is is_same
    assert not is_same_scale(bars(TRUE), Bars.empty()), "nothing that both have"


# --- intraday bars and the dailies ----------------------------------------------------------------------------------


def hours(closes):
    """Return times and closes of seven bars a session, of which the last has the session's close."""
    times = (DATES[: len(closes), None] + np.arange(9, 16) * HOUR_S).ravel()
    return times, np.repeat(closes, 7)


SPLITS = [(A, 4.0), (B, 1.5)]


@pytest.mark.parametrize("n_reflected", [0, 1, 2])
def test_bars_follow_the_dailies(n_reflected):
    factors = split_factors(DATES, SPLITS)[n_reflected]
    times, closes = hours(TRUE * factors)
    found = align_factors(times, closes, CALENDAR, HOUR, bars(TRUE), SPLITS)
    assert found.tolist() == np.repeat(factors, 7).tolist()


@pytest.mark.parametrize(("off", "is_near"), [(1.19, True), (1 / 1.19, True), (1.21, False), (1 / 1.21, False)])
def test_an_auction_may_part_them(off, is_near):
    splits = [(B + 9 * DAY_S, 4.0)]
    times, closes = hours(TRUE * 4.0 * off)
    found = align_factors(times, closes, CALENDAR, HOUR, bars(TRUE), splits)
    assert set(found.tolist()) == {4.0 if is_near else 1.0}


def test_one_odd_close_moves_no_session():
    closes = TRUE.copy()
    closes[[5, 11]] *= 4.0
    times, closes = hours(closes)
    assert set(align_factors(times, closes, CALENDAR, HOUR, bars(TRUE), SPLITS).tolist()) == {1.0}
    closes[closes > 1] = np.nan
    assert set(align_factors(times, closes, CALENDAR, HOUR, bars(TRUE), SPLITS).tolist()) == {1.0}


def test_a_session_without_a_daily_bar_follows_the_nearest():
    factors = split_factors(DATES, SPLITS)[0]
    times, closes = hours(TRUE * factors)
    known = bars(TRUE).take(np.r_[0:2, 5:12, 16:20])
    found = align_factors(times, closes, CALENDAR, HOUR, known, SPLITS)
    assert found.tolist() == np.repeat(factors, 7).tolist()


@pytest.mark.parametrize(("n_reflected", "row"), [(None, 2), (2, 2), (1, 1), (0, 0)])
def test_where_nothing_can_be_compared_the_ledger_of_splits_counts(n_reflected, row):
    times, closes = hours(TRUE)
    expected = np.repeat(split_factors(DATES, SPLITS)[row], 7).tolist()
    for daily in (Bars.empty(), bars(TRUE, DATES + 999 * DAY_S), bars(-TRUE)):
        assert align_factors(times, closes, CALENDAR, HOUR, daily, SPLITS, n_reflected).tolist() == expected
    assert set(align_factors(times, closes, CALENDAR, HOUR, bars(TRUE), [], 0).tolist()) == {1.0}
    assert len(align_factors(times[:0], closes[:0], CALENDAR, HOUR, bars(TRUE), SPLITS, 0)) == 0


def test_aligned_bars_are_divided_and_counted():
    times, closes = hours(TRUE * split_factors(DATES, SPLITS)[1])
    aligned, n_moved = align_to_daily(bars(closes, times), CALENDAR, HOUR, bars(TRUE), SPLITS)
    assert aligned.close.tolist() == pytest.approx(np.repeat(TRUE, 7).tolist())
    assert n_moved == 14 * 7
    assert aligned.volume.tolist() == [900.0] * n_moved + [600.0] * (len(times) - n_moved)


def test_bars_outside_all_sessions_belong_to_their_date():
    times = DATES + 20 * HOUR_S
    found = align_factors(times, TRUE * 4.0, CALENDAR, HOUR, bars(TRUE), [(B + 9 * DAY_S, 4.0)])
    assert set(found.tolist()) == {4.0}


# --- dividing, and what has changed -----------------------------------------------------------------------------------


def test_prices_are_divided_and_volumes_multiplied():
    old = bars([10.0, 20.0], volume=3.0)
    assert divide(old, np.ones(2)) is old
    new = divide(old, np.array([3.0, 1.0]))
    assert new.close.tolist() == [pytest.approx(10 / 3), 20.0]
    assert new.volume.tolist() == [9.0, 3.0]
    half = divide(old, np.array([0.5, 0.5]))
    assert half.volume.tolist() == [2.0, 2.0]  # a whole number of shares
    assert half.high.tolist() == pytest.approx([20.2, 40.4])


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume"])
def test_a_change_of_any_column_counts_beyond_float_noise(name):
    stored = bars([10.0, 20.0, 30.0])
    for by, changed in ((9e-7, []), (1.1e-6, [1]), (-1.1e-6, [1])):
        columns = {key: getattr(stored, key).copy() for key in ("open", "high", "low", "close", "volume")}
        columns[name][1] *= 1 + by
        new = Bars(stored.open_time.copy(), *columns.values())
        assert changed_only(new, stored).open_time.tolist() == [stored.open_time[at] for at in changed]


def test_what_is_not_stored_has_changed():
    stored = bars([10.0, 20.0])
    new = bars([10.0, 20.0, 30.0])
    assert changed_only(new, stored).close.tolist() == [30.0]
    assert changed_only(new, Bars.empty()).equals(new)
    assert len(changed_only(stored, new)) == 0
    assert changed_only(bars([5.0], DATES - 60), stored).close.tolist() == [5.0]
