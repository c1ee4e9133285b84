from dataclasses import replace

import pytest

from candledesk.ui.chart.core.geometry.measurement import Measurement
from candledesk.ui.chart.core.interaction.measurement_text import duration_text, measurement_lines
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from tests.fake_data import make_bars
from tests.ui.painting import series_of

BARS = make_bars(50)
TIMES = [int(time) for time in BARS.open_time]


def _measured(first, last, start=100.0, end=110.0, pane=PRICE):
    return Measurement(pane, TIMES[first], start, TIMES[last], end)


def test_the_change_has_its_sign_and_its_share_of_the_first_value():
    series = series_of(BARS)
    assert measurement_lines(_measured(10, 20), series, 2)[0] == "+10.00  (+10.00%)"
    assert measurement_lines(_measured(10, 20, 110, 99), series, 2)[0] == "−11.00  (−10.00%)"
    assert measurement_lines(_measured(10, 20, 5, 5), series, 2)[0] == "0.00  (0.00%)"
    assert measurement_lines(_measured(10, 20, -5, 5), series, 1)[0] == "+10.0", "there is no share of a negative value"


def test_bars_and_time_are_counted_from_the_first_point_to_the_second():
    series = series_of(BARS)
    days = (TIMES[20] - TIMES[10]) // 86_400
    assert measurement_lines(_measured(10, 20), series, 2)[1] == f"10 bars, {days}d"
    assert measurement_lines(_measured(20, 10), series, 2)[1] == f"−10 bars, −{days}d"
    assert measurement_lines(_measured(10, 11), series, 2)[1].startswith("1 bar, ")


def test_the_volume_is_that_of_the_bars_after_the_first_point():
    series = series_of(replace_volume(BARS))
    for ends in ((10, 20), (20, 10)):
        assert measurement_lines(_measured(*ends), series, 2)[2] == "Volume 1.00K"
    assert len(measurement_lines(_measured(10, 20, pane=VOLUME), series, 2)) == 2
    beyond = replace(_measured(10, 20), end_time=TIMES[-1] + 86_400)
    assert len(measurement_lines(beyond, series, 2)) == 2, "bars to come have no volume"


def replace_volume(bars):
    return replace(bars, volume=bars.volume * 0 + 100.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0m"),
        (45 * 60, "45m"),
        (3 * 3_600 + 15 * 60, "3h 15m"),
        (2 * 86_400 + 4 * 3_600 + 60, "2d 4h"),
        (-33 * 86_400, "−33d"),
        (3_600, "1h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, text):
    assert duration_text(seconds) == text


def test_it_rises_when_the_second_value_is_not_lower():
    assert _measured(1, 2, 5, 5).is_up
    assert not _measured(1, 2, 5, 4).is_up
