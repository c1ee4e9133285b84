"""Untrusted text: its readable part, and its form for a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.texts import plain_text, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apple Inc.", "Apple Inc."),
        ("  Apple\r\n\tInc. ", "Apple Inc."),
        ("A\x00B\x1b[31mC\x07", "AB[31mC"),
        ("\u202egnp.exe\u2066x\u2069", "gnp.exex"),
        ("a\u200b\u200d\ufeff\u00adb", "ab"),
        ("a\ud800b\udfff", "ab"),
        ("a\u2028b\u2029c\x85d\u00a0e", "a b c d e"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("日本電信電話 Société", "日本電信電話 Société"),
        ("\x00\u202e \n", ""),
        ("x" * 301, "x" * 300),
        ("x" * 299 + " y", "x" * 299),
        (None, ""),
        (5, ""),
        (True, ""),
        (["a"], ""),
    ],
)
def test_unreadable_characters_are_removed(text, expected):
    assert plain_text(text) == expected


@given(st.text())
def test_any_text_becomes_one_short_line(text):
    found = plain_text(text)
    assert len(found) <= 300
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in found)
    assert plain_text(found) == found
    found.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\tand  columns", "two\nlines\tand  columns"),
        ("\x1b]0;title\x07\x1b[2J\x9bx\r", "]0;title[2Jx"),
        ("a\u202eb\ud800", "ab"),
        ("plain", "plain"),
    ],
)
def test_text_for_a_terminal_has_no_control_characters(text, expected):
    assert printable(text) == expected
