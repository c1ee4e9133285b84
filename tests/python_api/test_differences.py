"""Every known difference to yfinance is exactly what its text says, and no frame differs in anything else."""

import numpy as np
import pandas as pd
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S
from candledesk.python_api.differences import DIFFERENCES
from candledesk.python_api.frames import FrameOptions, Series, history_frame
from candledesk.python_api.ranges import CallError
from candledesk.python_api.reader import IncompleteWarning
from candledesk.python_api.rows import PriceRows
from tests.python_api.conftest import assert_same

PRICES = ["Open", "High", "Low", "Close"]
CHECKS = {}
pytestmark = pytest.mark.allow_logs  # yfinance logs what it hides


def difference(name):
    """Name the check of a difference."""

    def register(check):
        CHECKS[name] = check
        return check

    return register


def test_every_difference_is_checked():
    assert list(CHECKS) == list(DIFFERENCES)


@pytest.mark.parametrize("name", list(DIFFERENCES))
def test_a_known_difference_is_what_its_text_says(own, yahoo, name):
    CHECKS[name](own, yahoo)


def _both(own, yahoo, symbol, **arguments):
    return own.history(symbol, **arguments), yahoo.history(symbol, **arguments)


@difference("last minute")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "BTC-USD", start="2026-11-18", end="2026-11-20", interval="1m")
    more = found.index.difference(theirs.index)
    assert [time.strftime("%d %H:%M") for time in more] == ["18 23:59", "19 23:59"]
    assert_same(found.loc[theirs.index], theirs)


@difference("look-back")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "VOD.L", start="2025-01-01", end="2026-11-21", interval="15m")
    assert theirs.empty
    assert found.index[0] == pd.Timestamp("2026-09-25T08:00", tz="Europe/London")  # 60 days before
    inside = {"start": "2026-10-01", "end": "2026-11-21", "interval": "15m"}
    assert_same(found.loc["2026-10-01":], yahoo.history("VOD.L", **inside))


@difference("rows without prices")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "THIN", period="5d", interval="5m", keepna=True)
    more = theirs.index.difference(found.index)
    assert len(more) > 10
    assert theirs.loc[more, PRICES].isna().all(axis=None)
    assert_same(found, theirs.loc[found.index])


@difference("phantom days")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "KMR.L", period="2y", auto_adjust=False)
    more = theirs.index.difference(found.index)
    assert {"2025-12-25", "2026-01-01"} <= {time.strftime("%Y-%m-%d") for time in more}
    rows = theirs.loc[more]
    assert (rows["Volume"] == 0).all()
    assert (rows["High"] == rows["Low"]).all()
    assert_same(found.drop(columns="Adj Close"), theirs.loc[found.index].drop(columns="Adj Close"))


@difference("other unit")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "BVC.L", start="2026-11-02", end="2026-11-20", interval="1h", actions=False)
    is_other = theirs < 0.1 * found
    assert is_other.sum().to_dict() == {"Open": 0, "High": 0, "Low": 1, "Close": 1, "Volume": 0}
    assert_same(found, theirs.mask(is_other, theirs * 100).astype({"Volume": int}))


@difference("adjusted gains")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "FCNTX", start="2020-01-01", end="2026-01-01", auto_adjust=False)
    assert_same(found.drop(columns="Adj Close"), theirs.drop(columns="Adj Close"))
    own_ratio, their_ratio = (frame["Adj Close"].iloc[0] / frame["Close"].iloc[0] for frame in (found, theirs))
    dividend, gain = (found[name] / found["Close"].shift() for name in ("Dividends", "Capital Gains"))
    assert own_ratio == pytest.approx((1 - dividend - gain).prod(), rel=1e-5)
    assert their_ratio == pytest.approx(((1 - dividend) * (1 - gain)).prod(), rel=1e-5)
    assert abs(own_ratio / their_ratio - 1) > 0.005


@difference("adjusted currencies")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "KMR.L", start="2026-10-01", end="2026-11-20", auto_adjust=False)
    assert (found["Dividends"] > 0).any()
    assert (found["Adj Close"] == found["Close"]).all()  # no rate is stored
    assert (theirs["Adj Close"] < theirs["Close"]).any()


