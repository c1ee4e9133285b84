"""What a person does to a list: the next list, and what is refused."""

from __future__ import annotations

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.watchlists import edits
from candledesk.workspace.watchlists.watchlist import (
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Watchlist,
    WatchlistSection,
    parse_watchlist,
    watchlist_document,
)


def _list(*sections, **options):
    return Watchlist("Mine", tuple(WatchlistSection(title, tuple(text.split())) for title, text in sections), **options)


def _shape(watchlist):
    assert parse_watchlist(watchlist_document(watchlist)) == watchlist  # every result is a valid document
    return [(part.title, " ".join(part.symbols)) for part in watchlist.sections]


LIST = _list(("", "A B"), ("Two", "C D"), ("Three", "E"), flags={"C": "red"}, notes={"E": "see"})


def test_symbols_are_added_once_at_the_end_of_a_section():
    assert _shape(edits.add_symbols(LIST, ["F", "A", "F"])) == [("", "A B"), ("Two", "C D"), ("Three", "E F")]
    assert _shape(edits.add_symbols(LIST, ["F"], 1))[1] == ("Two", "C D F")
    assert _shape(edits.add_symbols(Watchlist("Mine"), ["F"])) == [("", "F")]
    assert edits.add_symbols(LIST, ["A"]) is LIST


def test_an_added_list_keeps_its_sections_and_leaves_own_symbols_where_they_are():
    added = _list(("", "X A"), ("Four", "E Y"), flags={"X": "blue", "C": "pink"}, notes={"E": "other", "Y": "new"})
    made = edits.add_list(LIST, added)
    assert _shape(made) == [("", "A B"), ("Two", "C D"), ("Three", "E X"), ("Four", "Y")]
    assert made.flags == {"C": "red", "X": "blue"}
    assert made.notes == {"E": "see", "Y": "new"}


def test_what_is_said_of_a_removed_symbol_goes_with_it():
    made = edits.remove_symbols(LIST, {"C", "E"})
    assert _shape(made) == [("", "A B"), ("Two", "D"), ("Three", "")]
    assert (made.flags, made.notes) == ({}, {})


@pytest.mark.parametrize(
    ("symbols", "section", "place", "expected"),
    [
        ({"B"}, 0, 0, ["B A", "C D", "E"]),
        ({"A"}, 0, 2, ["B A", "C D", "E"]),
        ({"A", "D"}, 2, 1, ["B", "C", "E A D"]),
        ({"A", "B"}, 1, 1, ["C A B D", "E"]),
        ({"C"}, 1, 1, ["A B", "C D", "E"]),
    ],
)
def test_rows_move_within_and_between_sections(symbols, section, place, expected):
    assert [text for _, text in _shape(edits.move_symbols(LIST, symbols, section, place))] == expected


@pytest.mark.parametrize(
    ("section", "before", "expected"),
    [
        (1, 3, ["", "Three", "Two"]),
        (2, 1, ["", "Three", "Two"]),
        (2, 0, ["", "Three", "Two"]),
        (0, 3, ["", "Two", "Three"]),
    ],
)
def test_sections_move_and_symbols_without_a_title_stay_first(section, before, expected):
    assert [title for title, _ in _shape(edits.move_section(LIST, section, before))] == expected


def test_a_titled_section_can_become_the_first_one():
    assert [title for title, _ in _shape(edits.move_section(_list(("One", "A"), ("Two", "B")), 1, 0))] == ["Two", "One"]


def test_a_new_section_takes_the_chosen_symbols():
    assert _shape(edits.add_section(LIST, " My  picks ", {"D", "A"}))[1:] == [
        ("Two", "C"),
        ("Three", "E"),
        ("My picks", "A D"),
    ]


def test_symbols_of_a_removed_title_join_the_section_above():
    assert _shape(edits.remove_section(LIST, 2)) == [("", "A B"), ("Two", "C D E")]
    assert _shape(edits.remove_section(_list(("One", "A"), ("Two", "B")), 0)) == [("", "A"), ("Two", "B")]


def test_a_section_is_folded_and_renamed():
    folded = edits.fold_section(LIST, 1, is_folded=True)
    assert [part.is_folded for part in folded.sections] == [False, True, False]
    assert _shape(edits.rename_section(folded, 1, "Chips"))[1] == ("Chips", "C D")
    with pytest.raises(DocumentError, match="needs a title"):
        edits.rename_section(LIST, 1, "  ")


def test_flags_and_notes_are_set_and_taken_off():
    flagged = edits.set_flag(LIST, {"A", "C", "Z"}, "blue")
    assert flagged.flags == {"A": "blue", "C": "blue"}
    assert edits.set_flag(flagged, {"A"}, "").flags == {"C": "blue"}
    with pytest.raises(DocumentError, match="A flag is one of"):
        edits.set_flag(LIST, {"A"}, "brown")
    assert edits.set_note(LIST, "A", "two\nlines ").notes == {"E": "see", "A": "two lines"}
    assert edits.set_note(LIST, "E", "").notes == {}


def test_a_list_does_not_grow_beyond_its_limits():
    with pytest.raises(DocumentError, match="at most"):
        edits.add_symbols(Watchlist("Mine"), [f"S{at}" for at in range(MAX_SYMBOLS + 1)])
    full = _list(*((f"T{at}", "") for at in range(MAX_SECTIONS)))
    with pytest.raises(DocumentError, match="at most"):
        edits.add_section(full, "One more")
