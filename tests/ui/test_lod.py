import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.ui.chart.lod import block_size, reduce_columns
from tests.ui.fakes import make_bars

BARS = make_bars(1_003)


@pytest.mark.parametrize("block", [1, 2, 8, 64])
@pytest.mark.parametrize("origin", [0, 5, -13])
@pytest.mark.parametrize(("lo", "hi"), [(0, 1_003), (17, 900), (999, 1_003), (40, 41)])
def test_columns_equal_brute_force(block, origin, lo, hi):
    columns = reduce_columns(BARS, lo, hi, block, origin)
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
    long = reduce_columns(BARS, 300, 700, 16, origin=-101)
    short = reduce_columns(later, 199, 599, 16, origin=0)
    assert np.array_equal(long.high, short.high)
    assert np.array_equal(long.centre - 101, short.centre)


def test_no_rows_give_no_columns():
    assert len(reduce_columns(Bars.empty(), 0, 0, 4, 0).open) == 0


@pytest.mark.parametrize(("spacing", "block"), [(8, 1), (1, 1), (0.99, 2), (0.5, 2), (0.3, 4), (0.05, 32)])
def test_a_column_is_at_least_a_pixel(spacing, block):
    assert block_size(spacing) == block
