"""The autosaved layout: what the next start loads, and what is never overwritten."""

import sqlite3
from contextlib import closing

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import parse_interval
from candledesk.store.user.layouts import AUTOSAVED, list_layout_versions, read_layout_version
from candledesk.workspace.layout import Layout, layout_document
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.window_layout import LoadedLayout, WindowLayout, parse_window, tabs_of


def _former(symbol):
    return Layout(((symbol, parse_interval("1d")),), 0, {"has_grid": False})


def _layout(symbol):
    return tabs_of(_former(symbol))


@pytest.fixture
def start(open_user_data):
    """Return a function that starts a run on the same home and ends the run before."""
    running = []

    def begin():
        if running:
            assert running.pop().close(5)
        running.append(open_user_data())
        return AutosavedLayout(running[-1])

    return begin


def _versions(open_user_data):
    def read(conn):
        rows = list_layout_versions(conn, AUTOSAVED)
        return [parse_window(read_layout_version(conn, AUTOSAVED, row.version_id)) for row in rows]

    return open_user_data().read(read).result(5)


def test_a_new_home_has_no_layout(start):
    assert start().loaded.result(5) == LoadedLayout(None)


def test_the_last_save_is_loaded_at_the_next_start(start):
    session = start()
    assert session.save(_layout("AAPL")).result(5)
    assert session.save(_layout("MSFT")).result(5)
    assert not session.save(_layout("MSFT")).result(5), "nothing has changed"
    assert start().loaded.result(5) == LoadedLayout(_layout("MSFT"))


def test_each_run_leaves_one_version_the_layout_at_its_start(start, open_user_data):
    for symbols in (("A", "B"), ("B", "C", "D"), ("D",), ("E", "F")):
        session = start()
        for symbol in symbols:
            session.save(_layout(symbol)).result(5)
    start()
    assert _versions(open_user_data) == [_layout("D"), _layout("B")]


def test_after_a_failed_save_the_next_one_keeps_the_version(start, open_user_data):
    start().save(_layout("A")).result(5)
    session = start()
    session.loaded.result(5)
    data = session._user_data
    data.read(lambda conn: conn.execute("PRAGMA max_page_count = 1").fetchall()).result(5)
    with pytest.raises(EnvironmentFaultError, match="disk is full"):
        session.save(WindowLayout(options={"text": "x" * 100_000})).result(5)
    data.read(lambda conn: conn.execute("PRAGMA max_page_count = 1000000").fetchall()).result(5)
    session.save(_layout("B")).result(5)
    start()
    assert _versions(open_user_data) == [_layout("A")]


def test_a_layout_that_could_not_be_read_is_not_overwritten(start, user_path):
    start().save(_layout("AAPL")).result(5)
    start()
    with closing(sqlite3.connect(user_path)) as conn:
        conn.execute("ALTER TABLE layout RENAME COLUMN document TO hidden")
    session = start()
    with pytest.raises(sqlite3.OperationalError, match="document"):
        session.loaded.result(5)
    with closing(sqlite3.connect(user_path)) as conn:
        conn.execute("ALTER TABLE layout RENAME COLUMN hidden TO document")
    with pytest.raises(EnvironmentFaultError, match="were not read"):
        session.save(_layout("MSFT")).result(5)
    assert start().loaded.result(5).layout == _layout("AAPL")


def test_the_valid_parts_of_a_document_of_another_format_are_read(start, open_user_data):
    document = layout_document(_former("AAPL")) | {"format": "candledesk.layout/7", "groups": [{"colour": "red"}]}
    from candledesk.store.user.layouts import write_layout

    open_user_data().write(lambda conn: write_layout(conn, AUTOSAVED, document, 1)).result(5)
    assert start().loaded.result(5).layout == _layout("AAPL")


@pytest.mark.allow_logs
def test_the_notice_of_a_damaged_file_comes_with_the_empty_layout(start, user_path):
    user_path.write_text("nonsense" * 500)
    session = start()
    loaded = session.loaded.result(5)
    assert loaded.layout is None
    assert "is kept as user.damaged-" in loaded.notice
    session.save(_layout("AAPL")).result(5)
    assert start().loaded.result(5) == LoadedLayout(_layout("AAPL"))
