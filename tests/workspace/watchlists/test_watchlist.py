"""The rules of a watchlist, and its JSON document."""

import json

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.watchlists.watchlist import (
    MAX_NOTE_CHARS,
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Watchlist,
    WatchlistSection,
    load_watchlist,
    parse_watchlist,
    watchlist_document,
)

TECH = {
    "name": "Tech",
    "sections": [{"title": "", "symbols": ["AAPL"]}, {"title": "Chips ½ 東京", "symbols": ["NVDA", "7203.T"]}],
    "flags": {"NVDA": "red"},
    "notes": {"AAPL": "earnings"},
    "tradingview_names": {"AAPL": "NASDAQ:AAPL"},
}


def _sections(*titles):
    return [{"title": title, "symbols": [f"S{at}"]} for at, title in enumerate(titles)]


def test_a_list_comes_back_from_its_document():
    watchlist = parse_watchlist(TECH)
    assert watchlist.symbols == ("AAPL", "NVDA", "7203.T")
    assert watchlist.sections[1] == WatchlistSection("Chips ½ 東京", ("NVDA", "7203.T"))
    assert json.loads(json.dumps(watchlist_document(watchlist))) == TECH


def test_empty_parts_are_not_stored_and_symbols_are_spelled_as_everywhere():
    watchlist = parse_watchlist({"name": "a", "sections": [{"symbols": ["aapl", "LOCAL:acme"]}], "updated_at": "x"})
    assert watchlist_document(watchlist) == {
        "name": "a",
        "sections": [{"title": "", "symbols": ["AAPL", "local:ACME"]}],
    }


def test_a_folded_section_comes_back_and_an_unfolded_one_is_stored_as_before():
    watchlist = parse_watchlist({"name": "a", "sections": [{"title": "", "symbols": [], "folded": False}]})
    assert watchlist_document(watchlist)["sections"] == [{"title": "", "symbols": []}]
    folded = {"name": "a", "sections": [{"title": "Chips", "symbols": ["NVDA"], "folded": True}]}
    assert parse_watchlist(folded).sections[0].is_folded
    assert watchlist_document(parse_watchlist(folded)) == folded


def test_what_is_said_of_other_symbols_is_left_out():
    watchlist = parse_watchlist(TECH | {"flags": {"IBM": "red"}, "notes": {"IBM": "a", "NVDA": ""}})
    assert (watchlist.flags, watchlist.notes) == ({}, {})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "a/b"}, "name"),
        ({"colour": "red"}, "colour"),
        ({"sections": None}, "sections"),
        ({"sections": {}}, "sections"),
        ({"sections": ["AAPL"]}, "sections[0]"),
        ({"sections": [{"symbols": [], "folded": "yes"}]}, "sections[0].folded"),
        ({"sections": [{"title": "a"}]}, "sections[0]"),
        ({"sections": [{"title": "a", "symbols": [], "icon": 1}]}, "sections[0]"),
        ({"sections": [{"title": 7, "symbols": []}]}, "sections[0].title"),
        ({"sections": [{"title": "a\nb", "symbols": []}]}, "sections[0].title"),
        ({"sections": _sections("", "")}, "sections[1].title"),
        ({"sections": [{"symbols": ["AAPL", "A B"]}]}, "sections[0].symbols[1]"),
        ({"sections": [{"symbols": [7]}]}, "sections[0].symbols[0]"),
        ({"sections": [{"symbols": ["ß"]}]}, "sections[0].symbols[0]"),
        ({"sections": [{"symbols": ["AAPL"]}, {"title": "b", "symbols": ["aapl"]}]}, "sections[1].symbols[0]"),
        ({"sections": _sections(*"abcdefghij" * 10, "k")}, "sections"),
        ({"sections": [{"symbols": [f"S{at}" for at in range(MAX_SYMBOLS + 1)]}]}, "sections"),
        ({"flags": ["red"]}, "flags"),
        ({"flags": {"NVDA": "black"}}, "flags.NVDA"),
        ({"notes": {"NVDA": "a\u202eb"}}, "notes.NVDA"),
        ({"notes": {"NVDA": "a" * (MAX_NOTE_CHARS + 1)}}, "notes.NVDA"),
        ({"notes": {"NVDA": 7}}, "notes.NVDA"),
        ({"notes": {"IBM": 7}}, "notes.IBM"),
        ({"flags": {"IBM": "black"}}, "flags.IBM"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_path(change, field):
    with pytest.raises(DocumentError) as refused:
        parse_watchlist(TECH | change)
    assert refused.value.field == field


def test_the_largest_list_is_accepted_and_a_larger_document_is_not():
    symbols = [f"S{at:04}" for at in range(MAX_SYMBOLS)]
    sections = [{"title": f"{at}", "symbols": symbols[at * 10 : at * 10 + 10]} for at in range(MAX_SECTIONS)]
    assert len(parse_watchlist({"name": "a", "sections": sections}).symbols) == MAX_SYMBOLS
    with pytest.raises(DocumentError, match="bytes"):
        parse_watchlist({"name": "a", "sections": sections, "notes": dict.fromkeys(symbols, "x" * 60)})


def test_a_stored_document_that_was_edited_by_hand_keeps_its_symbols():
    edited = {"sections": [{"symbols": ["AAPL", 7, "no symbol!"]}, None, {"symbols": ["AAPL", "IBM"]}], "flags": 3}
    assert load_watchlist("Tech", edited, 5) == Watchlist(
        "Tech", (WatchlistSection("", ("AAPL", "IBM")),), updated_at=5
    )
    assert load_watchlist("Other", TECH, 6).flags == {"NVDA": "red"}
    assert load_watchlist("Other", TECH, 6).name == "Other"
