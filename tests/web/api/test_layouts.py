"""Named layouts over HTTP, in the stream of events, and through the client."""

import json

import pytest

from candledesk.domain.errors import DocumentError, NameTakenError, UnknownNameError
from candledesk.web.api.event_stream import encode_event
from candledesk.web.client import RemoteCache
from candledesk.workspace.events import LayoutChanged
from candledesk.workspace.named_layouts import NamedLayout
from tests.web.conftest import TOKEN

LAYOUTS = "/api/v1/layouts"
DAY = {
    "format": "candledesk.layout/1",
    "charts": [{"symbol": "AAPL", "interval": "1d"}, {"symbol": "7203.T", "interval": "45m"}],
    "front": 1,
    "options": {"chart_type": "area", "has_grid": False},
}


def test_a_layout_is_added_read_replaced_renamed_and_deleted(client):
    added = client.post(LAYOUTS, json={"name": "Mine", **DAY})
    assert added.status_code == 201
    stored = client.get(f"{LAYOUTS}/Mine").json()
    assert stored == {"name": "Mine", **DAY, "updated_at": stored["updated_at"]} == added.json()
    assert client.get(LAYOUTS).json() == [{"name": "Mine", "updated_at": stored["updated_at"]}]
    assert client.post(LAYOUTS, json={"name": "Mine", **DAY}).json()["code"] == "name_taken"
    assert client.put(f"{LAYOUTS}/Mine", json=stored | {"front": 0}).json()["front"] == 0
    assert client.put(f"{LAYOUTS}/Mine", json=stored | {"name": "Yours"}).json()["name"] == "Yours"
    assert client.get(f"{LAYOUTS}/Mine").json()["code"] == "unknown_name"
    assert client.delete(f"{LAYOUTS}/Yours").json()["charts"] == DAY["charts"]
    assert client.get(LAYOUTS).json() == []


def test_grid_sizes_and_looks_of_cells_are_stored_as_they_are_sent(client):
    cell = {
        "symbol": "AAPL", "interval": "1d", "type": "area", "view": {"spacing": 4.5, "right_bars": 6.5},
        "indicators": [
            {"key": "rsi-1", "id": "rsi", "hidden_on": ["minutes", "weeks"]},
            {"key": "sma-1", "id": "sma", "params": {"source": "rsi"}, "follows": "rsi-1.value"},
        ],
    }  # fmt: skip
    sizes = {"rows": [0.6, 0.4], "cells": [[1.0], [0.5, 0.5]]}
    sent = {"grid": "3", "sizes": sizes, "charts": [cell, {}, {"type": "line"}], "maximised": True, "front": 0}
    stored = client.put(f"{LAYOUTS}/Mine", json={"format": DAY["format"], **sent}).json()
    assert {name: stored[name] for name in sent} == sent
    assert client.put(f"{LAYOUTS}/Mine", json=stored).json()["charts"] == sent["charts"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"colour": 1}, 400, "colour"),
        ({"charts": None}, 400, "charts"),
        ({"format": "candledesk.layout/9"}, 422, "format"),
        ({"charts": [{"symbol": "AAPL", "interval": "9x"}]}, 422, "charts[0].interval"),
        ({"front": 2}, 422, "front"),
        ({"grid": "5"}, 422, "grid"),
        ({"sizes": {"rows": [1.0], "cells": [[1.0]]}}, 422, "sizes.cells[0]"),
        ({"charts": [{"symbol": "AAPL", "interval": "1d", "type": "pie"}]}, 422, "charts[0].type"),
        ({"options": {"zone": 7}}, 422, "options.zone"),
        ({"name": ""}, 422, "name"),
    ],
)
def test_what_is_no_layout_is_refused_with_its_field(client, change, status, field):
    answer = client.put(f"{LAYOUTS}/Mine", json=DAY | change)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert client.get(LAYOUTS).json() == []


def test_the_stream_names_what_changed():
    head, _, text = encode_event(LayoutChanged("New", "renamed", "Old")).decode().partition("\ndata: ")
    assert (head, json.loads(text)) == ("event: layout", {"name": "New", "change": "renamed", "former_name": "Old"})


def test_an_event_has_an_origin_where_there_is_one():
    _, _, text = encode_event(LayoutChanged("Mine", "changed", origin="window")).decode().partition("\ndata: ")
    assert json.loads(text) == {"name": "Mine", "change": "changed", "origin": "window"}


def test_versions_are_listed_read_and_brought_back(client):
    client.put(f"{LAYOUTS}/Mine", json=DAY)
    assert client.get(f"{LAYOUTS}/Mine/versions").json() == []
    client.put(f"{LAYOUTS}/Mine", json=DAY | {"charts": [], "front": 0})
    (version,) = client.get(f"{LAYOUTS}/Mine/versions").json()
    assert version["charts"] == ["AAPL 1d", "7203.T 45m"]
    number = version["version_id"]
    read = client.get(f"{LAYOUTS}/Mine/versions/{number}").json()
    assert read == {"name": "Mine", **DAY, "updated_at": version["saved_at"]}
    restored = client.post(f"{LAYOUTS}/Mine/restore", json={"version_id": number})
    assert (restored.status_code, restored.json()["charts"]) == (200, DAY["charts"])
    assert client.get(f"{LAYOUTS}/Mine").json()["charts"] == DAY["charts"]
    assert next(row["charts"] for row in client.get(f"{LAYOUTS}/Mine/versions").json()) == []
    assert client.post(f"{LAYOUTS}/Mine/restore", json={"version_id": number + 99}).status_code == 404
    assert client.get(f"{LAYOUTS}/Other/versions").status_code == 404


def test_the_client_brings_versions_back_too(server, workspace):
    remote = RemoteCache(server.url, TOKEN).workspace
    workspace.add_layout(NamedLayout("Mine", DAY)).result(5)
    workspace.put_layout("Mine", NamedLayout("Mine", DAY | {"front": 0})).result(5)
    (version,) = remote.list_layout_versions("Mine").result()
    assert [version] == workspace.list_layout_versions("Mine").result(5)
    assert remote.read_layout_version("Mine", version.version_id).result().document == DAY
    assert remote.restore_layout_version("Mine", version.version_id).result().document == DAY


def test_the_client_has_what_the_running_instance_has(server, workspace):
    remote = RemoteCache(server.url, TOKEN).workspace
    stored = remote.add_layout(NamedLayout("Mine", DAY)).result()
    assert stored == workspace.read_layout("Mine").result(5) == remote.read_layout("Mine").result()
    assert remote.list_layouts().result() == [stored]
    with pytest.raises(NameTakenError):
        remote.add_layout(stored).result()
    with pytest.raises(UnknownNameError):
        remote.delete_layout("Nothing").result()
    with pytest.raises(DocumentError) as refused:
        remote.put_layout("Mine", NamedLayout("Mine", DAY | {"front": 9})).result()
    assert refused.value.field == "front"
    assert remote.put_layout("Mine", NamedLayout("Yours", DAY)).result().name == "Yours"
    assert remote.delete_layout("Yours").result().document == DAY
