"""Instruments with an oddity: the real client returns the odd rows, and all its bars equal ``make_truth``."""

import json
import urllib.request
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import urlencode

import numpy as np
import pytest
import yfinance

from candledesk.demo.instruments.special_sessions import week_starts
from candledesk.demo.instruments.specials import SHOWN, SPECIAL_PROFILES
from candledesk.domain.interval import DAY_S

BY_SYMBOL = {profile.symbol: profile for profile in SPECIAL_PROFILES}
SPANS = {"1m": 7 * DAY_S, "5m": 20 * DAY_S, "1h": 150 * DAY_S, "1d": 24_000 * DAY_S}


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def day(open_time):
    return datetime.fromtimestamp(int(open_time), UTC).date().isoformat()


def result(market, symbol, **query):
    url = f"{market.url}/v8/finance/chart/{symbol}?{urlencode(query)}"
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)["chart"]["result"][0]


def everything(frame, market, symbol, interval):
    """Return the frame's (time, columns) with NaN prices, without phantoms and rows without a close."""
    frame = frame[frame["Close"].notna()]
    if interval == "1d":
        frame.index = frame.index.tz_localize(None)
    if "phantoms" in BY_SYMBOL[symbol].oddities:
        weekday = frame.index.strftime("%m-%d").isin(["12-25", "12-26", "01-01"])
        frame = frame[~weekday]
    columns = [frame[name].to_numpy(np.float64) for name in ("Open", "High", "Low", "Close", "Volume")]
    return frame.index.as_unit("s").asi8, columns


@pytest.mark.parametrize("symbol", list(BY_SYMBOL))
def test_every_interval_equals_the_truth_as_it_is_sent(market, client, symbol):
    end = market.clock.now() // DAY_S * DAY_S
    for interval, span in SPANS.items():
        if BY_SYMBOL[symbol].is_fund and interval != "1d":
            continue
        truth = market.truth(symbol, interval, end - span, end)
        assert len(truth) > 20
        frame, _ = client.fetch(symbol, interval, end - span, end)
        time, columns = everything(frame, market, symbol, interval)
        if symbol == "KMR.L" and interval == "1d":  # moved holidays have phantoms too
            kept = np.isin(time, truth.open_time)
            assert (columns[4][~kept] == 0).all()
            time, columns = time[kept], [column[kept] for column in columns]
        assert np.array_equal(time, truth.open_time)
        for column, name in zip(columns, ("open", "high", "low", "close", "volume"), strict=True):
            assert np.array_equal(column, getattr(truth, name), equal_nan=True), (interval, name)


@pytest.mark.parametrize(("symbol", "interval"), [("TRT.L", "1d"), ("BVC.L", "1d"), ("BVC.L", "1h"), ("BRK-A", "1m")])
def test_parts_of_a_span_with_odd_rows_join_to_the_whole(market, symbol, interval):
    end = at("2026-11-21")
    start = end - (7 if interval == "1m" else 400) * DAY_S
    cuts = [start, start + DAY_S + 40_000, end - 3 * DAY_S + 7_000, end]
    whole = result(market, symbol, interval=interval, period1=start, period2=end)
    parts = [result(market, symbol, interval=interval, period1=a, period2=b) for a, b in pairwise(cuts)]
    assert [time for part in parts for time in part.get("timestamp", [])] == whole["timestamp"]
    for name in ("open", "high", "low", "close", "volume"):
        stitched = [value for part in parts for value in part["indicators"]["quote"][0].get(name, [])]
        assert stitched == whole["indicators"]["quote"][0][name]


@pytest.mark.parametrize("symbol", ["RELIANCE.NS", "TCS.NS"])
def test_mumbai_trades_on_a_budget_sunday(market, client, symbol):
    bars = client.bars(symbol, "1d", at("2026-01-29"), at("2026-02-04"))
    assert [day(time) for time in bars.open_time] == [
        "2026-01-29",
        "2026-01-30",
        "2026-02-01",
        "2026-02-02",
        "2026-02-03",
    ]
    assert bars.volume[2] > 0
    assert bars.high[2] > bars.low[2]
    week = market.truth(symbol, "1wk", at("2026-01-26"), at("2026-01-27"))
    assert (week.close[0], day(week.open_time[0])) == (bars.close[2], "2026-01-26")


