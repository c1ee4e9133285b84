"""Changes of drawings can be taken back exactly."""

import random
from dataclasses import replace

import orjson
import pytest

from candledesk.drawings.document.drawings_json import drawings_json
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList
from candledesk.ui.chart.core.interaction.undo import Change, UndoStack


def drawing(drawing_id, z=None, pane="price"):
    return Drawing(drawing_id, "horizontal_line", "A", (Anchor(1_700_000_000, 5.0),), pane=pane, z=z)


def ids(drawings):
    return [one.id for one in drawings.drawings]


def written(drawings):
    return orjson.dumps(drawings_json(drawings.drawings))


@pytest.fixture
def drawings():
    return DrawingList("A", [drawing("a", 1), drawing("b", 2), drawing("c", 3)])


def do(drawings, edit):
    drawings.apply(edit)
    return edit


def test_new_drawings_are_on_top_in_their_order(drawings):
    do(drawings, drawings.added([drawing("y"), drawing("x")]))
    assert ids(drawings) == ["a", "b", "c", "y", "x"]
    assert [one.z for one in drawings.drawings] == [1, 2, 3, 4, 5]


def test_a_copy_from_another_symbol_is_of_this_one(drawings):
    do(drawings, drawings.added([replace(drawing("y"), symbol="B")]))
    assert drawings.get("y").symbol == "A"


def test_drawings_are_brought_to_the_front_or_back_in_their_own_order(drawings):
    do(drawings, drawings.raised(["b", "a"]))
    assert ids(drawings) == ["c", "a", "b"]
    do(drawings, drawings.raised(["b"], is_to_front=False))
    assert ids(drawings) == ["b", "c", "a"]
    do(drawings, drawings.raised(["a", "c"], is_to_front=False))
    assert ids(drawings) == ["c", "a", "b"]


def test_a_group_is_contiguous_and_of_one_pane(drawings):
    do(drawings, drawings.added([drawing("d"), drawing("e", pane="rsi")]))
    do(drawings, drawings.grouped(["a", "c"], "g"))
    assert ids(drawings) == ["b", "a", "c", "d", "e"]
    assert [one.group for one in drawings.drawings] == ["", "g", "g", "", ""]
    with pytest.raises(ValueError, match="one pane"):
        drawings.grouped(["a", "e"], "g")
    do(drawings, drawings.grouped(["a", "c"], ""))
    assert {one.group for one in drawings.drawings} == {""}


def test_a_step_back_keeps_what_a_script_has_changed_of_the_drawing_since(drawings):
    first = replace(drawings.get("a"), style={"width": 1, "color": "#112233"})
    drawings.apply(drawings.changed([first]))
    mine = replace(first, locked=True, style={"width": 3, "color": "#112233", "dash": "dashed"})
    edit = do(drawings, drawings.changed([mine]))
    theirs = replace(mine, text="theirs", style={**mine.style, "color": "#445566", "labels": False})
    drawings.apply(drawings.changed([theirs]))
    do(drawings, drawings.kept_up(edit.reversed()))
    style = {"width": 1, "color": "#445566", "labels": False}
    assert drawings.get("a") == replace(theirs, locked=False, style=style)
    do(drawings, drawings.kept_up(edit))
    assert drawings.get("a") == theirs


def test_a_step_back_brings_no_drawing_back_that_was_removed_elsewhere_since(drawings):
    edit = do(drawings, drawings.changed([replace(drawings.get("a"), text="mine")]))
    drawings.apply(drawings.removed(["a"]))
    assert drawings.kept_up(edit.reversed()).is_empty
    removed = do(drawings, drawings.removed(["b"]))
    assert drawings.kept_up(removed.reversed()).after["b"] is not None


def test_a_change_can_be_taken_back_after_others(drawings):
    start = written(drawings)
    removed = do(drawings, drawings.removed(["b", "none"]))
    assert ids(drawings) == ["a", "c"]
    drawings.apply(removed.reversed())
    assert written(drawings) == start


def test_a_change_that_changes_nothing_is_empty(drawings):
    assert drawings.changed([drawings.get("a")]).is_empty
    assert not drawings.removed(["a"]).is_empty


