"""Facts about real venues, each looked up outside the calendar libraries, and properties of every calendar."""

import itertools
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import exchange_calendars
import numpy as np
import pandas_market_calendars
import pytest

from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.yahoo.exchanges import EXCHANGES, find_venue
from candledesk.venues.calendars import load_calendar

NEW_YORK, LONDON, TOKYO = "America/New_York", "Europe/London", "Asia/Tokyo"
HOUR, DAY = INTERVALS["1h"], INTERVALS["1d"]
VENUES = [
    ("NMS", "EQUITY", NEW_YORK),
    ("LSE", "EQUITY", LONDON),
    ("JPX", "EQUITY", TOKYO),
    ("HKG", "EQUITY", "Asia/Hong_Kong"),
    ("ASX", "EQUITY", "Australia/Sydney"),
    ("SHH", "EQUITY", "Asia/Shanghai"),
    ("SAU", "EQUITY", "Asia/Riyadh"),
    ("CCC", "CRYPTOCURRENCY", "UTC"),
    ("CCY", "CURRENCY", LONDON),
    ("CME", "FUTURE", NEW_YORK),
    ("CBT", "FUTURE", NEW_YORK),
    ("CMX", "FUTURE", NEW_YORK),
    ("NYM", "FUTURE", NEW_YORK),
    ("NYB", "INDEX", NEW_YORK),  # DX-Y.NYB
    ("NAS", "MUTUALFUND", NEW_YORK),
    ("???", "EQUITY", "Europe/Berlin"),
]


def days(calendar, first, last):
    """ISO dates of the sessions from first to last."""
    dates = calendar.date.astype("datetime64[s]").astype("datetime64[D]").astype(str)
    return [text for text in dates.tolist() if first <= text <= last]


def opens(calendar, name, day, tz=None):
    """Local HH:MM of the bars that open on a local day."""
    zone = ZoneInfo(tz or calendar.tz)
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    span = Span(int(start.timestamp()), int(start.timestamp()) + DAY_S)
    times = expected_open_times(calendar, INTERVALS[name], span)
    return [datetime.fromtimestamp(time, zone).strftime("%H:%M") for time in times.tolist()]


@pytest.fixture(scope="module")
def nasdaq():
    return load_calendar(find_venue("NMS", "EQUITY", NEW_YORK), date(1980, 1, 1), date(2027, 11, 24))


