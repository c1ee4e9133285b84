"""Prices in answers have the digits that were sent; ``digits=stored`` gives those of the stored doubles."""

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.domain.interval import INTERVALS
from candledesk.domain.prices.digits import as_sent, sent_bars
from candledesk.domain.span import Span
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN
from tests.web.market import make_cache

PATH = "/api/v1/candles"
ASK = {"symbol": "AAPL", "interval": "1d", "from": "2026-11-02", "to": "2026-11-09"}
WEEK = Span(1_793_577_600, 1_794_182_400)


@pytest.fixture
def cache(monkeypatch):
    """A cache with prices as a provider sends them: 32-bit floats."""
    found = make_cache()
    reply = found.reply
    monkeypatch.setattr(found, "reply", lambda request: replace(one := reply(request), bars=sent_bars(one.bars)))
    return found


def closes_of(answer, shape):
    found = answer.json()["candles"]
    return [row["close"] for row in found] if shape == "rows" else found["close"]


@pytest.mark.parametrize("shape", ["rows", "columns"])
def test_json_has_the_digits_that_were_sent(client, shape):
    short = closes_of(client.get(PATH, params=ASK | {"format": shape}), shape)
    stored = closes_of(client.get(PATH, params=ASK | {"format": shape, "digits": "stored"}), shape)
    assert short == [round(price, 2) for price in stored] != stored
    assert np.array_equal(np.array(short, np.float32), np.array(stored))


def test_csv_has_them_too(client):
    rows = client.get(PATH, params=ASK).json()["candles"]
    lines = client.get(PATH, params=ASK | {"format": "csv"}).text.splitlines()[1:]
    assert [line.split(",")[4] for line in lines] == [repr(row["close"]) for row in rows]


def test_answers_of_other_digits_have_another_tag(client):
    tags = {client.get(PATH, params=ASK | {"digits": digits}).headers["etag"] for digits in ("short", "stored")}
    assert len(tags) == 2


def test_a_process_that_asks_the_running_instance_gets_what_is_stored(cache, server):
    remote = RemoteCache(server.url, TOKEN)
    request = BarsRequest("AAPL", INTERVALS["1d"], WEEK, fill="none")
    bars = remote.load_bars(request).result().bars
    assert bars.equals(cache.reply(request).bars)


def test_as_of_reaches_the_cache_from_every_side(cache, client, server):
    time = 1_794_000_000
    client.get(PATH, params=ASK | {"as_of": str(time)})
    RemoteCache(server.url, TOKEN).load_bars(BarsRequest("AAPL", INTERVALS["1d"], WEEK, "none", as_of=time)).result()
    assert [request.as_of for request in cache.requests] == [time, time]
    assert cache.requests[1].span.end == time


def test_compared_closes_have_them_too(client, cache, monkeypatch):
    for symbol in ("AAPL", "7203.T"):
        cache.store(symbol, INTERVALS["1d"], WEEK)
    load = cache.load_compare
    monkeypatch.setattr(cache, "load_compare", lambda request: _resolved(_as_sent(load(request).result())))
    closes = [
        client.get("/api/v1/compare", params=ASK | {"other": "7203.T", "digits": digits}).json()["close"]
        for digits in ("short", "stored")
    ]
    assert closes[0] == [round(price, 2) for price in closes[1]] != closes[1]


def _as_sent(rows):
    return replace(rows, last=as_sent(rows.last))


def _resolved(value):
    found = Future()
    found.set_result(value)
    return found
