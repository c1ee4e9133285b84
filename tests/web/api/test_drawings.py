"""Drawings over HTTP, in the stream of events, and through the client."""

import json

import pytest

from candledesk.domain.errors import DocumentError, UnknownNameError
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.web.api.event_stream import encode_event, is_wanted
from candledesk.web.client import RemoteCache
from candledesk.workspace.events import DrawingsChanged
from tests.web.conftest import TOKEN

DRAWINGS = "/api/v1/drawings"
FORMAT = "candledesk.drawings/1"
LINE = {
    "type": "trend_line",
    "symbol": "AAPL",
    "points": [{"t": 1_700_000_000, "p": 187.25, "interval": "1h"}, {"t": 1_700_090_000, "p": 190, "interval": "1h"}],
}


def test_a_drawing_is_added_read_changed_and_deleted(client):
    added = client.post(DRAWINGS, json={**LINE, "by": "bot", "later": {"x": None}, "other": None})
    assert added.status_code == 201
    stored = added.json()
    assert {name: stored[name] for name in ("type", "symbol", "by", "later", "other", "z", "basis")} == {
        "type": "trend_line", "symbol": "AAPL", "by": "bot", "later": {"x": None}, "other": None, "z": 1,
        "basis": "raw",
    }  # fmt: skip
    address = f"{DRAWINGS}/{stored['id']}"
    assert client.get(address).json() == stored
    assert client.get(DRAWINGS).json() == {"format": FORMAT, "drawings": [stored]}
    changed = client.patch(address, json={"style": {"color": "#ff0000"}, "locked": True, "more": 1}).json()
    assert changed == {**stored, "style": {"color": "#ff0000"}, "locked": True, "more": 1}
    assert client.delete(address).json() == changed
    assert client.get(address).json()["code"] == "unknown_name"
    bin_of = client.get(DRAWINGS, params={"deleted": "true", "symbol": "AAPL"}).json()
    assert bin_of["drawings"] == [changed]
    assert list(bin_of["deleted_at"]) == [stored["id"]]
    assert client.post(DRAWINGS, json=changed).json() == changed, "a POST brings it back"


def test_a_document_is_stored_as_a_whole_or_not_at_all(client):
    rows = [{**LINE, "id": "a"}, {**LINE, "id": "b", "symbol": "MSFT"}]
    answer = client.post(DRAWINGS, json={"format": FORMAT, "drawings": rows})
    assert (answer.status_code, [row["id"] for row in answer.json()["drawings"]]) == (201, ["a", "b"])
    assert client.post(DRAWINGS, json=answer.json()).json() == answer.json(), "the same again changes nothing"
    assert [row["id"] for row in client.get(DRAWINGS, params={"symbol": "msft"}).json()["drawings"]] == ["b"]
    bad = client.post(DRAWINGS, json={"format": FORMAT, "drawings": [{**LINE, "id": "c"}, {**LINE, "points": []}]})
    assert (bad.status_code, bad.json()["field"]) == (422, "drawings[1].points")
    assert len(client.get(DRAWINGS).json()["drawings"]) == 2


def test_what_a_script_made_is_deleted_together(client):
    for by, symbol in (("bot", "AAPL"), ("bot", "MSFT"), ("", "AAPL")):
        client.post(DRAWINGS, json={**LINE, "symbol": symbol, "by": by})
    assert len(client.delete(DRAWINGS, params={"by": "bot", "symbol": "MSFT"}).json()["drawings"]) == 1
    assert len(client.delete(DRAWINGS, params={"by": "bot"}).json()["drawings"]) == 1
    for query in ("", "?by="):  # without a name it would be all that a person drew
        refused = client.delete(DRAWINGS + query)
        assert (refused.status_code, refused.json()["field"]) == (400, "by")
    assert len(client.get(DRAWINGS).json()["drawings"]) == 1
    assert client.delete(DRAWINGS).status_code == 400, "not all of them by mistake"
    for by in ("x" * 65, "a/b"):
        assert client.delete(DRAWINGS, params={"by": by}).status_code == 400


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"type": None}, 422, "type"),
        ({"symbol": "A B"}, 422, "symbol"),
        ({"points": LINE["points"][:1]}, 422, "points"),
        ({"points": [{"t": 1, "p": 1}] * 501}, 422, "points"),
        ({"basis": "splits"}, 422, "basis"),
        ({"style": {"width": 9}}, 422, "style.width"),
        ({"text": "\u202e"}, 422, "text"),
        ({"format": "candledesk.drawings/2"}, 422, "format"),
        ({"drawings": []}, 422, "type"),
        ({"drawings": [], "format": FORMAT}, 422, "type"),
        ({"id": "../x"}, 422, "id"),
        ({"later": "x" * 50_000}, 422, "drawing"),
    ],
)
def test_what_is_no_drawing_is_refused_with_its_field(client, change, status, field):
    answer = client.post(DRAWINGS, json=LINE | change)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert client.get(DRAWINGS).json()["drawings"] == []


