import pytest

from candledesk.ui.chart.core.interaction.kinetics import Flick, FlickMeter


def _meter(positions):
    meter = FlickMeter()
    meter.start(*positions[0])
    for x, at in positions[1:]:
        meter.add(x, at)
    return meter


def test_a_fast_release_throws():
    flick = _meter([(0, 0), (20, 16), (40, 32), (60, 48)]).flick(50)
    assert flick is not None
    assert flick.speed == pytest.approx(1.25)
    assert flick.moved(flick.duration_ms) == pytest.approx(1.25 / 0.0030045, rel=0.01)
    assert flick.moved(0) == 0


def test_to_the_left_it_goes_left():
    flick = _meter([(60, 0), (40, 16), (20, 32)]).flick(40)
    assert flick.speed < 0
    assert flick.moved(100) < 0


@pytest.mark.parametrize(
    ("positions", "at"),
    [
        ([(0, 0), (20, 16), (40, 32)], 200),  # the finger rested before it left
        ([(0, 0), (16, 200), (32, 400)], 410),  # slow
        ([(0, 0)], 5),
        ([(0, 0), (50, 0)], 0),  # no clock
    ],
)
def test_a_stopped_or_slow_pointer_starts_no_flick(positions, at):
    assert _meter(positions).flick(at) is None


def test_no_flick_is_faster_than_seven_pixels_a_millisecond():
    assert _meter([(0, 0), (500, 10)]).flick(12).speed == 7.0
    assert Flick(0.0001).duration_ms == 0
