"""What lies under the pointer."""

import time

import numpy as np
import pytest

from candledesk.drawings.figures import Circle, Curve, Line, Point, Polygon, Rectangle, Stroke, Text
from candledesk.drawings.hit import DrawingHit, ShownDrawing, box_of_text, drawings_in, hit_drawing, nearest_handle

STROKE = Stroke("#000000")
BOX = Polygon((Point(100, 100), Point(200, 100), Point(200, 200), Point(100, 200)), "#000000", 0.2, STROKE)
RECTANGLE = Rectangle(100, 100, 200, 200, "#000000", 0.2, STROKE)
ENDS = (Point(0, 50), Point(300, 50))


def line(drawing_id="line", *, is_selected=False):
    return ShownDrawing(drawing_id, (Line(*ENDS, STROKE),), ENDS, is_selected=is_selected)


def box(figure=BOX, *, is_selected=False):
    return ShownDrawing("box", (figure,), (), is_selected=is_selected)


@pytest.mark.parametrize(
    ("at", "is_hit"),
    [
        *(((150, 50), True), ((150, 55), True), ((150, 55.1), False)),
        *(((150, 45), True), ((304, 50), True), ((306, 50), False)),
    ],
)
def test_a_stroke_is_hit_within_5_pixels(at, is_hit):
    assert hit_drawing([line()], Point(*at)) == (DrawingHit("line") if is_hit else None)


@pytest.mark.parametrize(("gap", "handle"), [(0, 1), (8, 1), (8.1, None)])
def test_a_handle_of_a_selected_drawing_is_hit_within_8_pixels(gap, handle):
    hit = hit_drawing([line(is_selected=True)], Point(300, 50 + gap))
    assert (hit.handle if hit else None) == handle
    assert hit_drawing([line()], Point(300, 50)) == DrawingHit("line"), "its handles are not there"


def test_fingers_reach_14_pixels():
    assert hit_drawing([line()], Point(150, 64), is_touch=True) == DrawingHit("line")
    assert hit_drawing([line()], Point(150, 64.1), is_touch=True) is None


@pytest.mark.parametrize("figure", [BOX, RECTANGLE, RECTANGLE._replace(top=200, bottom=100)])
def test_a_fill_is_hit_only_when_selected_or_asked_for(figure):
    inside, selected = Point(150, 150), box(figure, is_selected=True)
    assert hit_drawing([box(figure)], inside) is None
    assert hit_drawing([box(figure)], inside, takes_fills=True) == DrawingHit("box")
    assert hit_drawing([selected], inside) == DrawingHit("box")
    for edge in (Point(100, 150), Point(200, 150), Point(150, 100), Point(150, 200)):
        assert hit_drawing([box(figure)], edge) == DrawingHit("box")
    assert hit_drawing([selected], Point(260, 150)) is None


def test_a_rectangle_without_a_fill_is_hit_on_all_of_its_sides():
    empty = box(RECTANGLE._replace(fill=""), is_selected=True)
    assert hit_drawing([empty], Point(150, 150)) is None
    assert hit_drawing([empty], Point(100, 150)) == DrawingHit("box")


def test_the_topmost_is_hit_and_handles_come_before_bodies():
    assert hit_drawing([line("a"), line("b")], Point(150, 50)) == DrawingHit("b")
    assert hit_drawing([line("a", is_selected=True), line("b")], Point(0, 50)) == DrawingHit("a", 0)


def test_texts_and_circles_are_hit():
    text = ShownDrawing("t", (Text(Point(100, 100), "word\nword", "#000000", 10, (0.5, 1.0)),))
    assert hit_drawing([text], Point(95, 90)) == DrawingHit("t")
    assert hit_drawing([text], Point(95, 101)) is None
    circle = ShownDrawing("c", (Circle(Point(50, 50), 20, STROKE),))
    assert hit_drawing([circle], Point(72, 50)) == DrawingHit("c")
    assert hit_drawing([circle], Point(50, 50)) is None


@pytest.mark.parametrize(
    ("align", "box"),
    [((0.0, 0.0), (100, 100, 130, 126)), ((0.5, 1.0), (85, 74, 115, 100)), ((1.0, 0.5), (70, 87, 100, 113))],
)
def test_the_box_of_a_text_is_as_wide_as_its_longest_line_and_as_high_as_all(align, box):
    assert box_of_text(Text(Point(100, 100), "a\nwords", "#000000", 10, align)) == pytest.approx(box)


