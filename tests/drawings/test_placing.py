"""The magnet and what Shift does."""

import math

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.drawings.figures import Point
from candledesk.drawings.placing.constraints import on_one_axis, on_step_of_45
from candledesk.drawings.placing.magnet import Magnet, Target, snap_to, snap_to_handle, targets_of, time_of_price

BARS = Bars.from_rows(
    [(0, 10.0, 14.0, 8.0, 12.0, 1.0), (60, 12.0, 20.0, 11.0, 13.0, 1.0), (120, 13.0, 15.0, 5.0, 6.0, 1.0)]
)


def y_of(price):
    return 1_000 - 10 * price


def test_the_targets_are_open_high_low_and_close_of_the_bar():
    assert targets_of(BARS, 1, 2) == (Target(1, 12.0), Target(1, 20.0), Target(1, 11.0), Target(1, 13.0))


def test_of_a_column_of_bars_the_ones_that_have_the_extremes_are_meant():
    assert targets_of(BARS, 0, 3) == (Target(0, 10.0), Target(1, 20.0), Target(2, 5.0), Target(2, 6.0))
    assert targets_of(BARS, 2, 2) == ()


def test_a_price_that_a_bar_has_not_is_no_target():
    bars = Bars.from_rows([(0, math.nan, 14.0, 8.0, 12.0, 1.0)])
    assert targets_of(bars, 0, 1) == (Target(0, 14.0), Target(0, 8.0), Target(0, 12.0))


@pytest.mark.parametrize(
    ("gap", "magnet", "is_taken"),
    [
        *((7, Magnet.WEAK, True), (8, Magnet.WEAK, True), (9, Magnet.WEAK, False)),
        *((500, Magnet.STRONG, True), (0, Magnet.OFF, False)),
    ],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_weak_magnet_reaches_8_pixels_and_a_strong_one_everywhere(gap, magnet, is_taken, side):
    targets = (Target(1, 20.0),)
    assert (snap_to(targets, y_of(20.0) + side * gap, y_of, magnet) is not None) is is_taken


def test_the_nearest_target_is_taken():
    assert snap_to(targets_of(BARS, 0, 1), y_of(12.3), y_of, Magnet.WEAK) == Target(0, 12.0)
    assert snap_to((), 5.0, y_of, Magnet.STRONG) is None


def test_ctrl_turns_the_magnet_on_or_off():
    assert [magnet.inverted() for magnet in Magnet] == [Magnet.WEAK, Magnet.OFF, Magnet.OFF]


def test_a_point_snaps_to_the_nearest_handle_within_8_pixels():
    handles = [Point(0, 0), Point(5, 0)]
    assert snap_to_handle(handles, Point(3, 0), Magnet.WEAK) == Point(5, 0)
    assert snap_to_handle(handles, Point(13, 0), Magnet.WEAK) == Point(5, 0)
    assert snap_to_handle(handles, Point(13.1, 0), Magnet.STRONG) is None
    assert snap_to_handle(handles, Point(3, 0), Magnet.OFF) is None


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        *(((10, 3), (10, 0)), ((3, 10), (0, 10)), ((10, 8), (9, 9))),
        *(((-10, 8), (-9, 9)), ((-10, 1), (-10, 0)), ((0, 0), (0, 0))),
    ],
)
def test_shift_places_at_0_45_or_90_degrees(end, expected):
    found = on_step_of_45(Point(100, 100), Point(100 + end[0], 100 + end[1]))
    assert found == pytest.approx((100 + expected[0], 100 + expected[1]))


def test_every_direction_is_a_step_of_45():
    for angle in np.linspace(0, 2 * math.pi, 100):
        x, y = on_step_of_45(Point(0, 0), Point(math.cos(angle), math.sin(angle)))
        assert math.isclose(math.degrees(math.atan2(y, x)) % 45, 0, abs_tol=1e-9) or math.isclose(
            math.degrees(math.atan2(y, x)) % 45, 45, abs_tol=1e-9
        )


def test_shift_moves_along_one_axis():
    assert on_one_axis(5, -3) == (5, 0)
    assert on_one_axis(2, -3) == (0, -3)


def test_a_price_is_of_the_bar_that_has_it():
    bars = BARS
    high, low = int(np.argmax(bars.high)), int(np.argmin(bars.low))
    assert time_of_price(bars, float(bars.high[high])) == int(bars.open_time[high])
    assert time_of_price(bars, float(bars.low[low])) == int(bars.open_time[low])
    assert time_of_price(bars, float(bars.open[0])) == int(bars.open_time[0])
    assert time_of_price(bars, float(bars.close[-1])) == int(bars.open_time[-1])
    assert time_of_price(bars, -1.0) is None
    assert time_of_price(bars.take(slice(0, 0)), 1.0) is None
