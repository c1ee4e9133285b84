"""Which rows come back, under which time: yahoo.md §4.9 and §4.14, through the real yfinance client."""

import datetime as dt
import time

import numpy as np
import pytest

from candledesk.providers.answers import CorporateAction

DAY = 86_400


def utc(*args):
    return int(dt.datetime(*args, tzinfo=dt.UTC).timestamp())


OPEN = utc(2026, 11, 2, 14, 30)  # 09:30 in New York
CLOSE = utc(2026, 11, 2, 21, 0)
ROWS = [(OPEN + 300 * i, 10.0 + i, 11.0 + i, 9.0 + i, 10.5 + i, 100 * i) for i in range(3)]


@pytest.fixture
def day(request_for):
    return request_for(OPEN, CLOSE)


@pytest.fixture
def good(chart, period):
    return 200, chart(ROWS, periods=[[period(OPEN, CLOSE)]])


# --- rows ----------------------------------------------------------------------------------------------------------


def test_rows_without_any_price_are_dropped_and_rows_with_some_are_kept(provider, yahoo_server, day, chart, period):
    rows = [ROWS[0], (OPEN + 300, None, None, None, None, None), (OPEN + 600, 1.0, 2.0, None, 1.5, 7)]
    yahoo_server.says((200, chart(rows, periods=[[period(OPEN, CLOSE)]])))
    bars = provider.fetch(day).bars
    assert bars.open_time.tolist() == [OPEN, OPEN + 600]
    assert np.isnan(bars.low[1])


def test_rows_outside_the_span_are_cut(provider, yahoo_server, request_for, good):
    yahoo_server.says(good)
    bars = provider.fetch(request_for(OPEN + 300, OPEN + 600)).bars
    assert bars.open_time.tolist() == [OPEN + 300]


def test_the_live_row_is_merged_into_the_forming_bar(provider, yahoo_server, request_for, chart, period):
    now = int(time.time())
    forming = now - now % 300
    rows = [(forming - 300, 1.0, 2.0, 0.5, 1.5, 10), (forming, 1.5, 1.8, 1.4, 1.6, 5)]
    if now > forming:
        rows.append((now, 3.0, 3.0, 3.0, 3.0, 0))
    yahoo_server.says((200, chart(rows, periods=[[period(forming - DAY, forming + DAY)]])))
    bars = provider.fetch(request_for(forming - 300, forming + 300)).bars
    assert bars.open_time.tolist() == [forming - 300, forming]
    assert bars.close[-1] == (3.0 if now > forming else 1.6)
    assert int(yahoo_server.requests[0].query["period2"]) > now


@pytest.mark.parametrize(("interval", "tz"), [("5m", None), ("1h", None), ("1d", "UTC")])
def test_a_window_that_ends_now_is_asked_beyond_now(provider, yahoo_server, request_for, chart, interval, tz):
    now = int(time.time())
    yahoo_server.says((200, chart()))
    provider.fetch(request_for(now - DAY, now, interval, tz=tz))
    assert int(yahoo_server.requests[0].query["period2"]) >= now + 3_600


def test_a_past_window_is_asked_as_it_is(provider, yahoo_server, request_for, chart):
    end = int(time.time()) - 600
    yahoo_server.says((200, chart()))
    provider.fetch(request_for(end - DAY, end))
    assert yahoo_server.requests[0].query["period2"] == str(end)


@pytest.mark.parametrize("days", [7, 8])
def test_a_live_1m_window_stays_inside_yahoos_cap(provider, yahoo_server, request_for, chart, days):
    now = int(time.time())
    yahoo_server.says((200, chart()))
    provider.fetch(request_for(now - days * DAY, now, interval="1m"))
    query = yahoo_server.requests[0].query
    assert int(query["period2"]) - int(query["period1"]) <= 8 * DAY


def test_extended_hours_are_asked_for_when_wanted(provider, yahoo_server, request_for, chart, period):
    periods = {name: [[period(OPEN, CLOSE)]] for name in ("pre", "regular", "post")}
    yahoo_server.says((200, chart([(CLOSE + 60, 1.0, 1.0, 1.0, 1.0, 0)], periods=periods)))
    answer = provider.fetch(request_for(OPEN, CLOSE + DAY, extended=True))
    assert yahoo_server.requests[0].query["includePrePost"].lower() == "true"
    assert answer.bars.open_time.tolist() == [CLOSE + 60]
    assert answer.sessions == ((OPEN, CLOSE),)


# --- daily bars ----------------------------------------------------------------------------------------------------


def daily(*opens):
    return [(at, 10.0, 11.0, 9.0, 10.5, 100) for at in opens]


@pytest.mark.parametrize("tz", ["Europe/London", None, "Mars/Olympus"])
def test_daily_bars_are_keyed_by_the_exchanges_own_date(provider, yahoo_server, request_for, chart, tz):
    # London opens at 08:00 local: 07:00 UTC in summer, and yfinance makes 23:00 UTC of the day before of it.
    opens = [utc(2026, 10, 22, 7), utc(2026, 10, 23, 7), utc(2026, 10, 26, 8), utc(2026, 10, 27, 8)]
    yahoo_server.says((200, chart(daily(*opens), adj=True, exchangeTimezoneName="Europe/London", symbol="AZN.L")))
    answer = provider.fetch(request_for(utc(2026, 10, 23), utc(2026, 10, 27), "1d", "AZN.L", tz))
    assert answer.bars.open_time.tolist() == [utc(2026, 10, 23), utc(2026, 10, 26)]
    query = yahoo_server.requests[0].query
    assert int(query["period1"]) <= utc(2026, 10, 22, 23)
    assert int(query["period2"]) >= utc(2026, 10, 27)


