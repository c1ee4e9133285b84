"""Frames of many symbols side by side, in every shape that yfinance.download has."""

import pytest

from candledesk.domain.errors import InputError
from candledesk.python_api.reader import IncompleteWarning
from tests.python_api.conftest import assert_same

SHAPES = [
    ("MSFT NVDA", {"period": "1mo"}),
    (["MSFT", "7203.T", "VOD.L"], {"period": "3mo", "auto_adjust": False, "actions": True}),
    (["MSFT", "7203.T", "0700.HK"], {"period": "5d", "interval": "1h"}),
    (["MSFT", "NVDA", "7203.T"], {"period": "5d", "interval": "1h"}),
    (["MSFT", "BTC-USD"], {"period": "5d", "interval": "1h", "ignore_tz": True}),
    (["MSFT", "7203.T"], {"period": "1mo", "ignore_tz": False}),
    ("MSFT,SPY", {"period": "6mo", "interval": "1wk", "actions": True, "rounding": True}),
    ("MSFT", {"period": "1mo"}),
    ("MSFT", {"period": "1mo", "multi_level_index": False}),
    ("MSFT", {"period": "1mo", "group_by": "ticker", "multi_level_index": False}),
    (["MSFT", "MSFT", "msft"], {"start": "2026-01-02", "end": "2026-03-02"}),
]


@pytest.mark.parametrize(("tickers", "arguments"), SHAPES, ids=str)
def test_a_download_gives_the_frame_that_yfinance_gives(own, yahoo, tickers, arguments):
    assert_same(own.download(tickers, **arguments), yahoo.download(tickers, **arguments))


def test_grouped_by_ticker_the_symbols_keep_the_order_of_the_call(own, yahoo):
    found = own.download("NVDA MSFT", period="1mo", group_by="ticker")
    theirs = yahoo.download("NVDA MSFT", period="1mo", group_by="ticker")
    assert list(found.columns.unique("Ticker")) == ["NVDA", "MSFT"]
    assert_same(found, theirs[["NVDA", "MSFT"]])


def test_a_second_download_sends_no_request(own, market):
    own.download("MSFT NVDA", period="1mo")
    n_requests = len(market.chart_log())
    own.download("MSFT NVDA", period="1mo")
    assert len(market.chart_log()) == n_requests


def test_an_unknown_symbol_is_a_block_without_values(own, yahoo, caplog):
    with pytest.warns(IncompleteWarning, match="no symbol 'NOSUCH'"):
        found = own.download(["MSFT", "NOSUCH"], period="1mo")
    assert_same(found, yahoo.download(["MSFT", "NOSUCH"], period="1mo"))
    assert found["Close"]["NOSUCH"].isna().all()
    assert "NOSUCH" in caplog.text  # yfinance's own words


def test_a_download_of_nothing_is_refused(own):
    with pytest.raises(InputError, match="at least one symbol"):
        own.download(" , ")
