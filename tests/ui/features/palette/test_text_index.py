import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.features.palette.text_index import EXACT, SCATTERED, TextIndex, fold, matched_letters

ROWS = [
    ("Go to date…", "Chart"),
    ("Logarithmic", "Chart → Price scale"),
    ("Refresh", "Data"),
    ("LOG", "Logistics of Oslo"),
    ("AAPL", "Apple Inc."),
    ("MSFT", "Microsoft Corporation"),
    ("Société", "Générale"),
]


def _found(text, rows=ROWS):
    scores = TextIndex(rows).scores(text)
    order = np.argsort(-scores, kind="stable")
    return [rows[at][0] for at in order if scores[at] > 0]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("date", ["Go to date…"]),
        ("go date", ["Go to date…"]),
        ("DATE GO", ["Go to date…"]),
        ("gtd", ["Go to date…"]),
        ("apple", ["AAPL"]),
        ("price log", ["Logarithmic"]),
        ("microsoft", ["MSFT"]),
        ("societe generale", ["Société"]),
        ("mcrsft", ["MSFT"]),
        ("rfsh", ["Refresh"]),
        ("log oslo", ["LOG"]),
        ("go oslo", []),
        ("zzz", []),
    ],
)
def test_a_row_is_found_by_the_beginnings_of_its_words_its_initials_or_its_letters_in_order(text, titles):
    assert _found(text) == titles


def test_the_title_itself_is_first_then_its_beginning_then_what_only_contains_the_text():
    rows = [("CATALOG", ""), ("Sea log", ""), ("LOGI", ""), ("LOG", ""), ("Other", "a log"), ("More", "catalogue")]
    assert _found("log", rows) == ["LOG", "LOGI", "Sea log", "Other", "CATALOG", "More"]
    assert TextIndex(rows).scores("Log")[3] == EXACT


def test_a_whole_word_counts_more_than_the_beginning_of_a_longer_one():
    assert _found("bar", [("One barn", ""), ("One bar", "")]) == ["One bar", "One barn"]


def test_scattered_letters_begin_at_a_word_and_stay_close_together():
    assert _found("rsh", [("Fresh", "")]) == []
    assert _found("rsh", [("r" + "-" * 20 + "sh", "")]) == []
    assert _found("axc", [("abxbc", ""), ("axbc", "")]) == ["axbc", "abxbc"]


def test_scattered_letters_are_left_out_where_enough_rows_have_the_word():
    many = [(f"abc {at}", "") for at in range(60)]
    assert "axbxc" not in _found("abc", [*many, ("axbxc", "")])
    assert "axbxc" in _found("abc", [*many[:10], ("axbxc", "")])


def test_an_empty_text_and_an_empty_list_are_no_errors():
    assert list(TextIndex(ROWS).scores("  ")) == [1.0] * len(ROWS)
    assert len(TextIndex([]).scores("a")) == 0
    assert TextIndex([("", "")]).scores("abc")[0] == 0


def test_folding_keeps_the_number_of_letters():
    for text in ("Straße", "İstanbul", "\N{LATIN SMALL LIGATURE FI}x", "東京", "a\N{CHART WITH UPWARDS TREND}b"):
        assert len(fold(text)) == len(text)
    assert _found("東京", [("7203.T", "東京"), ("6758.T", "大阪")]) == ["7203.T"]


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=8))
def test_the_index_agrees_with_a_plain_search_for_every_word(title, more, text):
    words, line = fold(text).split(), fold(title)
    score = TextIndex([("before", "x"), (title, more), ("after", "y")]).scores(text)[1]
    if not words:
        assert score == 1
    elif line == fold(text.strip()):
        assert score == EXACT
    else:
        has_all = all(word in line or word in fold(more) for word in words)
        assert bool(score > SCATTERED) is (has_all or _is_initials(line, "".join(words)))


def _is_initials(line, word):
    starts = [at for at, letter in enumerate(line) if letter.isalnum() and not (at and line[at - 1].isalnum())]
    return len(word) > 1 and starts[:1] == [0] and "".join(line[at] for at in starts).startswith(word)


@pytest.mark.parametrize(
    ("title", "more", "text", "marked"),
    [
        (
            "Go to date…",
            "Chart",
            "go date",
            ("Go", "date"),
        ),
        ("Go to date…", "Chart", "gtd", ("G", "t", "d")),
        ("AAPL", "Apple Inc.", "apple", ("Apple",)),
        ("MSFT", "Microsoft", "mcrsft", ("M", "cr", "s", "ft")),
        ("Catalogue log", "", "log", ("log",)),
        ("Refresh", "Data", "zzz", ()),
    ],
)
def test_the_matched_letters_are_named(title, more, text, marked):
    in_title, in_more = matched_letters(title, more, text)
    letters = [title[at] for at in in_title] + [more[at] for at in in_more]
    assert "".join(letters) == "".join(marked)


def test_of_two_places_the_one_at_a_word_is_marked():
    assert matched_letters("Catalogue log", "", "log")[0] == (10, 11, 12)


def test_every_found_row_of_many_has_letters_to_mark():
    draw = random.Random(7)
    names = ("alpha", "beta", "gamma")
    rows = [("".join(draw.choices("ABCD", k=4)), " ".join(draw.choices(names, k=2))) for _ in range(500)]
    index = TextIndex(rows)
    for text in ("ab", "alp", "ga be", "bta", "abcd", "dcb"):
        for at in np.flatnonzero(index.scores(text)):
            assert any(matched_letters(*rows[at], text)), (rows[at], text)


def test_a_text_with_the_separators_of_the_index_finds_nothing_and_breaks_nothing():
    assert list(TextIndex([("Apple", "AAPL")]).scores("\x00\x01x")) == [0.0]
    assert list(TextIndex([("", "")]).scores("\x00")) == [1.0], "an empty text"
