"""Dividends, splits and gains over HTTP and through the client."""

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN

DAY = 1_763_942_400  # 2025-11-24T00:00:00Z
EVENTS = (
    CorporateEvent(DAY, EventKind.DIVIDEND, 0.25, "USD", DAY + 52_200),
    CorporateEvent(DAY + 86_400, EventKind.SPLIT, 4.0, None, DAY + 138_600),
)


@pytest.fixture
def known(cache):
    cache.events["AAPL"] = EVENTS


@pytest.mark.usefixtures("known")
def test_actions_are_listed_with_the_candle_that_they_belong_to(client):
    rows = client.get("/api/v1/actions", params={"symbol": "AAPL", "interval": "1h"}).json()
    assert rows[0] == {
        "date": "2025-11-24T00:00:00Z", "kind": "dividend", "value": 0.25, "currency": "USD",
        "timestamp": "2025-11-24T14:30:00Z", "time": DAY + 52_200,
    }  # fmt: skip
    assert [row["kind"] for row in rows] == ["dividend", "split"]
    assert client.get("/api/v1/actions", params={"symbol": "NOSUCH", "interval": "1h"}).json() == []


def test_an_interval_is_needed(client):
    answer = client.get("/api/v1/actions", params={"symbol": "AAPL"})
    assert (answer.status_code, answer.json()["field"]) == (400, "interval")


@pytest.mark.usefixtures("known")
def test_the_client_has_the_events_of_the_running_instance(server):
    remote = RemoteCache(server.url, TOKEN)
    assert remote.read_corporate_events("AAPL", INTERVALS["1h"]).result() == EVENTS
