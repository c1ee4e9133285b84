"""Watchlists over HTTP, in the stream of events, and through the client."""

import json

import pytest

from candledesk.domain.errors import DocumentError, NameTakenError, UnknownNameError
from candledesk.web.api.event_stream import encode_event
from candledesk.web.client import RemoteCache
from candledesk.workspace.events import WatchlistChanged
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection
from tests.web.conftest import TOKEN

LISTS = "/api/v1/watchlists"
SECTIONS = [{"title": "", "symbols": ["AAPL"]}, {"title": "Tokyo", "symbols": ["7203.T"], "folded": True}]
TECH = {"name": "Tech", "sections": SECTIONS, "flags": {"AAPL": "red"}, "notes": {"7203.T": "cars"}}


def test_a_watchlist_is_added_and_read(client):
    answer = client.post(LISTS, json=TECH)
    assert answer.status_code == 201
    stored = client.get(f"{LISTS}/Tech").json()
    assert stored == TECH | {"updated_at": stored["updated_at"]} == answer.json()
    assert client.get(LISTS).json() == [stored]
    again = client.post(LISTS, json=TECH)
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "name_taken", "name")


def test_a_watchlist_is_replaced_by_what_was_read_and_changed(client):
    client.post(LISTS, json=TECH)
    read = client.get(f"{LISTS}/Tech").json()
    read["sections"][0]["symbols"].append("ibm")
    assert client.put(f"{LISTS}/Tech", json=read).json()["sections"][0]["symbols"] == ["AAPL", "IBM"]
    assert client.put(f"{LISTS}/New", json={"sections": []}).json()["name"] == "New"
    assert [one["name"] for one in client.get(LISTS).json()] == ["Tech", "New"]


def test_another_name_in_the_body_renames(client):
    client.post(LISTS, json=TECH)
    client.put(f"{LISTS}/Other", json={"sections": []})
    assert client.put(f"{LISTS}/Tech", json=TECH | {"name": "Old"}).json()["name"] == "Old"
    assert client.get(f"{LISTS}/Tech").status_code == 404
    taken = client.put(f"{LISTS}/Old", json=TECH | {"name": "Other"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    unknown = client.put(f"{LISTS}/Nothing", json=TECH | {"name": "Else"})
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["field"]) == (404, "unknown_name", "name")


def test_a_deleted_watchlist_comes_back_from_the_answer(client):
    client.post(LISTS, json=TECH)
    deleted = client.delete(f"{LISTS}/Tech")
    assert deleted.status_code == 200
    assert client.get(LISTS).json() == []
    assert client.delete(f"{LISTS}/Tech").status_code == 404
    assert client.put(f"{LISTS}/Tech", json=deleted.json()).json()["sections"] == SECTIONS


@pytest.mark.parametrize("name", ["Zürich & Söhne", "50 % +?#", "日本株", "'; DROP TABLE watchlist; --"])
def test_any_readable_name_is_an_address(client, name):
    assert client.post(LISTS, json={"name": name, "sections": []}).status_code == 201
    (stored,) = client.get(LISTS).json()
    assert stored["name"] == name
    with_escapes = "".join(f"%{byte:02X}" for byte in name.encode())
    assert client.get(f"{LISTS}/{with_escapes}").json() == stored


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ([], 400, "body"),
        ({}, 400, "name"),
        ({"name": "a"}, 400, "sections"),
        ({"name": "a", "sections": [], "colour": 1}, 400, "colour"),
        ({"name": 7, "sections": []}, 422, "name"),
        ({"name": "a/b", "sections": []}, 422, "name"),
        ({"name": "a\u202eb", "sections": []}, 422, "name"),
        ({"name": "a", "sections": "AAPL"}, 422, "sections"),
        *(
            ({"name": "a", "sections": [{"title": "a", "symbols": [], "folded": value}]}, 422, "sections[0].folded")
            for value in ({}, 0, "", None, "false")
        ),
        ({"name": "a", "sections": [{"title": "a", "symbols": ["AAPL", "A B"]}]}, 422, "sections[0].symbols[1]"),
        ({"name": "a", "sections": SECTIONS, "flags": {"AAPL": "black"}}, 422, "flags.AAPL"),
        ({"name": "a", "sections": SECTIONS, "notes": {"AAPL": "<b>\x07"}}, 422, "notes.AAPL"),
    ],
)
def test_what_is_no_watchlist_is_refused_with_its_field(client, body, status, field):
    answer = client.post(LISTS, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert client.get(LISTS).json() == []


def test_markup_is_text(client):
    body = {"name": "<script>", "sections": [{"title": "<b>", "symbols": ["AAPL"]}], "notes": {"AAPL": "<img src=x>"}}
    assert client.post(LISTS, json=body).json()["notes"] == {"AAPL": "<img src=x>"}


def test_a_name_that_is_none_is_refused_in_the_address(client):
    answer = client.put(f"{LISTS}/{'a' * 65}", json={"sections": []})
    assert (answer.status_code, answer.json()["field"]) == (422, "name")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_change_needs_the_token_and_its_own_site(anonymous_client, client, method):
    body = {"content": json.dumps(TECH), "headers": {"Content-Type": "application/json"}} if method == "put" else {}
    assert getattr(anonymous_client, method)(f"{LISTS}/Tech", **body).status_code == 401
    foreign = {"headers": {**body.get("headers", {}), "Origin": "http://evil.test"}}
    assert getattr(client, method)(f"{LISTS}/Tech", **(body | foreign)).status_code == 403


def test_a_replacement_must_be_json(client):
    assert client.put(f"{LISTS}/Tech", content="sections=", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (WatchlistChanged("Tech", "added"), {"name": "Tech", "change": "added"}),
        (WatchlistChanged("New", "renamed", "Old"), {"name": "New", "change": "renamed", "former_name": "Old"}),
    ],
)
def test_the_stream_names_what_changed(event, data):
    head, _, text = encode_event(event).decode().partition("\ndata: ")
    assert (head, json.loads(text)) == ("event: watchlist", data)


def test_the_client_has_what_the_running_instance_has(server, workspace):
    remote = RemoteCache(server.url, TOKEN).workspace
    tech = Watchlist(
        "Te?c#h &", (WatchlistSection("", ("AAPL",)),), {"AAPL": "red"}, {"AAPL": "a"}, {"AAPL": "NYSE:AAPL"}
    )
    stored = remote.add_watchlist(tech).result()
    assert stored == workspace.read_watchlist(tech.name).result(5) == remote.read_watchlist(tech.name).result()
    assert remote.list_watchlists().result() == [stored]
    with pytest.raises(NameTakenError, match="already"):
        remote.add_watchlist(tech).result()
    with pytest.raises(UnknownNameError, match="'Nothing'"):
        remote.read_watchlist("Nothing").result()
    with pytest.raises(DocumentError) as refused:
        remote.put_watchlist("A", Watchlist("A", (WatchlistSection("", ("A B",)),))).result()
    assert refused.value.field == "sections[0].symbols[0]"
    assert remote.put_watchlist(tech.name, Watchlist("Old")).result().name == "Old"
    assert remote.delete_watchlist("Old").result().name == "Old"
    assert workspace.list_watchlists().result(5) == []