@difference("missing opens")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "KO", start="1980-01-01", end="1981-01-01", interval="1mo", auto_adjust=False)
    days = own.history("KO", start="1980-01-01", end="1981-01-01", auto_adjust=False)
    assert (days["Open"] == 0).all()
    assert found["Open"].tolist() == days["Close"].resample("MS").first().tolist()
    assert_same(found.drop(columns="Open"), theirs.drop(columns="Open"))


@difference("adjusted weeks")
def _(own, yahoo):
    arguments = {"start": "2026-03-04", "end": "2026-03-21", "auto_adjust": False}
    weeks, days = own.history("MSFT", interval="1wk", **arguments), own.history("MSFT", **arguments)
    assert [time.day_name() for time in weeks.index] == ["Monday"] * 3
    assert weeks["Open"].iloc[0] == days["Open"].iloc[0]  # the first row begins with the range's first day
    assert weeks["Close"].tolist() == [days["Close"].iloc[place] for place in (2, 7, 12)]
    assert_same(weeks, yahoo.history("MSFT", interval="1wk", **arguments))  # the demo market begins on Monday, too


@difference("decimals")
def _(own, yahoo):
    found, theirs = _both(own, yahoo, "PEPE24478-USD", period="1mo", rounding=True)
    assert (theirs[PRICES] == 0).all(axis=None)
    assert (found[PRICES] > 0).all(axis=None)


@difference("other periods")
def _(own, yahoo):
    assert len(own.history("MSFT", period="7d")) == 7
    with pytest.raises(CallError, match="no period 'bad'"):
        own.history("MSFT", period="bad")
    assert yahoo.history("MSFT", period="bad").empty


@difference("order of tickers")
def _(own, yahoo):
    names = ["VOD.L", "MSFT", "NVDA", "7203.T"]
    found = own.download(names, period="5d", group_by="ticker")
    assert list(found.columns.unique("Ticker")) == names
    assert_same(found, yahoo.download(names, period="5d", group_by="ticker")[names])


@difference("frequency")
def _(own, yahoo):
    arguments = {"start": "2026-11-10", "end": "2026-11-12", "interval": "30m"}
    found, theirs = _both(own, yahoo, "BTC-USD", **arguments)
    assert (found.index.freq, theirs.index.freq) == (None, pd.tseries.offsets.Minute(30))
    pd.testing.assert_frame_equal(found, theirs, check_freq=False)


@difference("rows of events")
def _(own, yahoo):
    first = 20_000 * DAY_S
    times, prices = np.array([first, first + DAY_S]), np.array([10.0, 11.0])
    bars = Bars(times, *(prices.copy() for _ in range(4)), np.array([5.0, 6.0]))
    share = Instrument("A", "NMS", "EQUITY", "America/New_York", "USD", 2, None)
    event = CorporateEvent(first + 3 * DAY_S, EventKind.DIVIDEND, 0.5, None, first + 3 * DAY_S + 52_200)
    frame = history_frame(Series(share, PriceRows(bars, prices), [event]), FrameOptions())
    assert list(frame.columns) == [*PRICES, "Volume", "Dividends", "Stock Splits"]
    assert frame["Dividends"].tolist() == [0.0, 0.0, 0.5]
    assert frame.iloc[-1][PRICES].isna().all()
    assert frame.index[-1] == pd.Timestamp("2024-10-07", tz="America/New_York")


@difference("unknown symbols")
def _(own, yahoo):
    with pytest.warns(IncompleteWarning, match="no symbol"):
        assert own.history("US0378331005").empty


@difference("refused")
def _(own, yahoo):
    for name in ("prepost", "repair"):
        with pytest.raises(CallError):
            own.history("MSFT", **{name: True})


@difference("unused")
def _(own, yahoo):
    found = own.download("MSFT", period="5d", timeout=0.001, session=object(), threads=3, progress=False)
    assert_same(found, yahoo.download("MSFT", period="5d"))
