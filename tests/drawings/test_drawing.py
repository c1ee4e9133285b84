"""Where a drawing is shown, and the same drawing with one other point."""

import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
from candledesk.drawings.registry import is_fixed

LINE = Drawing("a", "fib_extension", "A", (Anchor(0, 1.0), Anchor(1, 2.0), Anchor(2, 3.0)))


@pytest.mark.parametrize(("own", "chart", "expected"), [("", "c", True), ("c", "c", True), ("d", "c", False)])
def test_a_drawing_belongs_to_every_chart_unless_to_one(own, chart, expected):
    assert Drawing("a", "text", "A", (), chart=own).belongs_to(chart) is expected


@pytest.mark.parametrize(
    ("visible", "intervals", "shown"),
    [(True, None, True), (False, None, False), (True, ("days",), True), (False, ("days",), False), (True, (), False)],
)
def test_a_drawing_is_shown_while_it_is_visible_on_its_intervals(visible, intervals, shown):
    assert Drawing("a", "text", "A", (), visible=visible, intervals=intervals).is_shown_on(INTERVALS["1d"]) is shown


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_point_is_replaced(at):
    found = LINE.with_point(at, Anchor(9, 9.0)).points
    assert [one.time for one in found] == [9 if number == at else number for number in range(3)]


def test_an_anchor_has_the_length_of_its_bar():
    assert Anchor(0, 1.0, "15m").bar_length.step_s == 900


def test_a_set_is_equal_to_itself_only():
    assert DrawingSet((LINE,)) != DrawingSet((LINE,))


@pytest.mark.parametrize(
    ("tool", "style", "expected"),
    [
        ("text", {"fixed": True}, True),
        ("text", {"fixed": False}, False),
        ("text", {}, False),
        ("ray", {"fixed": True}, False),
        ("later", {"fixed": True}, False),
    ],
)
def test_only_a_text_can_be_fixed_on_screen(tool, style, expected):
    assert is_fixed(Drawing("a", tool, "A", (), style=style)) is expected
