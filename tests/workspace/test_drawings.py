"""Drawings in user.db: what each change stores, refuses and reports."""

import random
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from candledesk.domain.errors import DocumentError, UnknownNameError
from candledesk.domain.interval import DAY_S
from candledesk.drawings.document import drawings_json
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList
from candledesk.drawings.pending_saves import PendingSaves
from candledesk.store.database_file import quick_check
from candledesk.store.user.database import open_user_database
from candledesk.store.user.drawings import read_drawings, write_drawing
from candledesk.workspace.drawings import drawing_store
from candledesk.workspace.events import DrawingsChanged
from candledesk.workspace.workspace import Workspace
from tests.workspace.conftest import NOW

ROOT = Path(__file__).parents[2]


def _line(drawing_id="", symbol="AAPL", **changes):
    return Drawing(drawing_id, "horizontal_line", symbol, (Anchor(1_700_000_000, 5.0, "1h"),), **changes)


def _ids(workspace, symbol=None):
    return [one.id for one in workspace.list_drawings(symbol).result(5)]


def test_drawings_are_stored_changed_and_deleted_each_with_one_event(workspace, events):
    first, second = workspace.put_drawings([_line("a"), _line("b")]).result(5)
    assert (first.z, second.z) == (1, 2)
    assert workspace.read_drawing("a").result(5) == first
    changed = workspace.change_drawing("a", {"text": "x", "style": {"width": 3}}).result(5)
    assert (changed.text, changed.style, changed.z) == ("x", {"width": 3}, 1)
    assert workspace.delete_drawing("a").result(5) == changed
    assert workspace.list_drawings("AAPL").result(5) == [second]
    assert events() == [
        DrawingsChanged("AAPL", added=("a", "b")),
        DrawingsChanged("AAPL", changed=("a",)),
        DrawingsChanged("AAPL", deleted=("a",)),
    ]


def test_the_same_again_changes_nothing_and_is_no_event(workspace, events):
    (stored,) = workspace.put_drawings([_line("a")]).result(5)
    assert workspace.put_drawings([stored, _line("a")]).result(5) == [stored, stored]
    assert len(events()) == 1


def test_new_drawings_get_an_id_and_come_on_top_of_their_symbol(workspace):
    workspace.put_drawings([_line("a", z=7), _line("b", "MSFT")]).result(5)
    one, two, other = workspace.put_drawings([_line(), _line(), _line("", "MSFT")]).result(5)
    assert len({one.id, two.id, other.id, ""}) == 4
    assert (one.z, two.z, other.z) == (8, 9, 2)
    assert _ids(workspace, "AAPL") == ["a", one.id, two.id]


def test_an_event_names_each_symbol_and_a_drawing_that_moves_to_another_one(workspace, events):
    workspace.put_drawings([_line("a"), _line("b", "MSFT")]).result(5)
    workspace.put_drawings([_line("a", "META")]).result(5)
    assert events() == [
        DrawingsChanged("AAPL", added=("a",)),
        DrawingsChanged("MSFT", added=("b",)),
        DrawingsChanged("META", added=("a",)),
        DrawingsChanged("AAPL", deleted=("a",)),
    ]
    assert _ids(workspace, "AAPL") == []


def test_what_a_script_made_is_deleted_together(workspace, events):
    workspace.put_drawings([_line("a", by="bot"), _line("b"), _line("c", "MSFT", by="bot")]).result(5)
    assert [one.id for one in workspace.delete_drawings_by("bot", "MSFT").result(5)] == ["c"]
    assert [one.id for one in workspace.delete_drawings_by("bot").result(5)] == ["a"]
    assert workspace.delete_drawings_by("bot").result(5) == []
    assert _ids(workspace) == ["b"]
    assert len(events()) == 4


def test_a_drawing_that_has_grown_in_the_window_is_read_again_and_can_be_deleted(workspace):
    grown = _line("a", text="½" * 4_000, extra={"later": "x" * 47_000})
    workspace.save_drawings([grown], ()).result(5)
    assert [one.text for one in workspace.list_drawings().result(5)] == [grown.text]
    assert workspace.delete_drawing("a").result(5).id == "a"


