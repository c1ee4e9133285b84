"""The seconds until the forming bar closes, at real venues."""

from datetime import UTC, date, datetime

import pytest

from candledesk.domain.calendar.countdown import seconds_to_close, trading_hours
from candledesk.domain.interval import INTERVALS
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.venues.calendars import load_calendar

VENUES = {
    "New York": ("NMS", "EQUITY", "America/New_York"),
    "Tokyo": ("JPX", "EQUITY", "Asia/Tokyo"),
    "coins": ("CCC", "CRYPTOCURRENCY", "UTC"),
}


@pytest.fixture(scope="module")
def calendars():
    return {
        name: load_calendar(find_venue(*venue), date(2025, 1, 1), date(2027, 11, 24)) for name, venue in VENUES.items()
    }


@pytest.mark.parametrize(
    ("venue", "interval", "now", "left_s"),
    [
        ("New York", "5m", "2026-11-03T14:30:00", 300),  # 09:30 local: the first second
        ("New York", "5m", "2026-11-03T14:34:59", 1),
        ("New York", "1h", "2026-11-03T20:45:00", 900),  # the last bar is cut by the close
        ("New York", "4h", "2026-11-03T18:00:00", 1_800),  # 09:30 to 13:30
        ("New York", "1d", "2026-11-03T20:00:00", 3_600),
        ("New York", "1wk", "2026-11-03T21:00:00", None),  # closed
        ("New York", "1wk", "2026-11-03T20:00:00", 3 * 86_400 + 3_600),  # Tuesday to Friday's close
        ("New York", "1m", "2026-11-27T18:00:00", None),  # closed early after Thanksgiving
        ("New York", "1h", "2026-11-27T17:45:00", 900),
        ("New York", "1m", "2026-11-03T14:29:59", None),
        ("New York", "1m", "2026-11-07T16:00:00", None),  # Saturday
        ("Tokyo", "5m", "2026-11-04T02:45:00", None),  # lunch
        ("Tokyo", "5m", "2026-11-04T03:31:00", 240),
        ("coins", "4h", "2026-11-07T13:00:00", 3 * 3_600),
        ("coins", "1d", "2026-11-07T13:00:00", 11 * 3_600),
    ],
)
def test_the_forming_bar_closes_by_the_hours_of_its_venue(calendars, venue, interval, now, left_s):
    at = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp())
    for early_s in (0, 40_000):  # said just now, or half a day ago
        hours = trading_hours(calendars[venue], INTERVALS[interval], at - early_s)
        assert seconds_to_close(hours, at) == left_s


def test_few_sessions_are_reported(calendars):
    assert len(trading_hours(calendars["New York"], INTERVALS["1m"], 1_793_000_000).sessions) == 4
