"""Changes are counted, and the answer says when to come back."""

import asyncio

import pytest
from starlette.testclient import TestClient

from candledesk.domain.interval import INTERVALS
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.client import RemoteCache
from candledesk.web.routes import build_routes
from candledesk.web.server.guard import Guard
from candledesk.web.server.sign_in import SignIn
from candledesk.web.server.throttle import Bucket
from tests.web.conftest import PORT, TOKEN, page_files
from tests.web.market import NOW, make_cache


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_bucket_fills_again():
    clock = Clock()
    bucket = Bucket(2, 0.5, clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 2]
    clock.now = 1.9
    assert bucket.take() == 1
    clock.now = 2.0
    assert [bucket.take(), bucket.take()] == [0, 2]
    clock.now = 1_000.0
    assert [bucket.take() for _ in range(3)] == [0, 0, 2]


@pytest.mark.parametrize("path", ["/api/v1/candles/update-latest", "/nothing"])
def test_too_many_changes_are_asked_to_come_back(path):
    clock = Clock()
    app = build_routes(RequestContext(make_cache(), asyncio.Event(), lambda: NOW), page_files())
    guard = Guard(app, port=PORT, sign_in=SignIn(TOKEN), open_paths={"/"}, posts=Bucket(3, 0.25, clock))
    client = TestClient(guard, base_url=f"http://127.0.0.1:{PORT}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert [client.post(path, json={}).status_code != 429 for _ in range(4)] == [True] * 3 + [False]
    refused = client.post(path, json={})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "4")
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/api/v1/limiter").status_code == 200
    clock.now = 4.0
    assert client.post(path, json={}).status_code != 429


def test_replacing_and_deleting_are_changes_too(client, app):
    app._posts._tokens = 2.0
    app._posts._rate = 0.001
    lists = "/api/v1/watchlists/Tech"
    answers = [client.put(lists, json={"sections": []}), client.delete(lists), client.delete(lists)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert client.get("/api/v1/watchlists").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/candles/update-latest", "/healthz", "/", "/assets/app.js", "/docs", "/none"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_request_without_a_token_uses_up_nothing(client, anonymous_client, method, path):
    for _ in range(100):
        assert anonymous_client.request(method, path, headers={"Content-Type": "application/json"}).status_code == 401
    assert client.post("/api/v1/candles/update-latest", json={}).status_code == 202


def test_the_second_process_comes_back_as_it_is_asked(server):
    remote = RemoteCache(server.url, server.token)
    server.posts._burst, server.posts._tokens = 2, 2.0
    jobs = [remote.start_backfill("AAPL", INTERVALS["1d"], None).result() for _ in range(4)]
    assert [job.job_id for job in jobs] == [1, 2, 3, 4]
