"""One step in front or behind, and a drop to any place of the order."""

import pytest

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList
from candledesk.drawings.groups import free_group_name, group_name, in_group
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
    ("moved", "front", "order"), [("a", "", "bcda"), ("a", "d", "bcad"), ("d", "a", "dabc"), ("b", "b", "abcd")]
)
def test_a_drawing_is_dropped_directly_behind_another(moved, front, order):
    drawings = _list()
    assert _order(drawings, placed_behind(drawings, [moved], front)) == order


def test_an_unknown_drawing_moves_nothing():
    assert placed_behind(_list(), ["x"], "a").is_empty


def test_only_what_has_to_change_is_changed():
    drawings = _list(z=[0, 10, 20, 30])
    assert set(placed_behind(drawings, ["d"], "b").after) == {"b", "c"}
    assert set(stepped(drawings, "d", is_up=True).after) == set()


def test_drawings_without_a_place_or_with_the_same_one_get_places_that_rise():
    drawings = _list(z=[None, 0, 0, 0])
    assert _order(drawings, stepped(drawings, "a", is_up=True)) == "bacd"
    places = [one.z for one in drawings.drawings]
    assert places == sorted(set(places))


def _grouped(order="abcdef", **groups):
    """Return drawings of which some are in groups: ``g="bc"``."""
    group_of = {name: group for group, names in groups.items() for name in names}
    return DrawingList(
        "A",
        [
            Drawing(name, "text", "A", (Anchor(0, 1.0),), z=at, group=group_of.get(name, ""))
            for at, name in enumerate(order)
        ],
    )


@pytest.mark.parametrize(
    ("ids", "is_up", "order"),
    [
        ("a", True, "bcadef"),
        ("f", False, "abcfde"),
        ("bc", True, "adebcf"),
        ("b", True, "adebcf"),
        ("de", False, "adebcf"),
        ("bcde", True, "afbcde"),
        ("bcde", False, "bcdeaf"),
    ],
)
def test_a_step_passes_a_whole_group_and_moves_one_as_a_whole(ids, is_up, order):
    drawings = _grouped(g="bc", h="de")
    assert _order(drawings, stepped(drawings, ids, is_up=is_up)) == order


@pytest.mark.parametrize(
    ("moved", "front", "group", "order", "members"),
    [
        ("a", "c", "g", "bacdef", "abc"),  # between two members
        ("a", "", "g", "bcadef", "abc"),  # in front of all members
        ("a", "c", "", "abcdef", "bc"),  # behind a group, which is not torn apart
        ("f", "c", "", "afbcde", "bc"),
        ("c", "e", "", "abcdef", "b"),  # out of the group
        ("bc", "f", "g", "adebcf", "bc"),  # the group as a whole
        ("bc", "", "g", "adefbc", "bc"),
        ("bc", "e", "g", "abcdef", "bc"),  # not into another group
        ("d", "b", "g", "adbcef", "bcd"),
    ],
)
def test_groups_are_joined_left_and_moved_as_a_whole(moved, front, group, order, members):
    drawings = _grouped(g="bc", h="de")
    assert _order(drawings, placed_behind(drawings, moved, front, group)) == order
    assert {one.id for one in drawings.drawings if one.group == "g"} == set(members)


def test_who_joins_a_group_has_its_name_and_loses_it_outside():
    drawings = _grouped()
    drawings.apply(drawings.grouped(["b", "c"], "g", "Supports"))
    drawings.apply(placed_behind(drawings, ["a"], "c", "g"))
    assert group_name([drawings.get("a")]) == "Supports"
    drawings.apply(placed_behind(drawings, ["a"], "", ""))
    assert drawings.get("a").extra == {}


def test_a_new_group_gets_the_first_free_name():
    drawings = _grouped()
    assert free_group_name(drawings.drawings) == "Group 1"
    drawings.apply(drawings.grouped(["a"], "g", "Group 2"))
    drawings.apply(drawings.grouped(["b"], "h", "Group 1"))
    assert free_group_name(drawings.drawings) == "Group 3"
    drawings.apply(drawings.grouped(["b"], ""))
    assert free_group_name(drawings.drawings) == "Group 1"


def _named(name, group="g"):
    return Drawing("a", "text", "A", (Anchor(0, 1.0),), group=group, extra={"group_name": name})


def test_a_name_is_a_text_of_any_drawing_of_the_group():
    assert group_name([_named(5), _named(""), _named("Supports"), _named("Others")]) == "Supports"
    assert group_name([_named(5), _named("")]) == "Group"
    assert group_name([]) == "Group"


def test_the_name_of_a_group_is_free_when_no_drawing_is_in_it():
    assert free_group_name([_named("Group 1", group="")]) == "Group 1"
    assert free_group_name([_named("Group 1"), _named("Group 2"), _named("Group 4")]) == "Group 3"


def test_only_a_member_of_a_group_with_a_name_has_that_name():
    one = _named("Old")
    assert (in_group(one, "h", "New").group, in_group(one, "h", "New").extra) == ("h", {"group_name": "New"})
    assert (in_group(one, "h").group, in_group(one, "h").extra) == ("h", {})
    assert (in_group(one, "", "New").group, in_group(one, "", "New").extra) == ("", {})
