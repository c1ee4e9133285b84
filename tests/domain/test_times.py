"""Times as people and scripts write them, and back."""

import pytest

from candledesk.domain.errors import InputError
from candledesk.domain.times import iso_time, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", 86_400),
        ("1970-01-01T00:00Z", 0),
        ("1970-01-01T00:00:10Z", 10),
        ("1970-01-01T00:00:10.000000001Z", 10),  # below the resolution of a double
        ("1970-01-01T00:00:10.25Z", 11),
        ("1969-12-31T23:59:59.5Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T02:00:00 02:00", 0),  # as a URL delivers a plus sign
        ("1969-12-31T19:00-05:00", 0),
        ("2026-11-02T14:30:00Z", 1_793_629_800),
    ],
)
def test_dates_and_instants_are_utc_seconds_rounded_up(text, seconds):
    assert parse_time(text, "from") == seconds


def test_an_instant_without_an_offset_is_refused_with_two_ways_to_write_it():
    with pytest.raises(InputError, match=r"names no offset.*2026-11-02T14:30Z, or 2026-11-02T14:30\+01:00") as caught:
        parse_time("2026-11-02T14:30", "from")
    assert caught.value.field == "from"


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11", "2026-11-02 14:30Z", "2026-11-02T14Z", "20261102", "1793629800"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(InputError, match=r"Not a time: .*write a date"):
        parse_time(text, "to")


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "2026-11-02T25:00Z", "0001-01-01T00:00+14:00"])
def test_a_time_that_no_calendar_has_is_refused(text):
    with pytest.raises(InputError, match=r"No such time: .*write a date"):
        parse_time(text, "to")


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
