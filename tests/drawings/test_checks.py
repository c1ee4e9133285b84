"""The checks of parts of a JSON document: up to which value each takes one, and which path is named."""

import re
from datetime import UTC, datetime

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.drawings.document import checks

MAX_VALUES, MAX_BYTES = checks.MAX_VALUES, checks.MAX_BYTES


def refusal(check, *given):
    with pytest.raises(DocumentError) as error:
        check(*given)
    assert str(error.value).startswith(error.value.field)
    return error.value.field


@pytest.mark.parametrize("value", [-2, 0, 3.5, 7])
def test_a_number_may_be_at_both_ends(value):
    assert checks.as_number(value, "p", -2, 7) == value
    assert type(checks.as_number(value, "p", -2, 7)) is float


@pytest.mark.parametrize("value", [-2.001, 7.001, True, "3", None, float("nan"), 10**400])
def test_other_numbers_are_refused(value):
    assert refusal(checks.as_number, value, "p", -2, 7) == "p"
    assert refusal(checks.as_integer, value, "p", -2, 7) == "p"


def test_prices_are_of_at_most_a_thousand_million_millions():
    assert checks.as_number(1e15, "p") == 1e15
    assert checks.as_number(-1e15, "p") == -1e15
    assert refusal(checks.as_number, 1.001e15, "p") == refusal(checks.as_number, -1.001e15, "p") == "p"


def test_a_whole_number_may_be_written_with_a_point():
    assert [checks.as_integer(value, "p", 1, 4) for value in (1, 4, 2.0)] == [1, 4, 2]
    assert type(checks.as_integer(2.0, "p", 1, 4)) is int
    assert refusal(checks.as_integer, 2.5, "p", 1, 4) == "p"


def test_an_array_has_at_most_so_many_entries():
    assert checks.as_array([1, 2], "p", 2) == [1, 2]
    assert refusal(checks.as_array, [1, 2, 3], "p", 2) == refusal(checks.as_array, (1,), "p", 2) == "p"
    assert checks.as_object({"a": 1}, "p") == {"a": 1}
    assert refusal(checks.as_object, [], "p") == "p"


def test_flags_words_choices_and_colours_are_of_one_kind():
    assert checks.as_flag(False, "p") is False
    assert refusal(checks.as_flag, 0, "p") == "p"
    word = re.compile("[a-z]+")
    assert checks.as_word("abc", "p", word, "letters") == "abc"
    for value in ("abc1", "", 5):
        assert refusal(checks.as_word, value, "p", word, "letters") == "p"
    assert checks.as_choice("a", "p", ("a", "b")) == "a"
    assert refusal(checks.as_choice, "c", "p", ("a", "b")) == refusal(checks.as_choice, ["a"], "p", ("a", "b")) == "p"
    assert [checks.as_colour(one, "p") for one in ("#2962ff", "#2962FF33")] == ["#2962ff", "#2962FF33"]
    for value in ("2962ff", "#2962f", "#2962ff3", "#2962ff333", "#2962fg"):
        assert refusal(checks.as_colour, value, "p") == "p"


@pytest.mark.parametrize("text", ["abcde", "ab\nde", "a\u0301bcde"])
def test_a_text_has_at_most_so_many_characters_of_its_normal_form(text):
    assert len(checks.as_text(text, "p", 6)) <= 6
    assert refusal(checks.as_text, text, "p", 4) == "p"
    assert [checks.as_text(one, "p", 5) for one in ("abcde", "ab\nde")] == ["abcde", "ab\nde"]
    assert checks.as_text("a\u0301", "p", 2) == "\u00e1"
    assert checks.as_text("a\r\nb", "p") == "a\nb"
    assert refusal(checks.as_text, 5, "p") == "p"


@pytest.mark.parametrize("text", ["a\x07b", "a\u202eb", "\u00e9\x1b", "\u200bab"])
def test_invisible_characters_are_refused_or_taken_out(text):
    assert refusal(checks.as_text, text, "p") == "p"
    assert checks.readable_text(text) == "".join(char for char in text if char in "ab\u00e9")
    assert checks.readable_text("x" * 4_000 + "y") == "x" * 4_000
    assert checks.readable_text("a\r\n\tb") == "a\n\tb"


def nested(depth, innermost=1):
    for _ in range(depth):
        innermost = [innermost]
    return innermost


def test_values_are_nested_at_most_eight_times():
    checks.check_size(nested(8), "p")
    assert refusal(checks.check_size, nested(9), "p") == "p" + "[0]" * 9
    checks.check_size({"a": nested(7)}, "p")
    assert refusal(checks.check_size, {"a": nested(8)}, "p") == "p.a" + "[0]" * 8


@pytest.mark.parametrize("value", [[0] * (MAX_VALUES - 1), [[0] * (MAX_VALUES - 3), 1], {"a": [0] * (MAX_VALUES - 2)}])
def test_a_document_holds_at_most_so_many_values(value):
    checks.check_size(value, "p")
    more = {**value, "b": 1} if isinstance(value, dict) else [*value, 1]
    assert refusal(checks.check_size, more, "p") == "p"


def test_one_array_may_not_be_longer_than_all_values_together():
    assert refusal(checks.check_size, {"a": [0] * (MAX_VALUES + 1)}, "p") == "p.a"
    assert refusal(checks.check_size, {"a": [0] * MAX_VALUES}, "p") == "p"


def test_a_document_has_at_most_so_many_bytes_and_keys_of_64_characters():
    checks.check_size("x" * (MAX_BYTES - 2), "p")
    assert refusal(checks.check_size, "x" * (MAX_BYTES - 1), "p") == "p"
    checks.check_size({"k" * 64: 1}, "p")
    assert refusal(checks.check_size, {"k" * 65: 1}, "p") == refusal(checks.check_size, {5: 1}, "p") == "p"


def test_numbers_and_texts_that_json_lacks_are_refused_where_they_stand():
    assert refusal(checks.check_size, {"a": [1.0, float("inf")]}, "p") == "p.a[1]"
    assert refusal(checks.check_size, ["\ud800"], "p") == refusal(checks.check_size, [2**70], "p") == "p"


def test_times_are_of_the_years_1700_to_2200():
    years = [int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1700, 2200)]
    assert [*years, 4_000, 4_000] == [checks.FIRST_TIME, checks.LAST_TIME, checks.MAX_VALUES, checks.MAX_TEXT_CHARS]
