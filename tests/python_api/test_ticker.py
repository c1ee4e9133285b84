"""The other members of Ticker, and what is refused."""

import inspect
from dataclasses import replace

import pandas as pd
import pytest

from candledesk.domain.errors import UnknownSymbolError
from candledesk.python_api.download import download
from candledesk.python_api.ranges import CallError
from candledesk.python_api.reader import IncompleteWarning, PriceReader
from candledesk.python_api.ticker import Ticker
from tests.demo.conftest import yfinance
from tests.python_api.conftest import assert_same


@pytest.mark.parametrize("symbol", ["MSFT", "NVDA", "VOD.L", "BTC-USD", "SPY", "KMR.L", "FCNTX"])
@pytest.mark.parametrize("name", ["dividends", "splits", "capital_gains"])
def test_corporate_actions_are_those_of_yfinance(own, yahoo, symbol, name):
    found, theirs = getattr(own.ticker(symbol), name), getattr(yahoo.ticker(symbol), name)
    if isinstance(theirs, pd.DataFrame):
        assert_same(found, theirs)
    else:
        pd.testing.assert_series_equal(found, theirs)


@pytest.mark.parametrize("symbol", ["VOD.L", "NVDA", "BTC-USD", "FCNTX", "KMR.L"])
def test_the_table_of_actions_is_that_of_yfinance(own, yahoo, symbol):
    assert_same(own.ticker(symbol).actions, yahoo.ticker(symbol).actions)


def test_the_metadata_have_the_names_and_values_of_yahoo(own, yahoo):
    theirs = yahoo.ticker("7203.T").get_history_metadata()
    found = own.ticker("7203.T").history_metadata
    assert {"currency", "exchangeTimezoneName", "instrumentType", "longName"} <= set(found)
    assert {name: theirs[name] for name in found if name != "fullExchangeName"} == {
        name: value for name, value in found.items() if name != "fullExchangeName"
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"prepost": True}, "regular sessions only"),
        ({"repair": True}, "repairs none"),
        ({"period": "soon"}, "no period 'soon'"),
        ({"start": "2026-1-2T10"}, "must be a date such as"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "before end"),
        ({"start": 1.5}, "not float"),
        ({"start": "2026-01-01", "end": "2026-02-01", "period": "1mo"}, "maximum 2"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_words(own, arguments, words):
    with pytest.raises(CallError, match=words) as caught:
        own.history("MSFT", **arguments)
    assert isinstance(caught.value, ValueError)


def test_a_download_refuses_the_same(own):
    with pytest.raises(CallError, match="leave prepost out"):
        own.download("MSFT", prepost=True)


def test_an_unknown_symbol_is_an_empty_frame_and_a_warning(own):
    with pytest.warns(IncompleteWarning, match="no symbol 'NOSUCH'"):
        found = own.history("NOSUCH")
    assert_same(found, yfinance.utils.empty_df())
    with pytest.raises(UnknownSymbolError):
        own.history("NOSUCH", raise_errors=True)


class Offline:
    """The cache while nothing can be fetched."""

    def __init__(self, cache):
        self.cache = cache

    def __getattr__(self, name):
        return getattr(self.cache, name)

    def load_bars(self, request):
        return self.cache.load_bars(replace(request, fill="none"))


def test_missing_bars_are_a_warning(own, service, market):
    own.history("MSFT", period="1d")
    offline = Ticker("MSFT", reader=PriceReader(Offline(service.controller), now=market.clock.now))
    with pytest.warns(IncompleteWarning, match="MSFT 5m: 1 gap remains: not fetched yet"):
        assert offline.history("1mo", "5m").empty


def test_what_lies_before_the_listing_is_no_gap(own):
    assert own.history("NEWCO", start="2020-01-01").index[0] == pd.Timestamp("2026-10-15", tz="America/New_York")


@pytest.mark.parametrize(("own_call", "theirs"), [(Ticker.history, None), (download, yfinance.download)])
def test_the_arguments_have_the_names_and_the_order_of_yfinance(own_call, theirs):
    from yfinance.scrapers.history import PriceHistory

    expected = list(inspect.signature(theirs or inspect.unwrap(PriceHistory.history)).parameters)
    found = [name for name in inspect.signature(own_call).parameters if name != "reader"]
    assert found == expected
