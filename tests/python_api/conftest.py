"""yfinance itself and the Python API, side by side: both ask the same demo market, whose time stands still."""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import pytest

from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.python_api.download import download
from candledesk.python_api.reader import PriceReader
from candledesk.python_api.ticker import Ticker
from candledesk.settings import load_settings
from tests.demo.conftest import NOW, LoopbackSession, YfData, yfinance


@dataclass
class Own:
    """The calls of the Python API on the cache of the tests."""

    reader: PriceReader

    def history(self, symbol, **arguments):
        return self.ticker(symbol).history(**arguments)

    def ticker(self, symbol):
        return Ticker(symbol, reader=self.reader)

    def download(self, tickers, **arguments):
        return download(tickers, reader=self.reader, **arguments)


class Yahoo:
    """The same calls of yfinance."""

    def __init__(self, session):
        self.session = session

    def ticker(self, symbol):
        return yfinance.Ticker(symbol, session=self.session)

    def history(self, symbol, **arguments):
        with _quietly():
            return self.ticker(symbol).history(**arguments)

    def download(self, tickers, **arguments):
        with _quietly():
            return yfinance.download(tickers, session=self.session, threads=False, progress=False, **arguments)


@contextmanager
def _quietly():
    """Let pass what yfinance's use of pandas warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def market():
    with DemoMarket(now=NOW) as running:
        running.clock.set(NOW)  # it stands still: what both sides are asked one after the other is the same
        yield running


@pytest.fixture(scope="session")
def service(market, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    running = CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)
    yield running
    running.close()


@pytest.fixture(scope="session")
def own(service, market):
    return Own(PriceReader(service.controller, now=market.clock.now))


@pytest.fixture(scope="module")
def yahoo(market, tmp_path_factory):
    """yfinance with its requests going to the demo market, otherwise as a script imports it."""
    yfinance.set_tz_cache_location(str(tmp_path_factory.mktemp("yfinance")))
    data, hides = YfData(), yfinance.config.debug.hide_exceptions
    before = data._session, data._cookie, data._crumb, data._cookie_strategy, YfData.cache_get
    session = LoopbackSession(market.url)
    data._set_session(session)
    data._cookie_strategy, data._cookie, data._crumb = "basic", True, "demo"
    YfData.cache_get = YfData.get
    yfinance.config.debug.hide_exceptions = True
    yield Yahoo(session)
    yfinance.config.debug.hide_exceptions = hides
    data._session, data._cookie, data._crumb, data._cookie_strategy, YfData.cache_get = before
    session.close()


def assert_same(own, theirs):
    """Compare frames: index, its name, zone and unit, columns in order, dtypes, and values within 1e-5."""
    pd.testing.assert_frame_equal(own, theirs)
