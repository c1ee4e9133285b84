"""An instrument over HTTP and through the client: its facts, the sessions of the week, its corporate actions."""

from dataclasses import replace

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.errors import UnknownSymbolError
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN

DATE, OPEN = 1_790_553_600, 1_790_602_200  # 2026-09-28, and 13:30 UTC of it
EVENTS = (
    CorporateEvent(DATE, EventKind.DIVIDEND, 0.26, None, OPEN),
    CorporateEvent(DATE, EventKind.SPLIT, 4.0, None, OPEN),
)


DIVIDEND = {
    "date": "2026-09-28T00:00:00Z",
    "kind": "dividend",
    "value": 0.26,
    "currency": None,
    "timestamp": "2026-09-28T13:30:00Z",
    "time": OPEN,
}


def test_an_instrument_says_what_it_is_when_it_trades_and_what_it_paid(client, cache):
    cache.events["AAPL"] = EVENTS
    assert client.get("/api/v1/instruments/aapl").json() == {
        "symbol": "AAPL",
        "name": "Apple Inc.",
        "exchange": "NMS",
        "exchange_name": "NASDAQ",
        "timezone": "America/New_York",
        "currency": "USD",
        "type": "EQUITY",
        "price_decimals": 2,
        "first_open": "1980-12-12T14:30:00Z",
        "sessions": [{"from": "2026-11-23T14:30:00Z", "to": "2026-11-23T21:00:00Z"}],
        "actions": [
            DIVIDEND,
            DIVIDEND | {"kind": "split", "value": 4.0},
        ],
    }


@pytest.mark.parametrize(
    ("symbol", "status"), [("NOSUCH", 404), ("A%20B", 400), ("%5EGSPC", 404), ("x" * 40, 400), ("BTC-USD", 200)]
)
def test_what_is_no_known_symbol_is_refused(client, symbol, status):
    assert client.get(f"/api/v1/instruments/{symbol}").status_code == status


def test_the_client_returns_the_report_of_the_instance(server, cache):
    cache.events["7203.T"] = EVENTS
    remote = RemoteCache(server.url, TOKEN)
    report = cache.describe_instrument("7203.T").result()
    read = remote.describe_instrument("7203.T").result()
    assert read == replace(report, instrument=replace(report.instrument, source=""))
    with pytest.raises(UnknownSymbolError):
        remote.describe_instrument("NOSUCH").result()
