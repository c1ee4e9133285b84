"""Watchlists and layouts in user.db: what each change stores, refuses and reports."""

import sqlite3
from contextlib import closing

import pytest

from candledesk.domain.errors import DocumentError, EnvironmentFaultError, NameTakenError, UnknownNameError
from candledesk.store.user.layouts import AUTOSAVED, list_layout_versions, read_layout_version, write_layout
from candledesk.workspace.events import LayoutChanged, WatchlistChanged
from candledesk.workspace.named_documents import MAX_DOCUMENTS
from candledesk.workspace.named_layouts import NamedLayout, named_layout_json, parse_named_layout
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection
from candledesk.workspace.workspace import Workspace
from tests.workspace.conftest import NOW, WAIT_S

DAY = {"format": "candledesk.layout/1", "charts": [{"symbol": "AAPL", "interval": "1d"}], "front": 0, "options": {}}
WEEK = DAY | {"charts": [{"symbol": "AAPL", "interval": "1wk"}]}


def _list(name, *symbols):
    return Watchlist(name, (WatchlistSection("", symbols),), updated_at=NOW)


def _names(workspace):
    return [one.name for one in workspace.list_watchlists().result(5)]


def test_a_watchlist_is_added_read_replaced_renamed_and_deleted(workspace, events):
    assert workspace.add_watchlist(_list("Tech", "AAPL")).result(5) == _list("Tech", "AAPL")
    assert workspace.put_watchlist("Coins", _list("Coins", "BTC-USD")).result(5) == _list("Coins", "BTC-USD")
    assert workspace.put_watchlist("Tech", _list("Tech", "IBM")).result(5) == _list("Tech", "IBM")
    assert workspace.put_watchlist("Tech", _list("Old", "IBM")).result(5) == _list("Old", "IBM")
    assert _names(workspace) == ["Old", "Coins"]  # in its place
    assert workspace.read_watchlist("Old").result(5) == _list("Old", "IBM")
    assert workspace.delete_watchlist("Old").result(5) == _list("Old", "IBM")
    assert _names(workspace) == ["Coins"]
    assert events() == [
        WatchlistChanged("Tech", "added"),
        WatchlistChanged("Coins", "added"),
        WatchlistChanged("Tech", "changed"),
        WatchlistChanged("Old", "renamed", "Tech"),
        WatchlistChanged("Old", "deleted"),
    ]


def test_the_same_again_changes_nothing_and_is_no_event(workspace, events):
    workspace.add_watchlist(_list("Tech", "AAPL")).result(5)
    assert workspace.put_watchlist("Tech", _list("Tech", "AAPL")).result(5) == _list("Tech", "AAPL")
    assert events() == [WatchlistChanged("Tech", "added")]


def test_a_refused_change_stores_nothing_and_is_no_event(workspace, events):
    workspace.add_watchlist(_list("Tech", "AAPL")).result(5)
    workspace.add_watchlist(_list("Coins", "BTC-USD")).result(5)
    events().clear()
    for refused, error in (
        (workspace.add_watchlist(_list("Tech", "IBM")), NameTakenError),
        (workspace.put_watchlist("Tech", _list("Coins", "IBM")), NameTakenError),
        (workspace.put_watchlist("Nothing", _list("New", "IBM")), UnknownNameError),
        (workspace.read_watchlist("Nothing"), UnknownNameError),
        (workspace.delete_watchlist("Nothing"), UnknownNameError),
    ):
        assert isinstance(refused.exception(5), error)
    assert workspace.list_watchlists().result(5) == [_list("Tech", "AAPL"), _list("Coins", "BTC-USD")]
    assert events() == []


def test_the_last_write_wins(workspace):
    futures = [workspace.put_watchlist("Tech", _list("Tech", f"S{at}")) for at in range(20)]
    assert [future.result(5).symbols for future in futures] == [(f"S{at}",) for at in range(20)]
    assert workspace.read_watchlist("Tech").result(5).symbols == ("S19",)


def test_a_change_that_the_disk_refuses_is_no_event(user_data, monkeypatch):
    def refuse(task):
        def fail(conn):
            task(conn)
            raise EnvironmentFaultError("The disk is full.")

        return write(fail)

    write = user_data.write
    monkeypatch.setattr(user_data, "write", refuse)
    workspace, seen = Workspace(user_data), []
    workspace.subscribe(seen.append)
    assert isinstance(workspace.add_watchlist(_list("Tech", "AAPL")).exception(5), EnvironmentFaultError)
    assert (workspace.list_watchlists().result(5), seen) == ([], [])


