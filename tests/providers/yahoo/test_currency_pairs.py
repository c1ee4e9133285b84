"""The symbols under which Yahoo may price a currency in another."""

import pytest

from candledesk.domain.prices.currency import rate_by
from candledesk.providers.yahoo.currency_pairs import rate_symbols


@pytest.mark.parametrize(
    ("source", "target", "symbol", "price", "rate"),
    [
        ("USD", "GBP", "USDGBP=X", 0.8, 0.8),
        ("USD", "GBP", "GBPUSD=X", 1.25, 0.8),
        ("USD", "JPY", "JPY=X", 150.0, 150.0),
        ("JPY", "USD", "JPY=X", 150.0, 1 / 150),
        ("GBP", "ZAR", "GBPZAR=X", 24.0, 24.0),
        ("USD", "GBP", "GBP=X", 0.8, 0.8),
        ("USD", "GBP", "USDGBP=X", 0.0, None),
        ("USD", "GBP", "EURUSD=X", 1.1, None),
    ],
)
def test_a_rate_is_found_under_each_of_its_symbols(source, target, symbol, price, rate):
    found = rate_by(rate_symbols(source, target), {symbol: price}.get)
    assert found == pytest.approx(rate)
