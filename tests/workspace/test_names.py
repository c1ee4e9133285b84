"""Names and short texts of a person: what is refused, what is made of a file's name."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.names import MAX_NAME_CHARS, check_name, clean_name


@pytest.mark.parametrize(
    "name", ["Tech", "Zürich & Söhne", "日本 株", "a" * MAX_NAME_CHARS, "C++ / no"[:3], "'; DROP TABLE"]
)
def test_a_readable_line_is_a_name(name):
    assert check_name(name) == name


def test_the_two_spellings_of_a_letter_are_one_name():
    assert check_name("Zu\u0308rich") == check_name("Z\u00fcrich") == "Z\u00fcrich"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", " a", "a ", "a  b", "a\tb", "a\nb", "a\0b", "a\x1b[2Jb", "a\u202eb", "a\u200bb", "\ud800"),
        *("a/b", "a\\b", ".", "..", "a" * (MAX_NAME_CHARS + 1), None, 7, ["a"]),
    ],
)
def test_what_cannot_be_read_or_addressed_is_no_name(name):
    with pytest.raises(DocumentError) as refused:
        check_name(name, "name")
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My list", "My list"),
        ("a/b\\c", "a b c"),
        ("  a \u202e b\n", "a b"),
        ("..", "List"),
        ("", "List"),
        ("/", "List"),
    ],
)
def test_a_name_is_made_of_a_text_from_a_file(text, name):
    assert clean_name(text, "List") == name
    assert check_name(name) == name
