"""The route of compared series, the remote cache on it, and ratios at the route of candles."""

import numpy as np
import pytest

from candledesk.cache.compare_messages import CompareRequest
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.web.api.compare import read_rows

PATH = "/api/v1/compare"
ASK = {"symbol": "AAPL", "interval": "1d", "other": "7203.T", "from": "2026-01-02", "to": "2026-11-01"}
SPAN = Span(1_767_312_000, 1_793_491_200)
REFUSED = [
    ({"other": None}, 400, "other"),
    ({"other": "no symbol"}, 400, "other"),
    ({"other": "NOPE"}, 404, "symbol"),
    ({"symbol": "A/B/C"}, 400, "symbol"),
    ({"from": None, "to": None}, 400, "from"),
    ({"to": "2025-01-01"}, 422, "to"),
    ({"stride": "8"}, 400, "stride"),
]


@pytest.fixture
def stored(cache):
    for symbol in ("AAPL", "7203.T"):
        cache.store(symbol, INTERVALS["1d"], SPAN)
    return cache


def test_each_candle_has_the_others_close(client, stored):
    answer = client.get(PATH, params=ASK).json()
    n = len(answer["time"])
    assert n > 150
    assert [len(answer[key]) for key in ("close", "own_time", "carried")] == [n] * 3
    assert (answer["other"], answer["currency"], answer["timezone"]) == ("7203.T", "JPY", "Asia/Tokyo")
    request = CompareRequest("AAPL", INTERVALS["1d"], "7203.T", SPAN, may_fetch=False)
    rows = stored.load_compare(request).result()
    np.testing.assert_array_equal(answer["close"], rows.last)
    assert answer["own_time"] == rows.own_time.tolist()


def test_the_client_reads_back_what_was_written(client, stored):
    request = CompareRequest(
        "AAPL", INTERVALS["1d"], "7203.T", Span(SPAN.start - 86_400 * 90, SPAN.end), may_fetch=False
    )
    rows, read = stored.load_compare(request).result(), read_rows(request, client.get(PATH, params=ASK).json())
    np.testing.assert_array_equal(read.open_time, rows.open_time)
    np.testing.assert_array_equal(read.last, rows.last)
    np.testing.assert_array_equal(read.is_carried, rows.is_carried)
    assert (read.instrument.currency, read.instrument.price_decimals) == ("JPY", 1)


def test_nothing_is_requested_of_the_provider(client, stored):
    client.get(PATH, params=ASK)
    assert [request.may_fetch for name, (request,) in stored.calls if name == "load_compare"] == [False]


@pytest.mark.parametrize(("changes", "status", "field"), REFUSED)
def test_what_cannot_be_answered_is_refused_with_its_field(client, stored, changes, status, field):
    query = {key: value for key, value in {**ASK, **changes}.items() if value is not None}
    answer = client.get(PATH, params=query)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_a_ratio_is_read_as_one_symbol(client, cache):
    asked = []
    load = cache.load_bars
    cache.load_bars = lambda request: (asked.append(request.symbol), load(request))[1]
    client.get("/api/v1/candles", params={"symbol": "aapl/7203.t", "interval": "1d", "fill": "none"})
    assert asked == ["AAPL/7203.T"]
    answer = client.post("/api/v1/candles/backfill", json={"symbol": "AAPL/SPY", "interval": "1d"})
    assert (answer.status_code, answer.json()["field"]) == (400, "symbol")
