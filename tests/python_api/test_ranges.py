"""Which instants period, start and end name, and which rows events belong to."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S
from candledesk.python_api.ranges import CallError, PriceRange, first_date, read_instant, read_moment, read_range
from candledesk.python_api.rows import after, rows_by_date, rows_by_time

ZONE = "America/New_York"
NOW = int(pd.Timestamp("2026-05-31T18:00", tz=ZONE).timestamp())


def instant(text, zone=ZONE):
    return int(pd.Timestamp(text, tz=zone).timestamp())


def day(text):
    return int(pd.Timestamp(text, tz="UTC").timestamp())


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        ((None, None, None), "2026-04-30", None),
        (("3mo", None, None), "2026-02-28", None),  # February has no 31st
        (("1Y", None, None), "2025-05-31", None),
        (("2wk", None, None), "2026-05-17", None),
        (("ytd", None, None), "2026-01-01", None),
        ((None, "2026-01-05", None), "2026-01-05", "2026-05-31T18:00"),
        ((None, None, "2026-03-31"), "2026-02-28", "2026-03-31"),
        ((None, "2026-01-05", "2026-02-05"), "2026-01-05", "2026-02-05"),
        (("1mo", "2026-01-05", None), "2026-01-05", "2026-02-05"),
        (("1mo", None, "2026-02-05"), "2026-01-05", "2026-02-05"),
        (("max", "2026-01-05", None), "2026-01-05", "2026-05-31T18:00"),
        (("max", "2026-01-05", "2026-01-06"), "2026-01-05", "2026-01-06"),
    ],
)
def test_a_range_is_what_yfinance_asks_for(arguments, start, end):
    found = read_range(*arguments, interval="1d", zone=ZONE, now=NOW)
    assert found == PriceRange(instant(start), None if end is None else instant(end))


@pytest.mark.parametrize(("interval", "days"), [("1m", 8), ("5m", 60), ("30m", 60), ("1h", 730), ("60m", 730)])
def test_the_whole_of_an_intraday_interval_is_what_yahoo_keeps(interval, days):
    found = read_range("max", None, None, interval=interval, zone=ZONE, now=NOW)
    assert found == PriceRange(NOW - days * DAY_S + 5, NOW)


def test_the_whole_of_days_begins_at_the_beginning():
    assert read_range("max", None, None, interval="1wk", zone=ZONE, now=NOW) == PriceRange(None, NOW)


def test_a_period_of_days_is_a_number_of_sessions():
    assert read_range("5d", None, None, interval="1m", zone=ZONE, now=NOW) == PriceRange(None, None, 5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", instant("2026-03-01")),
        (dt.date(2026, 3, 1), instant("2026-03-01")),
        (pd.Timestamp("2026-03-01T09:30"), instant("2026-03-01T09:30")),
        (dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC), instant("2026-03-01T09:30", "UTC")),
        (1_780_000_000, 1_780_000_000),
    ],
)
def test_a_moment_without_a_zone_is_at_the_exchange(value, expected):
    moment = read_moment(value, ZONE, "start")
    assert int(moment.timestamp()) == expected
    assert str(moment.tz) == ZONE


@pytest.mark.parametrize("value", ["2026-03-01T10:00Z", "1 March", 1.5, np.datetime64("2026-03-01")])
def test_another_form_of_a_moment_is_refused(value):
    with pytest.raises(CallError, match="start must be"):
        read_moment(value, ZONE, "start")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", day("2026-03-01")),
        ("2026-03-01T09:30:00-05:00", instant("2026-03-01T09:30")),
        (dt.date(2026, 3, 1), day("2026-03-01")),
        (pd.Timestamp("2026-03-01T09:30:00.5", tz=ZONE), instant("2026-03-01T09:30") + 1),
        (7, 7),
    ],
)
def test_an_instant_of_the_cache_is_utc(value, expected):
    assert read_instant(value, "start") == expected


@pytest.mark.parametrize("value", ["2026-03-01T10:00", pd.Timestamp("2026-03-01T10:00"), 2.5])
def test_an_instant_without_an_offset_is_refused(value):
    with pytest.raises(InputError, match=r"start|offset"):
        read_instant(value, "start")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T00:00", "2026-03-02"),
        ("2026-03-02T09:30", "2026-03-02"),
        ("2026-03-02T09:31", "2026-03-03"),
        ("2026-03-02T23:00", "2026-03-03"),
    ],
)
def test_a_daily_bar_belongs_to_a_range_by_the_open_of_its_session(text, expected):
    assert first_date(instant(text), ZONE, 34_200) == day(expected)


def test_events_of_minutes_go_to_the_first_row_of_their_date_or_the_next():
    dates = np.array([10, 10, 11, 13]) * DAY_S
    assert rows_by_date(dates, np.array([9, 10, 11, 12, 13, 14]) * DAY_S).tolist() == [-1, 0, 2, 3, 3, -1]


def test_events_of_longer_rows_go_to_the_row_that_has_begun():
    times = np.array([100, 200, 300])
    assert rows_by_time(times, np.array([99, 100, 150, 300, 349, 350]), 350).tolist() == [-1, 0, 0, 2, 2, -1]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [("1d", "2026-02-02"), ("5d", "2026-02-06"), ("1wk", "2026-02-08"), ("1mo", "2026-03-01"), ("3mo", "2026-05-01")],
)
def test_a_row_ends_where_the_next_one_of_its_length_begins(interval, expected):
    assert after(day("2026-02-01"), interval) == day(expected)


def test_an_hour_ends_after_an_hour():
    assert after(7, "1h") - 7 == after(7, "60m") - 7 == 3_600
