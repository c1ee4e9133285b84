"""When updates are due at real venues: open, closed, holidays, half days, breaks, delays and clock changes."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.calendar.update_times import (
    backoff_interval_s,
    idle_trading_s,
    is_open,
    next_due_time,
    recent_span,
    usual_update_s,
)
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.venues.calendars import load_calendar

NEW_YORK, LONDON, TOKYO = "America/New_York", "Europe/London", "Asia/Tokyo"
VENUES = {
    "NMS": ("NMS", "EQUITY", NEW_YORK),
    "LSE": ("LSE", "EQUITY", LONDON),
    "JPX": ("JPX", "EQUITY", TOKYO),
    "CCC": ("CCC", "CRYPTOCURRENCY", "UTC"),
    "CCY": ("CCY", "CURRENCY", LONDON),
    "CME": ("CME", "FUTURE", NEW_YORK),
}
MINUTE, FIVE, HOUR, DAY = (INTERVALS[name] for name in ("1m", "5m", "1h", "1d"))
LAG = 2


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def text(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%m-%d %H:%M:%S")


@pytest.fixture(scope="module")
def venue():
    loaded = {}

    def load(name):
        if name not in loaded:
            loaded[name] = load_calendar(find_venue(*VENUES[name]), date(2026, 9, 1), date(2027, 1, 31))
        return loaded[name]

    return load


def ticks(calendar, interval, start, end, update_s=None):
    found, now = [], start
    while (
        now := next_due_time(calendar, interval, now, update_s or usual_update_s(interval))
    ) is not None and now < end:
        found.append(now)
    return found


NEXT = [
    # New York opens 14:30 UTC in winter; Yahoo shows it at once
    ("NMS", "1m", "2026-11-24T14:29:00", "11-24 14:31:02"),
    ("NMS", "1m", "2026-11-24T15:00:01", "11-24 15:00:02"),
    ("NMS", "1m", "2026-11-24T15:00:02", "11-24 15:01:02"),
    ("NMS", "5m", "2026-11-24T15:00:02", "11-24 15:01:02"),
    ("NMS", "1h", "2026-11-24T15:00:02", "11-24 15:06:02"),
    ("NMS", "1d", "2026-11-24T15:00:02", "11-24 15:15:02"),
    ("NMS", "1m", "2026-11-24T20:59:30", "11-24 21:00:02"),  # the close
    ("NMS", "1m", "2026-11-24T21:00:02", "11-24 21:02:02"),  # final: nothing moves any more
    ("NMS", "1d", "2026-11-24T21:00:02", "11-25 01:00:02"),  # daily bars settle for four hours
    ("NMS", "1m", "2026-11-24T21:02:02", "11-25 14:31:02"),  # closed: the next session
    ("NMS", "1m", "2026-11-26T15:00:00", "11-27 14:31:02"),  # Thanksgiving
    ("NMS", "1m", "2026-11-27T17:59:30", "11-27 18:00:02"),  # the half day after it ends at 13:00
    ("NMS", "1m", "2026-11-27T18:02:02", "11-30 14:31:02"),  # and then comes the weekend
    ("NMS", "1m", "2026-10-30T20:02:02", "11-02 14:31:02"),  # over the clock change: 13:30 becomes 14:30
    # London opens 08:00; Yahoo lags 20 minutes
    ("LSE", "1m", "2026-11-24T08:05:00", "11-24 08:21:02"),
    ("LSE", "1m", "2026-11-24T16:49:59", "11-24 16:50:02"),
    ("LSE", "1m", "2026-11-24T16:50:02", "11-24 16:52:02"),
    ("LSE", "1m", "2026-11-24T16:52:02", "11-25 08:21:02"),
    # Tokyo 00:00 to 06:30 UTC, break 02:30 to 03:30, 20 minutes late
    ("JPX", "5m", "2026-11-24T02:49:30", "11-24 02:50:02"),
    ("JPX", "5m", "2026-11-24T02:50:02", "11-24 03:51:02"),
    ("JPX", "1m", "2026-11-22T23:00:00", "11-24 00:21:02"),  # Monday the 23rd is Labour Thanksgiving
    # coins never rest
    ("CCC", "1m", "2026-11-22T03:00:30", "11-22 03:01:02"),
    ("CCC", "1m", "2026-11-22T23:59:30", "11-23 00:00:02"),
    # currencies rest from Friday 22:00 to Sunday 22:00 UTC
    ("CCY", "1m", "2026-11-20T22:02:02", "11-22 22:01:02"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "interval", "after", "expected"), NEXT)
def test_the_next_update_is_due_shortly_after_bars_close(venue, name, interval, after, expected):
    found = next_due_time(venue(name), INTERVALS[interval], at(after), usual_update_s(INTERVALS[interval]))
    assert text(found) == expected


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("interval", [MINUTE, FIVE, HOUR, DAY])
def test_ticks_rise_and_fall_into_sessions_only(venue, name, interval):
    calendar = venue(name)
    start, end = at("2026-10-29T00:00:00"), at("2026-11-08T00:00:00")
    found = np.array(ticks(calendar, interval, start, end), np.int64)
    assert (np.diff(found) > 0).all()
    lag = calendar.settle_s + LAG
    settle = 4 * HOUR_S if interval.is_daily else 120
    row = np.searchsorted(calendar.close, found - lag - settle)
    assert ((found - lag > calendar.open[row]) & (found - lag <= calendar.close[row] + settle)).all()


@pytest.mark.parametrize("name", VENUES)
def test_every_closed_minute_gets_a_tick_of_its_own(venue, name):
    calendar = venue(name)
    span = Span(at("2026-10-30T00:00:00"), at("2026-11-03T00:00:00"))
    times = expected_open_times(calendar, MINUTE, span)
    closes = bar_close_times(calendar, MINUTE, times) + calendar.settle_s + LAG
    found = ticks(calendar, MINUTE, span.start, int(closes[-1]) + 1)
    assert set(closes.tolist()) <= set(found)


def test_a_clock_change_night_has_no_tick_more_or_less(venue):
    """Coins are asked each minute through the night in which New York's and London's clocks change."""
    for night in ("2026-10-25T00:00:00", "2026-11-01T00:00:00"):
        assert len(ticks(venue("CCC"), MINUTE, at(night), at(night) + 12 * HOUR_S)) == 12 * 60


def test_beyond_the_calendar_nothing_is_due(venue):
    assert next_due_time(venue("NMS"), MINUTE, at("2027-03-01T00:00:00"), 60) is None


def test_what_brings_nothing_new_is_asked_less_and_less(venue):
    calendar = venue("NMS")
    newest = at("2026-11-24T15:00:00")
    assert idle_trading_s(calendar, MINUTE, newest, at("2026-11-24T15:01:00")) == 0
    assert idle_trading_s(calendar, MINUTE, newest, at("2026-11-24T16:01:00")) == HOUR_S
    assert (
        idle_trading_s(calendar, MINUTE, newest, at("2026-11-25T14:30:00")) == 6 * HOUR_S - 60
    )  # the night does not count
    assert idle_trading_s(calendar, DAY, at("2026-11-24T00:00:00"), at("2026-11-24T20:00:00")) == 0
    assert idle_trading_s(calendar, MINUTE, None, at("2026-11-24T16:00:00")) > 100 * HOUR_S


def test_a_symbol_without_data_is_asked_a_handful_of_times_a_day(venue):
    calendar, update_s = venue("NMS"), backoff_interval_s(60, 30 * DAY_S)
    start = at("2026-11-23T00:00:00")
    assert len(ticks(calendar, MINUTE, start, start + DAY_S, update_s)) <= 5


def test_open_is_reported_as_the_provider_shows_it(venue):
    assert not is_open(venue("LSE"), at("2026-11-24T08:19:00"))
    assert is_open(venue("LSE"), at("2026-11-24T08:20:00"))
    assert is_open(venue("LSE"), at("2026-11-24T16:49:00"))
    assert not is_open(venue("LSE"), at("2026-11-24T16:50:00"))
    assert not is_open(venue("NMS"), at("2026-11-26T16:00:00"))


def test_the_last_sessions_are_read_again_over_weekends_and_holidays(venue):
    calendar = venue("NMS")
    monday = at("2026-11-30T15:00:30")
    assert text(recent_span(calendar, MINUTE, monday).start) == "11-25 14:30:00"  # Wednesday, half day, Monday
    assert recent_span(calendar, MINUTE, monday).end == at("2026-11-30T15:01:00")
    assert text(recent_span(calendar, MINUTE, monday, 1).start) == "11-30 14:30:00"
    assert text(recent_span(calendar, DAY, monday).start) == "11-25 00:00:00"
    assert recent_span(calendar, MINUTE, at("2026-08-01T00:00:00")) is None
    tokyo = recent_span(venue("JPX"), DAY, at("2026-11-24T00:30:00"))
    assert text(tokyo.start) == "11-19 00:00:00"
