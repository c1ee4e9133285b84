"""Symbols, the search, marks and quotes for a charting library, with hostile texts among them."""

import json
from dataclasses import replace

import httpx2 as httpx
import pytest

from candledesk.domain.instrument import Instrument
from candledesk.web.udf.config import TYPES
from candledesk.web.udf.symbols import clean_text
from tests.demo.conftest import NOW
from tests.web.udf.chart_library import DEFAULT_CONFIG

HOSTILE = "\u202eEvil\x00 <img src=x onerror=alert(1)>\r\nInc\u200b" + "A" * 10_000


@pytest.fixture(scope="module")
def library(stack):
    return stack.library()


def test_the_configuration_has_all_that_the_library_reads(library):
    config = library.start()
    assert config["supports_search"] is True
    assert config["supports_group_request"] is False
    assert config["supports_time"] is True
    assert {"1", "5", "60", "240", "1D", "1W", "1M"} <= set(config["supported_resolutions"])
    assert config["exchanges"][0]["value"] == config["symbols_types"][0]["value"] == ""
    assert {row["value"] for row in config["symbols_types"]} == {"", *TYPES.values()}
    assert DEFAULT_CONFIG.keys() <= config.keys()


def test_the_clock_is_a_bare_number(stack, library):
    answer = httpx.get(f"{library.base}/time")
    assert answer.text == str(stack.now)
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AAPL", {"type": "stock", "exchange": "NASDAQ", "timezone": "America/New_York", "pricescale": 100}),
        ("7203.T", {"type": "stock", "timezone": "Asia/Tokyo", "pricescale": 10, "currency_code": "JPY"}),
        ("EURUSD=X", {"type": "forex", "visible_plots_set": "ohlc", "pricescale": 10_000}),
        ("ES=F", {"type": "futures", "timezone": "America/New_York"}),
        ("BTC-USD", {"type": "crypto", "timezone": "Etc/UTC", "session": "24x7", "visible_plots_set": "ohlcv"}),
        ("^GSPC", {"type": "index"}),
        ("SPY", {"type": "etf"}),
        ("FCNTX", {"type": "fund", "has_intraday": False, "intraday_multipliers": []}),
    ],
)
def test_a_symbol_is_described(library, name, expected):
    symbol = library.resolve(name)
    assert {key: symbol[key] for key in expected} == expected
    assert symbol["ticker"] == symbol["name"] == name
    assert symbol["minmov"] == 1
    assert "s" not in symbol
    assert symbol["has_daily"] is symbol["has_weekly_and_monthly"] is True
    if symbol["has_intraday"]:
        assert symbol["intraday_multipliers"] == [row for row in symbol["supported_resolutions"] if row.isdigit()]
    assert library.resolve(name.lower()) == symbol


def test_an_exchange_before_the_ticker_is_left_out(library):
    assert library.resolve("NASDAQ:AAPL") == library.resolve("AAPL")


def test_the_search_has_the_fields_and_filters_of_the_protocol(library):
    found = library.ask("search", query="AA", type="", exchange="", limit=30)
    assert "AAPL" in [row["ticker"] for row in found]
    assert all(row.keys() == {"symbol", "full_name", "description", "exchange", "ticker", "type"} for row in found)
    assert len(library.ask("search", query="A", limit=2)) == 2
    assert {row["type"] for row in library.ask("search", query="USD", type="crypto")} == {"crypto"}
    assert library.ask("search", query="AAPL", exchange="nasdaq")[0]["exchange"] == "NASDAQ"
    assert library.ask("search", query="AAPL", exchange="LSE") == []
    assert library.ask("search", query="") == []


def test_quotes_have_a_row_for_each_symbol(library):
    library.read_page(library.resolve("AAPL"), "1D", 0, NOW, 10)
    answer = library.ask("quotes", symbols="AAPL,NOSUCH,a b,<b>")
    rows = {row["n"]: row for row in answer["d"]}
    assert answer["s"] == "ok"
    assert [row["s"] for row in answer["d"]] == ["ok", "error", "error", "error"]
    prices = rows["AAPL"]["v"]
    assert prices["lp"] == library.read_page({"ticker": "AAPL"}, "1D", 0, NOW, 1).bars[0]["close"]
    assert prices["ch"] == pytest.approx(prices["lp"] - prices["prev_close_price"], abs=0.005)
    assert "bid" not in prices
    assert "<" not in json.dumps(answer)


def test_dividends_and_splits_are_marks_on_the_time_axis(library):
    symbol = library.resolve("NVDA")
    library.scroll_to_the_beginning(symbol, "1D", NOW)
    marks = library.ask("timescale_marks", symbol="NVDA", resolution="1D", **{"from": 0, "to": NOW})
    split = next(mark for mark in marks if mark["label"] == "S")
    assert (split["time"], split["tooltip"]) == (1_789_344_000, ["Split", "4 new for 1 old"])
    assert all(float(mark["tooltip"][1]) > 0 for mark in marks if mark["label"] == "D")
    assert len({mark["id"] for mark in marks}) == len(marks) > 10
    assert library.ask("timescale_marks", symbol="NVDA", resolution="1D", **{"from": 0, "to": 1_000}) == []
    assert library.ask("timescale_marks", symbol="NOSUCH", resolution="1D", **{"from": 0, "to": NOW}) == []


def test_odd_bars_are_marks_with_their_reason(library):
    symbol = library.resolve("KO")
    bars = library.scroll_to_the_beginning(symbol, "1D", NOW)
    marks = library.ask("marks", symbol="KO", resolution="1D", **{"from": 0, "to": NOW})
    assert len(marks["id"]) == len(marks["text"]) == len(marks["time"]) > 0
    assert {time * 1000 for time in marks["time"]} <= {bar["time"] for bar in bars}
    assert any("open" in text for text in marks["text"])
    assert library.ask("marks", symbol="NOSUCH", resolution="1D", **{"from": 0, "to": NOW})["id"] == []


def test_texts_of_a_hostile_provider_are_one_line_without_markup(fresh_stack):
    fresh_stack.market.faults.add("hostile_text")
    fresh_stack.market.faults.add("hostile_text", path="/v1/finance/search")
    library = fresh_stack.library()
    symbol, found = library.resolve("AAPL"), library.ask("search", query="apple")
    texts = [symbol[key] for key in ("description", "exchange", "listed_exchange")]
    texts += [row[key] for row in found for key in ("description", "exchange")]
    assert len(texts) > 3
    for text in texts:
        assert text == clean_text(text)
        assert len(text) <= 300
        assert not set(text) & set("<>\x00\x1b\r\n\u202e\u200b")


def test_texts_of_a_person_are_cleaned_too(client_with_datafeed, cache):
    """A hostile name can come from an imported file as well."""
    instrument = Instrument("local:EVIL", HOSTILE, "EQUITY", "UTC", HOSTILE, 2, None, HOSTILE, HOSTILE)
    cache.instruments["local:EVIL"] = instrument
    cache.found = [replace(cache.found[0], name=HOSTILE, exchange=HOSTILE, exchange_name=HOSTILE)]
    symbol = client_with_datafeed("symbols", symbol="local:EVIL")
    found = client_with_datafeed("search", query="evil")
    for text in (*symbol.values(), *(value for row in found for value in row.values())):
        if isinstance(text, str):
            assert not set(text) & set("<>\x00\r\n\u202e\u200b")
            assert len(text) <= 300
