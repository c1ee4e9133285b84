"""The pure rules of the datafeed: which bars are known, their times, their digits, and when a poll causes a fill."""

import json
from datetime import date, timedelta

import numpy as np
import orjson
import pytest

from candledesk.cache.messages import BarsReply, BarsRequest, Gap
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.errors import TooLateError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS, parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.venue import TradingDays, Venue
from candledesk.venues.calendars import load_calendar
from candledesk.web.server.throttle import MAX_POLLED, PolledSeries
from candledesk.web.udf.bar_times import udf_times
from candledesk.web.udf.known_bars import fillable_gaps, known_bars
from candledesk.web.udf.prices import number_column
from candledesk.web.udf.sessions import describe_sessions
from tests.web.udf.session_week import sessions_of_day

HOUR = INTERVALS["1h"]
APPLE = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 10 * HOUR_S)
NOW = 1_000 * HOUR_S


def reply(*gaps, hours=range(100, 110), lookback_s=None):
    """Return an answer with hourly bars; gaps as ``(first hour, hour behind the last, hour of the next try)``."""
    times = np.array(hours, np.int64) * HOUR_S
    prices = times.astype(np.float64)
    found = tuple(Gap(Span(lo * HOUR_S, hi * HOUR_S), "not fetched yet", retry) for lo, hi, retry in gaps)
    request = BarsRequest("AAPL", HOUR, None, countback=10)
    bars = Bars(times, prices, prices, prices, prices, prices)
    return BarsReply(request, Span(0, NOW), bars, None, APPLE, found, lookback_s=lookback_s)


