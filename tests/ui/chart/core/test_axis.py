"""The bar axis: index, row and time of what is loaded, of older bars and of those to come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.chart.core.axis import BarAxis
from tests.fake_data import make_bars

DAY = 86_400
TIMES = make_bars(60).open_time
LOADED, TO_COME = TIMES[:50], TIMES[50:]
STARTS = np.array([0, 3, 7, 8, 12])  # four rows of 3, 4, 1 and 4 bars
MANY = BarAxis(TIMES[[0, 3, 7, 8]], STARTS, stride=4, upcoming=TIMES[12:20])


def full_axis(**changes):
    return BarAxis(LOADED, upcoming=TO_COME, **changes)


def test_slots_are_rows_and_then_bars_to_come():
    axis = full_axis()
    assert (axis.n_rows, axis.n_bars, axis.n_upcoming, axis.n_slots) == (50, 50, 10, 60)
    assert axis.slot_times.tolist() == TIMES.tolist()
    assert [axis.slot_at(index) for index in (-4, 0, 49.4, 49.6, 55, 500)] == [0, 0, 49, 50, 55, 59]
    assert BarAxis(LOADED).slot_at(500) == 49


def test_slots_behind_rows_of_many_bars_count_one_bar_each():
    assert [MANY.start_of(slot) for slot in range(6)] == [0, 3, 7, 8, 12, 13]
    assert MANY.starts_of(np.arange(6)).tolist() == [0, 3, 7, 8, 12, 13]
    assert [MANY.slot_at(index) for index in (2, 3, 11, 12, 13)] == [0, 1, 3, 4, 5]


@given(st.integers(0, 59))
def test_time_and_index_are_exact_for_every_slot(slot):
    axis = full_axis()
    assert axis.time_at(slot) == TIMES[slot]
    assert axis.index_at(int(TIMES[slot])) == slot


@given(st.floats(-2_000, 2_000), st.sampled_from([None, 400]))
def test_index_and_time_are_inverse_everywhere(index, n_older):
    older = {} if n_older is None else {"n_older": n_older, "stored_from": int(TIMES[0]) - 700 * DAY}
    axis = full_axis(**older)
    assert axis.index_at(axis.time_at(index)) == pytest.approx(index, abs=1e-4)


def test_a_time_without_a_bar_lies_between_its_neighbours():
    axis, friday = full_axis(), int(np.flatnonzero(np.diff(LOADED) > DAY)[0])
    saturday = int(LOADED[friday]) + DAY
    assert axis.index_at(saturday) == pytest.approx(friday + 1 / 3)


def test_older_bars_are_counted_by_the_store():
    oldest = int(LOADED[0]) - 560 * DAY
    axis = full_axis(n_older=400, stored_from=oldest)
    assert axis.index_at(oldest) == -400
    assert axis.index_at((oldest + int(LOADED[0])) // 2) == pytest.approx(-200, abs=1)
    assert axis.time_at(-400) == oldest
    assert axis.index_at(oldest - 700 * DAY) == pytest.approx(-900, abs=20)  # five of seven days, as those loaded


def test_within_a_row_of_many_bars_time_is_counted_evenly():
    assert MANY.time_at(3) == TIMES[3]
    assert MANY.time_at(5) == (TIMES[3] + TIMES[7]) // 2
    assert MANY.index_at(int(TIMES[12])) == 12


def test_one_bar_has_an_axis_too():
    axis = BarAxis(TIMES[:1], step_s=DAY)
    assert axis.index_at(int(TIMES[0]) + 3 * DAY) == pytest.approx(3)
    assert axis.time_at(-2) == TIMES[0] - 2 * DAY


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [(0, 1, (0, 1)), (DAY - 1, DAY + 1, (0, 2)), (-5, 0, (0, 0)), (-5, 1, (0, 1)), (4 * DAY, 9 * DAY, (4, 7))],
)
def test_rows_in_a_span_hold_a_part_of_it(start, end, rows):
    week = np.array([0, 1, 2, 3, 4, 7, 8, 9]) * DAY
    assert BarAxis(week).rows_in(start, end) == rows


def test_a_span_between_two_rows_is_an_empty_range_there():
    week = np.array([0, 1, 2, 3, 4, 7, 8, 9]) * DAY
    assert BarAxis(week).rows_in(5 * DAY, 7 * DAY) == (5, 5)
    assert BarAxis(week).loaded_end == 10 * DAY


@given(st.integers(-500, 500), st.integers(-300, 300), st.sampled_from([1, 2, 8, 64]))
def test_a_block_begins_at_or_before_its_bars_and_at_a_multiple_of_its_size(index, origin, block):
    begin = BarAxis(LOADED, origin=origin).aligned(index, block)
    assert begin <= index < begin + block
    assert (begin + origin) % block == 0


@pytest.mark.parametrize("n_cut", [0, 1, 7])
def test_a_longer_window_keeps_the_blocks_of_the_one_it_replaces(n_cut):
    before = BarAxis(LOADED[10:], origin=5)
    after = BarAxis(LOADED[n_cut:]).continuing(before)
    assert after.origin == 5 - (10 - n_cut)
    assert after.aligned(10 - n_cut, 8) - (10 - n_cut) == before.aligned(0, 8)


@pytest.mark.parametrize("index", [0, 2, 3, 6, 7, 8, 11])
def test_a_row_holds_the_bars_from_its_start_to_the_next(index):
    row = MANY.row_at(index)
    assert STARTS[row] <= index < STARTS[row + 1]
    assert MANY.middle_of(row) == (STARTS[row] + STARTS[row + 1] - 1) / 2
    assert MANY.rows_between(index, index + 1) == (row, row + 1)


def test_rows_of_many_bars_are_not_single_and_their_middles_lie_between_their_ends():
    assert (BarAxis(LOADED).is_single, MANY.is_single) == (True, False)
    assert MANY.middles(0, 4).tolist() == [1.0, 4.5, 7.0, 9.5]
    assert BarAxis(LOADED).middles(3, 5).tolist() == [3.0, 4.0]


def test_everything_stored_counts():
    assert BarAxis(LOADED, n_older=30, n_newer=4).n_stored == 84


@pytest.mark.parametrize(("time", "row"), [(-DAY, 0), (0, 0), (DAY - 1, 0), (DAY, 1), (99 * DAY, 2)])
def test_a_time_belongs_to_the_row_that_begins_before_it(time, row):
    assert BarAxis(np.array([0, 1, 2]) * DAY).row_of(time) == row


def test_a_row_of_many_bars_lasts_as_long_as_its_bars():
    axis = BarAxis(np.array([0, 8, 16]) * DAY, np.array([0, 8, 16, 24]), stride=8)
    assert axis.loaded_end == 24 * DAY
    assert axis.rows_in(20 * DAY, 21 * DAY) == (2, 3)
    assert axis.rows_in(24 * DAY, 25 * DAY) == (3, 3)


@pytest.mark.parametrize(("lo", "hi", "rows"), [(0, 0, (0, 0)), (12, 12, (4, 4)), (5, 5, (1, 1)), (2, 8, (0, 3))])
def test_an_empty_range_of_bars_is_an_empty_range_of_rows(lo, hi, rows):
    assert MANY.rows_between(lo, hi) == rows


def test_of_several_shared_bars_the_one_nearest_to_a_time_decides():
    few, many = BarAxis(TIMES[[5, 40]]), BarAxis(np.delete(TIMES, [20, 21]))
    assert many.shift_from(few, int(TIMES[6])) == 5
    assert many.shift_from(few, int(TIMES[38])) == 37
    assert few.shift_from(many, int(TIMES[38])) == -37
    assert few.shift_from(BarAxis(TIMES[:3]), 0) is None


def test_a_window_without_bars_keeps_the_origin_for_the_next_one():
    nothing = BarAxis(TIMES[:0]).continuing(BarAxis(LOADED, origin=7))
    assert nothing.origin == 7
    assert BarAxis(LOADED).continuing(nothing).origin == 7


def test_a_history_that_begins_with_the_window_is_counted_evenly_before_it():
    axis = full_axis(n_older=5, stored_from=int(LOADED[0]))
    assert axis.index_at(int(LOADED[0]) - 7 * DAY) == pytest.approx(-5, abs=0.3)