def random_edit(drawings, rng, number):
    """Return one of the changes that a person can make."""
    known = ids(drawings)
    some = rng.sample(known, min(len(known), rng.randint(1, 4)))
    kind = rng.randrange(7) if known else 0
    if kind <= 1:
        return drawings.added(
            [drawing(f"n{number}-{at}", pane=rng.choice(["price", "rsi"])) for at in range(rng.randint(1, 3))]
        )
    if kind == 2:
        return drawings.removed(some)
    if kind == 3:
        return drawings.raised(some, is_to_front=rng.random() < 0.5)
    if kind == 4:
        return drawings.grouped([one for one in some if drawings.get(one).pane == "price"], rng.choice(["g", "h", ""]))
    price = rng.random() * 1_000
    return drawings.changed(
        replace(drawings.get(one).with_point(0, Anchor(rng.randrange(10**9), price)), locked=rng.random() < 0.5)
        for one in some
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_walk_of_500_actions_undone_is_the_start_and_done_again_the_end(seed, drawings):
    rng = random.Random(seed)
    start = written(drawings)
    edits = [do(drawings, random_edit(drawings, rng, number)) for number in range(500)]
    end = written(drawings)
    assert end != start
    for edit in reversed(edits):
        drawings.apply(edit.reversed())
    assert written(drawings) == start
    for edit in edits:
        drawings.apply(edit)
    assert written(drawings) == end


def test_the_window_s_stack_keeps_200_of_them_over_several_symbols():
    lists, stack, rng = [DrawingList("A"), DrawingList("B")], UndoStack(), random.Random(7)
    states = []
    for number in range(300):
        one = lists[number % 2]
        states.append([written(two) for two in lists])
        edit = do(one, random_edit(one, rng, number))
        stack.push(Change(edit.title, one, one.apply, edit.reversed(), edit))
    end = [written(two) for two in lists]
    n_undone = 0
    while stack.undo() is not None:
        n_undone += 1
    assert n_undone == 200
    assert [written(two) for two in lists] == states[100]
    while stack.redo() is not None:
        pass
    assert [written(two) for two in lists] == end


def test_a_group_is_chosen_as_a_whole():
    grouped = [
        replace(drawing(name, z), group=group) for name, z, group in (("a", 1, "g"), ("b", 2, "g"), ("c", 3, ""))
    ]
    drawings = DrawingList("A", [*grouped, drawing("d", 4)])
    assert drawings.with_groups(["a", "none"]) == {"a", "b"}
    assert drawings.with_groups(["c"]) == {"c"}
    assert drawings.with_groups(["b", "d"]) == {"a", "b", "d"}
    assert len(drawings) == 4


def test_an_edit_says_whether_it_brings_new_drawings(drawings):
    assert drawings.added([drawing("y")]).has_new
    assert not drawings.added([drawing("y")]).reversed().has_new
    assert not drawings.changed([replace(drawings.get("a"), text="x")]).has_new
    assert drawings.changed([drawing("y"), drawings.get("a")]).has_new
    assert drawings.added([]).title == "draw"
    assert drawings.added([], "paste").title == "paste"


def test_the_place_of_a_group_is_that_of_its_topmost_drawing_and_of_no_place_the_lowest():
    drawings = DrawingList("A", [drawing("a"), drawing("b", 0), drawing("c", -2), drawing("d", 7)])
    assert ids(drawings) == ["c", "a", "b", "d"]
    edit = do(drawings, drawings.grouped(["c", "a"], "g", "Lows"))
    assert edit.title == "group"
    assert [(one.id, one.z, one.group) for one in drawings.drawings] == [
        ("c", 0, "g"), ("a", 1, "g"), ("b", 2, ""), ("d", 3, "")
    ]  # fmt: skip
    assert do(drawings, drawings.grouped(["a"], "")).title == "ungroup"
    assert drawings.grouped([], "g").title == "ungroup"
    assert drawings.get("a").extra == {}


def test_raised_drawings_get_the_places_next_to_all_others(drawings):
    assert {one: row.z for one, row in drawings.raised(["a", "b"]).after.items()} == {"a": 4, "b": 5}
    back = drawings.raised(["b", "c"], is_to_front=False)
    assert ({one: row.z for one, row in back.after.items()}, back.title) == ({"b": -1, "c": 0}, "send to back")
    assert drawings.raised(["a"]).title == "bring to front"
    assert DrawingList("A").added([drawing("a")]).after["a"].z == 1
