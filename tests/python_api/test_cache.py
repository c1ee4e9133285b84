"""The cache itself, opened in this process, shared, and through a running instance."""

import builtins
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import candledesk
from candledesk import python_api
from candledesk.app import Application
from candledesk.domain.errors import InputError, NotCachedError, UnknownNameError, UnknownSymbolError
from candledesk.python_api.connection import CONNECTIONS
from candledesk.python_api.reader import PriceReader
from candledesk.settings import load_settings
from candledesk.web.client import RemoteCache
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection

DAYS = {"start": "2026-03-02", "end": "2026-04-01"}


@dataclass
class Home:
    """A home whose cache is open in this process, or in an instance that serves it."""

    path: str
    url: str
    is_served: bool

    def open(self):
        return candledesk.open(self.path, yahoo_url=self.url)


@pytest.fixture(scope="module")
def fast():
    """Ask the demo market without waiting for the limiter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANDLEDESK_REQUESTS_PER_MINUTE", "6000")
        patch.setenv("CANDLEDESK_REQUEST_BURST", "600")
        yield


@pytest.fixture(scope="module", params=["own", "served"])
def home(request, market, fast, tmp_path_factory):
    path = str(tmp_path_factory.mktemp(request.param))
    if request.param == "own":
        with candledesk.open(path, yahoo_url=market.url) as kept:  # so that the others find the home open
            assert kept._connection.is_own
            yield Home(path, market.url, is_served=False)
        return
    application = Application(load_settings(None, home=path, yahoo_url=market.url), logger="candledesk")
    application.start_web()
    yield Home(path, market.url, is_served=True)
    application.close()


@pytest.fixture
def cache(home):
    with home.open() as opened:
        assert isinstance(opened._cache, RemoteCache) is home.is_served
        yield opened


def test_bars_of_a_span_come_in_every_form(cache):
    bars = cache.candles("msft", "1d", **DAYS)
    assert (bars.symbol, bars.interval, len(bars), bars.complete, bars.gaps) == ("MSFT", "1d", 22, True, ())
    frame, table = bars.to_pandas(), bars.to_arrow()
    assert frame.index[0] == pd.Timestamp("2026-03-02", tz="UTC")
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "final", "odd"]
    assert [str(kind) for kind in frame.dtypes[:6]] == ["float64"] * 5 + ["bool"]
    assert table.column("close").to_pylist() == frame["close"].tolist() == bars.close.tolist()
    assert table.column("timestamp").to_pandas().tolist() == list(frame.index)
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert repr(bars) == "<Bars MSFT 1d: 22 bars, 2026-03-02 to 2026-03-31, complete>"


def test_a_limit_counts_from_the_start_or_to_the_end(cache):
    assert len(cache.candles("MSFT", "1h")) == 500
    first = cache.candles("MSFT", "1d", limit=3, **DAYS)
    assert first.to_pandas().index.strftime("%d").tolist() == ["02", "03", "04"]
    assert first.complete
    last = cache.candles("MSFT", "1d", end=DAYS["end"], limit=3)
    assert last.to_pandas().index.strftime("%d").tolist() == ["27", "30", "31"]


def test_bars_as_they_were_known(cache):
    whole = cache.candles("MSFT", "1d", **DAYS)
    closed = "2026-03-20T20:00:00Z"  # of New York's session, in summer time
    known = cache.candles("MSFT", "1d", **DAYS, as_of=closed)
    assert known.open_time[-1] == pd.Timestamp("2026-03-20").timestamp()
    assert known.complete
    assert np.array_equal(known.close, whole.close[: len(known)])
    last = cache.candles("MSFT", "1d", limit=3, as_of="2026-03-20T19:59:59Z")
    assert np.array_equal(last.open_time, known.open_time[-4:-1])
    with pytest.raises(InputError, match="future"):
        cache.candles("MSFT", "1d", as_of="2100-01-01")
    with pytest.raises(InputError, match="beginning"):
        cache.candles("MSFT", "1d", **DAYS, as_of="2026-03-01")


def test_prices_are_the_stored_ones_however_they_come(cache):
    close = cache.candles("MSFT", "1d", **DAYS).close
    assert np.array_equal(close, close.astype(np.float32))


def test_adjusted_bars_take_dividends_off(cache):
    plain, adjusted = (cache.candles("SPY", "1d", adjust=adjust, **DAYS) for adjust in ("splits", "all"))
    assert (adjusted.close < plain.close).all()


def test_a_symbol_that_is_not_cached_or_not_known_is_an_error(cache):
    with pytest.raises(NotCachedError):
        cache.candles("KO", "1d", fill="none")
    with pytest.raises(UnknownSymbolError):
        cache.candles("NOSUCH", "1d")
    with pytest.raises(InputError, match="span is empty"):
        cache.candles("MSFT", "1d", start="2026-01-02", end="2026-01-01")


def test_history_reads_the_same_cache(cache):
    frame = cache.history("NVDA", start="2026-09-01", end="2026-10-01")
    assert frame["Stock Splits"].max() == 4.0
    assert str(frame.index.dtype.tz) == "America/New_York"
    assert cache.ticker("NVDA").splits.index[0] == pd.Timestamp("2026-09-14T09:30", tz="America/New_York")


def test_a_backfill_waits_and_reports_its_progress(cache):
    seen = []
    results = cache.backfill(["VOD.L", "NOSUCH"], "1d", start="2025-01-01", end="2026-01-01", on_progress=seen.append)
    filled, unknown = results
    assert (filled.symbol, filled.complete, filled.gaps, filled.bars) == ("VOD.L", True, (), filled.bars_expected)
    assert filled.bars > 250
    assert "NOSUCH" in unknown.error
    assert not unknown.complete
    assert (seen[-1].n_ended, seen[-1].n_series, seen[-1].bars_done) == (1, 1, filled.bars)


def test_coverage_is_of_one_series_or_of_all(cache):
    cache.candles("MSFT", "1d", **DAYS)
    assert cache.coverage("MSFT", "1d").n_bars >= 22
    everything = cache.coverage()
    assert ("MSFT", "1d") in {(row.symbol, row.interval.name) for row in everything}
    assert {row.symbol for row in cache.coverage("msft")} == {"MSFT"}
    daily = [row.symbol for row in everything if row.interval.name == "1d"]
    assert [row.symbol for row in cache.coverage(interval="1d")] == daily


def test_an_indicator_is_filled_and_computed(cache):
    values = cache.indicator("rsi", "7203.T", "1d", length=10, **DAYS)
    frame = values.to_pandas()
    assert list(frame.columns) == ["value", "final", "settled"]
    assert frame["value"].between(0, 100).all()  # the bars before the first one are there, too
    assert frame["settled"].all()
    assert values.params["length"] == 10
    table = values.to_arrow()
    assert table.column("value").to_pylist() == frame["value"].tolist()
    assert len(cache.indicator("macd", "7203.T")) == 500
    early = cache.indicator("sma", "7203.T", length=3, as_of="2026-03-05", **DAYS)
    assert len(early) < len(values)


def test_watchlists_are_those_of_the_home(cache):
    lists = cache._workspace
    if "Tech" not in [row.name for row in cache.watchlists()]:
        lists.add_watchlist(Watchlist("Tech", (WatchlistSection("", ("MSFT", "AAPL")),))).result(5)
    assert cache.watchlist("Tech").sections[0].symbols == ("MSFT", "AAPL")
    with pytest.raises(UnknownNameError):
        cache.watchlist("None")


def test_search_finds_cached_symbols_first(cache):
    cache.candles("MSFT", "1d", **DAYS)
    found = cache.search("microsoft")
    assert (found[0].symbol, found[0].is_cached) == ("MSFT", True)


def test_a_notebook_shows_a_chart_and_what_is_missing(cache):
    html = cache.candles("MSFT", "1d", **DAYS)._repr_html_()
    assert "MSFT 1d: 22 bars, 2026-03-02 to 2026-03-31, complete" in html
    assert html.count("z") >= 44  # a wick and a body for each bar
    assert "<li>" not in html
    early = cache.candles("MSFT", "1d", start="1985-01-01", end="1986-04-01")
    assert "1 gap remains" in early._repr_html_()
    assert "<li>1985-01-01 – 1986-03-13: " in early._repr_html_()


def test_without_polars_its_form_is_refused_with_words(cache, monkeypatch):
    imported = builtins.__import__

    def without_polars(name, *rest):
        if name == "polars":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_polars)
    with pytest.raises(ImportError, match="pip install polars"):
        cache.candles("MSFT", "1d", **DAYS).to_polars()


def test_opens_of_one_home_share_a_connection(home):
    with home.open() as first, home.open() as second:
        assert first._connection is second._connection
        first.close()
        first.close()
        assert second.coverage() is not None
        if not home.is_served:
            with pytest.raises(InputError, match="other options"):
                candledesk.open(home.path, yahoo_url="http://127.0.0.1:9")


def test_the_default_home_is_that_of_the_environment(home, monkeypatch):
    monkeypatch.setenv("CANDLEDESK_HOME", home.path)
    monkeypatch.setenv("CANDLEDESK_YAHOO_URL", home.url)
    assert not candledesk.history("MSFT", period="5d").empty
    assert list(candledesk.download("MSFT", period="5d")["Close"]) == ["MSFT"]
    assert candledesk.Ticker("MSFT").history_metadata["currency"] == "USD"
    candledesk.close()
    assert CONNECTIONS._default is None


def test_an_instance_that_has_ended_is_replaced_by_this_process(market, fast, tmp_path, monkeypatch):
    monkeypatch.setenv("CANDLEDESK_HOME", str(tmp_path))
    monkeypatch.setenv("CANDLEDESK_YAHOO_URL", market.url)
    application = Application(load_settings(), logger="candledesk")
    application.start_web()
    first = candledesk.history("MSFT", period="5d")
    assert not CONNECTIONS._default.is_own
    application.close()
    n_requests = len(market.chart_log())
    assert candledesk.history("MSFT", period="5d").equals(first)
    assert CONNECTIONS._default.is_own
    assert len(market.chart_log()) == n_requests
    candledesk.close()


def test_members_of_the_package_are_listed_and_others_refused():
    assert set(candledesk.__dir__()) == {"__version__", *python_api.__all__}
    stub = Path(candledesk.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    assert re.findall(r"^    (\w+) as \1,$", stub, re.MULTILINE) == list(candledesk._NAMES)
    assert all(getattr(candledesk, name) is getattr(python_api, name) for name in python_api.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        candledesk.nothing  # noqa: B018


def test_a_download_through_a_running_instance_fills_all_symbols_with_one_call_and_only_once(
    market, fast, tmp_path, monkeypatch
):
    application = Application(load_settings(None, home=str(tmp_path), yahoo_url=market.url), logger="candledesk")
    application.start_web()
    started, start = [], application.cache.start_backfills

    def watched(series, span):
        started.append([symbol for symbol, _ in series])
        return start(series, span)

    monkeypatch.setattr(application.cache, "start_backfills", watched)
    arguments = {"start": "2026-01-02", "end": "2026-03-02"}
    try:
        with candledesk.open(str(tmp_path), yahoo_url=market.url) as cache:
            reader = PriceReader(cache._cache)
            frame = python_api.download(["MSFT", "NVDA", "SPY"], **arguments, reader=reader)
            assert frame["Close"].notna().all(axis=None)
            assert started == [["MSFT", "NVDA", "SPY"]]
            again = python_api.download(["MSFT", "NVDA", "SPY"], **arguments, reader=reader)
    finally:
        application.close()
    assert again.equals(frame)
    assert len(started) == 1