def test_what_is_drawn_above_the_highest_place_can_be_read_again(workspace):
    highest = drawings_json.MAX_Z
    workspace.put_drawings([_line("a", z=highest), _line("b")]).result(5)
    drawn = DrawingList("AAPL", workspace.list_drawings().result(5)).added([_line("c")]).after["c"]
    workspace.save_drawings([drawn, _line("d", z=-highest - 1)], ()).result(5)
    assert [(one.id, one.z) for one in workspace.list_drawings().result(5)] == [
        *(("d", -highest), ("a", highest), ("b", highest), ("c", highest)),
    ]


def test_no_name_of_a_script_does_not_delete_what_a_person_drew(workspace, events):
    workspace.put_drawings([_line("a"), _line("b", by="bot")]).result(5)
    with pytest.raises(DocumentError) as error:
        workspace.delete_drawings_by("").result(5)
    assert error.value.field == "by"
    assert _ids(workspace) == ["a", "b"]


def test_deleted_drawings_are_in_the_bin_for_30_days_and_can_be_put_back(workspace, user_data):
    (first, *_rest) = workspace.put_drawings([_line("a"), _line("b"), _line("c", "MSFT")]).result(5)
    for drawing_id in "abc":
        workspace.delete_drawing(drawing_id).result(5)
    found = workspace.list_deleted_drawings("AAPL").result(5)
    assert [(one.drawing.id, one.deleted_at) for one in found] == [("a", NOW), ("b", NOW)]
    assert workspace.put_drawings([first]).result(5) == [first]
    assert [one.drawing.id for one in workspace.list_deleted_drawings().result(5)] == ["b", "c"]
    user_data.now = lambda: NOW + 30 * DAY_S
    assert [one.drawing.id for one in workspace.list_deleted_drawings().result(5)] == ["b", "c"]
    user_data.now = lambda: NOW + 30 * DAY_S + 1
    assert workspace.list_deleted_drawings().result(5) == []
    workspace.put_drawings([_line("d")]).result(5)
    user_data.now = lambda: NOW
    assert workspace.list_deleted_drawings().result(5) == [], "removed for good at the next change"
    assert _ids(workspace) == ["a", "d"]


@pytest.mark.parametrize("call", [
    lambda workspace: workspace.read_drawing("none"),
    lambda workspace: workspace.change_drawing("none", {}),
    lambda workspace: workspace.delete_drawing("none"),
])  # fmt: skip
def test_an_unknown_id_is_refused(workspace, call):
    with pytest.raises(UnknownNameError, match="no drawing 'none'"):
        call(workspace).result(5)


def test_a_deleted_drawing_is_unknown(workspace):
    workspace.put_drawings([_line("a")]).result(5)
    workspace.delete_drawing("a").result(5)
    with pytest.raises(UnknownNameError):
        workspace.delete_drawing("a").result(5)


def test_too_many_drawings_are_refused_as_a_whole(workspace, events, monkeypatch):
    monkeypatch.setattr(drawing_store, "MAX_DRAWINGS", 3)
    workspace.put_drawings([_line("a"), _line("b")]).result(5)
    with pytest.raises(DocumentError) as error:
        workspace.put_drawings([_line("c"), _line("d")]).result(5)
    assert error.value.field == "drawings"
    assert _ids(workspace) == ["a", "b"]
    assert len(events()) == 1
    assert drawings_json.MAX_DRAWINGS == 5_000


def test_what_a_person_drew_is_stored_beside_as_many_as_scripts_may_add(workspace, monkeypatch):
    monkeypatch.setattr(drawing_store, "MAX_DRAWINGS", 2)
    workspace.put_drawings([_line("a"), _line("b")]).result(5)
    workspace.save_drawings([_line("mine"), _line("x", symbol="MSFT")], ["a"]).result(5)
    workspace.save_drawings([_line("more")], []).result(5)
    assert sorted(_ids(workspace)) == ["b", "mine", "more", "x"]
    workspace.put_drawings([_line("mine")]).result(5)  # adds none
    with pytest.raises(DocumentError):
        workspace.put_drawings([_line("mine"), _line("new")]).result(5)


