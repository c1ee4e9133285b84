"""The start of a series' history: its listing or the provider's look-back, whichever is later."""

import pytest

from candledesk.domain.instrument import HistoryStart, Instrument, start_of_history
from candledesk.domain.interval import DAY_S, INTERVALS

NOW = 1_795_446_000  # 2026-11-23T15:00:00Z
LISTED = 345_479_400  # 1980-12-12T14:30:00Z


def make_instrument(first_open_time):
    return Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, first_open_time)


@pytest.mark.parametrize(
    ("name", "lookback_s", "listed", "expected"),
    [
        ("1d", None, LISTED, HistoryStart(LISTED // DAY_S * DAY_S, "listing", "AAPL has traded since 1980-12-12")),
        ("1h", 730 * DAY_S, NOW - DAY_S, HistoryStart(NOW - DAY_S, "listing", "AAPL has traded since 2026-11-22")),
        ("1d", None, None, None),
    ],
)
def test_a_listing_is_named_with_its_date(name, lookback_s, listed, expected):
    assert start_of_history(make_instrument(listed), INTERVALS[name], lookback_s, NOW) == expected


@pytest.mark.parametrize("listed", [LISTED, None])
def test_a_lookback_that_begins_after_the_listing_is_the_start(listed):
    start = start_of_history(make_instrument(listed), INTERVALS["1h"], 730 * DAY_S - 3_600, NOW)
    begin = NOW - 730 * DAY_S + 3_600
    assert start == HistoryStart(begin, "lookback", "the provider keeps 1h bars for 730 days")
