"""Times as texts and back."""

import pytest

from candledesk.domain.times import iso_time, parse_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_793_628_000, "2026-11-02T14:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (1.9, "1970-01-01T00:00:01Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ],
)
def test_seconds_become_a_text_that_is_read_again(seconds, text):
    assert iso_time(seconds) == text
    assert parse_time(text, "from") == int(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-(10**15), "0001-01-01T00:00:00Z"), (2**53, "9999-12-31T23:59:59Z"), (float("inf"), "9999-12-31T23:59:59Z")],
)
def test_what_no_text_can_hold_is_clamped(seconds, text):
    assert iso_time(seconds) == text
