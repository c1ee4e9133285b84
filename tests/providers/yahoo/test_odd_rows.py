"""A row that has a close reaches the caller as it was sent, whatever else is odd about it; through the real client."""

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candledesk.providers.answers import BarsAnswer, FaultAnswer
from tests.providers.conftest import DAY

NAN = float("nan")
DATE = 1_793_577_600  # Monday 2026-11-02
OPEN = DATE + 52_200  # 09:30 in New York
GOOD = (10.0, 12.0, 9.0, 11.0, 500)
ODD = {
    "nothing but a close": (None, None, None, 11.0, 500),
    "no open": (None, 12.0, 9.0, 11.0, 500),
    "no high": (10.0, None, 9.0, 11.0, 500),
    "no low": (10.0, 12.0, None, 11.0, 500),
    "no volume": (10.0, 12.0, 9.0, 11.0, None),
    "open 0": (0.0, 12.0, 9.0, 11.0, 500),
    "open above high": (13.0, 12.0, 9.0, 11.0, 500),
    "close above high": (10.0, 12.0, 9.0, 14.0, 500),
    "close below low": (10.0, 12.0, 9.0, 1.0, 500),
    "high below low": (10.0, 9.0, 12.0, 11.0, 500),
    "below zero": (-20.0, -10.0, -40.0, -37.63, 500),
    "through zero": (20.0, 21.0, -40.0, -37.63, 500),
    "close 0": (1.0, 1.0, 0.0, 0.0, 500),
    "nothing but zeros": (0.0, 0.0, 0.0, 0.0, 0),
    "a hundredfold": (1000.0, 1200.0, 900.0, 1100.0, 500),
    "a billionth": (1e-9, 1e-9, 1e-9, 1e-9, 0),
    "flat without volume": (11.0, 11.0, 11.0, 11.0, 0),
}


def rows_of(bars):
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def as_sent(time, values):
    return (time, *(NAN if value is None else float(value) for value in values[:4]), float(values[4] or 0))


def assert_same(found, expected):
    assert [row[0] for row in found] == [row[0] for row in expected]
    np.testing.assert_array_equal(np.array(found), np.array(expected))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", list(ODD))
@pytest.mark.parametrize(("interval", "step"), [("1d", DAY), ("5m", 300)])
def test_an_odd_row_arrives_as_it_was_sent(provider, yahoo_server, request_for, chart, interval, step, name, place):
    values = [GOOD, GOOD, GOOD]
    values[place] = ODD[name]
    yahoo_server.says((200, chart([(OPEN + step * i, *row) for i, row in enumerate(values)], adj=step == DAY)))
    answer = provider.fetch(request_for(DATE, DATE + 7 * DAY, interval))
    base = DATE if step == DAY else OPEN
    assert_same(rows_of(answer.bars), [as_sent(base + step * i, row) for i, row in enumerate(values)])


@pytest.mark.parametrize("first", [(1962, 1, 2), (1927, 12, 30), (1969, 12, 30)])
def test_rows_before_1970_arrive(provider, yahoo_server, request_for, chart, first):
    start = dt.datetime(*first, 14, 30, tzinfo=dt.UTC)
    rows = [(int(start.timestamp()) + DAY * i, *GOOD) for i in range(3)]
    yahoo_server.says((200, chart(rows, adj=True, firstTradeDate=rows[0][0])))
    midnight = int(start.timestamp()) // DAY * DAY
    answer = provider.fetch(request_for(midnight, midnight + 5 * DAY, "1d"))
    assert_same(rows_of(answer.bars), [as_sent(midnight + DAY * i, GOOD) for i in range(3)])
    assert answer.instrument.first_open_time == rows[0][0]


def test_rows_of_a_day_without_a_trading_period_arrive(provider, yahoo_server, request_for, chart, period):
    sunday = OPEN - DAY
    rows = [(sunday, *GOOD), (sunday + 300, *GOOD), (OPEN, *GOOD)]
    yahoo_server.says((200, chart(rows, periods=[[period(OPEN, OPEN + 23_400)]])))
    answer = provider.fetch(request_for(DATE - 3 * DAY, DATE + DAY))
    assert answer.bars.open_time.tolist() == [row[0] for row in rows]
    assert answer.sessions == ((OPEN, OPEN + 23_400),)


@pytest.mark.parametrize("lost", [(None, None, None, None, None), (10.0, 12.0, None, None, 7), (None,) * 4 + (0,)])
@pytest.mark.parametrize(("interval", "offset"), [("1d", 7_213), ("5m", 61)])
def test_a_last_row_without_a_close_takes_nothing_from_the_one_before(
    provider, yahoo_server, request_for, chart, interval, offset, lost
):
    rows = [(OPEN - DAY, *GOOD), (OPEN, *ODD["close above high"]), (OPEN + offset, *lost)]
    yahoo_server.says((200, chart(rows)))
    bars = provider.fetch(request_for(DATE - 2 * DAY, DATE + DAY, interval)).bars
    assert rows_of(bars)[-1][1:] == (10.0, 12.0, 9.0, 14.0, 500.0)


def test_of_two_daily_rows_on_one_date_the_one_with_a_close_remains(provider, yahoo_server, request_for, chart):
    lost = (9.0, 9.0, 9.0, None, 900)
    rows = [(OPEN - DAY, *lost), (OPEN - DAY + 3_600, *ODD["below zero"]), (OPEN, *GOOD), (OPEN + 60, *lost)]
    yahoo_server.says((200, chart(rows)))
    bars = provider.fetch(request_for(DATE - 2 * DAY, DATE + DAY, "1d")).bars
    assert_same(rows_of(bars), [as_sent(DATE - DAY, ODD["below zero"]), as_sent(DATE, GOOD)])


