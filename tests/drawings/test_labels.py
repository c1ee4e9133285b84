"""Labels of drawings: inside of the pane; those of a position only beside a box that has room for them."""

import pytest

from candledesk.drawings.figures import FigureContext, Point, Text
from candledesk.drawings.hit import box_of_text
from candledesk.drawings.labels import drawn_parts
from candledesk.drawings.registry import TOOLS

TOOL = TOOLS["long_position"]
WIDTH, HEIGHT = 1_000.0, 800.0
N_LABELS = 3


def parts(left, width=400.0, *, tops=(400.0, 300.0, 450.0), is_active=False, **style):
    """Return the parts of a position whose box begins at ``left``; ``tops``: pixels of entry, target and stop."""
    points = tuple(Point(x, y) for x, y in zip((left, left + width, left + width), tops, strict=True))
    context = FigureContext(0.0, 0.0, WIDTH, HEIGHT, prices=tuple(1_000 - y for y in tops))
    return drawn_parts(TOOL, points, {**TOOL.style, **style}, context, is_active=is_active)


def labels(found):
    return [one for one in found.figures if isinstance(one, Text)]


def test_a_box_that_is_narrower_than_its_labels_hides_them_until_it_is_selected():
    narrow = parts(300.0, 40.0)
    assert labels(narrow) == []
    assert len(narrow.hidden) == N_LABELS
    selected = parts(300.0, 40.0, is_active=True)
    assert labels(selected) == list(narrow.hidden)
    assert selected.hidden == ()


def test_a_box_with_room_for_its_widest_label_shows_all():
    widest = max(right - left for left, _, right, _ in map(box_of_text, parts(300.0).figures[3:])) + 8
    assert len(labels(parts(300.0, widest))) == N_LABELS
    assert labels(parts(300.0, widest - 1)) == []
    assert parts(300.0, labels=False).hidden == ()


@pytest.mark.parametrize("left", [-390.0, -200.0, 0.0, 700.0, 990.0])
def test_labels_are_inside_of_the_pane_that_shows_a_part_of_the_box(left):
    for one in labels(parts(left)):
        start, _, end, _ = box_of_text(one)
        assert start >= 4 - 1e-9
        assert end <= WIDTH - 4 + 1e-9


def test_labels_stay_over_the_middle_of_a_box_that_has_room():
    assert {one.at.x for one in labels(parts(300.0))} == {500.0}


@pytest.mark.parametrize("left", [-401.0, 1_001.0])
def test_a_box_outside_of_the_pane_has_no_labels(left):
    found = parts(left, is_active=True)
    assert (labels(found), found.hidden) == ([], ())


def test_the_label_of_a_level_at_the_edge_is_moved_down_and_that_of_a_level_outside_is_not():
    (near, *_), (outside, *_) = (labels(parts(300.0, tops=(400.0, top, 450.0))) for top in (5.0, -5.0))
    assert box_of_text(near)[1] == pytest.approx(2)
    assert outside.at.y == -9.0
    (_, low, _) = labels(parts(300.0, tops=(400.0, 300.0, 795.0)))
    assert box_of_text(low)[3] == pytest.approx(HEIGHT - 2)


@pytest.mark.parametrize(
    ("points", "extend"), [((500.0, 700.0), "left"), ((30.0, 300.0), "none"), ((-200.0, 40.0), "none")]
)
def test_the_labels_of_levels_are_in_the_pane_where_the_lines_begin_beyond_or_near_its_left_edge(points, extend):
    tool = TOOLS["fib_retracement"]
    context = FigureContext(0.0, 0.0, WIDTH, HEIGHT, prices=(100.0, 500.0), y_of=lambda price: HEIGHT - price)
    places = tuple(Point(x, y) for x, y in zip(points, (700.0, 300.0), strict=True))
    found = labels(drawn_parts(tool, places, {**tool.style, "extend": extend}, context))
    assert len(found) > 5
    assert min(box_of_text(one)[0] for one in found) == pytest.approx(4)
    away = tuple(Point(x - 2_000.0, y) for x, y in places)
    assert labels(drawn_parts(tool, away, {**tool.style, "extend": "none"}, context)) == []
