"""The real yfinance client, pointed at a demo market in this process."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from curl_cffi import requests

from candledesk.demo import DemoMarket
from candledesk.domain.bars import Bars

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import yfinance
    from yfinance.data import YfData

# Tuesday 2026-11-24 05:44 UTC: FX, futures, crypto, Tokyo and Hong Kong open, London and New York closed.
NOW = 1_795_499_040


class LoopbackSession(requests.Session):
    def __init__(self, base):
        super().__init__(impersonate="chrome", trust_env=False)
        self.base = base

    def request(self, method, url, *args, **kwargs):
        scheme, _, rest = url.partition("://")
        if scheme == "https":
            host, _, path = rest.partition("/")
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Forwarded-Host": host}
            url = f"{self.base}/{path}"
        return super().request(method, url, *args, **kwargs)


@dataclass
class Client:
    """yfinance as the provider will call it (yahoo.md §8)."""

    market: DemoMarket

    def fetch(self, symbol, interval, start, end, *, prepost=None, timeout=20):
        """Return (frame, meta) as the client gives them."""
        ticker = yfinance.Ticker(symbol)
        ticker._tz = "UTC"
        if prepost is None:
            prepost = self.market.prices.profiles[symbol].is_24h
        frame = ticker.history(
            start=int(start),
            end=int(end),
            interval=interval,
            auto_adjust=False,
            actions=True,
            prepost=prepost,
            timeout=timeout,
        )
        return frame, ticker._price_history._history_metadata

    def bars(self, symbol, interval, start, end, **options):
        """Return the bars that a cache would keep: no NaN, on the grid, daily by date."""
        frame, _ = self.fetch(symbol, interval, start, end, **options)
        return to_bars(frame, self.market, symbol, interval)


def to_bars(frame, market, symbol, interval):
    frame = frame[frame[["Open", "High", "Low", "Close"]].notna().all(axis=1)]
    if interval == "1d":
        frame.index = frame.index.tz_localize(None)
    time = frame.index.as_unit("s").asi8
    columns = [frame[name].to_numpy(np.float64).copy() for name in ("Open", "High", "Low", "Close", "Volume")]
    return Bars(time.copy(), *columns)


@pytest.fixture(scope="session")
def _one_market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def market(_one_market):
    _one_market.reset()
    _one_market.clock.set(NOW)
    return _one_market


@pytest.fixture
def client(market, tmp_path):
    yfinance.set_tz_cache_location(str(tmp_path))
    yfinance.config.debug.hide_exceptions = False
    data = YfData()
    data.cache_get.cache_clear()
    before = data._session, data._cookie, data._crumb, YfData.cache_get
    session = LoopbackSession(market.url)
    data._set_session(session)
    data._cookie_strategy, data._cookie, data._crumb = "basic", True, "demo"
    YfData.cache_get = YfData.get
    yield Client(market)
    data._session, data._cookie, data._crumb, YfData.cache_get = before
    session.close()
