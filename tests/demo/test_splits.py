"""Splits and new owners while the market runs: every interval is on one basis before and on one after."""

import json
import urllib.error
import urllib.request
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import numpy as np
import pytest

from candledesk.demo.instruments.splits import SplitEvent, forgotten_ratio, next_session_date, split_ratio
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S

RATIOS = [(50, 1), (11, 10), (1_046, 1_000), (1, 20)]
INTERVALS = {"1m": 5, "5m": 30, "1h": 300, "1d": 6_000}
IN_SESSION = "2026-11-20T15:00:00Z"
AFTER_CLOSE = "2026-11-20T22:00:00Z"


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def result(market, symbol, **query):
    url = f"{market.url}/v8/finance/chart/{symbol}?{urlencode(query)}"
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)["chart"]["result"][0]


def post(market, path, body, **headers):
    request = urllib.request.Request(market.url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def sessions(*days):
    """Return sessions from 10:00 to 16:00 UTC."""
    dates = np.array([at(day) for day in days])
    none = np.zeros(len(dates), np.int64)
    return SessionCalendar("TEST", "UTC", dates, dates + 36_000, dates + 57_600, none, none)


WEEK = sessions("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")
ROWS = np.arange(5)


# --- the rules -----------------------------------------------------------------------------------------------------


def test_a_split_takes_effect_when_its_session_opens():
    splits = (SplitEvent(date(2026, 11, 18), 3, 2),)
    opens = at("2026-11-18T10:00")
    assert split_ratio(splits, WEEK, ROWS, opens - 1).tolist() == [1, 1, 1, 1, 1]
    assert split_ratio(splits, WEEK, ROWS, opens).tolist() == [1.5, 1.5, 1, 1, 1]


def test_a_split_at_a_given_second_takes_effect_at_once():
    splits = (SplitEvent(date(2026, 11, 18), 2, since=at("2026-11-17T20:00")),)
    assert split_ratio(splits, WEEK, ROWS, at("2026-11-17T19:59:59")).tolist() == [1, 1, 1, 1, 1]
    assert split_ratio(splits, WEEK, ROWS, at("2026-11-17T20:00")).tolist() == [2, 2, 1, 1, 1]


def test_splits_multiply_and_one_after_the_last_session_has_no_effect():
    splits = (
        SplitEvent(date(2026, 11, 17), 1, 20),
        SplitEvent(date(2026, 11, 19), 50),
        SplitEvent(date(2027, 1, 1), 7, since=0),
    )
    assert np.allclose(split_ratio(splits, WEEK, ROWS, at("2026-12-01")), [2.5, 50, 50, 1, 1])


def test_forgotten_rows_end_two_sessions_before_the_date():
    split = SplitEvent(date(2026, 11, 20), 5, forgotten=2)
    now = at("2026-11-20T10:00")
    assert forgotten_ratio((split,), WEEK, ROWS, now).tolist() == [1, 5, 5, 1, 1]
    assert forgotten_ratio((split,), WEEK, ROWS, now - 1).tolist() == [1, 1, 1, 1, 1]
    assert forgotten_ratio((SplitEvent(split.date, 5),), WEEK, ROWS, now).tolist() == [1, 1, 1, 1, 1]


def test_the_session_of_the_clock_is_the_open_one_or_the_next():
    assert next_session_date(WEEK, at("2026-11-17T09:00")) == date(2026, 11, 17)
    assert next_session_date(WEEK, at("2026-11-17T15:59:59")) == date(2026, 11, 17)
    assert next_session_date(WEEK, at("2026-11-17T16:00")) == date(2026, 11, 18)


@pytest.mark.parametrize("bad", [(0, 1), (1, 0), (10_001, 1), (-2, 1), (1.5, 1), (2, "1")])
def test_parts_are_whole_and_positive(bad):
    with pytest.raises(ValueError, match="whole parts"):
        SplitEvent(date(2026, 11, 20), *bad)
    with pytest.raises(ValueError, match="forgotten"):
        SplitEvent(date(2026, 11, 20), 2, forgotten=-1)


# --- the market ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("symbol", ["MSFT", "VOD.L", "BTC-USD"])
def test_history_of_every_interval_is_rebased(market, client, symbol, ratio):
    market.clock.set(IN_SESSION)
    opens = market.prices.listing(symbol, market.clock.now()).hours.open
    ex = int(opens[opens <= market.clock.now()][-1])
    end = ex // DAY_S * DAY_S
    spans = {name: (end - days * DAY_S, end) for name, days in INTERVALS.items()}
    before = {name: client.bars(symbol, name, *span) for name, span in spans.items()}
    split = market.split(symbol, *ratio)
    assert split.date == datetime.fromtimestamp(ex, UTC).date()
    factor = ratio[0] / ratio[1]
    for name, span in spans.items():
        after = client.bars(symbol, name, *span)
        assert after.equals(market.truth(symbol, name, *span))
        assert np.array_equal(after.open_time, before[name].open_time)
        assert np.allclose(before[name].close / after.close, factor, rtol=1e-6)
        assert np.allclose(after.volume, before[name].volume * factor, rtol=1e-9, atol=1)
        events = result(market, symbol, interval=name, period1=span[0], period2=ex).get("events", {})
        assert "splits" not in events
        got = result(market, symbol, interval=name, period1=ex, period2=market.clock.now() + 1)
        (event,) = got["events"]["splits"].values()
        assert (event["numerator"], event["denominator"], event["date"]) == (*ratio, ex)
        assert event["splitRatio"] == f"{ratio[0]}:{ratio[1]}"
    frame, _ = client.fetch(symbol, "1d", end - 30 * DAY_S, market.clock.now() + DAY_S)
    assert frame["Stock Splits"][frame["Stock Splits"] != 0].tolist() == pytest.approx([factor])
    assert np.abs(np.diff(np.log(frame["Close"]))).max() < 0.25


def test_overnight_history_is_rebased_and_the_event_has_the_next_session(market, client):
    market.clock.set(AFTER_CLOSE)
    start, end = at("2026-11-01"), at("2026-11-21")
    before = client.bars("MSFT", "1d", start, end)
    market.split("MSFT", 50, 1)
    after = client.bars("MSFT", "1d", start, end)
    assert np.allclose(before.close / after.close, 50, rtol=1e-6)
    monday = at("2026-11-23T14:30:00")
    query = {"interval": "1d", "period1": start}
    assert "events" not in result(market, "MSFT", **query, period2=end)
    assert list(result(market, "MSFT", **query, period2=at("2026-11-24"))["events"]["splits"]) == [str(monday)]
    market.clock.set("2026-11-24T12:00:00Z")
    later = client.bars("MSFT", "1d", start, at("2026-11-24"))
    assert later.close[-1] == pytest.approx(later.close[-2], rel=0.1)
    assert later.equals(market.truth("MSFT", "1d", start, at("2026-11-24")))


def test_a_given_date(market):
    market.clock.set(AFTER_CLOSE)
    past, later = market.split("MSFT", 2, 1, "2026-10-03"), market.split("VOD.L", 2, 1, "2026-11-25")
    assert (past.since, later.since) == (market.clock.now(), None)
    (event,) = result(market, "MSFT", interval="1d", range="3mo")["events"]["splits"].values()
    assert event["date"] == at("2026-10-05T13:30:00")
    price = result(market, "VOD.L", interval="1d", range="5d")["meta"]["regularMarketPrice"]
    market.clock.set("2026-11-25T09:00:00Z")
    got = result(market, "VOD.L", interval="1d", range="1mo")
    assert len(got["events"]["splits"]) == 1
    assert got["meta"]["regularMarketPrice"] == pytest.approx(price / 2, rel=0.3)


def test_a_second_split_and_a_reset(market):
    market.clock.set(AFTER_CLOSE)
    span = (at("2025-01-01"), at("2026-11-01"))
    before = market.truth("MSFT", "1d", *span)
    market.split("MSFT", 3, 1, "2026-11-10")
    market.split("MSFT", 1, 2, "2026-11-16")
    assert np.allclose(before.close / market.truth("MSFT", "1d", *span).close, 1.5, rtol=1e-6)
    market.reset()
    market.clock.set(AFTER_CLOSE)
    assert market.truth("MSFT", "1d", *span).equals(before)


def test_real_days_are_rebased_too(market):
    span = (at("2020-01-01"), at("2021-01-01"))
    market.clock.set(AFTER_CLOSE)
    before = market.truth("AAPL", "1d", *span)
    market.split("AAPL", 4, 1, "2020-08-31")
    assert np.allclose(before.close / market.truth("AAPL", "1d", *span).close, 4, rtol=1e-6)


def test_rows_that_the_provider_forgot_to_adjust(market, client):
    market.clock.set(IN_SESSION)
    start, end = at("2026-11-02"), at("2026-11-20")
    market.split("MSFT", 5, 1, forgotten=3)
    sent, truth = client.bars("MSFT", "1d", start, end), market.truth("MSFT", "1d", start, end)
    assert sent.equals(truth)
    read = market.truth("MSFT", "1d", start, end, is_read=True)
    assert np.round(truth.close / read.close, 4).tolist() == [1] * 10 + [5] * 3 + [1]
    assert np.allclose(read.volume / truth.volume, [1] * 10 + [5] * 3 + [1])
    hours = market.truth("MSFT", "1h", start, end)
    assert hours.equals(market.truth("MSFT", "1h", start, end, is_read=True))
    assert hours.close.max() < 2 * hours.close.min()


# --- new owners ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [100, 3])
def test_a_reused_symbol_is_another_company(market, client, factor):
    market.clock.set(AFTER_CLOSE)
    start = at("2026-10-01")
    before, old = client.fetch("NVDA", "1d", start, at("2026-11-21"))
    market.reuse("NVDA", "Nevada Gold", factor)
    market.clock.set("2026-12-01T22:00:00Z")
    bars = client.bars("NVDA", "1d", start, at("2026-12-02"))
    assert bars.equals(market.truth("NVDA", "1d", start, at("2026-12-02")))
    assert len(bars) == 6  # Thanksgiving among them is none
    assert bars.open[0] / before["Close"].iloc[-1] == pytest.approx(factor, rel=0.2)
    frame, new = client.fetch("NVDA", "1h", start, at("2026-12-02"))
    assert len(frame) == 5 * 7 + 4
    assert (old["longName"], new["longName"]) == ("NVIDIA Corporation (synthetic)", "Nevada Gold (synthetic)")
    got = result(market, "NVDA", interval="1d", range="1mo")
    assert got["meta"]["firstTradeDate"] == at("2026-11-23T14:30:00")
    assert "events" not in got
    market.reset()
    market.clock.set(AFTER_CLOSE)
    assert client.fetch("NVDA", "1d", start, at("2026-11-21"))[0].equals(before)


def test_a_new_owner_since_an_earlier_date_has_other_prices(market):
    market.clock.set(AFTER_CLOSE)
    span = (at("2026-06-01"), at("2026-11-01"))
    before = market.truth("MSFT", "1d", *span)
    market.reuse("MSFT", "Another Company", 1.0, "2026-06-01")
    after = market.truth("MSFT", "1d", *span)
    assert np.array_equal(before.open_time, after.open_time)
    moves = [np.diff(np.log(bars.close)) for bars in (before, after)]
    assert abs(np.corrcoef(*moves)[0, 1]) < 0.4
    market.reuse("MSFT", "A Third Company", 1.0, "2026-06-01")
    assert not np.array_equal(market.truth("MSFT", "1d", *span).close, after.close)


# --- the controls --------------------------------------------------------------------------------------------------


def test_over_http(market):
    market.clock.set(IN_SESSION)
    state = post(market, "/_demo/splits", {"symbol": "MSFT", "numerator": 11, "denominator": 10, "forgotten": 2})
    (row,) = [row for row in state["splits"] if row["symbol"] == "MSFT"]
    assert (row["numerator"], row["denominator"], row["date"], row["forgotten"]) == (11, 10, "2026-11-20", 2)
    state = post(market, "/_demo/reuse", {"symbol": "VOD.L", "name": "Void Ltd", "factor": 3})
    assert state["reused"] == {"VOD.L": "Void Ltd (synthetic)"}
    assert state["shown"]["IBM"] == "dailies since 1962-01-02"
    assert [row["symbol"] for row in post(market, "/_demo/reset", {})["splits"]] == ["NVDA"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("splits", {"symbol": "NOSUCH", "numerator": 2}),
        ("splits", {"symbol": "MSFT", "numerator": 0}),
        ("splits", {"symbol": "MSFT", "numerator": 2, "date": "soon"}),
        ("splits", {"symbol": "MSFT", "numerator": 2, "date": "2099-01-01"}),
        ("splits", {"symbol": "MSFT"}),
        ("splits", []),
        ("reuse", {"symbol": "MSFT", "factor": -1}),
        ("reuse", {"symbol": "NOSUCH"}),
    ],
)
def test_bad_controls_are_refused(market, path, body):
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(market, f"/_demo/{path}", body)
    with caught.value as error:
        assert error.code == 400


def test_the_page_for_people(market):
    with urllib.request.urlopen(f"{market.url}/_demo/page") as reply:
        page = reply.read().decode()
    assert all(word in page for word in ("RELIANCE.NS", "hostile_text", 'data-to="splits"', 'data-to="reuse"'))
    assert post(market, "/_demo/reset", {}, Origin=market.url)["faults"] == []
