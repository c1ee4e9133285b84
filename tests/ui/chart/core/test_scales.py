import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.instrument import decimals_for
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.scales import PaneScale, ValueRange, autoscale, format_volume, nice_step


@given(st.floats(0.01, 1e5), st.floats(1.0001, 50), st.booleans(), st.booleans())
def test_pixels_and_prices_agree(low, ratio, is_log, is_inverted):
    scale = PaneScale(autoscale(low, low * ratio, is_log=is_log, is_inverted=is_inverted), 0, 500)
    assert scale.value_at(scale.y_of(low * 1.00005)) == pytest.approx(low * 1.00005, rel=1e-6)


def test_autoscale_leaves_twenty_and_ten_percent():
    scale = PaneScale(autoscale(100, 200), 0, 1_000)
    assert scale.y_of(np.array([200.0, 100.0])).tolist() == pytest.approx([200, 900])


@given(st.floats(0.01, 1e5), st.floats(1.001, 900), st.booleans())
def test_ticks_are_inside_ascending_and_apart(low, ratio, is_log):
    scale = PaneScale(autoscale(low, low * ratio, is_log=is_log), 0, 600)
    ticks = scale.ticks(44)
    pixels = [scale.y_of(tick) for tick in ticks]
    assert ticks == sorted(ticks)
    assert all(-1 <= y <= 601 for y in pixels)
    assert all(a - b >= 43.9 for a, b in pairwise(pixels))


@pytest.mark.parametrize(("least", "step"), [(0.7, 1), (1.2, 2), (2.2, 2.5), (3, 5), (7, 10), (0.0001, 0.01)])
def test_steps_are_round(least, step):
    assert nice_step(least, 2) == pytest.approx(step)


@given(st.floats(1e-9, 1e6), st.integers(0, 6))
def test_a_label_is_the_price_of_its_line(least, decimals):
    step = nice_step(least, decimals)
    assert step >= least * (1 - 1e-9)
    assert float(f"{step:.{decimals}f}") == pytest.approx(step, rel=1e-9)


@given(st.floats(1e-8, 0.99), st.floats(1.01, 3.0), st.booleans())
def test_the_axis_of_a_small_price_can_be_read(low, ratio, is_log):
    scale = PaneScale(autoscale(low, low * ratio, is_log=is_log), 0, 600, decimals=decimals_for(2, low))
    labels = [scale.label(price) for price in scale.ticks(44)]
    assert len(labels) >= 2
    assert len(set(labels)) == len(labels)
    assert any(digit in labels[-1] for digit in "123456789")


@pytest.mark.parametrize(("volume", "text"), [(0, "0"), (999, "999"), (1_234_000, "1.23M"), (5e9, "5.00B")])
def test_volumes_are_short(volume, text):
    assert format_volume(volume) == text


@pytest.mark.parametrize("ratio", [2.6, 4, 12, 90, 4_000, 1e6])
def test_a_logarithmic_axis_has_enough_labels(ratio):
    scale = PaneScale(autoscale(13.0, 13.0 * ratio, is_log=True), 0, 800)
    pixels = [scale.y_of(tick) for tick in scale.ticks(44)]
    assert max(a - b for a, b in pairwise([800.0, *pixels, 0.0])) < 4 * 44


@pytest.mark.parametrize(("high", "texts"), [(900.0, {"+100.00%", "+800.00%"}), (2_000.0, {"+100%", "+1,900%"})])
def test_an_axis_has_as_many_decimals_everywhere(high, texts):
    scale = PaneScale(ValueRange(50.0, high), 0, 400, mode=PriceMode.PERCENT, base=100.0)
    assert {scale.label(price) for price in (200.0, high)} == texts


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("centre", [0.0, 2.5, -3.0])
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_range_that_is_scaled_and_moved_again_and_again_stays_one_that_can_be_drawn(is_log, centre, factor):
    found = ValueRange(centre - 1, centre + 1, is_log)
    for _ in range(2_000):
        found = found.scaled(factor).shifted(0.75)
        assert found.lo < found.hi
    scale = PaneScale(found, 0, 400)
    value = scale.value_at(200)
    assert math.isfinite(value)
    assert math.isfinite(scale.y_of(value))