@pytest.mark.parametrize("body", ['{"points": [{"t": NaN}]}', '{"x": ' + "[" * 5_000 + "]" * 5_000 + "}", " "])
def test_what_is_no_json_is_refused(client, body):
    answer = client.post(DRAWINGS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body is not JSON")


def test_a_change_of_another_id_or_symbol_is_refused(client):
    address = f"{DRAWINGS}/{client.post(DRAWINGS, json=LINE).json()['id']}"
    for field, value in (("id", "other"), ("id", []), ("symbol", "MSFT"), ("symbol", {}), ("points", [])):
        answer = client.patch(address, json={field: value})
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert client.patch(f"{DRAWINGS}/none", json={}).status_code == 404


def test_a_change_of_another_format_is_refused_and_the_format_is_no_field_of_a_drawing(client):
    stored = client.post(DRAWINGS, json=LINE).json()
    address = f"{DRAWINGS}/{stored['id']}"
    refused = client.patch(address, json={"format": "candledesk.drawings/2", "text": "x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "format")
    changed = client.patch(address, json={"format": "candledesk.drawings/1", "text": "x"}).json()
    assert changed == {**stored, "text": "x"}


def test_the_stream_names_what_changed_of_a_symbol():
    event = DrawingsChanged("AAPL", added=("a",), deleted=("b", "c"))
    head, _, text = encode_event(event).decode().partition("\ndata: ")
    assert (head, json.loads(text)) == (
        "event: drawing",
        {"symbol": "AAPL", "added": ["a"], "changed": [], "deleted": ["b", "c"]},
    )
    assert is_wanted(event, "AAPL", None)
    assert not is_wanted(event, "MSFT", None)


def test_the_client_has_what_the_running_instance_has(server, workspace):
    remote = RemoteCache(server.url, TOKEN).workspace
    line = Drawing("a", "horizontal_line", "AAPL", (Anchor(1_700_000_000, 5.0, "1h"),), text="½", by="bot")
    (stored,) = remote.put_drawings([line]).result()
    assert [stored] == workspace.list_drawings().result(5) == remote.list_drawings("AAPL").result()
    assert remote.list_drawings("MSFT").result() == []
    assert remote.change_drawing("a", {"text": "x"}).result() == remote.read_drawing("a").result()
    gone = remote.delete_drawings_by("bot").result()
    assert [one.drawing for one in remote.list_deleted_drawings().result()] == gone
    assert remote.list_deleted_drawings().result() == workspace.list_deleted_drawings().result(5)
    remote.put_drawings(gone).result()
    assert remote.delete_drawing("a").result() == gone[0]
    with pytest.raises(UnknownNameError):
        remote.read_drawing("a").result()
    with pytest.raises(DocumentError) as error:
        remote.put_drawings([Drawing("a", "ray", "AAPL", line.points)]).result()
    assert error.value.field == "drawings[0].points"


def test_many_drawings_are_sent_with_several_requests(server, workspace):
    remote = RemoteCache(server.url, TOKEN).workspace
    lines = [
        Drawing(f"n{at}", "horizontal_line", "AAPL", (Anchor(1_700_000_000, 5.0, "1h"),), text="½" * 4_000)
        for at in range(30)
    ]
    assert len(remote.put_drawings(lines).result()) == 30
    assert workspace.list_drawings().result(5) == remote.list_drawings().result()
    assert remote.put_drawings([]).result() == []
