"""From yfinance's frame and meta to plain values."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from candledesk.domain.span import Span
from candledesk.providers.yahoo.frames import read_bars, read_instrument, read_sessions

META = {"instrumentType": "EQUITY", "exchangeTimezoneName": "Europe/London"}
TIMES = [1_790_000_000, 1_790_000_060]


def frame_of(unit, tz="Europe/London"):
    index = pd.DatetimeIndex(pd.to_datetime(TIMES, unit="s", utc=True)).tz_convert(tz).as_unit(unit)
    return pd.DataFrame({name: [1.0, 2.0] for name in ("Open", "High", "Low", "Close", "Volume")}, index=index)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_are_seconds_whatever_unit_pandas_uses(unit):
    bars = read_bars(frame_of(unit), Span(0, 2 * 10**9), is_daily=False)
    assert bars.open_time.tolist() == TIMES
    assert bars.open_time.dtype == np.int64
    assert read_bars(frame_of(unit), Span(0, 2 * 10**9), is_daily=True).open_time[0] % 86_400 == 0


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (None, None),
        (345_479_400, 345_479_400),
        (-252_322_200, -252_322_200),
        (345_479_400.0, 345_479_400),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.Timestamp("1980-12-12 14:30", tz="UTC"), 345_479_400),
        (dt.datetime(1980, 12, 12, 14, 30, tzinfo=dt.UTC), 345_479_400),
        ("1980", None),
    ],
)
def test_the_first_trade_may_come_in_any_shape(first, expected):
    assert read_instrument("X", {**META, "firstTradeDate": first}).first_open_time == expected


@pytest.mark.parametrize(("hint", "expected"), [(None, 2), (4, 4), (-1, 0), (99, 10), ("2", 2)])
def test_the_price_hint_is_bounded(hint, expected):
    assert read_instrument("X", {**META, "priceHint": hint}).price_decimals == expected


def test_what_meta_does_not_say_stays_empty():
    instrument = read_instrument("X", META)
    assert (instrument.exchange, instrument.currency, instrument.name) == ("", None, "")
    assert read_instrument("X", {**META, "shortName": "Short"}).name == "Short"


@pytest.mark.parametrize("field", list(META))
def test_an_instrument_needs_zone_and_type(field):
    with pytest.raises(KeyError):
        read_instrument("X", {name: value for name, value in META.items() if name != field})


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (None, ()),
        ([], ()),
        ({}, ()),
        ({"pre": [], "post": []}, ()),
        ("odd", ()),
        ([[{"start": 20, "end": 30}], [{"start": 1, "end": 9}]], ((1, 9), (20, 30))),
        ([{"start": 1, "end": 9}], ((1, 9),)),
        ({"regular": [[{"start": 1, "end": 9}]], "pre": [[{"start": 0, "end": 1}]]}, ((1, 9),)),
        ([[{"start": 9, "end": 9}, {"start": None, "end": 9}, {"start": 1}, 5]], ()),
        ([[{"start": 1, "end": 9}, {"start": 1, "end": 9}]], ((1, 9),)),
    ],
)
def test_trading_periods_may_come_in_any_shape(periods, expected):
    assert read_sessions({"tradingPeriods": periods}) == expected
