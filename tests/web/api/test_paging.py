"""Pages of every size join to the unpaged answer, and an ETag changes when anything but the clock does."""

import asyncio
from itertools import chain

import pytest
from starlette.testclient import TestClient

from candledesk.domain.interval import INTERVALS
from candledesk.domain.times import iso_time
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from tests.cache.conftest import NOW, CacheHarness, FakeYahoo, all_day_calendar, weekday_calendar
from tests.web.conftest import PORT, TOKEN, page_files

DAY_S = 86_400
SPANS = {  # over several session ends, today's included, and odd at both ends
    "1m": (NOW - 5_000, NOW),
    "2m": (NOW - 10_001, NOW),
    "5m": (NOW - DAY_S - 901, NOW),
    "15m": (NOW - 2 * DAY_S - 1, NOW),
    "30m": (NOW - 5 * DAY_S + 60, NOW - 60),
    "1h": (NOW - 8 * DAY_S - 17, NOW),
    "90m": (NOW - 8 * DAY_S, NOW),
    "4h": (NOW - 20 * DAY_S + 1, NOW),
    "1d": (NOW - 30 * DAY_S, NOW + DAY_S),
    "1wk": (NOW - 200 * DAY_S, NOW + DAY_S),
    "1mo": (NOW - 400 * DAY_S, NOW),
    "3mo": (NOW - 780 * DAY_S, NOW),
}
CASES = [(name, shape, limit) for name in INTERVALS for shape in ("rows", "columns") for limit in (1, 2, 7)]


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    yahoo = FakeYahoo()
    yahoo.calendars = {"EQUITY": weekday_calendar(), "CRYPTOCURRENCY": all_day_calendar()}
    harness = CacheHarness(tmp_path_factory.mktemp("paging"), yahoo)
    yield harness
    harness.service.close()


@pytest.fixture
def client(harness):
    app = build_app(RequestContext(harness.cache, asyncio.Event(), lambda: NOW), page_files(), port=PORT, token=TOKEN)
    auth = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=auth) as client:
        yield client


def ask(client, **query):
    answer = client.get("/api/v1/candles", params={"symbol": "AAA", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows_of(candles):
    if isinstance(candles, list):
        return candles
    assert set(candles.pop("odd")) == {""}
    return [dict(zip(candles, values, strict=True)) for values in zip(*candles.values(), strict=True)]


@pytest.mark.parametrize(("name", "shape", "limit"), CASES)
def test_pages_join_to_the_whole(client, name, shape, limit):
    start, end = SPANS[name]
    query = {"interval": name, "from": iso_time(start), "to": iso_time(end), "timeout": 20}
    whole = ask(client, **query)
    assert whole["next"] is None
    assert len(whole["candles"]) > 2 * limit or name in {"1mo", "3mo"}
    pages, cursor = [], {}
    while cursor is not None:
        page = ask(client, **query, **cursor, format=shape, limit=limit, fill="none")
        pages.append(rows_of(page["candles"]))
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert list(chain.from_iterable(pages)) == whole["candles"]
    assert all(len(page) == limit for page in pages[:-1])


def tag(client, **query):
    given = {"symbol": "AAA", "interval": "1h", "from": "2026-11-16", "to": "2026-11-24", "fill": "none", **query}
    return client.get("/api/v1/candles", params=given).headers["etag"]


def test_the_etag_depends_on_everything_in_the_answer(client, harness):
    ask(client, interval="1h", **{"from": "2026-11-16"})
    ask(client, interval="1d", **{"from": "2026-10-01"})
    base = tag(client)
    assert tag(client) == base
    others = [
        tag(client, limit=3),
        tag(client, format="columns"),
        tag(client, adjust="none"),
        tag(client, adjust="all"),
        tag(client, to="2026-11-23"),
        tag(client, interval="4h"),
        tag(client, **{"from": "2026-10-16"}),  # nothing older is stored: the same bars and a gap
    ]
    assert len({base, *others}) == len(others) + 1


def test_a_bar_that_becomes_final_changes_the_tag_though_not_the_revision(client, harness):
    query = {"from": "2026-11-25", "to": "2026-11-26"}
    ask(client, interval="1h", **query)
    forming = tag(client, **query)
    try:
        harness.yahoo.now = NOW + 2 * DAY_S
        settled = tag(client, **query)
    finally:
        harness.yahoo.now = NOW
    assert settled != forming
    assert settled.partition("-")[0] == forming.partition("-")[0]
    assert tag(client, **query) == forming
