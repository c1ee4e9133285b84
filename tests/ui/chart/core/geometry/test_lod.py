import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.geometry.lod import block_size, reduce_rows
from tests.fake_data import in_rows, make_bars

BARS = make_bars(1_003)


@pytest.mark.parametrize("block", [1, 2, 8, 64])
@pytest.mark.parametrize("origin", [0, 5, -13])
@pytest.mark.parametrize(("lo", "hi"), [(0, 1_003), (17, 900), (999, 1_003), (40, 41)])
def test_columns_equal_brute_force(block, origin, lo, hi):
    columns = reduce_rows(BARS, BarAxis(BARS.open_time, origin=origin), lo, hi, block)
    groups = {}
    for row in range(len(BARS)):
        groups.setdefault((row + origin) // block, []).append(row)
    wanted = [rows for rows in groups.values() if rows[-1] >= lo and rows[0] < hi]
    assert columns.open.tolist() == [BARS.open[rows[0]] for rows in wanted]
    assert columns.high.tolist() == [BARS.high[rows].max() for rows in wanted]
    assert columns.low.tolist() == [BARS.low[rows].min() for rows in wanted]
    assert columns.close.tolist() == [BARS.close[rows[-1]] for rows in wanted]
    assert columns.volume == pytest.approx([BARS.volume[rows].sum() for rows in wanted])


def test_prepending_regroups_nothing():
    later = BARS.take(slice(101, None))
    long = reduce_rows(BARS, BarAxis(BARS.open_time, origin=-101), 300, 700, 16)
    short = reduce_rows(later, BarAxis(later.open_time), 199, 599, 16)
    assert np.array_equal(long.high, short.high)
    assert np.array_equal(long.centre - 101, short.centre)


def test_no_rows_give_no_columns():
    assert len(reduce_rows(Bars.empty(), BarAxis(Bars.empty().open_time), 0, 0, 4).open) == 0


@pytest.mark.parametrize(("spacing", "block"), [(8, 1), (1, 1), (0.99, 2), (0.5, 2), (0.3, 4), (0.05, 32)])
def test_a_column_is_at_least_a_pixel(spacing, block):
    assert block_size(spacing) == block


@pytest.mark.parametrize("block", [1, 2, 8, 64])
@pytest.mark.parametrize("origin", [0, 5, -13])
@pytest.mark.parametrize(("lo", "hi"), [(0, 1_003), (17, 900), (40, 41), (4, 4)])
def test_columns_without_some_bars_equal_brute_force(block, origin, lo, hi):
    is_shown = np.random.default_rng(5).random(len(BARS)) > 0.4
    columns = reduce_rows(BARS, BarAxis(BARS.open_time, origin=origin), lo, hi, block, is_shown)
    groups = {}
    for row in range(len(BARS)):
        groups.setdefault((row + origin) // block, []).append(row)
    touched = [(key, rows) for key, rows in groups.items() if rows[-1] >= lo and rows[0] < hi and lo < hi]
    wanted = [(key, [row for row in rows if is_shown[row]]) for key, rows in touched]
    wanted = [(key, rows) for key, rows in wanted if rows]
    assert columns.block == block or not wanted
    assert columns.centre.tolist() == [key * block - origin + (block - 1) / 2 for key, _ in wanted]
    assert columns.open.tolist() == [BARS.open[rows[0]] for _, rows in wanted]
    assert columns.high.tolist() == [BARS.high[rows].max() for _, rows in wanted]
    assert columns.low.tolist() == [BARS.low[rows].min() for _, rows in wanted]
    assert columns.close.tolist() == [BARS.close[rows[-1]] for _, rows in wanted]
    assert not wanted or columns.first_row <= wanted[0][1][0]


@pytest.mark.parametrize("block", [4, 8, 16, 64])
def test_rows_of_many_bars_without_any_left_out_are_reduced_as_ever(block):
    rows, starts = in_rows(BARS, 8 * 86_400)
    axis = BarAxis(rows.open_time, starts, stride=8, origin=3)
    everything = np.ones(len(rows), np.bool_)
    plain = reduce_rows(rows, axis, 10, 90, block)
    shown = reduce_rows(rows, axis, 10, 90, block, everything)
    for name in ("centre", "open", "high", "low", "close"):
        assert np.array_equal(getattr(plain, name), getattr(shown, name)), name
    assert plain.block == shown.block
