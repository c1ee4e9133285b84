"""A second provider is one class and one line of the registry: it serves charts and the API beside the first."""

import asyncio

import numpy as np
import pytest
from starlette.testclient import TestClient

from candledesk.cache.messages import BarsRequest, EdgeState, ViewportRequest
from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError, UnknownSymbolError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.venue import TradingDays, Venue
from candledesk.domain.windows import FetchLimits
from candledesk.providers import registry
from candledesk.providers.answers import BarsAnswer, MatchesAnswer, RefusalKind, RefusedAnswer, SymbolMatch
from candledesk.providers.base import Capabilities, Quota
from candledesk.settings import Settings
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from candledesk.web.server.assets import load_assets
from tests.web.conftest import PORT, RESOURCES, TOKEN

NOW = 1_795_631_490
WAIT_S = 60
HOUR = INTERVALS["1h"]
LOOKBACK_S = 20 * DAY_S


class TideTables:
    """Water levels of harbours: all hours of the last 20 days, computed in this process."""

    capabilities = Capabilities(
        id="tides",
        title="The tide office",
        source="The tide office",
        intervals={"1h": FetchLimits(LOOKBACK_S, 5 * DAY_S)},
        quota=Quota(requests_per_minute=6000.0, burst=100, pause_s=1.0),
        can_search=True,
        unknown_hint="it knows harbours only",
    )

    def __init__(self, _options):
        self.requests = []

    def prepare(self):
        """Nothing is needed."""

    def fetch(self, request):
        self.requests.append(request)
        if request.symbol != "HAMBURG":
            return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "no such harbour")
        if request.span.start < NOW - LOOKBACK_S - DAY_S:
            return RefusedAnswer(RefusalKind.BEYOND_LOOKBACK, "older tables are on paper")
        return BarsAnswer(
            levels(Span(request.span.start, min(request.span.end, NOW))),
            Instrument(request.symbol, "ELBE", "INDEX", "UTC", "m", 2, None, "Hamburg St. Pauli"),
        )

    def search(self, query, deadline_s):
        return MatchesAnswer((SymbolMatch("HAMBURG", "Hamburg St. Pauli", "ELBE", "INDEX"),))

    def is_likely_24h(self, symbol):
        return True

    def find_venue(self, exchange, quote_type, tz):
        return Venue("TIDE", tz, TradingDays.EVERY_DAY, settle_s=0)

    def rate_symbols(self, source, target):
        return ()

    def exchange_name(self, exchange):
        return "Elbe"

    def find_listed(self, name):
        return ()

    def listed_name(self, symbol, exchange):
        return ""


def levels(span):
    times = np.arange(-(-span.start // HOUR_S), -(-span.end // HOUR_S), dtype=np.int64) * HOUR_S
    level = 10.0 + np.sin(times / 7_117.0)
    return Bars(times, level, level + 0.2, level - 0.2, level + 0.1, np.ones(len(times)))


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "FACTORIES", (*registry.FACTORIES, TideTables))
    settings = Settings(yahoo_url="http://127.0.0.1:9", requests_per_minute=60, request_burst=7)
    service = CacheService(tmp_path / "candles.db", settings, tmp_path, now=lambda: NOW)
    yield service
    service.close()


def asked(service):
    return service._providers.providers["tides"].requests


def view(service, n_before=100, anchor=None):
    request = ViewportRequest(1, view.generation, "tides:HAMBURG", HOUR, anchor, n_before, 0)
    view.generation += 1
    return service.controller.load_viewport(request).result(WAIT_S)


view.generation = 1


def test_a_chart_is_filled_and_ends_at_the_look_back_of_its_own_provider(service):
    cache = service.controller
    job = cache.start_backfill("tides:HAMBURG", HOUR, None).result(WAIT_S)
    assert cache.wait_job(job.job_id).result(WAIT_S).state == "succeeded"
    reply = view(service, n_before=1_000)
    oldest = -(-(NOW - LOOKBACK_S) // HOUR_S) * HOUR_S
    assert reply.bars.within(Span(oldest, NOW)).equals(levels(Span(oldest, NOW)))
    assert (reply.edge, reply.edge_reason) == (EdgeState.START, "The tide office keeps 1h bars for 21 days")
    assert (reply.instrument.symbol, reply.instrument.exchange_name) == ("tides:HAMBURG", "Elbe")
    assert {request.symbol for request in asked(service)} == {"HAMBURG"}
    assert all(request.span.end - request.span.start <= 5 * DAY_S for request in asked(service))


def test_its_limiter_is_its_own(service):
    first, own = service._context.limiters.of("AAPL"), service._context.limiters.of("tides:HAMBURG")
    service.controller.load_bars(BarsRequest("tides:HAMBURG", HOUR, Span(NOW - DAY_S, NOW))).result(WAIT_S)
    assert len(asked(service)) > 0
    assert (first.state().tokens, first.state().breaker) == (7.0, "closed")
    assert own is not first
    assert service._context.limiters.of("local:ACME") is None


def test_the_api_serves_it(service):
    context = RequestContext(service.controller, asyncio.Event(), lambda: NOW)
    app = build_app(context, load_assets(RESOURCES), port=PORT, token=TOKEN)
    client = TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers={"Authorization": f"Bearer {TOKEN}"})
    asked = {"symbol": "tides:hamburg", "interval": "2h", "from": "2026-11-20", "to": "2026-11-21", "timeout": 30}
    found = client.get("/api/v1/candles", params=asked).json()
    assert (found["symbol"], found["exchange_name"], found["complete"]) == ("tides:HAMBURG", "Elbe", True)
    assert len(found["candles"]) == 12


def test_what_it_lacks_is_said_and_not_asked(service):
    cache = service.controller
    for symbol, interval, error, words in (
        ("tides:BERLIN", "1h", UnknownSymbolError, "The tide office knows no symbol 'tides:BERLIN': it knows harbours"),
        ("tides:HAMBURG", "1m", InputError, "cannot be fetched: The tide office has no 1m bars"),
        ("stars:SIRIUS", "1h", InputError, "no provider 'stars': known are yahoo, local, tides"),
    ):
        with pytest.raises(error, match=words):
            cache.start_backfill(symbol, INTERVALS[interval], None).result(WAIT_S)
    found = cache.search_symbols("hamb", 0.0).result(WAIT_S)
    assert found == []