def test_mumbais_hour_of_diwali_is_reported_and_has_minutes(market, client):
    start, end = at("2026-11-08"), at("2026-11-09")
    got = result(market, "RELIANCE.NS", interval="5m", period1=start, period2=end)
    (session,) = got["meta"]["tradingPeriods"]
    assert (session[0]["start"], session[0]["end"]) == (at("2026-11-08T12:30:00"), at("2026-11-08T13:30:00"))
    bars = client.bars("RELIANCE.NS", "5m", start, end)
    assert len(bars) == 12
    assert bars.equals(market.truth("RELIANCE.NS", "5m", start, end))
    daily = client.bars("RELIANCE.NS", "1d", start, end)
    assert daily.volume[0] == bars.volume.sum()


def test_a_riyadh_week_begins_on_sunday(market, client):
    bars = client.bars("2222.SR", "1d", at("2026-11-01"), at("2026-11-20"))
    weekdays = {datetime.fromtimestamp(int(time), UTC).strftime("%a") for time in bars.open_time}
    assert weekdays == {"Sun", "Mon", "Tue", "Wed", "Thu"}
    week = market.truth("2222.SR", "1wk", at("2026-11-08"), at("2026-11-15"))
    own = market.truth("2222.SR", "1d", at("2026-11-08"), at("2026-11-13"))
    assert [day(time) for time in week.open_time] == ["2026-11-08"]
    assert (week.open[0], week.close[0], week.volume[0]) == (own.open[0], own.close[-1], own.volume.sum())


def test_riyadhs_week_changed_in_june_2013(market):
    bars = market.truth("1120.SR", "1d", at("2013-06-22"), at("2013-07-06"))
    assert [day(time)[-5:] for time in bars.open_time] == [
        *("06-22", "06-23", "06-24", "06-25", "06-26"),
        *("06-30", "07-01", "07-02", "07-03", "07-04"),
    ]
    weeks = market.truth("1120.SR", "1wk", at("2013-06-22"), at("2013-07-06"))
    assert [day(time) for time in weeks.open_time] == ["2013-06-22", "2013-06-30"]


def test_weeks_of_other_venues_begin_on_monday():
    days = np.array([at("2026-11-01"), at("2026-11-02"), at("2026-11-08")])
    assert [day(start) for start in week_starts("XNSE", days)] == ["2026-10-26", "2026-11-02", "2026-11-02"]


def test_ibm_was_listed_before_1970(market, client):
    bars = client.bars("IBM", "1d", at("1962-01-01"), at("1963-01-01"))
    assert day(bars.open_time[0]) == "1962-01-02"
    assert len(bars) > 240
    assert bars.equals(market.truth("IBM", "1d", at("1962-01-01"), at("1963-01-01")))
    got = result(market, "IBM", interval="1d", range="max")
    assert got["timestamp"][0] == got["meta"]["firstTradeDate"] == at("1962-01-02T14:30:00")


def test_opens_of_zero(client):
    bars = client.bars("KO", "1d", at("1977-01-01"), at("1985-01-01"))
    years = bars.open_time.astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    assert set(years[bars.open == 0].tolist()) == {1978, 1979, 1980, 1981, 1982, 1983}
    assert (bars.open[(years < 1978) | (years > 1983)] > 0).all()
    assert (bars.low > 0).all()
    assert (bars.high >= bars.close).all()


def test_opens_outside_low_and_high_and_rarer_kinds(market):
    bars = market.truth("TRT.L", "1d", at("2010-01-01"), at("2026-01-01"))
    true = ~np.isnan(bars.open) & (bars.low <= bars.high)
    outside = true & ((bars.open > bars.high) | (bars.open < bars.low))
    assert 0.07 < outside.mean() < 0.13
    close_outside = true & ((bars.close > bars.high) | (bars.close < bars.low))
    assert 0.005 < close_outside.mean() < 0.03
    bare = np.isnan(bars.open)
    assert 0.003 < bare.mean() < 0.02
    assert (np.isnan(bars.high) == bare).all()
    assert (np.isnan(bars.low) == bare).all()
    assert not np.isnan(bars.close).any()
    assert 0.003 < (bars.low > bars.high).mean() < 0.02
    got = result(market, "TRT.L", interval="1d", period1=at("2020-01-01"), period2=at("2026-01-01"))
    quote = got["indicators"]["quote"][0]
    nulls = [row for row, value in enumerate(quote["open"]) if value is None]
    assert nulls
    assert all(quote["high"][row] is None and quote["low"][row] is None for row in nulls)
    assert all(quote["close"][row] > 0 and quote["volume"][row] >= 0 for row in nulls)
    minutes = market.truth("TRT.L", "1h", at("2026-06-01"), at("2026-11-01"))
    assert ((minutes.low <= minutes.open) & (minutes.open <= minutes.high)).all()


