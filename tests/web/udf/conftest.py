"""A real cache that asks the demo market through yfinance, its web server, and a charting library that reads it."""

import asyncio

import pytest
from starlette.testclient import TestClient

from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.settings import load_settings
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import WebServer, build_app
from candledesk.web.server.datafeed_access import DatafeedAccess
from tests.demo.conftest import NOW
from tests.web.conftest import PORT, RESOURCES, TOKEN
from tests.web.udf.chart_library import ChartLibrary

SECRET = "a-secret-of-the-datafeed-for-tests"
ORIGIN = "http://localhost:3000"


class Stack:
    """A market, a cache that asks it, and the web server over that cache; the market's time stands still."""

    def __init__(self, home, *, now=NOW, **options):
        self.market = DemoMarket(now=now)
        self.market.start()
        given = {"requests_per_minute": "6000", "request_burst": "600"} | options
        settings = load_settings({}, yahoo_url=self.market.url, **given)
        self.service = CacheService(home / "candles.db", settings, home / "yfinance", now=self.market.clock.now)
        self.cache = self.service.controller
        self.server = WebServer(
            self.cache,
            resources=RESOURCES,
            token=TOKEN,
            clock=self.market.clock.now,
            datafeed=DatafeedAccess(lambda: SECRET, frozenset({ORIGIN})),
        )
        self.server.start()

    @property
    def now(self):
        return self.market.clock.now()

    def library(self, **headers):
        return ChartLibrary(self.server.udf_url, headers)

    def n_requests(self):
        return len(self.market.log)

    def close(self):
        self.server.stop(3)
        self.service.close()
        self.market.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    running = Stack(tmp_path_factory.mktemp("udf"))
    yield running
    running.close()


@pytest.fixture
def fresh_stack(tmp_path):
    """A stack of one test, whose market it may change."""
    running = Stack(tmp_path)
    yield running
    running.close()


@pytest.fixture
def client_with_datafeed(cache):
    """Ask the datafeed over the fake cache: ``ask(route, **query)`` returns the JSON of an answer."""
    context = RequestContext(cache, asyncio.Event(), lambda: cache.now, datafeed=DatafeedAccess(lambda: SECRET))
    app = build_app(context, {}, port=PORT, token=TOKEN)
    client = TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
    return lambda route, **query: client.get(f"/udf/{SECRET}/{route}", params=query).json()
