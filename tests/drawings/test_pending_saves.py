"""Changes that wait until they are stored, and what is read meanwhile."""

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList
from candledesk.drawings.pending_saves import SAVE_MS, PendingSaves


def drawing(drawing_id, symbol="A", text=""):
    return Drawing(drawing_id, "horizontal_line", symbol, (Anchor(1_700_000_000, 5.0),), text=text, z=1)


def ids(drawings):
    return sorted(one.id + one.text for one in drawings)


def test_what_is_read_has_the_changes_that_wait_and_those_on_their_way():
    pending, drawings = PendingSaves(), DrawingList("A", [drawing("a"), drawing("b"), drawing("c")])
    pending.add(drawings.removed(["a"]))
    pending.add(drawings.changed([drawing("b", text="!")]))
    stored = list(drawings.drawings)
    assert ids(pending.over("A", stored)) == ["b!", "c"]
    taken = pending.take()
    pending.add(drawings.added([drawing("d")]))
    assert ids(pending.over("A", stored)) == ["b!", "c", "d"]
    assert pending.over("B", [drawing("x", "B")]) == [drawing("x", "B")]
    pending.confirm()
    assert ids(pending.over("A", stored)) == ["a", "b", "c", "d"]
    pending.put_back(*taken)
    assert ids(pending.over("A", stored)) == ["b!", "c", "d"]
    assert bool(pending)


def test_many_moves_are_one_write_and_removed_ones_are_deleted():
    pending, drawings = PendingSaves(), DrawingList("A", [drawing("a"), drawing("b")])
    assert not pending
    assert SAVE_MS == 500
    pending.add(drawings.changed([drawing("a", text="1")]))
    pending.add(drawings.changed([drawing("a", text="2")]))
    pending.add(drawings.removed(["b"]))
    assert pending
    assert pending.take() == ([drawing("a", text="2")], ["b"])
    assert not pending
    assert pending.take() == ([], [])


def test_what_could_not_be_stored_comes_before_the_changes_made_meanwhile():
    pending, drawings = PendingSaves(), DrawingList("A", [drawing("a"), drawing("b"), drawing("c")])
    pending.add(drawings.changed([drawing("a", text="1"), drawing("b", text="1")]))
    pending.add(drawings.removed(["c"]))
    taken = pending.take()
    pending.add(drawings.changed([drawing("a", text="2")]))
    pending.put_back(*taken)
    assert ids(pending.over("A", drawings.drawings)) == ["a2", "b1"]
    assert pending.take() == ([drawing("a", text="2"), drawing("b", text="1")], ["c"])
    pending.confirm()
    assert ids(pending.over("A", drawings.drawings)) == ["a", "b", "c"]
    pending.add(drawings.changed([drawing("a", text="3")]))
    pending.add(drawings.changed([drawing("x", "B")]))
    assert ids(pending.over("A", [])) == ["a3"], "of its own symbol"
