"""What splits did to a horizontal level, in words."""

from datetime import UTC, datetime

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.drawings.rebased import rebased_words
from candledesk.ui.chart.core.events.event_marks import SeriesEvents

ZONE = "America/New_York"


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def level(day="2020-07-01", price=400.0, interval="1d", **changes):
    return Drawing("a", "horizontal_line", "AAPL", (Anchor(utc(day), price, interval),), **changes)


def event(day, value, kind=EventKind.SPLIT):
    return CorporateEvent(utc(day), kind, value, None, utc(day))


def words(drawing, *events, decimals=2):
    return rebased_words(drawing, SeriesEvents("AAPL", INTERVALS["1d"], events), ZONE, decimals)


FOUR = event("2020-08-31", 4.0)


def test_a_four_to_one_split_is_named_with_the_price_before_it():
    assert words(level(), FOUR) == "400.00 in prices of 1 Jul 2020; 4:1 split on 31 Aug 2020"
    assert words(level(price=0.5), FOUR, decimals=4).startswith("0.5000 in prices of")


def test_several_splits_are_named_in_their_order_and_reverse_ones_as_such():
    found = words(level("2014-01-02", 555.0), event("2014-06-09", 7.0), FOUR, event("2026-01-05", 0.1))
    assert found == (
        "555.00 in prices of 2 Jan 2014; 7:1 split on 9 Jun 2014, 4:1 split on 31 Aug 2020, "
        "1:10 reverse split on 5 Jan 2026"
    )


@pytest.mark.parametrize(
    ("day", "interval", "is_before"),
    [
        ("2020-08-28", "1d", True),
        ("2020-08-31", "1d", False),
        ("2020-09-01", "1d", False),
        ("2020-08-31T02:00", "1h", True),  # 22:00 on the 30th in New York
        ("2020-08-31T13:30", "1h", False),
    ],
)
def test_a_level_of_the_day_of_a_split_is_on_its_basis_already(day, interval, is_before):
    assert bool(words(level(day, interval=interval), FOUR)) is is_before


def test_dividends_and_what_is_not_known_move_no_level():
    assert words(level(), event("2020-08-07", 0.82, EventKind.DIVIDEND)) == ""
    assert rebased_words(level(), None, ZONE, 2) == ""


def test_other_drawings_and_values_of_indicators_have_no_such_words():
    assert words(level(pane="rsi-1"), FOUR) == ""
    ray = Drawing("a", "horizontal_ray", "AAPL", level().points)
    unknown = Drawing("a", "of a later version", "AAPL", level().points)
    assert words(ray, FOUR) == words(unknown, FOUR) == ""