def test_a_live_row_is_merged_into_a_day_below_zero(provider, yahoo_server, request_for, chart, period):
    today = {name: period(OPEN, OPEN + 23_400) for name in ("pre", "regular", "post")}
    rows = [(OPEN, 1.0, None, -3.0, -2.0, 500), (OPEN + 60, -5.0, -5.0, -5.0, -5.0, 0)]
    yahoo_server.says((200, chart(rows, currentTradingPeriod=today)))
    bars = provider.fetch(request_for(DATE, DATE + DAY, "1d")).bars
    assert_same(rows_of(bars), [(DATE, 1.0, NAN, -5.0, -5.0, 500.0)])


def test_a_row_without_a_close_says_that_something_was_sent(provider, yahoo_server, request_for, chart):
    rows = [(OPEN, *GOOD), (OPEN + DAY, None, None, None, None, 700), (OPEN + 2 * DAY, *GOOD)]
    yahoo_server.says((200, chart(rows)))
    bars = provider.fetch(request_for(DATE, DATE + 7 * DAY, "1d")).bars
    assert_same(rows_of(bars)[1:2], [(DATE + DAY, NAN, NAN, NAN, NAN, 700.0)])


@pytest.mark.parametrize("stamp", [None, "1793629800", True, 10**18, -(10**18), 10**400, [1]])
def test_a_row_without_a_time_costs_only_itself(provider, yahoo_server, request_for, chart, stamp):
    rows = [(OPEN, *GOOD), (stamp, *GOOD), (OPEN + DAY, *ODD["open 0"])]
    yahoo_server.says((200, chart(rows, adj=True)))
    bars = provider.fetch(request_for(DATE, DATE + 7 * DAY, "1d")).bars
    assert_same(rows_of(bars), [as_sent(DATE, GOOD), as_sent(DATE + DAY, ODD["open 0"])])


@pytest.mark.parametrize("odd", ["12", True, 10**400, [], {}, 1e300])
@pytest.mark.parametrize("column", [1, 2, 3, 5])
def test_what_is_no_number_is_a_value_that_was_not_sent(provider, yahoo_server, request_for, chart, odd, column):
    row = [OPEN, *GOOD]
    row[column] = odd
    yahoo_server.says((200, chart([tuple(row), (OPEN + DAY, *GOOD)], adj=True)))
    bars = provider.fetch(request_for(DATE, DATE + 7 * DAY, "1d")).bars
    expected = list(as_sent(DATE, GOOD))
    expected[column] = 0.0 if column == 5 else NAN
    assert_same(rows_of(bars), [tuple(expected), as_sent(DATE + DAY, GOOD)])


PRICE = st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(0.0))
ROW = st.tuples(PRICE, PRICE, PRICE, st.floats(-1e6, 1e6), st.one_of(st.none(), st.integers(0, 10**12)))


@given(rows=st.lists(ROW, min_size=1, max_size=12), step=st.sampled_from([300, DAY]))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_row_with_a_close_arrives_as_sent(provider, yahoo_server, request_for, chart, rows, step):
    yahoo_server.says((200, chart([(OPEN + step * i, *row) for i, row in enumerate(rows)])))
    answer = provider.fetch(request_for(DATE, DATE + 20 * DAY, "1d" if step == DAY else "5m"))
    assert isinstance(answer, BarsAnswer)
    base = DATE if step == DAY else OPEN
    assert_same(rows_of(answer.bars), [as_sent(base + step * i, row) for i, row in enumerate(rows)])


# --- what an answer says of itself ---------------------------------------------------------------------------------


def months(chart, said):
    return chart([(OPEN + 30 * DAY * i, *GOOD) for i in range(3)], dataGranularity=said)


@pytest.mark.parametrize("said", ["1mo", "1h", "1wk", "3mo", "5m"])
def test_bars_of_another_granularity_are_a_fault(provider, yahoo_server, request_for, chart, said):
    yahoo_server.says((200, months(chart, said)))
    answer = provider.fetch(request_for(DATE, DATE + 90 * DAY, "1d"))
    assert isinstance(answer, FaultAnswer)
    assert said in answer.reason
    assert "1d" in answer.reason
    assert not answer.is_offline


def test_an_empty_answer_of_another_granularity_is_a_fault_too(provider, yahoo_server, request_for, chart):
    yahoo_server.says((200, chart(dataGranularity="1mo")))
    assert isinstance(provider.fetch(request_for(DATE, DATE + DAY, "1d")), FaultAnswer)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("1d", "1d"), ("1h", "1h"), ("1h", "60m"), ("5m", "5M"), *itertools.product(["1d", "5m"], [None, "", 5, []])],
)
def test_the_granularity_that_was_asked_or_none_is_accepted(provider, yahoo_server, request_for, chart, asked, said):
    yahoo_server.says((200, chart([(OPEN, *GOOD)], dataGranularity=said)))
    assert len(provider.fetch(request_for(DATE, DATE + DAY, asked)).bars) == 1


def test_currency_and_zone_of_the_answer_reach_the_caller(provider, yahoo_server, request_for, chart):
    yahoo_server.says((200, chart([(OPEN, *GOOD)], currency="GBp", exchangeTimezoneName="Europe/London")))
    instrument = provider.fetch(request_for(DATE, DATE + DAY, "1d")).instrument
    assert (instrument.currency, instrument.tz) == ("GBp", "Europe/London")
