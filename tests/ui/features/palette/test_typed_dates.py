from datetime import date, time

import pytest

from candledesk.ui.features.palette.typed_dates import EXAMPLES, parse_typed_date

TODAY = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-15", date(2024, 3, 15)),
        ("2024-3-5", date(2024, 3, 5)),
        ("2024/03/15", date(2024, 3, 15)),
        ("15.3.2024", date(2024, 3, 15)),
        ("15 Mar 2024", date(2024, 3, 15)),
        ("15-mar-2024", date(2024, 3, 15)),
        ("1st march 2024", date(2024, 3, 1)),
        ("March 15, 2024", date(2024, 3, 15)),
        ("mar 15 2024", date(2024, 3, 15)),
        ("Sept 2019", date(2019, 9, 1)),
        ("2019-09", date(2019, 9, 1)),
        ("2019", date(2019, 1, 1)),
        ("today", TODAY),
        (" Yesterday ", date(2024, 3, 30)),
        ("10 days ago", date(2024, 3, 21)),
        ("a week ago", date(2024, 3, 24)),
        ("1 month ago", date(2024, 2, 29)),
        ("4 months ago", date(2023, 11, 30)),
        ("3 months ago", date(2023, 12, 31)),
        ("5 years ago", date(2019, 3, 31)),
    ],
)
def test_a_date_is_read_as_people_write_it(text, day):
    found = parse_typed_date(text, TODAY)
    assert (found.day, found.time) == (day, time())


@pytest.mark.parametrize(
    "text",
    ["", "2024-02-30", "2024-13-01", "32 Mar 2024", "15 Foo 2024", "Marx 2024", "1899", "2101", "99", "AAPL", "15",
     "999 years ago", "2024-03-15 24:00", "14:30", "date"],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert parse_typed_date(text, TODAY) is None


@pytest.mark.parametrize("text", ["15 Mar 2024 14:30", "2024-03-15 14:30", "2024-03-15T14:30", "2024-3-15  14:30"])
def test_a_time_of_day_may_follow(text):
    found = parse_typed_date(text, TODAY)
    assert (found.day, found.time) == (date(2024, 3, 15), time(14, 30))
    assert found.text == "Fri 15 Mar 2024 14:30"


def test_the_examples_are_dates():
    assert all(parse_typed_date(text, TODAY) for text in EXAMPLES)