def test_a_change_that_is_not_valid_changes_nothing(workspace):
    (stored,) = workspace.put_drawings([_line("a")]).result(5)
    with pytest.raises(DocumentError) as error:
        workspace.change_drawing("a", {"points": []}).result(5)
    assert error.value.field == "points"
    assert workspace.read_drawing("a").result(5) == stored


@pytest.mark.allow_logs
def test_a_row_of_a_later_version_is_left_as_it_is_and_does_not_hide_the_others(open_user_data):
    user_data = open_user_data()
    workspace = Workspace(user_data)
    workspace.put_drawings([_line("a")]).result(5)
    later = {"type": "ray", "points": "in another form"}
    user_data.write(lambda conn: write_drawing(conn, "z", "AAPL", later, NOW, position=1)).result(5)
    assert _ids(workspace) == ["a"]
    rows = user_data.read(read_drawings).result(5)
    assert [row.document for row in rows if row.drawing_id == "z"] == [later]


def test_changes_of_the_window_are_saved_in_one_transaction(workspace, events):
    drawings, pending = DrawingList("AAPL"), PendingSaves()
    workspace.put_drawings([_line("old")]).result(5)
    for price in range(100):
        edit = drawings.added([_line("a")]) if price == 0 else drawings.changed(
            [drawings.get("a").with_point(0, Anchor(1_700_000_000, float(price)))]
        )  # fmt: skip
        drawings.apply(edit)
        pending.add(edit)
    assert pending
    stored, deleted = pending.take()
    assert not pending
    assert stored == list(drawings.drawings)
    workspace.save_drawings(stored, [*deleted, "old", "none"]).result(5)
    assert workspace.list_drawings().result(5) == list(drawings.drawings)
    assert events()[-1] == DrawingsChanged("AAPL", deleted=("old",), added=("a",))


def test_what_could_not_be_saved_is_saved_later_unless_it_changed_meanwhile():
    drawings, pending = DrawingList("AAPL"), PendingSaves()
    for edit in (drawings.added([_line("a"), _line("b")]), drawings.removed(["x"])):
        drawings.apply(edit)
        pending.add(edit)
    stored, deleted = pending.take()
    edit = drawings.changed([replace(drawings.get("a"), text="later")])
    drawings.apply(edit)
    pending.add(edit)
    pending.put_back(stored, [*deleted, "gone"])
    stored, deleted = pending.take()
    assert {one.id: one.text for one in stored} == {"a": "later", "b": ""}
    assert deleted == ["gone"]


SCRIPT = """
import random, sys
from pathlib import Path
from candledesk.cache.runtime.writer import Writer
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace

workspace, number = Workspace(UserData(Path(sys.argv[1]), Writer)), int(sys.argv[2])
while True:
    number += 1
    drawings = [Drawing(str(at), "horizontal_line", "A", (Anchor(1, float(number)),), z=at) for at in range(20)]
    workspace.save_drawings(drawings, []).result()
    print(number, flush=True)
"""


def test_a_killed_process_keeps_all_acknowledged_saves_and_never_half_of_one(user_path):
    acknowledged, rng = 0, random.Random(3)
    for _ in range(4):
        call = [sys.executable, "-c", SCRIPT, str(user_path), str(acknowledged)]
        with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            child.stdout.readline()
            time.sleep(rng.random() * 0.05)
            child.kill()
            lines = [int(line) for line in child.stdout if line.endswith("\n")]
            acknowledged = max([acknowledged + 1, *lines])
        opened = open_user_database(user_path, 0)
        with closing(opened.connection) as conn:
            assert quick_check(conn) == []
            prices = {row.document["points"][0]["p"] for row in read_drawings(conn)}
        assert len(prices) == 1
        assert prices <= {acknowledged, acknowledged + 1}
        (acknowledged,) = (int(price) for price in prices)