def test_one_absurd_minute_a_week(market):
    bars = market.truth("BRK-A", "1m", at("2026-11-16"), at("2026-11-21"))
    ratio = bars.close / np.median(bars.close)
    (absurd,) = np.flatnonzero(ratio < 0.5)
    assert day(bars.open_time[absurd]) == "2026-11-18"
    assert 150 < bars.close[absurd] < 220
    assert bars.low[absurd] > 500_000
    five = market.truth("BRK-A", "5m", at("2026-11-16"), at("2026-11-21"))
    assert (five.close > 500_000).all()


def test_blocks_in_pounds(market):
    sent = market.truth("BVC.L", "1d", 0, at("2026-06-01"))
    read = market.truth("BVC.L", "1d", 0, at("2026-06-01"), is_read=True)
    assert np.array_equal(sent.open_time, read.open_time)
    for name in ("open", "high", "low", "close"):
        ratio = getattr(read, name) / getattr(sent, name)
        assert set(np.round(ratio, 3).tolist()) == {1.0, 100.0}
    low = np.flatnonzero(read.close / sent.close > 50)
    assert low[:30].tolist() == list(range(30))
    assert [day(time) for time in sent.open_time[low[-6:]]] == [
        f"2026-03-{number}" for number in (10, 11, 12, 13, 16, 17)
    ]
    week = market.truth("BVC.L", "1wk", at("2026-03-09"), at("2026-03-10"))
    assert week.low[0] > 5
    assert market.truth("BVC.L", "1h", at("2026-03-09"), at("2026-03-19")).close.min() > 5


def test_one_bar_a_month_in_both_units(client):
    bars = client.bars("BVC.L", "1h", at("2026-10-01"), at("2026-11-01"))
    mixed = np.flatnonzero(bars.low < bars.high / 50)
    assert [datetime.fromtimestamp(int(time), UTC).isoformat()[:16] for time in bars.open_time[mixed]] == [
        "2026-10-06T09:00"
    ]
    row = int(mixed[0])
    assert bars.open[row] / bars.close[row] == pytest.approx(100, rel=0.1)
    assert bars.high[row] / bars.low[row] == pytest.approx(100, rel=0.1)


def test_crude_oil_settles_below_zero(market, client):
    bars = client.bars("CL=F", "1d", at("2020-04-16"), at("2020-04-25"))
    assert [round(float(close), 2) for close in bars.close[1:]] == [18.27, -37.63, 10.01, 13.78, 16.50, 16.94]
    assert round(float(bars.low[2]), 2) == -40.32
    around = market.truth("CL=F", "1d", at("2020-02-01"), at("2020-09-01"))
    positive = around.close[around.close > 15]
    assert np.abs(np.diff(np.log(positive))).max() < 0.4
    assert ((around.low <= around.close) & (around.close <= around.high)).all()
    weeks = market.truth("CL=F", "1wk", at("2020-04-20"), at("2020-04-21"))
    assert round(float(weeks.low[0]), 2) == -40.32


def test_minutes_of_a_day_below_zero(market):
    market.clock.set("2020-04-22T12:00:00Z")
    listing = market.prices.listing("CL=F", market.clock.now())
    row = int(np.searchsorted(listing.hours.date, at("2020-04-20")))
    minutes = market.truth("CL=F", "1m", int(listing.hours.open[row]), int(listing.hours.close[row]))
    assert len(minutes) > 1_000
    assert (round(float(minutes.low.min()), 2), round(float(minutes.close[-1]), 2)) == (-40.32, -37.63)


