"""yfinance itself and the Python API, side by side: both ask the same demo market, whose time stands still."""

import warnings

import pytest

from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.python_api.reader import PriceReader
from candledesk.settings import load_settings
from tests.demo.conftest import NOW, LoopbackSession, YfData, yfinance


@pytest.fixture(scope="package")
def market():
    with DemoMarket(now=NOW) as running:
        yield running


@pytest.fixture(scope="package")
def service(market, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    running = CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)
    yield running
    running.close()


@pytest.fixture(scope="package")
def reader(service, market):
    return PriceReader(service.controller, now=market.clock.now)


@pytest.fixture(scope="package")
def yahoo(market, tmp_path_factory):
    """The yfinance module with its requests going to the demo market, otherwise as a script imports it."""
    yfinance.set_tz_cache_location(str(tmp_path_factory.mktemp("yfinance")))
    data, hides = YfData(), yfinance.config.debug.hide_exceptions
    before = data._session, data._cookie, data._crumb, YfData.cache_get, data._cookie_strategy
    session = LoopbackSession(market.url)
    data._set_session(session)
    data._cookie_strategy, data._cookie, data._crumb = "basic", True, "demo"
    YfData.cache_get = YfData.get
    yfinance.config.debug.hide_exceptions = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield yfinance
    yfinance.config.debug.hide_exceptions = hides
    data._session, data._cookie, data._crumb, YfData.cache_get, data._cookie_strategy = before
    session.close()
