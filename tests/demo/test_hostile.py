"""Hostile texts, an impossible date and the wrong granularity, through the real client."""

import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
import yfinance
from yfinance.exceptions import YFPricesMissingError

from candledesk.demo.http.hostile import HOSTILE_DATE, HOSTILE_ERROR, HOSTILE_TEXT
from candledesk.domain.interval import DAY_S

END = 1_795_478_400  # 2026-11-24
START = END - 5 * DAY_S


def ask(market, interval, start=START):
    query = urlencode({"interval": interval, "period1": start, "period2": END})
    with urllib.request.urlopen(f"{market.url}/v8/finance/chart/MSFT?{query}") as reply:
        return json.load(reply)["chart"]["result"][0]


def test_a_hostile_answer_has_hostile_names_and_true_bars(market, client):
    good = client.bars("MSFT", "5m", START, END)
    market.faults.add("hostile_text", count=1)
    frame, meta = client.fetch("MSFT", "5m", START, END)
    assert meta["longName"] == meta["shortName"] == meta["fullExchangeName"] == HOSTILE_TEXT
    assert len(HOSTILE_TEXT) == 100_000
    for piece in ("\x00", "\x1b", "\x07", "\u202e", "<img src=file:///", "<b>", "\r\n"):
        assert piece in HOSTILE_TEXT
    assert frame["Close"].tolist() == good.close.tolist()
    assert meta["exchangeName"] == "NMS"
    assert client.fetch("MSFT", "5m", START, END)[1]["longName"] == "Microsoft Corporation (synthetic)"


def test_hostile_names_in_the_search(market, client):
    market.faults.add("hostile_text", path="/v1/finance/search", count=1)
    (row,) = yfinance.Search("msft", max_results=5, news_count=0).quotes
    assert (row["symbol"], row["longname"], row["shortname"]) == ("MSFT", HOSTILE_TEXT, HOSTILE_TEXT)


def test_a_hostile_error_text(market, client):
    market.faults.add("hostile_error")
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(market, "5m")
    with caught.value as error:
        assert error.code == 500
        assert json.load(error)["chart"]["error"]["description"] == HOSTILE_ERROR
    assert "\r\n" in HOSTILE_ERROR
    assert "<img src=file:///" in HOSTILE_ERROR
    with pytest.raises(YFPricesMissingError):
        client.fetch("MSFT", "5m", START, END)
    market.faults.clear()
    assert len(client.bars("MSFT", "5m", START, END)) == 3 * 78


def test_a_hostile_date_is_a_first_trade_date_of_minus_ten_to_the_eighteenth(market):
    good = ask(market, "1d")
    market.faults.add("hostile_date")
    bad = ask(market, "1d")
    assert bad["meta"].pop("firstTradeDate") == HOSTILE_DATE == -(10**18)
    good["meta"].pop("firstTradeDate")
    assert bad == good


@pytest.mark.parametrize(("asked", "sent"), [("1d", "1mo"), ("1wk", "1mo"), ("1mo", "3mo"), ("1h", "1d"), ("1m", "1d")])
def test_a_wrong_granularity_is_reported_in_the_answer(market, asked, sent):
    start = END - (200 if asked[-1] not in "mh" else 5) * DAY_S
    truth = ask(market, sent, start)
    market.faults.add("wrong_granularity", count=1)
    got = ask(market, asked, start)
    assert got["meta"]["dataGranularity"] == sent
    assert got["timestamp"] == truth["timestamp"]
    assert got["indicators"]["quote"] == truth["indicators"]["quote"]
    assert ask(market, asked, start)["meta"]["dataGranularity"] == asked


def test_the_client_returns_months_in_place_of_days(market, client):
    market.faults.add("wrong_granularity")
    frame, meta = client.fetch("MSFT", "1d", END - 100 * DAY_S, END)
    assert meta["dataGranularity"] == "1mo"
    assert len(frame) == 4


@pytest.mark.parametrize("asked", ["1h", "5m", "1m"])
def test_the_client_returns_days_in_place_of_minutes(market, client, asked):
    market.faults.add("wrong_granularity")
    frame, meta = client.fetch("MSFT", asked, START, END)
    assert (meta["dataGranularity"], len(frame)) == ("1d", 3)


def test_a_refused_request_is_refused_with_a_wrong_granularity_too(market):
    market.faults.add("wrong_granularity")
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(market, "5m", END - 100 * DAY_S)
    with caught.value as error:
        assert error.code == 422
