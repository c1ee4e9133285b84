"""What figures are made of: curves as arrays, and how a tool is set and dragged unless it says otherwise."""

import numpy as np
import pytest

from candledesk.drawings.figures import Curve, Point, Rectangle
from candledesk.drawings.registry import TOOLS

CURVE = Curve(np.array([(0.0, 5.0), (3.0, 6.0), (6.0, 7.0), (9.0, 8.0), (12.0, 9.0)]))


def test_a_curve_is_a_sequence_of_points():
    assert len(CURVE) == 5
    assert CURVE[1] == Point(3.0, 6.0)
    assert CURVE[-1] == Point(12.0, 9.0)
    assert CURVE[3:] == (Point(9.0, 8.0), Point(12.0, 9.0))
    assert tuple(CURVE) == CURVE.points


@pytest.mark.parametrize(
    ("left", "right", "xs"),
    [
        *((4, 7, [3, 6, 9]), (3.5, 5.5, [3, 6]), (-5, 20, [0, 3, 6, 9, 12])),
        *((-5, -1, [0]), (13, 20, [12]), (6.0, 6.0, [3, 6])),
    ],
)
def test_the_points_between_two_pixels_have_one_beyond_on_each_side(left, right, xs):
    assert [point.x for point in CURVE.between(left, right)] == xs


def test_the_corners_of_a_rectangle_go_round_it_and_close_it():
    assert Rectangle(1, 2, 3, 4).points == ((1, 2), (3, 2), (3, 4), (1, 4), (1, 2))


@pytest.mark.parametrize(
    ("tool", "n_points", "n_clicks"),
    [
        *(("trend_line", 2, 2), ("ray", 2, 2), ("extended_line", 2, 2), ("arrow", 2, 2)),
        *(("horizontal_line", 1, 1), ("horizontal_ray", 1, 1), ("vertical_line", 1, 1), ("text", 1, 1)),
        *(("parallel_channel", 3, 3), ("rectangle", 2, 2), ("fib_retracement", 2, 2), ("fib_extension", 3, 3)),
        *(("long_position", 3, 1), ("short_position", 3, 1), ("date_price_range", 2, 2)),
        *(("anchored_vwap", 1, 1), ("volume_profile", 2, 2)),
    ],
)
def test_a_tool_stores_its_points_and_takes_its_clicks(tool, n_points, n_clicks):
    assert (TOOLS[tool].n_points, TOOLS[tool].clicks) == (n_points, n_clicks)


def test_only_what_is_computed_from_bars_or_crosses_all_prices_has_points_without_a_price():
    without = {tool.id for tool in TOOLS.values() if not tool.has_prices}
    assert without == {"vertical_line", "anchored_vwap", "volume_profile"}


def test_a_level_is_the_horizontal_line_and_what_leaves_its_points_is_not_bounded():
    assert {tool.id for tool in TOOLS.values() if not tool.is_bounded} == {
        "horizontal_line",
        "horizontal_ray",
        "anchored_vwap",
    }
    assert {tool.id for tool in TOOLS.values() if tool.is_level} == {"horizontal_line"}
    assert {tool.tag: tool.id for tool in TOOLS.values() if tool.tag} == {
        "price": "horizontal_line",
        "time": "vertical_line",
    }


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_drag_moves_one_of_the_points(at):
    points = (Point(1, 1), Point(2, 2), Point(3, 3))
    found = TOOLS["parallel_channel"].drag(points, at, Point(9, 9))
    assert [one == Point(9, 9) for one in found] == [number == at for number in range(3)]
    assert len(found) == 3
