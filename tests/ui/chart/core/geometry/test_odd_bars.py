"""How odd bars are drawn, and what of them the price axis is fitted to: pure rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.prices.oddity import Oddity
from candledesk.ui.chart.core.geometry.odd_bars import drawn_bars, find_oddities, flags_text, ordinary_bars, usual_of

NAN = np.nan


def bars_of(*rows):
    """Rows of open, high, low and close."""
    return Bars.from_rows([(60 * at, *row, 1.0) for at, row in enumerate(rows, start=1)])


def masks(bars, unknown=(), left_out=()):
    rows = np.arange(len(bars))
    return np.isin(rows, unknown), np.isin(rows, left_out)


GOOD = (10.0, 12.0, 9.0, 11.0)


def test_ordinary_bars_are_drawn_as_they_are():
    bars = bars_of(GOOD, GOOD)
    assert drawn_bars(bars, *masks(bars)) is bars
    assert find_oddities(bars, {}, None, is_single=True) is None
    assert find_oddities(Bars.empty(), {}, None, is_single=True) is None


def test_a_flag_that_changes_no_price_changes_no_drawing():
    bars = bars_of(GOOD, GOOD)
    assert find_oddities(bars, {60: Oddity.SESSION | Oddity.UNIT}, None, is_single=True) is None


@pytest.mark.parametrize(
    ("row", "high", "low"),
    [
        ((13.0, 12.0, 9.0, 11.0), 13.0, 9.0),
        ((8.0, 12.0, 9.0, 11.0), 12.0, 8.0),
        ((10.0, 12.0, 9.0, 14.0), 14.0, 9.0),
        ((10.0, 12.0, 9.0, 7.0), 12.0, 7.0),
        ((14.0, 12.0, 9.0, 7.0), 14.0, 7.0),
    ],
)
def test_a_wick_reaches_from_the_lowest_to_the_highest_of_all_four(row, high, low):
    odd = find_oddities(bars_of(GOOD, row), {}, None, is_single=True)
    assert (odd.drawn.high[1], odd.drawn.low[1]) == (high, low)
    assert (odd.high[1], odd.low[1]) == (high, low)
    assert (odd.drawn.open[1], odd.drawn.close[1]) == (row[0], row[3])
    assert not odd.is_left_out.any()
    assert not odd.is_below.any()


def test_an_unknown_open_is_the_close_before_and_of_the_first_bar_its_own():
    rows = (0.0, 12.0, 9.0, 11.0), (0.0, 12.0, 9.0, 10.0), GOOD
    odd = find_oddities(bars_of(*rows), {}, None, is_single=True)
    assert odd.is_open_unknown.tolist() == [True, True, False]
    assert odd.drawn.open.tolist() == [11.0, 11.0, 10.0]
    assert odd.drawn.low.tolist() == [9.0, 9.0, 9.0]


def test_an_open_that_was_filled_is_known_by_its_flag_alone_and_only_of_single_bars():
    bars, flags = bars_of(GOOD, (12.0, 12.0, 9.0, 12.0)), {120: int(Oddity.OPEN_UNKNOWN)}
    assert find_oddities(bars, flags, None, is_single=True).drawn.open.tolist() == [10.0, 11.0]
    assert find_oddities(bars, flags, None, is_single=False) is None


def test_the_close_of_a_bar_that_is_left_out_opens_no_other():
    bars = bars_of(GOOD, (1e6, 1e6, 1e6, 1e6), (0.0, 12.0, 9.0, 10.0))
    odd = find_oddities(bars, {120: int(Oddity.JUMP)}, usual_of(bars, {120: Oddity.JUMP}), is_single=True)
    assert odd.drawn.open[2] == 10.0


def test_jumps_are_drawn_and_left_out_of_the_scale():
    bars = bars_of(GOOD, (10.0, 1e6, 9.0, 11.0), GOOD)
    flags = {120: int(Oddity.JUMP)}
    odd = find_oddities(bars, flags, usual_of(bars, flags), is_single=True)
    assert odd.drawn is bars
    assert odd.is_left_out.tolist() == [False, True, False]
    np.testing.assert_array_equal(odd.high, [12, NAN, 12])
    np.testing.assert_array_equal(odd.low, [9, NAN, 9])
    assert usual_of(bars, {120: Oddity.UNIT}) is None


def test_a_row_of_many_bars_is_left_out_as_far_as_its_jumps_reach():
    bars = bars_of(GOOD, (10.0, 1e6, 0.1, 11.0))
    usual = np.array([12.0, 13.0]), np.array([9.0, 8.0])
    odd = find_oddities(bars, {120: int(Oddity.JUMP)}, usual, is_single=False)
    assert (odd.high.tolist(), odd.low.tolist()) == ([12.0, 13.0], [9.0, 8.0])
    assert odd.is_left_out.tolist() == [False, True]


@pytest.mark.parametrize(("low", "is_below"), [(-1.0, True), (0.0, True), (0.01, False)])
def test_a_price_at_zero_is_below_and_one_above_is_not(low, is_below):
    odd = find_oddities(bars_of(GOOD, (10.0, 12.0, low, 9.5), (-1.0, 2.0, -1.0, 1.0)), {}, None, is_single=True)
    assert odd.is_below.tolist() == [False, is_below, True]


def test_averages_are_made_without_what_is_left_out():
    bars = bars_of((9.0, 9.0, 9.0, 9.0), GOOD, (10.0, 1e6, 0.1, 5e5), GOOD)
    is_odd = np.array([False, False, True, False])
    flat = ordinary_bars(bars, is_odd)
    assert [column[2] for column in (flat.open, flat.high, flat.low, flat.close)] == [11.0] * 4
    assert flat.take(np.array([0, 1, 3])).equals(bars.take(np.array([0, 1, 3])))
    cut = ordinary_bars(bars, is_odd, np.array([9.0, 12, 13, 12]), np.array([9.0, 9, 8, 9]))
    assert [column[2] for column in (cut.open, cut.high, cut.low, cut.close)] == [10.0, 13.0, 8.0, 13.0]
    assert ordinary_bars(bars, np.zeros(4, np.bool_)) is bars
    first = ordinary_bars(bars, np.array([True, False, False, False]))
    assert first.close[0] == 11.0
    assert ordinary_bars(bars, np.ones(4, np.bool_)) is bars


def test_the_text_distinguishes_a_bar_from_a_row_that_holds_some():
    assert flags_text(int(Oddity.JUMP), is_single=True) == "Odd bar: price far from its neighbours"
    assert flags_text(int(Oddity.UNIT), is_single=False).startswith("Holds odd bars: sent in the other unit")
    assert flags_text(0, is_single=True) == ""


PRICE = st.one_of(st.just(0.0), st.floats(-1e6, 1e6), st.floats(1e-9, 1e9))


@given(st.lists(st.tuples(PRICE, PRICE, PRICE, PRICE, st.integers(0, 1023)), min_size=1, max_size=30))
def test_whatever_is_kept_is_drawn_within_its_wick_and_without_nan(rows):
    bars = bars_of(*((o, max(h, low), min(h, low), c) for o, h, low, c, _ in rows))
    flags = {60 * at: row[4] for at, row in enumerate(rows, start=1) if row[4]}
    odd = find_oddities(bars, flags, usual_of(bars, flags), is_single=True)
    drawn = bars if odd is None else odd.drawn
    for column in (drawn.open, drawn.close):
        assert (drawn.low <= column).all()
        assert (column <= drawn.high).all()
    assert np.isfinite(drawn.high).all()
    np.testing.assert_array_equal(drawn.close, bars.close)
    if odd is not None:
        assert (odd.is_below == (drawn.low <= 0)).all()
        for ordinary in (odd.ordinary, odd.ordinary_above):
            assert np.isfinite(ordinary.high).all()
