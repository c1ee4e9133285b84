"""Where the style bar and the settings stand."""

from hypothesis import given
from hypothesis import strategies as st

from candledesk.drawings.cover import is_covered
from candledesk.drawings.figures import Line, Point, Polygon, Stroke
from candledesk.drawings.hit import ShownDrawing
from candledesk.ui.features.drawing_tools.place import MARGIN_PX, Spot, place_beside, within

SIZE, ROOM = (300.0, 36.0), (0.0, 0.0, 1_000.0, 600.0)
STROKE = Stroke("#000000")


def _shown(*figures):
    return [ShownDrawing("a", figures)]


def _box(spot):
    return spot.x, spot.y, spot.x + SIZE[0], spot.y + SIZE[1]


def test_it_stays_where_it_was_left_while_it_covers_nothing():
    below = Line(Point(0, 500), Point(1_000, 500), STROKE)
    assert place_beside(SIZE, ROOM, Spot(350, 40), _shown(below)) == (350, 40)


def test_it_moves_no_farther_than_it_must():
    line = Line(Point(0, 60), Point(1_000, 60), STROKE)
    spot = place_beside(SIZE, ROOM, Spot(350, 40), _shown(line))
    assert spot.x == 350
    assert abs(spot.y - 40) < SIZE[1] + 3 * MARGIN_PX
    assert not is_covered(_shown(line), _box(spot))


def test_it_stands_where_it_was_left_when_every_place_covers_the_drawing():
    corners = tuple(Point(x, y) for x, y in ((-10, -10), (1_010, -10), (1_010, 610), (-10, 610)))
    assert place_beside(SIZE, ROOM, Spot(350, 40), _shown(Polygon(corners, "#ff0000"))) == (350, 40)


def test_it_stays_within_the_chart():
    assert within(SIZE, ROOM, Spot(-500, 9_000)) == (MARGIN_PX, 600 - MARGIN_PX - SIZE[1])
    assert within(SIZE, (0, 0, 200, 100), Spot(350, 40)) == (MARGIN_PX, 40), "a chart that is too narrow"


_at = st.floats(-200, 1_200)


@given(st.lists(st.tuples(_at, _at, _at, _at), min_size=1, max_size=3), st.tuples(_at, _at))
def test_it_never_covers_a_line_where_that_can_be_avoided(ends, wish):
    shown = _shown(*(Line(Point(*row[:2]), Point(*row[2:]), STROKE) for row in ends))
    spot = place_beside(SIZE, ROOM, Spot(*wish), shown)
    assert within(SIZE, ROOM, spot) == spot
    if is_covered(shown, _box(spot)):
        assert spot == within(SIZE, ROOM, Spot(*wish)), "it would have moved"
