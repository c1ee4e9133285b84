"""Hostile and broken answers: texts are cleaned, instants and events are checked, nothing raises; the real client."""

import json

import pytest

from candledesk.providers.answers import BarsAnswer, CorporateAction, FaultAnswer, MatchesAnswer, RefusedAnswer
from candledesk.providers.yahoo.events import read_actions
from tests.providers.conftest import DAY

DATE = 1_793_577_600  # Monday 2026-11-02
OPEN = DATE + 52_200
ROW = (OPEN, 10.0, 12.0, 9.0, 11.0, 500)
HOSTILE = "A\x00B\x1b[31m\x07C\u202eD\u2066E\u200bF\ufeffG\ud800H\r\nI\u2028J <b>&amp;</b>"
CLEAN = "AB[31mCDEFGH I J <b>&amp;</b>"
LONG = "\x00\u202e" * 50_000 + "x" * 100_000


@pytest.fixture
def day(request_for):
    return request_for(DATE, DATE + DAY, "1d")


def as_json(document):
    return 200, json.dumps(document)


def test_the_texts_of_meta_are_cleaned(provider, yahoo_server, day, chart):
    yahoo_server.says(as_json(chart([ROW], longName=HOSTILE, exchangeName="N\x1bMS", currency="U\u202eSD\n")))
    instrument = provider.fetch(day).instrument
    assert (instrument.name, instrument.exchange, instrument.currency) == (CLEAN, "NMS", "USD")
    yahoo_server.says(as_json(chart([ROW], longName=LONG, currency="\x07")))
    instrument = provider.fetch(day).instrument
    assert (instrument.name, instrument.currency) == ("x" * 300, None)


@pytest.mark.parametrize("name", [5, [], {"a": 1}, True, None, "\x00\u202e "])
def test_a_name_that_is_no_text_gives_way_to_the_short_one(provider, yahoo_server, day, chart, name):
    yahoo_server.says(as_json(chart([ROW], longName=name, exchangeName=name)))
    instrument = provider.fetch(day).instrument
    assert (instrument.name, instrument.exchange) == ("Apple", "")


@pytest.mark.parametrize("status", [200, 404, 400, 500])
def test_the_reason_of_a_refusal_is_one_short_clean_line(provider, yahoo_server, day, no_chart, status):
    yahoo_server.says((status, json.dumps(no_chart("No data found\r\n<img src=file:///x>\x1b]0;\x07" + LONG))))
    answer = provider.fetch(day)
    assert isinstance(answer, RefusedAnswer | FaultAnswer)
    assert "No data found <img src=file:///x>]0;x" in answer.reason
    assert answer.reason.isprintable()
    assert len(answer.reason) <= 340


def test_another_symbol_is_named_in_clean_text(provider, yahoo_server, day, chart):
    yahoo_server.says(as_json(chart([ROW], symbol="MS\x1bFT" + LONG)))
    assert provider.fetch(day).reason == "Yahoo's answer is about MSFT" + "x" * 296


@pytest.mark.parametrize("days", ["0", "9" * 9, "9" * 200])
def test_an_absurd_cap_is_no_cap(provider, yahoo_server, day, no_chart, days):
    yahoo_server.says((422, no_chart(f"Only {days} days worth of 1m granularity data are allowed")))
    assert getattr(provider.fetch(day), "limit_s", None) is None


@pytest.mark.parametrize("zone", ["../../etc/passwd", "x" * 10_000, "a\x00b", "", None, 5, "Mars/Olympus"])
@pytest.mark.parametrize("rows", [[ROW], []])
def test_an_absurd_zone_is_a_fault(provider, yahoo_server, day, chart, zone, rows):
    yahoo_server.says(as_json(chart(rows, exchangeTimezoneName=zone)))
    answer = provider.fetch(day)
    assert isinstance(answer, FaultAnswer)
    assert answer.reason.isprintable()


@pytest.mark.parametrize("instant", [-(10**18), 10**18, 10**400, "1980", True, 1e300, [], {}, -9_999_999_999])
@pytest.mark.parametrize("rows", [[ROW], []])
def test_an_instant_that_is_none_costs_no_bar(provider, yahoo_server, day, chart, instant, rows):
    today = {name: {"start": instant, "end": instant} for name in ("pre", "regular", "post")}
    meta = {"firstTradeDate": instant, "regularMarketTime": instant, "currentTradingPeriod": today}
    yahoo_server.says(as_json(chart(rows, **meta, periods=[[{"start": instant, "end": instant}]])))
    answer = provider.fetch(day)
    assert isinstance(answer, BarsAnswer)
    assert answer.instrument.first_open_time is None
    assert len(answer.bars) == len(rows)


@pytest.mark.parametrize(
    ("first", "traded", "expected"),
    [
        (OPEN, OPEN + 60, OPEN),
        (OPEN, OPEN - DAY, OPEN),
        (OPEN, OPEN - DAY - 1, None),
        (4_102_444_800, OPEN, None),
        (OPEN, None, OPEN),
        (-2_208_988_800, OPEN, None),
        (-2_208_384_001, OPEN, None),
        (-2_208_384_000, OPEN, -2_208_384_000),
    ],
)
def test_a_first_trade_lies_within_history(provider, yahoo_server, day, chart, first, traded, expected):
    yahoo_server.says(as_json(chart([ROW], firstTradeDate=first, regularMarketTime=traded)))
    assert provider.fetch(day).instrument.first_open_time == expected


