"""The provider's quirks (yahoo.md §4), over plain HTTP and through the real client."""

import json
import urllib.request
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import urlencode

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def result(market, symbol, **query):
    url = f"{market.url}/v8/finance/chart/{symbol}?{urlencode(query)}"
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)["chart"]["result"][0]


def test_the_live_row_has_the_current_second(market):
    market.clock.set("2026-11-20T15:03:07Z")
    now = market.clock.now()
    for interval, step in (("5m", 300), ("1h", 3600)):
        got = result(market, "MSFT", interval=interval, period1=now - 3 * DAY_S, period2=now + DAY_S)
        quote = got["indicators"]["quote"][0]
        assert got["timestamp"][-1] == now
        assert len({quote[name][-1] for name in ("open", "high", "low", "close")}) == 1
        assert quote["volume"][-1] == 0
        assert got["timestamp"][-2] <= now < got["timestamp"][-2] + step
        assert quote["close"][-2] == quote["close"][-1] == got["meta"]["regularMarketPrice"]
    market.clock.set("2026-11-20T22:03:07Z")
    got = result(market, "MSFT", interval="5m", period1=now - 3 * DAY_S, period2=now + DAY_S)
    assert got["timestamp"][-1] == at("2026-11-20T20:55:00")


def test_the_forming_bar_grows_and_never_shows_the_future(market):
    final = market.truth("ES=F", "1h", at("2026-11-20T14:00:00"), at("2026-11-20T15:00:00"), at("2026-11-21"))
    highs, volumes = [], []
    for minute in (1, 10, 30, 59):
        market.clock.set(f"2026-11-20T14:{minute:02}:20Z")
        now = market.clock.now()
        got = result(market, "ES=F", interval="1h", period1=now - DAY_S, period2=now + DAY_S)
        assert got["timestamp"][-2] == at("2026-11-20T14:00:00")
        assert got["timestamp"][-1] == now
        highs.append(got["indicators"]["quote"][0]["high"][-2])
        volumes.append(got["indicators"]["quote"][0]["volume"][-2])
        assert not len(market.truth("ES=F", "1h", at("2026-11-20T14:00:00"), now + DAY_S))
    assert highs == sorted(highs)
    assert volumes == sorted(volumes)
    assert highs[-1] <= final.high[0]
    assert volumes[-1] < final.volume[0]


def test_the_forming_day_has_the_current_second(market, client):
    market.clock.set("2026-11-20T15:03:07Z")
    now = market.clock.now()
    got = result(market, "MSFT", interval="1d", period1=now - 9 * DAY_S, period2=now + DAY_S)
    assert got["timestamp"][-2:] == [at("2026-11-19T14:30:00"), now]
    frame, _ = client.fetch("MSFT", "1d", now - 9 * DAY_S, now + DAY_S)
    assert frame.index[-1].date().isoformat() == "2026-11-20"


def test_thin_minutes_are_null_or_absent(market):
    start = at("2026-11-20T14:30:00")
    got = result(market, "THIN", interval="1m", period1=start, period2=start + 23_400)
    opens = got["indicators"]["quote"][0]["open"]
    truth = market.truth("THIN", "1m", start, start + 23_400)
    kept = [time for time, value in zip(got["timestamp"], opens, strict=True) if value is not None]
    assert kept == truth.open_time.tolist()
    assert 60 < opens.count(None) < 300
    assert len(opens) < 390


def test_a_half_day_shows_a_bar_at_its_close_that_the_client_removes(market, client):
    market.clock.set("2025-12-01T12:00:00Z")
    start = at("2025-11-28")
    got = result(market, "MSFT", interval="5m", period1=start, period2=start + DAY_S)
    assert got["timestamp"][-1] == at("2025-11-28T18:00:00")
    bars = client.bars("MSFT", "5m", start, start + DAY_S)
    assert bars.open_time[-1] == at("2025-11-28T17:55:00")
    assert bars.equals(market.truth("MSFT", "5m", start, start + DAY_S))


