"""The form of a ticker: what very probably trades around the clock."""

import pytest

from candledesk.providers.yahoo.tickers import is_likely_24h


@pytest.mark.parametrize("symbol", ["BTC-USD", "USDT-EUR", "1INCH-USD", "EURUSD=X", "JPY=X", "ES=F", "btc-usd"])
def test_coins_currencies_and_futures(symbol):
    assert is_likely_24h(symbol)


@pytest.mark.parametrize("symbol", ["AAPL", "BRK-B", "BAC-PL", "^GSPC", "VOD.L", "0700.HK", "BBD-B.TO", "", "A-USD.L"])
def test_stocks_funds_and_indices(symbol):
    assert not is_likely_24h(symbol)