def test_a_nan_instant_costs_no_bar(provider, yahoo_server, day, chart):
    yahoo_server.says(as_json(chart([ROW], firstTradeDate=float("nan"))))
    assert provider.fetch(day).instrument.first_open_time is None


@pytest.mark.parametrize(
    "event",
    [
        5,
        None,
        {},
        {"date": OPEN},
        {"date": 10**18, "amount": 1.0, "numerator": 2, "denominator": 1},
        {"date": "x", "amount": 1.0, "numerator": 2, "denominator": 1},
        {"date": True, "amount": 1.0, "numerator": 2, "denominator": 1},
        {"date": OPEN, "amount": -1.0, "numerator": -2, "denominator": 1},
        {"date": OPEN, "amount": 0, "numerator": 2, "denominator": 0},
        {"date": OPEN, "amount": 10**400, "numerator": 10**400, "denominator": 1},
        {"date": OPEN, "amount": 1e300, "numerator": 1e300, "denominator": 1e-300},
        {"date": OPEN, "amount": "1", "numerator": "2", "denominator": "1"},
        {"date": OPEN, "amount": [], "numerator": 1, "denominator": 10**9},
    ],
)
def test_an_odd_event_costs_only_itself(provider, yahoo_server, day, chart, event):
    good = {"amount": 0.5, "date": OPEN, "currency": "E\x00UR"}
    events = {
        "dividends": {"1": event, "2": good},
        "capitalGains": {"1": event, "2": good},
        "splits": {"1": event, "2": {"date": OPEN, "numerator": 11, "denominator": 10}},
    }
    yahoo_server.says(as_json(chart([ROW], events=events)))
    answer = provider.fetch(day)
    assert len(answer.bars) == 1
    assert answer.actions == (
        CorporateAction(DATE, "capital_gain", 0.5, "EUR"),
        CorporateAction(DATE, "dividend", 0.5, "EUR"),
        CorporateAction(DATE, "split", 1.1),
    )


@pytest.mark.parametrize("events", [5, [], "x", {"dividends": [], "splits": 5, "capitalGains": None}])
def test_odd_shapes_of_events_cost_nothing(provider, yahoo_server, day, chart, events):
    yahoo_server.says(as_json(chart([ROW], events=events)))
    answer = provider.fetch(day)
    assert (len(answer.bars), answer.actions) == (1, ())


def actions_of(*dividends):
    events = {"dividends": {str(place): {"date": OPEN, **one} for place, one in enumerate(dividends)}}
    return read_actions(json.dumps({"chart": {"result": [{"events": events}]}}).encode(), "America/New_York")


def test_several_dividends_on_one_date_are_added_up_in_one_currency():
    assert actions_of({"amount": 1.0}, {"amount": 2.0}) == (CorporateAction(DATE, "dividend", 3.0),)
    pence, pounds = {"amount": 10.0, "currency": "GBp"}, {"amount": 1.0, "currency": "GBP"}
    assert actions_of(pence, pounds) == (CorporateAction(DATE, "dividend", 110.0, "GBp"),)
    assert actions_of(pounds, pence) == (CorporateAction(DATE, "dividend", 1.1, "GBP"),)
    assert actions_of(pounds, {"amount": 5.0, "currency": "USD"}) == (CorporateAction(DATE, "dividend", 1.0, "GBP"),)


def test_search_results_are_cleaned_and_what_is_no_symbol_is_left_out(provider, yahoo_server):
    quotes = [
        "a text with symbol in it",
        {"shortname": "no symbol"},
        {"symbol": "A\x1bB", "shortname": "hostile"},
        {"symbol": "<b>", "shortname": "hostile"},
        {"symbol": "AAPL", "longname": HOSTILE, "exchange": "N\x07MS", "quoteType": LONG, "isYahooFinance": True},
        {"symbol": "MSFT", "isYahooFinance": False},
    ]
    yahoo_server.says((200, json.dumps({"quotes": quotes, "news": []})))
    answer = provider.search("apple", 5.0)
    assert isinstance(answer, MatchesAnswer)
    (match,) = answer.matches
    assert (match.symbol, match.name, match.exchange, match.quote_type) == ("AAPL", CLEAN, "NMS", "x" * 300)


@pytest.mark.parametrize(
    ("hint", "price", "close", "decimals"),
    [
        (2, 4e-6, 11.0, 9),
        (2, None, 4e-6, 9),
        (2, "4e-6", 0.5, 4),
        (4, 0.5, 0.5, 4),
        (2, 11.0, 4e-6, 2),
        (10**40, 11.0, 11.0, 10),
        (True, 11.0, 11.0, 2),
        (2, 1e-15, 1e-15, 10),
        (2, 0, 0.05, 5),
    ],
)
def test_the_decimals_fit_the_price(provider, yahoo_server, day, chart, hint, price, close, decimals):
    row = (OPEN, close, close, close, close, 0)
    yahoo_server.says(as_json(chart([row], priceHint=hint, regularMarketPrice=price)))
    assert provider.fetch(day).instrument.price_decimals == decimals