def test_a_fund_has_one_price_a_day_and_capital_gains(market, client):
    frame, meta = client.fetch("FCNTX", "1d", at("2022-01-01"), at("2026-01-01"))
    assert meta["instrumentType"] == "MUTUALFUND"
    assert (frame["Open"] == frame["Close"]).all()
    assert (frame["Volume"] == 0).all()
    gains = frame["Capital Gains"][frame["Capital Gains"] != 0]
    paid = frame["Dividends"][frame["Dividends"] != 0]
    assert [time.year for time in gains.index] == [2022, 2023, 2024, 2025]
    assert (gains.index == paid.index).all()
    assert np.allclose(paid / gains, [1, 2, 1, 2], rtol=1e-3)
    before = frame["Close"].shift(1)[gains.index]
    fall = 1 - frame["Close"][gains.index] / before
    assert (fall > 0.04).all()  # all that was paid, once: 6 % and what the market did
    assert (fall < 0.08).all()
    adjusted = (frame["Adj Close"] / frame["Close"])[: gains.index[-1]].iloc[-2:]
    assert adjusted.iloc[1] == pytest.approx(1)
    assert adjusted.iloc[0] == pytest.approx(1 - 0.09, abs=0.002)  # counted twice, as the provider does it
    empty = result(market, "FCNTX", interval="1h", period1=at("2026-11-02"), period2=at("2026-11-20"))
    assert "timestamp" not in empty
    assert len(market.truth("FCNTX", "1h", at("2026-11-02"), at("2026-11-20"))) == 0
    market.clock.set("2026-11-20T15:00:00Z")
    now = market.clock.now()
    got = result(market, "FCNTX", interval="1d", period1=now - 3 * DAY_S, period2=now + DAY_S)
    assert got["timestamp"][-1] == at("2026-11-19T14:30:00")
    assert got["meta"]["regularMarketPrice"] == got["indicators"]["quote"][0]["close"][-1]


def test_a_dividend_in_dollars_of_a_share_in_pence(market, client):
    got = result(market, "KMR.L", interval="1d", period1=at("2026-01-01"), period2=at("2026-11-01"))
    rows = list(got["events"]["dividends"].values())
    assert [(row["amount"], row["currency"]) for row in rows] == [(0.10, "USD"), (0.10, "USD")]
    assert got["meta"]["currency"] == "GBp"
    frame, _ = client.fetch("KMR.L", "1d", at("2026-01-01"), at("2026-11-01"))
    assert (frame["Dividends"] > 0).sum() == 2
    plain = result(market, "SPY", interval="1d", period1=at("2026-01-01"), period2=at("2026-11-01"))
    assert all("currency" not in row for row in plain["events"]["dividends"].values())


def test_phantom_rows_on_holidays_are_not_bars(market):
    got = result(market, "KMR.L", interval="1d", period1=at("2025-12-20"), period2=at("2026-01-06"))
    quote = got["indicators"]["quote"][0]
    rows = {day(time): index for index, time in enumerate(got["timestamp"])}
    truth = market.truth("KMR.L", "1d", at("2025-12-20"), at("2026-01-06"))
    assert sorted(set(rows) - {day(time) for time in truth.open_time}) == ["2025-12-25", "2025-12-26", "2026-01-01"]
    for name in ("open", "high", "low", "close"):
        assert quote[name][rows["2025-12-26"]] == quote["close"][rows["2025-12-24"]]
    assert quote["volume"][rows["2025-12-26"]] == 0
    alone = result(market, "KMR.L", interval="1d", period1=at("2025-12-26"), period2=at("2025-12-27"))
    assert alone["timestamp"] == [at("2025-12-26T08:00:00")]


def test_a_coin_has_more_decimals_than_reported(market):
    got = result(market, "PEPE24478-USD", interval="1h", range="5d")
    assert got["meta"]["priceHint"] == 2
    assert 4e-7 < got["meta"]["regularMarketPrice"] < 4e-5
    assert len(set(got["indicators"]["quote"][0]["close"])) > 50


def test_search_results_name_the_oddity(client):
    assert set(SHOWN) - {"CL=F"} == set(BY_SYMBOL)
    for query, symbol in {"special sessions": "RELIANCE.NS", "capital gains": "FCNTX", "pounds": "BVC.L"}.items():
        assert symbol in [row["symbol"] for row in yfinance.Search(query, max_results=8, news_count=0).quotes]
    assert all("synthetic" in profile.name for profile in SPECIAL_PROFILES)