@pytest.fixture(scope="module")
def london():
    return load_calendar(find_venue("LSE", "EQUITY", LONDON), date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def tokyo():
    return load_calendar(find_venue("JPX", "EQUITY", TOKYO), date(1990, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def currencies():
    return load_calendar(find_venue("CCY", "CURRENCY", LONDON), date(2026, 10, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def futures():
    return load_calendar(find_venue("CME", "FUTURE", NEW_YORK), date(2025, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(("exchange", "quote_type", "tz"), VENUES)
def test_sessions_ascend_without_overlap_and_breaks_lie_inside(exchange, quote_type, tz):
    calendar = load_calendar(find_venue(exchange, quote_type, tz), date(2010, 6, 1), date(2027, 11, 24))
    assert len(calendar) > 17 * 240
    assert all(
        column.dtype == np.int64 and len(column) == len(calendar)
        for column in (calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end)
    )
    assert (np.diff(calendar.date) > 0).all()
    assert (calendar.date % DAY_S == 0).all()
    assert (calendar.open < calendar.close).all()
    assert (calendar.open[1:] >= calendar.close[:-1]).all()
    has_break = calendar.break_start > 0
    assert (has_break == (calendar.break_end > 0)).all()
    pauses = [column[has_break] for column in (calendar.open, calendar.break_start, calendar.break_end, calendar.close)]
    assert all((left < right).all() for left, right in itertools.pairwise(pauses))
    assert (abs(calendar.open - calendar.date) <= 15 * HOUR_S).all()
    ZoneInfo(calendar.tz)


def test_the_daily_bars_of_any_span_are_the_session_dates(nasdaq):
    assert expected_open_times(nasdaq, DAY, Span(0, 2**33)).tolist() == nasdaq.date.tolist()


def test_new_york_closes_early_after_thanksgiving(nasdaq):
    assert days(nasdaq, "2026-11-23", "2026-11-30") == [f"2026-11-{day}" for day in (23, 24, 25, 27, 30)]
    assert opens(nasdaq, "1h", "2026-11-26") == []
    assert opens(nasdaq, "1h", "2026-11-27") == ["09:30", "10:30", "11:30", "12:30"]
    assert opens(nasdaq, "1m", "2026-11-27")[-1] == "12:59"
    assert opens(nasdaq, "1h", "2026-11-30")[-1] == "15:30"
    half_day = expected_open_times(nasdaq, HOUR, Span(1795795200, 1795795200 + DAY_S))
    close = bar_close_times(nasdaq, HOUR, half_day)[-1]
    assert datetime.fromtimestamp(int(close), UTC).isoformat() == "2026-11-27T18:00:00+00:00"


def test_new_york_was_closed_on_special_days(nasdaq):
    assert days(nasdaq, "2001-09-10", "2001-09-17") == ["2001-09-10", "2001-09-17"]
    assert days(nasdaq, "2012-10-26", "2012-10-31") == ["2012-10-26", "2012-10-31"]
    assert days(nasdaq, "2025-01-08", "2025-01-10") == ["2025-01-08", "2025-01-10"]


def test_london_opens_at_eight_local_time(london):
    for day, utc_hour in (("2026-03-27", 8), ("2026-03-30", 7), ("2026-10-23", 7), ("2026-10-26", 8)):
        assert opens(london, "1h", day)[0] == "08:00"
        assert opens(london, "1h", day, tz="UTC")[0] == f"{utc_hour:02}:00"
        assert opens(london, "5m", day)[-1] == "16:25"
    assert opens(london, "15m", "2026-12-24")[-1] == "12:15"


def test_tokyo_pauses_at_noon_and_closes_later_since_november_2024(tokyo):
    hours = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]
    assert opens(tokyo, "1h", "2024-11-01") == hours
    assert opens(tokyo, "1h", "2024-11-05") == [*hours, "15:00"]
    fives = opens(tokyo, "5m", "2026-11-24")
    assert fives[fives.index("11:25") + 1] == "12:30"
    assert fives[-1] == "15:25"
    assert len(opens(tokyo, "1m", "2026-11-24")) == 150 + 180
    assert opens(tokyo, "1h", "2026-11-23") == []  # Labour Thanksgiving Day


def test_before_its_bound_a_calendar_has_ordinary_weekdays(tokyo):
    assert days(tokyo, "1996-05-03", "1996-05-07") == ["1996-05-03", "1996-05-06", "1996-05-07"]
    assert opens(tokyo, "1h", "1996-05-06")[0] == "09:00"
    before = load_calendar(find_venue("JPX", "EQUITY", TOKYO), date(1985, 1, 1), date(1985, 1, 7))
    assert days(before, "", "9") == ["1985-01-01", "1985-01-02", "1985-01-03", "1985-01-04", "1985-01-07"]


def test_after_its_bound_a_calendar_has_ordinary_hours():
    shanghai = load_calendar(find_venue("SHH", "EQUITY", "Asia/Shanghai"), date(2027, 3, 1), date(2027, 3, 8))
    assert days(shanghai, "", "9") == [f"2027-03-{day:02}" for day in (1, 2, 3, 4, 5, 8)]
    assert opens(shanghai, "1h", "2027-03-08") == ["09:30", "10:30", "12:30", "13:30", "14:30"]


def test_riyadh_trades_on_sunday():
    riyadh = load_calendar(find_venue("SAU", "EQUITY", "Asia/Riyadh"), date(2020, 1, 1), date(2026, 12, 31))
    for first, last in (("2026-11-15", "2026-11-21"), ("2020-11-15", "2020-11-21")):
        found = days(riyadh, first, last)
        assert found == [f"{first[:8]}{15 + i}" for i in range(5)]


def test_tel_aviv_bars_start_on_the_half_hour():
    tel_aviv = load_calendar(find_venue("TLV", "EQUITY", "Asia/Jerusalem"), date(2026, 11, 1), date(2026, 11, 20))
    assert opens(tel_aviv, "1h", "2026-11-16")[:2] == ["09:30", "10:30"]


def test_coins_trade_without_a_pause():
    coins = load_calendar(find_venue("CCC", "CRYPTOCURRENCY", "UTC"), date(2026, 10, 1), date(2026, 10, 31))
    assert coins.is_24h
    minutes = opens(coins, "1m", "2026-10-25")
    assert len(minutes) == 1440
    assert minutes[-1] == "23:59"
    assert len(days(coins, "", "9")) == 31


def test_the_fx_week_begins_on_sunday_evening_without_a_sunday_bar(currencies):
    assert days(currencies, "2026-11-14", "2026-11-22") == [f"2026-11-{day}" for day in range(16, 21)]
    assert opens(currencies, "1h", "2026-11-14") == []
    assert opens(currencies, "1h", "2026-11-15") == ["22:00", "23:00"]
    assert len(opens(currencies, "1h", "2026-11-16")) == 24
    assert len(opens(currencies, "1m", "2026-11-18")) == 1440
    assert opens(currencies, "1h", "2026-11-20")[-1] == "21:00"
    assert opens(currencies, "1h", "2026-11-21") == []


def test_the_fx_week_begins_and_ends_by_new_yorks_clock(currencies):
    """Between the two clock changes London is four hours ahead; a Friday may last until either clock ends it."""
    assert opens(currencies, "1h", "2026-10-18") == ["22:00", "23:00"]
    assert opens(currencies, "1h", "2026-10-25")[0] == "21:00"
    assert opens(currencies, "1h", "2026-10-30")[-1] == "21:00"
    assert opens(currencies, "1h", "2026-11-01") == ["22:00", "23:00"]


def test_four_hour_fx_bars_start_at_london_midnight(currencies):
    assert opens(currencies, "4h", "2026-11-18") == ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]
    assert opens(currencies, "4h", "2026-11-15") == ["20:00"]


def test_globex_pauses_for_an_hour_and_has_no_sunday_bar(futures):
    assert days(futures, "2026-11-14", "2026-11-20") == [f"2026-11-{day}" for day in range(16, 21)]
    assert opens(futures, "1h", "2026-11-15") == [f"{hour}:00" for hour in range(18, 24)]
    assert opens(futures, "1h", "2026-11-18") == [f"{hour:02}:00" for hour in range(24) if hour != 17]
    assert opens(futures, "1h", "2026-11-20")[-1] == "16:00"
    assert opens(futures, "4h", "2026-11-18")[-2:] == ["16:00", "20:00"]


def test_globex_reopens_on_the_evening_of_a_holiday(futures):
    assert days(futures, "2025-12-24", "2025-12-28") == ["2025-12-24", "2025-12-26"]
    assert opens(futures, "1h", "2025-12-24")[-1] == "13:00"  # until 13:15
    assert opens(futures, "1h", "2025-12-25")[0] == "18:00"
    assert opens(futures, "1h", "2025-11-27")[12:14] == ["12:00", "18:00"]  # Thanksgiving: halted at 13:00


def test_an_unknown_exchange_has_whole_weekdays_in_its_zone():
    berlin = load_calendar(find_venue("???", "EQUITY", "Europe/Berlin"), date(2026, 11, 14), date(2026, 11, 22))
    assert days(berlin, "", "9") == [f"2026-11-{day}" for day in range(16, 21)]
    assert len(opens(berlin, "1h", "2026-11-16")) == 24
    qatar = load_calendar(find_venue("DOH", "EQUITY", "Asia/Qatar"), date(2026, 11, 14), date(2026, 11, 22))
    assert days(qatar, "", "9") == [f"2026-11-{day}" for day in (15, 16, 17, 18, 19, 22)]


def test_every_calendar_that_the_table_names_exists():
    shares = {row.calendar for row in EXCHANGES.values() if not row.is_futures}
    assert shares <= set(exchange_calendars.get_calendar_names())
    assert {row.calendar for row in EXCHANGES.values() if row.is_futures} <= set(
        pandas_market_calendars.get_calendar_names()
    )
    assert all(0 <= row.settle_s <= 30 * 60 for row in EXCHANGES.values())


@pytest.mark.parametrize(
    ("code", "mic", "minutes"),
    [("NMS", "XNAS", 0), ("LSE", "XLON", 20), ("CME", "XCME", 10), ("CMX", "XCEC", 30), ("GER", "XETR", 15)],
)
def test_delays_follow_yahoos_table(code, mic, minutes):
    assert (EXCHANGES[code].mic, EXCHANGES[code].settle_s) == (mic, minutes * 60)


@pytest.mark.parametrize(
    ("exchange", "tz", "first", "keys"),
    [
        ("TLV", "Asia/Jerusalem", date(2025, 9, 1), ["2025-12-28", "2026-01-04", "2026-01-12", "2026-01-19"]),
        ("SAU", "Asia/Riyadh", date(2025, 9, 1), ["2025-12-28", "2026-01-04", "2026-01-11", "2026-01-18"]),
        ("NYQ", "America/New_York", date(2025, 9, 1), ["2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19"]),
        ("XXX", "Asia/Kuwait", date(2025, 9, 1), ["2025-12-28", "2026-01-04", "2026-01-11", "2026-01-18"]),
    ],
)
def test_weeks_open_on_the_first_day_of_the_real_calendar(exchange, tz, first, keys):
    calendar = load_calendar(find_venue(exchange, "EQUITY", tz), first, date(2026, 6, 1))
    span = Span(*(int(np.datetime64(day, "s").astype(np.int64)) for day in ("2025-12-25", "2026-01-20")))
    found = expected_open_times(calendar, INTERVALS["1wk"], span)
    assert [str(np.datetime64(int(key), "s"))[:10] for key in found] == keys
