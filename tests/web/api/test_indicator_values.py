"""All thirty indicators from outside: the API's values on the demo market are those of the formulas, on five venues.

The bars are those that the API gives, and the formulas are the plain Python of ``tests/indicators/oracle``.
"""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from starlette.testclient import TestClient

from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.indicators.registry import INDICATORS
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from tests.cache.market_harness import MarketHarness
from tests.indicators.markets import week
from tests.indicators.oracle import Series
from tests.indicators.oracle_levels import ORACLES
from tests.web.conftest import PORT, TOKEN, page_files

NOW = "2026-11-20T22:00:00Z"
N_BARS = 1_000
# Half days of New York, the lunch of Tokyo and Hong Kong, the end of summer time in London (25 October) and New York
# (1 November), and a coin that trades day and night.
VENUES = {
    "AAPL": ("America/New_York", "2026-03-02"),
    "7203.T": ("Asia/Tokyo", "2026-02-02"),
    "VOD.L": ("Europe/London", "2026-05-25"),
    "0700.HK": ("Asia/Hong_Kong", "2026-02-02"),
    "BTC-USD": ("UTC", "2026-10-05"),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with DemoMarket(now=NOW) as market:
        harness = MarketHarness(market, tmp_path_factory.mktemp("home"))
        context = RequestContext(harness.cache, asyncio.Event(), lambda: parse_instant(NOW))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        app = build_app(context, page_files(), port=PORT, token=TOKEN)
        with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=headers) as client:
            yield client
        harness.service.close()


def candles(client, symbol, interval, start, **query):
    asked = {"symbol": symbol, "interval": interval, "from": start, "to": NOW, "format": "columns", "timeout": 30}
    asked["digits"] = "stored"
    answer = client.get("/api/v1/candles", params=asked | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["candles"]


def session_date(symbol, time_s):
    moment = datetime.fromtimestamp(time_s, ZoneInfo(VENUES[symbol][0]))
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp())


def joined(days):
    if not days:
        return None
    return days[0][0], max(day[1] for day in days), min(day[2] for day in days), days[-1][3]


@pytest.fixture(scope="module")
def series(client):
    """Return a function that gives the first bars of a venue that are stored, as the lists of the oracle."""
    kept = {}

    def read(symbol):
        if symbol not in kept:
            days = candles(client, symbol, "1d", "2025-11-03")
            candles(client, symbol, "1h", VENUES[symbol][1])
            hours = candles(client, symbol, "1h", "2020-01-01", fill="none")
            names = ("time", "open", "high", "low", "close", "volume")
            columns = [hours[name][:N_BARS] for name in names]
            weeks = {}
            for time_s, *prices in zip(*(days[name] for name in names[:5]), strict=True):
                weeks.setdefault(week(time_s), []).append(prices)
            dates = [session_date(symbol, time_s) for time_s in columns[0]]
            before = [joined(weeks.get(week(date) - 1)) for date in dates]
            kept[symbol] = Series(*columns, [week(date) for date in dates], before), dates
        return kept[symbol]

    return read


def values_of(client, indicator_id, symbol, span, **params):
    asked = {"symbol": symbol, "interval": "1h", "from": span.start, "to": span.end, **params}
    answer = client.get(f"/api/v1/indicators/{indicator_id}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("symbol", VENUES)
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.id)
def test_the_api_gives_the_values_of_the_formula(client, series, indicator, symbol):
    bars, dates = series(symbol)
    assert len(bars.t) == N_BARS
    answer = values_of(client, indicator.id, symbol, Span(bars.t[0], bars.t[-1] + 1))
    assert answer["time"] == bars.t
    periods = bars.periods if indicator.id == "pivot_points" else dates
    shown = Series(bars.t, bars.o, bars.h, bars.low, bars.c, bars.v, periods, bars.previous)
    wanted = ORACLES[indicator.id](shown, answer["params"])
    assert set(answer["values"]) == set(wanted)
    for name, line in wanted.items():
        found, expected = (np.array(one, np.float64) for one in (answer["values"][name], line))
        np.testing.assert_array_equal(np.isnan(found), np.isnan(expected), err_msg=name)
        scale = np.nanmax(np.abs(expected), initial=1.0)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("symbol", VENUES)
def test_the_vwap_of_a_session_begins_with_it_and_is_the_sum_of_its_candles(client, series, symbol):
    bars, dates = series(symbol)
    found = values_of(client, "vwap", symbol, Span(bars.t[0], bars.t[-1] + 1))["values"]["vwap"]
    n_sessions, so_far = 0, (0.0, 0.0)
    for at, date in enumerate(dates):
        price = (bars.h[at] + bars.low[at] + bars.c[at]) / 3
        if at == 0 or date != dates[at - 1]:
            n_sessions, so_far = n_sessions + 1, (0.0, 0.0)
            if bars.v[at]:
                assert found[at] == pytest.approx(price, rel=1e-12)
        so_far = so_far[0] + price * bars.v[at], so_far[1] + bars.v[at]
        if so_far[1]:
            assert found[at] == pytest.approx(so_far[0] / so_far[1], rel=1e-9)
    assert n_sessions > 40
    if symbol == "VOD.L":
        assert {20_749 * DAY_S, 20_752 * DAY_S} <= set(dates)  # the Friday before summer time ended, and the Monday


@pytest.mark.parametrize("symbol", ["AAPL", "7203.T", "0700.HK"])
def test_the_cloud_reaches_the_hours_of_the_next_sessions_and_none_of_a_break(client, series, symbol):
    bars, _ = series(symbol)
    answer = values_of(client, "ichimoku", symbol, Span(bars.t[0], bars.t[-1] + 1))
    opens = answer["upcoming"]
    assert len(opens) == 25
    assert opens[0] > bars.t[-1]
    hours = {datetime.fromtimestamp(time_s, ZoneInfo(VENUES[symbol][0])).strftime("%H:%M") for time_s in opens}
    seen = {datetime.fromtimestamp(time_s, ZoneInfo(VENUES[symbol][0])).strftime("%H:%M") for time_s in bars.t}
    assert hours <= seen
    assert all(datetime.fromtimestamp(time_s, UTC).weekday() < 5 for time_s in opens)
