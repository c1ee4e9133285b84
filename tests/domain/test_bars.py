"""Bars as a struct of arrays: read-only, cut half-open, compared exactly."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from tests.domain.strategies import bars_at, column

ROWS = [(60, 1.0, 4.0, 0.5, 2.0, 10.0), (120, 2.0, 5.0, 1.5, 3.0, 20.0)]


def test_rows_become_columns():
    bars = Bars.from_rows(ROWS)
    assert len(bars) == 2
    assert bars.open_time.dtype == np.int64
    assert (bars.open_time.tolist(), bars.open.tolist(), bars.high.tolist()) == ([60, 120], [1.0, 2.0], [4.0, 5.0])
    assert (bars.low.tolist(), bars.close.tolist(), bars.volume.tolist()) == ([0.5, 1.5], [2.0, 3.0], [10.0, 20.0])
    assert Bars.from_rows([]).equals(Bars.empty())


def test_bars_cannot_be_written_to():
    bars = Bars.from_rows(ROWS)
    with pytest.raises(ValueError, match="read-only"):
        bars.close[0] = 1.0


def test_bars_are_cut_half_open():
    bars = bars_at(column([0, 60, 120, 180]))
    assert bars.within(Span(60, 180)).open_time.tolist() == [60, 120]
    assert bars.take(np.array([True, False, False, True])).open_time.tolist() == [0, 180]
    assert len(bars.within(Span(61, 62))) == 0


@pytest.mark.parametrize("field", range(6))
def test_bars_are_equal_when_every_column_is(field):
    bars = Bars.from_rows(ROWS)
    changed = [ROWS[0], tuple(value + (column == field) for column, value in enumerate(ROWS[1]))]
    assert bars.equals(Bars.from_rows(ROWS))
    assert not bars.equals(Bars.from_rows(changed))
    assert not bars.equals(Bars.from_rows(ROWS[:1]))
