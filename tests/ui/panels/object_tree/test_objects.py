"""The rules of the object tree: which lines there are, where something is dropped, and what is removed at once."""

import pytest

from candledesk.ui.tree_objects import (
    Drop,
    PaneHeading,
    TreeObject,
    arrange_lines,
    drop_at,
    group_calls,
    step_of,
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
    assert drop_at(LINES, 1, BACK) == Drop("a")
    assert drop_at(LINES, 2, BACK) == Drop("a", "front")
    assert drop_at(LINES, 2, FRONT) == Drop("a")
    assert drop_at(LINES, 4, OTHER) == Drop("a", "back")
    assert drop_at(LINES, 6, FRONT) == Drop("b", "other")
    assert drop_at(LINES, 0, FRONT) is None


def test_an_object_of_a_kind_is_dropped_behind_those_of_its_kind_only():
    line = TreeObject("line", "Line", "a", place=place, kind="drawing")
    moved = TreeObject("other", "Other", "a", place=place, kind="drawing")
    lines = arrange_lines([UPPER, LOWER], [line, FRONT, BACK])
    assert drop_at(lines, 4, moved) == Drop("a", "line")
    assert drop_at(lines, 2, BACK) == Drop("a")


def test_nothing_is_dropped_into_a_pane_that_holds_no_objects():
    closed = PaneHeading("c", "Closed", can_hold=False)
    assert drop_at([closed, FIXED], 2, FRONT) is None


def _rows(text):
    """Return objects of a text such as ``A G(x y) B``; a group is written with its members."""
    rows, group = [], ""
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            group = rows[-1].key
            rows[-1] = TreeObject(group, group, "a", place=place, n_members=1)
        elif word == ")":
            group = ""
        else:
            rows.append(TreeObject(word, word, "a", place=place, group=group))
    return rows


def _named(text, key):
    rows = _rows(text)
    return arrange_lines([UPPER], rows), next(one for one in rows if one.key == key)


@pytest.mark.parametrize(
    ("at", "moved", "group", "drop"),
    [
        (2, "B", "", Drop("a", "A")),
        (3, "B", "G", Drop("a", "", "G")),
        (4, "B", "G", Drop("a", "x", "G")),
        (5, "B", "G", Drop("a", "y", "G")),
        (5, "A", "", Drop("a", "G")),
        (6, "x", "", Drop("a", "B")),
        (2, "y", "", Drop("a", "A")),
        (4, "y", "G", Drop("a", "x", "G")),
        (4, "G", "G", Drop("a", "A")),
        (1, "G", "", Drop("a")),
    ],
)
def test_a_drop_in_a_group_and_beside_it(at, moved, group, drop):
    lines, one = _named("A G(x y) B", moved)
    assert drop_at(lines, at, one, group) == drop


def test_a_group_dropped_among_the_members_of_another_lies_behind_that():
    lines, one = _named("G(x y) H(u)", "H")
    assert drop_at(lines, 3, one, "G") == Drop("a", "G")


@pytest.mark.parametrize(
    ("text", "moved", "by", "drop"),
    [
        ("A G(x y) B", "A", 1, Drop("a", "", "G")),
        ("A G(x y) B", "A", -1, None),
        ("A G(x y) B", "x", -1, Drop("a", "A")),
        ("A G(x y) B", "x", 1, Drop("a", "y", "G")),
        ("A G(x y) B", "y", -1, Drop("a", "", "G")),
        ("A G(x y) B", "y", 1, Drop("a", "G")),
        ("A G(x y) B", "B", -1, Drop("a", "y", "G")),
        ("A G(x y) B", "B", 1, None),
        ("A G(x y) B", "G", -1, Drop("a")),
        ("A G(x y) B", "G", 1, Drop("a", "B")),
        ("G(x y) H(u)", "G", 1, Drop("a", "H")),
        ("G(x y) H(u)", "H", -1, Drop("a")),
        ("G(x) A", "x", 1, Drop("a", "G")),
        ("G(x) A", "x", -1, Drop("a")),
        ("G(x)", "G", 1, None),
    ],
)
def test_a_step_goes_into_an_open_group_through_it_and_out(text, moved, by, drop):
    lines, one = _named(text, moved)
    assert step_of(lines, one, by) == drop


def test_a_step_goes_over_a_closed_group():
    rows = _rows("A G(x y) B")
    lines = arrange_lines([UPPER], rows, closed={"G"})
    assert [line.title for line in lines] == ["Upper", "A", "G", "B"]
    assert step_of(lines, rows[0], 1) == Drop("a", "G")
    assert step_of(lines, rows[-1], -1) == Drop("a", "A")


def test_a_filter_finds_members_with_their_group_and_whole_groups_also_closed_ones():
    rows = _rows("A Gate(x y) B")
    assert [line.title for line in arrange_lines([UPPER], rows, "x", {"Gate"})] == ["Upper", "Gate", "x"]
    assert [line.title for line in arrange_lines([UPPER], rows, "gate", {"Gate"})] == ["Upper", "Gate", "x", "y"]


def test_objects_with_the_same_removal_are_removed_by_one_call():
    removed = []
    rows = [TreeObject(key, key, "a", remove=removed.append) for key in ("x", "y")]
    rows += [TreeObject("z", "z", "a", remove=removed.remove), TreeObject("kept", "kept", "a")]
    assert [keys for _, keys in group_calls(rows, lambda one: one.remove)] == [["x", "y"], ["z"]]
