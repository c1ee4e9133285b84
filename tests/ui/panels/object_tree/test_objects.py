"""The rules of the object tree: which lines there are, where something is dropped, and what is removed at once."""

from candledesk.ui.tree_objects import (
    PaneHeading,
    TreeObject,
    arrange_lines,
    behind_of,
    group_calls,
)


def place(*_where):
    """Stand for a call that moves an object."""


UPPER, LOWER = PaneHeading("a", "Upper"), PaneHeading("b", "Lower")
FRONT, BACK = TreeObject("front", "Front", "a", place=place), TreeObject("back", "Back", "a", place=place)
FIXED, OTHER = TreeObject("fixed", "Fixed", "a"), TreeObject("other", "Other", "b", place=place)
LINES = arrange_lines([UPPER, LOWER], [FRONT, BACK, FIXED, OTHER])


def test_objects_stand_under_their_panes():
    assert LINES == [UPPER, FRONT, BACK, FIXED, LOWER, OTHER]


def test_a_filter_leaves_out_panes_without_a_match_whatever_the_case():
    assert arrange_lines([UPPER, LOWER], [FRONT, BACK, OTHER], " oth") == [LOWER, OTHER]
    assert arrange_lines([UPPER], [], "") == [UPPER]


def test_a_drop_is_behind_what_is_above_it():
    assert behind_of(LINES, 1, "back") == ("a", "")
    assert behind_of(LINES, 2, "back") == ("a", "front")
    assert behind_of(LINES, 2, "front") == ("a", "")
    assert behind_of(LINES, 4, "other") == ("a", "back")
    assert behind_of(LINES, 6, "front") == ("b", "other")
    assert behind_of(LINES, 0, "front") is None


def test_an_object_of_a_kind_is_dropped_behind_those_of_its_kind_only():
    line = TreeObject("line", "Line", "a", place=place, kind="drawing")
    lines = arrange_lines([UPPER, LOWER], [line, FRONT, BACK])
    assert behind_of(lines, 4, "other", "drawing") == ("a", "line")
    assert behind_of(lines, 2, "back") == ("a", "")


def test_nothing_is_dropped_into_a_pane_that_holds_no_objects():
    closed = PaneHeading("c", "Closed", can_hold=False)
    assert behind_of([closed, FIXED], 2, "front") is None


def test_objects_with_the_same_removal_are_removed_by_one_call():
    removed = []
    rows = [TreeObject(key, key, "a", remove=removed.append) for key in ("x", "y")]
    rows += [TreeObject("z", "z", "a", remove=removed.remove), TreeObject("kept", "kept", "a")]
    assert [keys for _, keys in group_calls(rows, lambda one: one.remove)] == [["x", "y"], ["z"]]
