"""Whether a box lies over a drawing."""

import pytest

from candledesk.drawings.cover import is_covered
from candledesk.drawings.figures import Circle, Line, Point, Polygon, Rectangle, Stroke, Text
from candledesk.drawings.hit import ShownDrawing

STROKE = Stroke("#000000")
DIAGONAL = Line(Point(0, 0), Point(100, 100), STROKE)
TRIANGLE = (Point(0, 0), Point(100, 0), Point(0, 100))


@pytest.mark.parametrize(
    ("figure", "box", "expected"),
    [
        (DIAGONAL, (40, 40, 60, 60), True),
        (DIAGONAL, (60, 10, 90, 40), False),
        (DIAGONAL, (101, 101, 120, 120), False),
        (Polygon(TRIANGLE, "#ff0000"), (10, 10, 20, 20), True),
        (Polygon(TRIANGLE, "#ff0000"), (80, 80, 90, 90), False),
        (Polygon(TRIANGLE, stroke=STROKE), (10, 10, 20, 20), False),
        (Polygon(TRIANGLE, stroke=STROKE), (45, 45, 55, 55), True),
        (Polygon(TRIANGLE, "#ff0000"), (-10, -10, 200, 200), True),
        (Rectangle(0, 0, 100, 100, "#ff0000"), (10, 10, 20, 20), True),
        (Rectangle(0, 0, 100, 100), (10, 10, 20, 20), False),
        (Polygon(TRIANGLE, "#ff0000"), (60, 10, 61, 11), True),
        (Polygon(TRIANGLE, "#ff0000"), (10, 60, 11, 61), True),
        (Circle(Point(50, 50), 10, STROKE), (55, 55, 70, 70), True),
        (Circle(Point(50, 50), 10, STROKE), (61, 61, 70, 70), False),
        (Text(Point(10, 10), "words", "#000000", 10), (0, 0, 12, 12), True),
        (Text(Point(10, 10), "words", "#000000", 10), (0, 30, 12, 40), False),
    ],
)
def test_a_box_covers_what_it_touches(figure, box, expected):
    assert is_covered([ShownDrawing("a", (figure,))], box) is expected


def test_without_drawings_nothing_is_covered():
    assert not is_covered([], (0, 0, 100, 100))
