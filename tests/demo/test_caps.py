"""The provider's limits and the exact texts of its refusals, through the real client and over plain HTTP."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from yfinance.exceptions import YFPricesMissingError

from candledesk.domain.interval import DAY_S

NOW = 1_795_499_040


def ask(market, symbol, **query):
    url = f"{market.url}/v8/finance/chart/{symbol}?{urlencode(query)}"
    try:
        with urllib.request.urlopen(url) as reply:
            return reply.status, json.load(reply)["chart"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["chart"]


def refusal(market, symbol, interval, start, end):
    status, chart = ask(market, symbol, interval=interval, period1=start, period2=end)
    assert chart["result"] is None
    return status, chart["error"]["description"]


@pytest.mark.parametrize(
    ("interval", "days", "label", "limit"),
    [("1m", 30, "1m", 30), ("2m", 60, "2m", 60), ("5m", 60, "5m", 60), ("90m", 60, "90m", 60), ("60m", 730, "1h", 730)],
)
def test_the_look_back_is_checked_on_the_start(market, interval, days, label, limit):
    start = NOW - days * DAY_S
    status, chart = ask(market, "MSFT", interval=interval, period1=start + 60, period2=start + DAY_S)
    assert (status, chart["error"]) == (200, None)
    assert refusal(market, "MSFT", interval, start - 1, start + DAY_S) == (
        422,
        (
            f"{label} data not available for startTime={start - 1} and endTime={start + DAY_S}. "
            f"The requested range must be within the last {limit} days."
        ),
    )


def test_eight_days_of_minutes_are_the_limit(market):
    start = NOW - 9 * DAY_S
    assert ask(market, "MSFT", interval="1m", period1=start, period2=start + 8 * DAY_S)[0] == 200
    assert refusal(market, "MSFT", "1m", start, start + 8 * DAY_S + 1) == (
        422,
        (
            f"1m data not available for startTime={start} and endTime={start + 8 * DAY_S + 1}. "
            "Only 8 days worth of 1m granularity data are allowed to be fetched per request."
        ),
    )


def test_a_hundred_years_of_days_are_the_limit(market):
    start = NOW - 101 * 366 * DAY_S
    status, text = refusal(market, "MSFT", "1d", start, NOW)
    assert status == 422
    assert text.endswith("Only 100 years worth of day granularity data are allowed to be fetched per request.")


def test_impossible_requests_are_refused(market):
    first = ask(market, "MSFT", interval="1d", range="5d")[1]["result"][0]["meta"]["firstTradeDate"]
    end = first - DAY_S
    assert refusal(market, "MSFT", "1d", 0, end) == (400, f"Data doesn't exist for startDate = 0, endDate = {end}")
    assert refusal(market, "MSFT", "1d", NOW, NOW - 5)[0] == 400
    status, text = refusal(market, "MSFT", "10m", NOW - 5, NOW)
    assert status == 400
    assert "is not supported" in text
    assert refusal(market, "NOSUCH", "1d", 0, NOW) == (404, "No data found, symbol may be delisted")


def test_the_client_raises_the_reason_of_a_refusal(client):
    with pytest.raises(YFPricesMissingError, match="within the last 60 days") as caught:
        client.fetch("MSFT", "5m", NOW - 61 * DAY_S, NOW)
    assert "60 days" in caught.value.yahoo_reason


@pytest.mark.parametrize("range_", ["1d", "5d", "1mo", "3mo", "1y", "5y", "ytd", "max"])
def test_ranges(market, range_):
    status, chart = ask(market, "VOD.L", interval="1d", range=range_)
    assert status == 200
    assert chart["result"][0]["meta"]["range"] == range_
    assert len(chart["result"][0]["timestamp"]) > 0


@pytest.mark.parametrize(("range_", "first"), [("1mo", "2026-10-26"), ("3mo", "2026-08-24"), ("ytd", "2026-01-02")])
def test_a_range_of_months_begins_at_midnight_of_its_first_day(market, range_, first):
    """24 August is a Monday, 24 October a Saturday, and the market's clock stands before London's open."""
    status, chart = ask(market, "VOD.L", interval="1d", range=range_)
    assert status == 200
    assert datetime.fromtimestamp(chart["result"][0]["timestamp"][0], UTC).date().isoformat() == first


def test_an_empty_window_has_meta_and_no_timestamp(market):
    saturday = 1_795_219_200
    result = ask(market, "MSFT", interval="1m", period1=saturday, period2=saturday + DAY_S)[1]["result"][0]
    assert "timestamp" not in result
    assert result["indicators"] == {"quote": [{}]}
    assert result["meta"]["symbol"] == "MSFT"
