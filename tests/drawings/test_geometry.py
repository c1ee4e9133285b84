"""Cut and lengthened lines, distances, arrows and boxes, in pixels."""

import math

import numpy as np
import pytest

from candledesk.drawings.figures import Curve, FigureContext, Line, Point, Stroke
from candledesk.drawings.geometry import arrow_head, box_of, clipped, distance_to_line, is_inside, lengthened

PANE = FigureContext(10.0, 20.0, 110.0, 220.0)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ((20, 30), (100, 200), ((20, 30), (100, 200))),
        ((0, 120), (200, 120), ((10, 120), (110, 120))),
        ((200, 120), (0, 120), ((110, 120), (10, 120))),
        ((60, 0), (60, 300), ((60, 20), (60, 220))),
        ((60, 300), (60, 100), ((60, 220), (60, 100))),
        ((0, 10), (120, 250), ((10, 30), (105, 220))),
        ((10, 0), (10, 300), ((10, 20), (10, 220))),  # on an edge
        ((9.9, 0), (9.9, 300), None),
        ((110.1, 0), (110.1, 300), None),
        ((0, 19.9), (300, 19.9), None),
        ((0, 220.1), (300, 220.1), None),
        ((0, 30), (20, 10), ((10, 20), (10, 20))),  # through the corner only
        ((0, 29), (20, 9), None),
        ((60, 120), (60, 120), ((60, 120), (60, 120))),
        ((5, 120), (5, 120), None),
        ((120, 30), (200, 40), None),
    ],
)
def test_a_line_is_cut_at_the_edges_of_the_pane(start, end, shown):
    found = clipped(Point(*start), Point(*end), PANE)
    assert found is None if shown is None else found == (pytest.approx(shown[0]), pytest.approx(shown[1]))


@pytest.mark.parametrize(
    ("extend", "shown"),
    [
        ("none", ((40, 100), (60, 120))),
        ("left", ((10, 70), (60, 120))),
        ("right", ((40, 100), (110, 170))),
        ("both", ((10, 70), (110, 170))),
    ],
)
def test_a_line_is_lengthened_to_the_edges_whichever_point_is_the_left_one(extend, shown):
    for a, b in (((40, 100), (60, 120)), ((60, 120), (40, 100))):
        found = lengthened(Point(*a), Point(*b), extend, PANE)
        assert found == (pytest.approx(shown[0]), pytest.approx(shown[1]))


def test_of_a_vertical_line_the_left_end_is_the_first_point():
    assert lengthened(Point(60, 120), Point(60, 100), "left", PANE) == (Point(60, 220), Point(60, 100))
    assert lengthened(Point(60, 120), Point(60, 100), "right", PANE) == (Point(60, 120), Point(60, 20))


def test_a_line_between_points_far_outside_is_lengthened_into_the_pane():
    assert lengthened(Point(-5_000, 120), Point(-4_000, 120), "right", PANE) == (Point(10, 120), Point(110, 120))
    assert lengthened(Point(4_000, 120), Point(5_000, 120), "left", PANE) == (Point(10, 120), Point(110, 120))
    assert lengthened(Point(60, 9_000), Point(60, 8_000), "right", PANE) == (Point(60, 220), Point(60, 20))
    assert lengthened(Point(-3e7, 120), Point(-2e7, 120), "right", PANE) is None, "farther than any painter draws"


def test_a_line_without_a_direction_is_a_point_of_the_pane_or_nothing():
    assert lengthened(Point(60, 120), Point(60, 120), "both", PANE) == (Point(60, 120), Point(60, 120))
    assert lengthened(Point(0, 120), Point(0, 120), "both", PANE) is None


@pytest.mark.parametrize("turn", [0, 30, 90, 200])
def test_an_arrow_has_two_solid_lines_of_28_degrees_that_grow_with_its_width(turn):
    tip, back = Point(50, 60), math.radians(turn)
    tail = Point(50 + 80 * math.cos(back), 60 + 80 * math.sin(back))
    head = arrow_head(tail, tip, Stroke("#123456", 3, "dashed"))
    for line, side in zip(head, (-28, 28), strict=True):
        assert (line.start, line.stroke) == (tip, Stroke("#123456", 3, "solid"))
        angle = back + math.radians(side)
        assert line.end == pytest.approx((50 + 18 * math.cos(angle), 60 + 18 * math.sin(angle)))
    assert arrow_head(tip, tip, Stroke("#123456")) == ()


@pytest.mark.parametrize(
    ("at", "gap"), [((5, 7), 7), ((5, -7), 7), ((13, 4), 5), ((-3, -4), 5), ((0, 0), 0), ((4, 0), 0)]
)
def test_the_distance_from_a_line_ends_at_its_ends(at, gap):
    assert distance_to_line(Point(*at), Point(0, 0), Point(10, 0)) == pytest.approx(gap)
    turned = Point(at[1], at[0])
    assert distance_to_line(turned, Point(0, 10), Point(0, 0)) == pytest.approx(gap)
    assert distance_to_line(Point(3, 4), Point(0, 0), Point(0, 0)) == 5


def test_the_distance_from_a_sloped_line_is_perpendicular():
    assert distance_to_line(Point(100, 150), Point(100, 100), Point(140, 130)) == pytest.approx(40)


ARROW_SHAPE = (Point(0, 0), Point(10, 0), Point(10, 10), Point(5, 4), Point(0, 10))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        *(((1, 1), True), ((9, 1), True), ((5, 3), True), ((5, 6), False), ((1, 7), True), ((9, 7), True)),
        *(((-1, 1), False), ((11, 1), False), ((5, -1), False), ((5, 11), False)),
    ],
)
def test_a_point_lies_in_a_polygon_that_is_bent_inward(at, expected):
    assert is_inside(Point(*at), ARROW_SHAPE) is expected
    assert is_inside(Point(*at), ARROW_SHAPE[::-1]) is expected


def test_a_box_holds_all_points():
    points = (Point(3, 9), Point(1, 5), Point(7, -2))
    assert box_of(points) == (1, -2, 7, 9)
    assert box_of(Curve(np.array(points, float))) == (1, -2, 7, 9)


def test_a_line_is_cut_by_a_box_that_has_no_width():
    edge = FigureContext(50.0, 20.0, 50.0, 220.0)
    assert clipped(Point(0, 100), Point(100, 100), edge) == (Point(50, 100), Point(50, 100))
    assert [isinstance(one, Line) for one in arrow_head(Point(0, 0), Point(1, 0), Stroke("#000000"))] == [True, True]