def test_daily_windows_are_asked_in_the_exchanges_zone(provider, yahoo_server, request_for, chart):
    yahoo_server.says((200, chart(daily(utc(2026, 6, 2, 0)), exchangeTimezoneName="Asia/Tokyo", symbol="7203.T")))
    answer = provider.fetch(request_for(utc(2026, 6, 2), utc(2026, 6, 4), "1d", "7203.T", "Asia/Tokyo"))
    assert answer.bars.open_time.tolist() == [utc(2026, 6, 2)]
    assert yahoo_server.requests[0].query["period2"] == str(utc(2026, 6, 3, 15))


def test_todays_forming_daily_bar_appears_once(provider, yahoo_server, request_for, chart):
    today = int(time.time()) // DAY * DAY
    rows = [
        (today - DAY, 1.0, 2.0, 0.5, 1.5, 10),
        (today, 1.5, 1.8, 1.4, 1.6, 5),
        (int(time.time()), 1.5, 1.9, 1.4, 1.7, 6),
    ]
    yahoo_server.says((200, chart(rows, exchangeTimezoneName="UTC", symbol="BTC-USD")))
    bars = provider.fetch(request_for(today - DAY, today + DAY, "1d", "BTC-USD", "UTC", extended=True)).bars
    assert bars.open_time.tolist() == [today - DAY, today]
    assert bars.close[-1] == 1.7


def test_a_daily_window_that_starts_at_the_epoch_is_asked_as_given(provider, yahoo_server, request_for, chart):
    yahoo_server.says((200, chart()))
    provider.fetch(request_for(2 * 3600, DAY, "1d", tz="UTC"))
    assert yahoo_server.requests[0].query["period1"] == "-1"


def test_brazils_daily_bars_of_23_00_belong_to_the_next_day(provider, yahoo_server, request_for, chart):
    rows = daily(utc(2022, 1, 4, 2))  # 23:00 of the day before in Sao Paulo
    yahoo_server.says((200, chart(rows, exchangeTimezoneName="America/Sao_Paulo", symbol="PETR4.SA")))
    answer = provider.fetch(request_for(utc(2022, 1, 4), utc(2022, 1, 5), "1d", "PETR4.SA", "America/Sao_Paulo"))
    assert answer.bars.open_time.tolist() == [utc(2022, 1, 4)]
    assert int(yahoo_server.requests[0].query["period1"]) <= rows[0][0]


def test_splits_and_dividends_carry_their_local_date(provider, yahoo_server, request_for, chart):
    opens = [utc(2026, 10, 23, 13, 30), utc(2026, 10, 26, 13, 30)]
    events = {
        "splits": {"1": {"date": opens[1], "numerator": 4.0, "denominator": 1.0, "splitRatio": "4:1"}},
        "dividends": {"1": {"amount": 0.25, "date": opens[0]}},
    }
    yahoo_server.says((200, chart(daily(*opens), events=events, adj=True)))
    answer = provider.fetch(request_for(utc(2026, 10, 20), utc(2026, 10, 28), "1d"))
    assert answer.actions == (
        CorporateAction(utc(2026, 10, 23), "dividend", 0.25),
        CorporateAction(utc(2026, 10, 26), "split", 4.0),
    )


def test_a_dividend_on_a_day_without_prices_is_kept_without_a_bar(provider, yahoo_server, request_for, chart):
    opens = [utc(2026, 10, 22, 13, 30), utc(2026, 10, 23, 13, 30)]
    events = {"dividends": {"1": {"amount": 0.25, "date": utc(2026, 10, 26, 13, 30)}}}
    yahoo_server.says((200, chart(daily(*opens), events=events)))
    answer = provider.fetch(request_for(utc(2026, 10, 20), utc(2026, 10, 28), "1d"))
    assert len(answer.bars) == 2
    assert answer.actions == (CorporateAction(utc(2026, 10, 26), "dividend", 0.25),)


def test_a_dividend_in_another_currency_and_a_capital_gain_are_read(provider, yahoo_server, request_for, chart):
    at, date = utc(2026, 10, 26, 13, 30), utc(2026, 10, 26)
    events = {
        "dividends": {"1": {"amount": 0.25, "date": at, "currency": "VND"}},
        "capitalGains": {"1": {"amount": 0.5, "date": at}},
    }
    yahoo_server.says((200, chart(daily(at), events=events, instrumentType="ETF")))
    answer = provider.fetch(request_for(utc(2026, 10, 20), utc(2026, 10, 28), "1d"))
    assert answer.actions == (
        CorporateAction(date, "capital_gain", 0.5),
        CorporateAction(date, "dividend", 0.25, "VND"),
    )


def test_the_actions_of_a_window_without_bars_are_read(provider, yahoo_server, request_for, chart):
    events = {"dividends": {"1": {"amount": 0.25, "date": utc(2026, 10, 26, 13, 30)}}}
    yahoo_server.says((200, chart(events=events)))
    answer = provider.fetch(request_for(utc(2026, 10, 26), utc(2026, 10, 27), "1d"))
    assert (len(answer.bars), answer.actions) == (0, (CorporateAction(utc(2026, 10, 26), "dividend", 0.25),))
