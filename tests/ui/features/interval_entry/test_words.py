"""What a text typed over a chart means."""

import pytest

from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.ui.features.interval_entry.stored_intervals import offered_intervals
from candledesk.ui.features.interval_entry.words import EXAMPLES, begins_symbol, interval_problem, read_interval


@pytest.mark.parametrize("text", ["7203.", "7203.T", "1C", "0700.H", "9q", "3MI", "5-", "2^"])
def test_what_is_no_number_with_a_unit_is_a_symbol(text):
    assert begins_symbol(text)
    assert read_interval(text) is None


@pytest.mark.parametrize("text", ["", " ", "7203", "45", "3h", "2D", "12M", "1W", "1wk", "6mo", "1Y", "D", "0", "3H"])
def test_a_number_with_a_unit_is_no_symbol(text):
    assert not begins_symbol(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "at least one minute"),
        ("1441", "at most 1440 minutes"),
        ("7203", "at most 1440 minutes"),
        ("25h", "at most 24 hours"),
        ("367D", "at most 366 days"),
        ("54W", "at most 53 weeks"),
        ("13M", "whole years"),
        ("132mo", "whole years"),
        ("11Y", "at most 10 years"),
    ],
)
def test_an_interval_that_is_not_possible_says_why(text, words):
    assert read_interval(text) is None
    assert words in interval_problem(text)


@pytest.mark.parametrize("text", ["1440", "24h", "366D", "53W", "12M", "24M", "120mo", "10Y"])
def test_the_longest_ones_are_possible(text):
    assert read_interval(text) is not None
    assert "at most" not in interval_problem(text)


def test_nothing_yet_shows_examples():
    assert interval_problem("") == EXAMPLES


def _names(stored, shown):
    return [row.name for row in offered_intervals([INTERVALS[name] for name in stored], parse_interval(shown))]


def test_stored_intervals_are_offered_with_what_is_derived_from_them():
    assert _names(["1d"], "5m") == ["1d", "1wk", "1mo", "3mo"]
    assert _names(["15m", "1h"], "1d") == ["15m", "30m", "1h", "4h"]
    assert _names([], "1d") == []


def test_what_is_shown_is_not_offered():
    assert _names(["5m", "1d"], "5m") == ["1d", "1wk", "1mo", "3mo"]
    assert _names(["1d"], "1wk") == ["1d", "1mo", "3mo"]
