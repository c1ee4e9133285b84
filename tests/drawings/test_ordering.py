"""One step in front or behind, and a drop to any place of the order."""

import pytest

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList
from candledesk.drawings.ordering import placed_behind, stepped


def _list(order="abcd", z=None):
    places = z or range(len(order))
    return DrawingList(
        "A", [Drawing(name, "text", "A", (Anchor(0, 1.0),), z=at) for name, at in zip(order, places, strict=True)]
    )


def _order(drawings, edit):
    drawings.apply(edit)
    return "".join(one.id for one in drawings.drawings)


@pytest.mark.parametrize(
    ("ids", "is_up", "order"),
    [
        ("a", True, "bacd"),
        ("d", True, "abcd"),
        ("ab", True, "cabd"),
        ("ad", True, "bacd"),
        ("cd", True, "abcd"),
        ("d", False, "abdc"),
        ("a", False, "abcd"),
        ("bd", False, "badc"),
    ],
)
def test_one_step_passes_one_other_drawing(ids, is_up, order):
    drawings = _list()
    assert _order(drawings, stepped(drawings, ids, is_up=is_up)) == order


@pytest.mark.parametrize(
    ("moved", "front", "order"), [("a", "", "bcda"), ("a", "d", "bcad"), ("d", "a", "dabc"), ("b", "b", "acdb")]
)
def test_a_drawing_is_dropped_directly_behind_another(moved, front, order):
    drawings = _list()
    assert _order(drawings, placed_behind(drawings, moved, front)) == order


def test_an_unknown_drawing_moves_nothing():
    assert placed_behind(_list(), "x", "a").is_empty


def test_only_what_has_to_change_is_changed():
    drawings = _list(z=[0, 10, 20, 30])
    assert set(placed_behind(drawings, "d", "b").after) == {"b", "c"}
    assert set(stepped(drawings, "d", is_up=True).after) == set()


def test_drawings_without_a_place_or_with_the_same_one_get_places_that_rise():
    drawings = _list(z=[None, 0, 0, 0])
    assert _order(drawings, stepped(drawings, "a", is_up=True)) == "bacd"
    places = [one.z for one in drawings.drawings]
    assert places == sorted(set(places))