def hours_known(answer, wanted, *, is_latest=True, is_out_of_reach=False):
    found = known_bars(answer, answer.gaps, wanted, is_latest=is_latest, is_out_of_reach=is_out_of_reach)
    return (found.open_time // HOUR_S).tolist()


@pytest.mark.parametrize("is_out_of_reach", [True, False])
@pytest.mark.parametrize(
    ("gaps", "wanted", "first"),
    [
        ([], 10, 100),
        ([], 300, 100),  # fewer than are wanted and nothing missing: the beginning of history
        ([(90, 95, None)], 10, 100),
        ([(90, 95, None)], 11, None),
        ([(90, 95, NOW)], 11, None),  # a failed try in the past is no beginning either
        ([(90, 95, None)], None, None),
        ([(103, 104, None)], 6, 104),
        ([(103, 104, None)], 7, None),
        ([(101, 102, None), (105, 106, None)], 4, 106),
        ([(101, 102, None), (105, 106, None)], 5, None),
    ],
)
def test_bars_behind_the_last_gap_are_known(gaps, wanted, first, is_out_of_reach):
    answer = reply(*gaps)
    if first is None:
        with pytest.raises(TooLateError, match="not fetched yet"):
            hours_known(answer, wanted, is_out_of_reach=is_out_of_reach)
    else:
        assert hours_known(answer, wanted, is_out_of_reach=is_out_of_reach) == list(range(first, 110))


def test_a_gap_behind_all_bars_ends_an_answer_only_when_nothing_comes_soon():
    with pytest.raises(TooLateError):
        hours_known(reply((110, 112, None)), 2)
    assert hours_known(reply((110, 112, None)), 2, is_out_of_reach=True) == list(range(100, 110))
    assert hours_known(reply((110, 112, NOW)), None) == list(range(100, 110))
    for first in (105, 109):  # stored bars that are out of date
        assert hours_known(reply((first, 110, None)), 10, is_out_of_reach=True) == list(range(100, 110))
        with pytest.raises(TooLateError):
            hours_known(reply((first, 110, None)), 2)
    for gap in ((110, 112, None), (110, 112, NOW)):  # an older page: the client has what follows it
        with pytest.raises(TooLateError):
            hours_known(reply(gap), 2, is_latest=False, is_out_of_reach=True)
    with pytest.raises(TooLateError):
        hours_known(reply((103, 104, None), (110, 112, None)), 7, is_out_of_reach=True)
    with pytest.raises(TooLateError):
        hours_known(reply((100, 112, None), hours=[]), 7, is_out_of_reach=True)


def test_what_lies_before_all_history_is_no_gap_to_wait_for():
    before, inside, across = (0, 900, None), (901, 902, None), (899, 901, None)
    answer = reply(before, inside, across, lookback_s=100 * HOUR_S)
    assert [gap.span.end // HOUR_S for gap in fillable_gaps(answer, NOW)] == [902, 901]
    assert fillable_gaps(reply((0, 10, None)), NOW) == ()


def calendar_of(*sessions, tz="UTC", is_24h=False):
    columns = [np.array(column, np.int64) * HOUR_S for column in zip(*sessions, strict=True)]
    return SessionCalendar("XTST", tz, *columns, is_24h=is_24h)


@pytest.mark.parametrize(
    ("interval", "opens", "expected"),
    [
        ("1h", [9, 10, 11, 12, 13, 14], [9, 10, 11, 13, 13, 14]),
        ("2h", [9, 11, 13], [9, 11, 13]),
        ("1h", [8, 15], [8, 15]),  # outside of every session
    ],
)
def test_a_bar_that_opens_in_a_break_has_the_time_at_which_trading_goes_on(interval, opens, expected):
    calendar = calendar_of((0, 9, 15, 12, 13))
    times = udf_times(calendar, INTERVALS.get(interval) or parse_interval(interval), np.array(opens) * HOUR_S)
    assert (times // HOUR_S).tolist() == expected


def test_a_bar_that_begins_before_its_session_has_the_time_of_the_open():
    calendar = calendar_of((24, 18, 41, 0, 0), is_24h=True)
    times = udf_times(calendar, INTERVALS["4h"], np.array([16, 20, 24]) * HOUR_S)
    assert (times // HOUR_S).tolist() == [18, 20, 24]


def test_a_month_and_a_week_have_the_date_of_their_first_session():
    friday, monday, tuesday = 1_793_318_400, 1_793_577_600, 1_793_664_000  # 2026-10-30, 11-02, 11-03
    rows = [(day // HOUR_S, day // HOUR_S + 9, day // HOUR_S + 15, 0, 0) for day in (friday, monday, tuesday)]
    month = np.array([monday - DAY_S])  # 2026-11-01 is a Sunday
    assert udf_times(calendar_of(*rows), INTERVALS["1mo"], month).tolist() == [monday]
    without_monday = calendar_of(rows[0], rows[2])
    assert udf_times(without_monday, INTERVALS["1wk"], np.array([monday])).tolist() == [tuesday]
    assert udf_times(None, INTERVALS["1wk"], np.array([monday])).tolist() == [monday]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([395.70001220703125, 0.30000001192092896], "[395.7,0.3]"),
        ([395.7, 0.1], "[395.7,0.1]"),  # imported prices, which are no 32-bit floats
        ([395.70001220703125, 395.7001], "[395.7,395.7001]"),
        ([1e300, 16_777_217.0, 101_842_632.0, 5.0], "[1e+300,16777217.0,101842632.0,5.0]"),  # a volume is whole
        ([], "[]"),
    ],
)
def test_numbers_are_written_with_the_digits_that_they_have(numbers, text):
    written = orjson.dumps(number_column(np.array(numbers, np.float64))).decode()
    assert written == text
    assert np.allclose(json.loads(written), numbers, rtol=1e-7, atol=0)


def test_a_column_of_times_is_one_of_integers():
    assert orjson.dumps(number_column(np.array([1, 2**40], np.int64))) == b"[1,1099511627776]"


@pytest.mark.parametrize(("interval", "fresh_s"), [("1m", 30), ("2m", 60), ("1d", 60)])
def test_a_series_is_filled_once_in_half_a_bar_and_at_most_once_a_minute(interval, fresh_s):
    polled, step = PolledSeries(), INTERVALS[interval]
    assert not polled.is_fresh("AAPL", step, NOW)
    polled.note("AAPL", step, NOW)
    assert polled.is_fresh("AAPL", step, NOW + fresh_s - 1)
    assert not polled.is_fresh("AAPL", step, NOW + fresh_s)
    assert not polled.is_fresh("AAPL", step, NOW - 1)  # the clock was set back
    assert not polled.is_fresh("MSFT", step, NOW)


def test_the_oldest_polled_series_are_forgotten():
    polled = PolledSeries()
    for n in range(MAX_POLLED):
        polled.note(f"S{n}", HOUR, NOW)
    polled.note("S0", HOUR, NOW)
    polled.note("ONE-MORE", HOUR, NOW)
    assert polled.is_fresh("S0", HOUR, NOW)
    assert not polled.is_fresh("S1", HOUR, NOW)
    assert len(polled._filled_at) == MAX_POLLED


def described(calendar, now):
    """Return the texts of a calendar as the fields of a symbol."""
    texts = describe_sessions(calendar, now)
    fields = {"timezone": calendar.tz, "session": texts.session, "session_holidays": texts.holidays}
    return fields | {"corrections": texts.corrections}


def daily_calendar(days, opens, closes, tz="Europe/Paris"):
    """Return a calendar with a session on each date (days since 1970) from and to an hour in UTC."""
    rows = [(24 * day, 24 * day + opens, 24 * day + closes, 0, 0) for day in days]
    return calendar_of(*rows, tz=tz)


def test_sessions_on_a_weekday_of_former_decades_are_listed_and_other_old_hours_are_not():
    thursday = 19_999  # days since 1970: 2024-10-03
    today = [day for day in range(thursday - 400, thursday + 400) if day % 7 != 2]  # no Saturdays
    saturday = 3_656 - 3_656 % 7 + 2  # in January 1980
    calendar = daily_calendar([saturday, saturday + 2, *today], 9, 15, tz="UTC")
    fields = described(calendar, thursday * DAY_S)
    old = date(1970, 1, 1) + timedelta(days=saturday)
    assert f"{old:%Y%m%d}" in fields["corrections"]
    assert len(sessions_of_day(fields, old)) == 1
    assert f"{old + timedelta(days=2):%Y%m%d}" not in fields["corrections"]


def test_a_calendar_without_sessions_is_round_the_clock():
    empty = np.empty(0, np.int64)
    fields = described(SessionCalendar("XTST", "UTC", empty, empty, empty, empty, empty), NOW)
    assert (fields["session"], fields["session_holidays"], fields["corrections"]) == ("24x7", "", "")


def test_history_before_the_first_possible_instant_is_nothing(client_with_datafeed):
    for end in (HISTORY_START, HISTORY_START - DAY_S, -(10**12)):
        asked = {"symbol": "AAPL", "resolution": "1D", "from": end - DAY_S, "to": end}
        assert client_with_datafeed("history", **asked) == {"s": "no_data"}
        assert client_with_datafeed("history", **asked, countback=5) == {"s": "no_data"}


@pytest.mark.parametrize("last", [date(2027, 11, day) for day in (22, 24, 26)])
def test_the_ends_of_a_calendar_that_trades_day_and_night_are_no_corrections(last):
    calendar = load_calendar(Venue("FX", "Europe/London", TradingDays.CURRENCY), date(2015, 1, 1), last)
    for day in range(7):
        fields = described(calendar, 1_795_000_000 + day * DAY_S)
        assert fields["session"] == "2200-2200:23456"
        assert {part[:9] for part in fields["corrections"].split(";")} == {"2100-2200"}
        assert fields["session_holidays"] == ""


def test_a_clock_that_changes_at_midnight_makes_no_correction():
    calendar = load_calendar(Venue("XTST", "Africa/Cairo", TradingDays.WEEKDAYS), date(2020, 1, 1), date(2027, 6, 30))
    fields = described(calendar, 1_795_000_000)
    assert (fields["session"], fields["session_holidays"]) == ("1;0000-0000:12345", "")
    assert fields["corrections"] == ""
