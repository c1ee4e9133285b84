"""Watchlists, as an example of all tables of named documents."""

import math

import pytest

from candledesk.domain.errors import InputError
from candledesk.store.database_file import transaction
from candledesk.store.user.named_documents import NamedRow
from candledesk.store.user.watchlists import WATCHLISTS

TECH = {"name": "Tech", "sections": [{"title": "Chips ½ 東京", "symbols": ["NVDA", "7203.T"]}]}


def _write(conn, name, document=TECH, now=100):
    with transaction(conn):
        return WATCHLISTS.write(conn, name, document, now)


def _names(conn):
    return [row.name for row in WATCHLISTS.list_rows(conn)]


def test_a_watchlist_is_read_back_unchanged(conn):
    assert _write(conn, "Tech")
    assert WATCHLISTS.read(conn, "Tech") == TECH
    assert WATCHLISTS.read(conn, "Coins") is None
    assert WATCHLISTS.list_rows(conn) == [NamedRow("Tech", 100)]


def test_the_same_document_again_changes_nothing_and_returns_false(conn):
    _write(conn, "Tech")
    assert not _write(conn, "Tech", now=200)
    assert WATCHLISTS.list_rows(conn) == [NamedRow("Tech", 100)]
    assert _write(conn, "Tech", TECH | {"sections": []}, now=300)
    assert WATCHLISTS.list_rows(conn) == [NamedRow("Tech", 300)]


def test_a_new_list_is_the_last_and_the_given_order_is_kept(conn):
    for name in ("b", "c", "a"):
        _write(conn, name)
    assert _names(conn) == ["b", "c", "a"]
    with transaction(conn):
        WATCHLISTS.set_order(conn, ["a", "b"])
    assert _names(conn) == ["a", "b", "c"]
    _write(conn, "c", {"name": "c"})
    _write(conn, "d")
    assert _names(conn) == ["a", "b", "c", "d"]


def test_deleting_returns_whether_there_was_one(conn):
    _write(conn, "Tech")
    with transaction(conn):
        assert WATCHLISTS.delete(conn, "Tech")
        assert not WATCHLISTS.delete(conn, "Tech")
    assert _names(conn) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}])
def test_values_that_json_lacks_are_refused_and_not_stored(conn, value):
    with pytest.raises(InputError, match="cannot be stored as JSON"):
        _write(conn, "Tech", {"value": value})
    assert _names(conn) == []


def test_any_text_can_be_stored(conn):
    """SQLite does not accept a lone surrogate, which a browser may send."""
    document = {"text": "\ud800 '\" \x00 é"}
    _write(conn, "Tech", document)
    assert WATCHLISTS.read(conn, "Tech") == document


def test_a_list_is_written_inside_a_transaction_only(conn):
    for write in (
        lambda: WATCHLISTS.write(conn, "Tech", TECH, 1),
        lambda: WATCHLISTS.delete(conn, "Tech"),
        lambda: WATCHLISTS.set_order(conn, ["Tech"]),
    ):
        with pytest.raises(RuntimeError, match="transaction"):
            write()
