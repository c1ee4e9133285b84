"""Copies of drawings of a group are a group of their own."""

from itertools import count

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.groups import GROUP_NAME, copies_in_groups


def drawing(one, group="", pane="price"):
    extra = {GROUP_NAME: f"the {group}"} if group else {}
    return Drawing(one, "trend_line", "AAPL", (Anchor(0, 1.0),) * 2, pane=pane, z=3, group=group, extra=extra)


def copies(*drawings):
    numbers = count(1)
    return copies_in_groups(drawings, lambda: f"new {next(numbers)}")


def test_members_of_one_group_are_copied_into_a_new_one_with_its_name():
    a, b, c, d, e = copies(drawing("a", "g"), drawing("b"), drawing("c", "g"), drawing("d", "h"), drawing("e", "h"))
    assert a.group == c.group
    assert d.group == e.group
    assert len({a.group, d.group, "g", "h", ""}) == 5
    assert (b.group, b.extra) == ("", {})
    assert [one.extra[GROUP_NAME] for one in (a, c, d)] == ["the g", "the g", "the h"]


def test_copies_have_new_ids_and_no_place_in_the_order():
    found = copies(drawing("a", "g"), drawing("b", "g"))
    assert len({one.id for one in found} | {one.group for one in found} | {"a", "b"}) == 5
    assert {one.z for one in found} == {None}
    assert found[0].points == drawing("a").points


def test_a_drawing_that_is_copied_without_the_others_of_its_group_is_in_none():
    alone, elsewhere = copies(drawing("a", "g"), drawing("b", "g", pane="rsi-1"))
    for one in (alone, elsewhere):
        assert (one.group, one.extra) == ("", {})
