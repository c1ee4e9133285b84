"""The price of a horizontal line and the time of a vertical one stand on the axes."""

import pytest

from candledesk.ui.chart.core.drawings.axis_tags import price_tags, time_tags
from candledesk.ui.chart.core.time_ticks import format_open_time
from tests.ui.chart.core.drawings.test_shown import BARS, drawing, frame_of, scene_of

ROW = 280
CLOSE = float(BARS.close[ROW])


def level(price=CLOSE, **changes):
    return drawing("horizontal_line", (ROW,), [price], style={"color": "#ff000080"}, **changes)


@pytest.mark.parametrize("dpr", [1.0, 1.5])
def test_a_level_has_its_price_where_its_line_is_in_its_colour(qapp, dpr):
    scene = scene_of(level())
    frame = frame_of(scene, dpr)
    ((y, text, colour),) = price_tags(scene, frame)
    assert y == pytest.approx(frame.price.y_of(CLOSE))
    assert (text, colour) == (frame.price.label(CLOSE), "#ff0000")
    assert time_tags(scene, frame) == []


@pytest.mark.parametrize("dpr", [1.0, 1.5])
def test_a_vertical_line_has_the_time_of_its_bar(qapp, dpr):
    scene = scene_of(drawing("vertical_line", (ROW,), [0.0]))
    frame = frame_of(scene, dpr)
    ((x, text, _),) = time_tags(scene, frame)
    assert x == pytest.approx(float(frame.placed.x_of(ROW)) * dpr)
    expected = format_open_time(scene.series.calendar, ROW)
    assert text == expected
    assert price_tags(scene, frame) == []


def test_other_drawings_and_what_is_out_of_sight_have_none(qapp):
    for one in (drawing(), level(CLOSE * 10), drawing("vertical_line", (10,), [0.0]), level(visible=False)):
        scene = scene_of(one)
        frame = frame_of(scene)
        assert price_tags(scene, frame) + time_tags(scene, frame) == []