def test_there_is_a_limit_to_lists_and_replacing_one_goes_on(workspace):
    for number in range(MAX_DOCUMENTS):
        workspace.add_watchlist(_list(f"L{number}", "AAPL"))
    refused = workspace.add_watchlist(_list("One more", "AAPL")).exception(WAIT_S)
    assert isinstance(refused, DocumentError)
    assert workspace.put_watchlist("L0", _list("L0", "IBM")).result(5).symbols == ("IBM",)


def test_a_name_that_looks_like_sql_is_a_name(workspace):
    hostile = "'); DROP TABLE watchlist; --"
    workspace.add_watchlist(_list(hostile, "AAPL")).result(5)
    assert _names(workspace) == [hostile]


def test_a_subscriber_that_fails_does_not_keep_others_from_an_event(workspace, events, caplog):
    def fail(_event):
        raise ValueError("a bug")

    workspace.subscribe(fail)
    seen = []
    end = workspace.subscribe(seen.append)
    with caplog.at_level("CRITICAL", "candledesk.workspace.events"):
        workspace.add_watchlist(_list("Tech", "AAPL")).result(5)
        end()
        end()
        workspace.delete_watchlist("Tech").result(5)
        workspace.list_watchlists().result(5)
    assert (len(seen), len(events())) == (1, 2)


def test_layouts_keep_their_versions_also_when_they_are_renamed(workspace, user_data, events):
    workspace.add_layout(NamedLayout("Mine", DAY)).result(5)
    workspace.put_layout("Mine", NamedLayout("Mine", WEEK)).result(5)
    assert workspace.put_layout("Mine", NamedLayout("Yours", WEEK)).result(5) == NamedLayout("Yours", WEEK, NOW)
    versions = user_data.read(
        lambda conn: [read_layout_version(conn, "Yours", row.version_id) for row in list_layout_versions(conn, "Yours")]
    ).result(5)
    assert versions == [DAY]
    assert workspace.list_layouts().result(5) == [NamedLayout("Yours", WEEK, NOW)]
    workspace.delete_layout("Yours").result(5)
    assert events() == [
        LayoutChanged("Mine", "added"),
        LayoutChanged("Mine", "changed"),
        LayoutChanged("Yours", "renamed", "Mine"),
        LayoutChanged("Yours", "deleted"),
    ]


def test_the_layout_that_the_window_saves_is_not_among_the_named_ones(workspace, user_data):
    user_data.write(lambda conn: write_layout(conn, AUTOSAVED, DAY, 1)).result(5)
    assert workspace.list_layouts().result(5) == []
    assert isinstance(workspace.delete_layout(AUTOSAVED).exception(5), UnknownNameError)


def test_the_json_of_a_layout_is_its_document_with_the_name():
    layout = NamedLayout("Mine", DAY, NOW)
    json = named_layout_json(layout)
    assert list(json) == ["format", "name", "charts", "front", "options", "updated_at"]
    assert parse_named_layout(json) == NamedLayout("Mine", DAY)
    with pytest.raises(DocumentError) as refused:
        parse_named_layout(DAY)
    assert refused.value.field == "name"


def test_lists_of_another_run_are_there(open_user_data):
    first = open_user_data()
    Workspace(first).add_watchlist(_list("Tech", "AAPL")).result(5)
    assert first.close(5)
    assert _names(Workspace(open_user_data())) == ["Tech"]


def test_a_home_that_cannot_be_written_shows_lists_and_refuses_changes(open_user_data, user_path):
    first = open_user_data()
    Workspace(first).add_watchlist(_list("Tech", "AAPL")).result(5)
    assert first.close(5)
    read_only = Workspace(open_user_data(refusal=EnvironmentFaultError("The home is read-only.")))
    assert _names(read_only) == ["Tech"]
    assert isinstance(read_only.delete_watchlist("Tech").exception(5), EnvironmentFaultError)
    with closing(sqlite3.connect(user_path)) as conn:
        assert conn.execute("SELECT count(*) FROM watchlist").fetchone() == (1,)