def test_a_drawing_without_figures_is_never_hit():
    assert hit_drawing([ShownDrawing("x", ())], Point(0, 0)) is None


def test_a_thousand_drawings_are_asked_in_a_millisecond():
    many = [
        ShownDrawing(str(at), (Line(Point(at, at % 90 * 10), Point(at + 60, at % 90 * 10 + 40), STROKE),))
        for at in range(1_000)
    ]
    best = 1.0
    for _ in range(20):
        begin = time.thread_time()
        hit_drawing(many, Point(500, 500))
        best = min(best, time.thread_time() - begin)
    assert best < 0.001


@pytest.mark.parametrize(("gap", "handle"), [(8, 1), (8.1, None)])
def test_the_nearest_handle_is_found_within_reach_whether_selected_or_not(gap, handle):
    assert nearest_handle(line(), Point(300 + gap, 50)) == handle
    assert nearest_handle(line(), Point(300 + 14, 50), is_touch=True) == 1
    assert nearest_handle(ShownDrawing("x", ()), Point(0, 0)) is None


@pytest.mark.parametrize(
    ("corners", "found"),
    [
        ((140, 40, 160, 60), {"line"}),
        ((140, 60, 160, 90), set()),
        ((90, 40, 110, 110), {"line", "box"}),
        ((120, 120, 180, 180), set()),
        ((0, 0, 400, 400), {"line", "box"}),
    ],
)
def test_a_box_touches_lines_that_cross_it_and_outlines_but_not_fills(corners, found):
    assert drawings_in([line(), box()], corners) == found


def test_a_box_touches_texts_and_circles():
    text = ShownDrawing("t", (Text(Point(100, 100), "word", "#000000", 10),))
    circle = ShownDrawing("c", (Circle(Point(50, 50), 20, STROKE),))
    assert drawings_in([text, circle], (20, 20, 60, 60)) == {"c"}
    assert drawings_in([text, circle], (110, 105, 115, 115)) == {"t"}


def test_a_moved_drawing_is_where_it_was_moved_to():
    made = (
        Line(*ENDS, STROKE),
        BOX,
        RECTANGLE,
        Text(Point(100, 100), "word", "#000000"),
        Circle(Point(50, 50), 20, STROKE),
    )
    one = ShownDrawing("a", made, ENDS)
    moved = one.moved(30.0, is_selected=True)
    far = ShownDrawing("a", moved.figures, moved.handles)
    assert moved.box == far.box == (one.box[0] + 30, one.box[1], one.box[2] + 30, one.box[3])
    assert moved.handles == tuple(Point(x + 30, y) for x, y in ENDS)
    for figure in made:
        alone = ShownDrawing("b", (figure,))
        left, top, right, bottom = alone.box
        assert alone.moved(30.0, is_selected=False).box == (left + 30, top, right + 30, bottom)
        assert ShownDrawing("c", alone.moved(30.0, is_selected=False).figures).box == (
            left + 30,
            top,
            right + 30,
            bottom,
        )
    assert hit_drawing([moved], ENDS[0]._replace(x=ENDS[0].x + 30)) == DrawingHit("a", 0)


@pytest.mark.parametrize("x", [-3.0, 0.0, 99.0, 150.5, 298.0, 303.0])
@pytest.mark.parametrize("gap", [-6.0, -4.0, 4.0, 6.0])
def test_a_curve_is_hit_like_the_line_through_its_points(x, gap):
    array = np.stack((np.arange(0.0, 301.0, 3.0), 50 + 40 * np.sin(np.arange(101) / 9)), axis=1)
    y = float(np.interp(x, *array.T)) + gap
    curve, points = Curve(array), tuple(Point(*row) for row in array.tolist())
    found = [hit_drawing([ShownDrawing("a", (Polygon(of, stroke=STROKE),))], Point(x, y)) for of in (curve, points)]
    assert found[0] == found[1]
    assert ShownDrawing("a", (Polygon(curve),)).box == ShownDrawing("a", (Polygon(points),)).box