def test_a_split_rebases_all_earlier_bars(market, client):
    start, split = at("2026-09-01"), at("2026-09-14")
    market.clock.set("2026-09-12")
    before = client.bars("NVDA", "1d", start, split)
    market.clock.set("2026-09-16")
    after = client.bars("NVDA", "1d", start, split)
    assert np.allclose(before.close / after.close, 4, rtol=1e-6)
    assert np.allclose(after.volume / before.volume, 4)
    frame, _ = client.fetch("NVDA", "1d", start, at("2026-09-16"))
    assert frame["Stock Splits"][frame["Stock Splits"] != 0].tolist() == [4.0]
    assert np.abs(np.diff(np.log(frame["Close"]))).max() < 0.2
    earlier, _ = client.fetch("NVDA", "1d", start, split)
    assert not earlier["Stock Splits"].any()


def test_dividends_are_events_and_lower_earlier_adjusted_closes(client):
    frame, _ = client.fetch("SPY", "1d", at("2025-01-01"), at("2026-01-01"))
    paid = frame["Dividends"][frame["Dividends"] != 0]
    assert paid.tolist() == [1.7] * 4
    ratio = (frame["Adj Close"] / frame["Close"]).to_numpy()
    assert (np.diff(ratio) >= -1e-6).all()
    assert ratio[0] < ratio[-1] < 1


def test_the_client_loses_the_last_minute_of_a_24_hour_day_without_prepost(market, client):
    start = at("2026-11-20")
    truth = market.truth("BTC-USD", "1m", start, start + DAY_S)
    assert len(truth) == 1440
    assert client.bars("BTC-USD", "1m", start, start + DAY_S, prepost=True).equals(truth)
    assert len(client.bars("BTC-USD", "1m", start, start + DAY_S, prepost=False)) == 1439


@pytest.mark.parametrize(
    ("symbol", "stamp"),
    [("VOD.L", "2026-07-01T07:00:00"), ("7203.T", "2026-07-01T00:00:00"), ("EURUSD=X", "2026-06-30T23:00:00")],
)
def test_days_are_stamped_with_the_open(market, symbol, stamp):
    got = result(market, symbol, interval="1d", period1=at(stamp) - 3600, period2=at(stamp) + 3600)
    assert got["timestamp"] == [at(stamp)]


def test_tokyo_pauses_at_noon(market):
    start = at("2026-11-20T00:00:00")
    hours = [time // 60 % 1440 for time in market.truth("7203.T", "1h", start, start + DAY_S).open_time.tolist()]
    assert hours == [0, 60, 120, 180, 240, 300, 360]
    minutes = market.truth("7203.T", "5m", start, start + DAY_S).open_time
    assert at("2026-11-20T02:30:00") not in minutes
    assert at("2026-11-20T03:30:00") in minutes


def test_meta_is_complete(market):
    meta = result(market, "VOD.L", interval="1h", range="5d")["meta"]
    assert meta["currency"] == "GBp"
    assert "synthetic" in meta["longName"]
    assert meta["exchangeTimezoneName"] == "Europe/London"
    assert meta["dataGranularity"] == "1h"
    assert len(meta["tradingPeriods"]) == 5
    wanted = {"exchangeName", "instrumentType", "firstTradeDate", "gmtoffset", "priceHint", "validRanges"}
    assert wanted | {"currentTradingPeriod", "regularMarketTime", "regularMarketPrice"} <= set(meta)


@pytest.mark.parametrize(
    ("symbol", "interval"), [("MSFT", "1m"), ("EURUSD=X", "1m"), ("0700.HK", "5m"), ("ES=F", "1h")]
)
def test_parts_of_a_span_join_to_the_whole(market, client, symbol, interval):
    end = market.clock.now() // DAY_S * DAY_S
    cuts = [end - 7 * DAY_S, end - 5 * DAY_S + 4_567, end - 2 * DAY_S + 40_020, end]
    whole = client.bars(symbol, interval, cuts[0], cuts[-1])
    parts = [client.bars(symbol, interval, a, b) for a, b in pairwise(cuts)]
    for name in ("open_time", "open", "high", "low", "close", "volume"):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))
