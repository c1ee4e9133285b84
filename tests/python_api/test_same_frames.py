"""The same call gives the same frame: of yfinance from the demo market, and of the Python API from the cache."""

import datetime as dt

import pandas as pd
import pytest

from tests.python_api.conftest import assert_same

SHARES = ("MSFT", "VOD.L", "7203.T", "0700.HK")
VENUES = (*SHARES, "BTC-USD")
CALLS = [
    *[(symbol, {"period": "1y"}) for symbol in VENUES],
    *[(symbol, {"period": "6mo", "interval": "1wk", "auto_adjust": False}) for symbol in VENUES],
    *[(symbol, {"period": "5d", "interval": "1h"}) for symbol in VENUES],
    *[(symbol, {"period": "1d", "interval": "1m"}) for symbol in VENUES],
    *[(symbol, {"start": "2026-10-05", "end": "2026-11-20", "interval": "30m"}) for symbol in SHARES],
    *[(symbol, {"start": "2015-01-01", "end": "2020-03-04", "interval": "3mo"}) for symbol in SHARES],
    *[(symbol, {"start": "2026-08-01", "interval": "60m", "auto_adjust": False}) for symbol in SHARES],
    # an index, a fund with its column of gains, a currency pair and a future of nearly all day
    ("^GSPC", {"period": "5y", "interval": "1mo"}),
    ("SPY", {"period": "2y", "interval": "1wk", "rounding": True}),
    ("SPY", {"period": "max", "auto_adjust": False, "rounding": True}),
    ("EURUSD=X", {"start": "2026-11-10", "end": "2026-11-22", "interval": "5m"}),
    ("EURUSD=X", {"period": "2y", "interval": "1mo", "actions": False}),
    ("ES=F", {"period": "5d", "interval": "5m"}),
    ("ES=F", {"period": "6mo", "auto_adjust": False}),
    # a split within the range, and a session that begins with it
    ("NVDA", {"period": "1y", "auto_adjust": False}),
    ("NVDA", {"period": "6mo", "interval": "1mo"}),
    ("NVDA", {"start": "2026-09-14", "end": "2026-09-15", "interval": "1h"}),
    ("NVDA", {"start": "2026-09-10", "end": "2026-09-18", "interval": "60m"}),
    ("NVDA", {"start": dt.date(2026, 3, 4), "end": dt.date(2026, 10, 4), "interval": "1wk"}),
    # dividends in short rows, days without a trade
    ("NVDA", {"start": "2026-11-02", "end": "2026-11-21", "interval": "15m"}),
    ("SPY", {"start": "2026-09-01", "end": "2026-10-01", "interval": "1h"}),
    ("THIN", {"period": "5d", "interval": "5m"}),
    ("THIN", {"period": "3mo", "interval": "1h"}),
    # every way to name a range
    ("MSFT", {}),
    ("MSFT", {"period": "ytd"}),
    ("MSFT", {"period": "10y", "interval": "1wk"}),
    ("MSFT", {"period": "max", "interval": "3mo", "auto_adjust": False}),
    ("NEWCO", {"period": "max"}),
    ("MSFT", {"start": pd.Timestamp("2026-03-04T12:00"), "end": pd.Timestamp("2026-04-04T12:00")}),
    ("MSFT", {"start": pd.Timestamp("2026-03-04T12:00Z"), "end": pd.Timestamp("2026-06-04T14:00Z")}),
    ("7203.T", {"start": pd.Timestamp("2026-03-04T00:00Z"), "end": pd.Timestamp("2026-06-04T00:00Z")}),
    ("MSFT", {"start": 1_790_000_000, "end": 1_791_000_000, "interval": "1h"}),
    ("MSFT", {"start": "2026-10-01", "period": "1mo", "interval": "15m"}),
    ("MSFT", {"end": "2026-10-01", "period": "3mo"}),
    ("MSFT", {"end": "2026-10-01"}),
    ("MSFT", {"start": "2026-11-09", "end": "2026-11-10"}),
    # the remaining intervals and shapes
    ("0700.HK", {"period": "1mo", "interval": "90m"}),
    ("7203.T", {"period": "5d", "interval": "2m"}),
    ("VOD.L", {"period": "3mo", "interval": "4h"}),
    ("VOD.L", {"period": "3mo", "interval": "5d"}),
    ("MSFT", {"back_adjust": True, "auto_adjust": False, "period": "1y"}),
    ("MSFT", {"period": "1mo", "keepna": True}),
    # sessions on Sundays, weeks that begin on Sunday, opens of 0
    ("RELIANCE.NS", {"period": "1y"}),
    ("2222.SR", {"period": "6mo", "interval": "1wk"}),
    ("KO", {"start": "1978-01-01", "end": "1984-01-01", "auto_adjust": False}),
]


@pytest.mark.parametrize(("symbol", "arguments"), CALLS, ids=str)
def test_a_call_gives_the_frame_that_yfinance_gives(own, yahoo, symbol, arguments):
    assert_same(own.history(symbol, **arguments), yahoo.history(symbol, **arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        {"start": "2026-11-07", "end": "2026-11-09"},  # a weekend
        {"start": pd.Timestamp("2026-11-10T15:00"), "end": pd.Timestamp("2026-11-10T16:00")},  # within a day
        {"start": "2026-11-10", "end": "2026-11-11", "interval": "1mo"},  # within a month, but with a day
        {"start": "2125-01-01"},
        {"start": "2125-01-01", "end": "2125-02-01", "interval": "1h"},
    ],
    ids=str,
)
@pytest.mark.allow_logs  # yfinance logs that there are no prices
def test_a_range_without_rows_gives_the_same_frame(own, yahoo, arguments):
    assert_same(own.history("MSFT", **arguments), yahoo.history("MSFT", **arguments))


def test_a_second_run_sends_no_request(own, market):
    frames = [own.history(symbol, **arguments) for symbol, arguments in CALLS]
    n_requests = len(market.chart_log())
    for (symbol, arguments), frame in zip(CALLS, frames, strict=True):
        assert own.history(symbol, **arguments).equals(frame)
    assert len(market.chart_log()) == n_requests
