"""Every defence of issue 6 part 4 that lives in the guard, one row each."""

import asyncio
import threading

import pytest
from starlette.testclient import TestClient

from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from candledesk.web.routes import ENDPOINTS
from candledesk.web.server.guard import MAX_BODY, MAX_REQUESTS, WITH_BODY
from tests.web.conftest import PORT, TOKEN, page_files
from tests.web.market import make_cache

API = "/api/v1/limiter"
BEARER = f"Bearer {TOKEN}"
JSON = "application/json"

HOSTS = [
    (f"127.0.0.1:{PORT}", 200),
    (f"localhost:{PORT}", 200),
    (f"LOCALHOST:{PORT}", 200),
    (f"[::1]:{PORT}", 200),
    ("127.0.0.1", 421),
    ("localhost", 421),
    (f"127.0.0.1:{PORT + 1}", 421),
    (f"evil.test:{PORT}", 421),
    ("evil.test", 421),
    (f":{PORT}", 421),
    ("", 421),
    (f"0.0.0.0:{PORT}", 421),
    (f"127.0.0.1:{PORT}.evil.test", 421),
    (f"127.0.0.1:{PORT}@evil.test", 421),
    (f"localhost.:{PORT}", 421),
    (f"127.0.0.1:0{PORT}", 421),
]
SITES = [
    ({}, 200),
    ({"Origin": f"http://127.0.0.1:{PORT}"}, 200),
    ({"Origin": f"http://localhost:{PORT}", "Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Origin": "null"}, 403),
    ({"Origin": ""}, 403),
    ({"Origin": f"https://127.0.0.1:{PORT}"}, 403),
    ({"Origin": f"http://127.0.0.1:{PORT + 1}"}, 403),
    ({"Origin": "http://evil.test"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
]
TOKENS = [
    (BEARER, 200),
    (f"bearer {TOKEN}", 200),
    (None, 401),
    ("", 401),
    ("Bearer ", 401),
    (TOKEN, 401),
    (f"Basic {TOKEN}", 401),
    (f"Bearer {TOKEN[:-1]}", 401),
    (f"Bearer {TOKEN}x", 401),
    (f"Bearer {TOKEN} {TOKEN}", 401),
    ("Bearer \u00e9", 401),
]
VISITS = [
    ("/", "document", "navigate", 200),
    ("/", "iframe", "navigate", 403),
    ("/", "image", "no-cors", 403),
    ("/assets/app.js", "document", "navigate", 403),
    ("/healthz", "document", "navigate", 403),
]
BODIES = [
    (JSON, b"{}", 202),
    ("application/json; charset=utf-8", b"{}", 202),
    (JSON, b"", 202),
    ("text/plain", b"{}", 415),
    ("application/x-www-form-urlencoded", b"{}", 415),
    ("multipart/form-data; boundary=x", b"{}", 415),
    (None, b"{}", 415),
    (JSON, b"{" + b" " * (MAX_BODY - 2) + b"}", 202),
    (JSON, b" " * MAX_BODY, 400),
    (JSON, b" " * (MAX_BODY + 1), 413),
    (JSON, b"[" * MAX_BODY, 400),
    (JSON, b"\xff\xfe", 400),
    (JSON, b"[]", 400),
]


def check_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"title", "status", "detail", "code"} <= answer.json().keys()
    assert answer.json()["status"] == status
    assert "Traceback" not in answer.text


def check(answer, status):
    if status < 400:
        assert answer.status_code == status, answer.text
    else:
        check_problem(answer, status)


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_our_own_host_is_answered(client, host, status):
    check(client.get(API, headers={"Host": host}), status)


@pytest.mark.parametrize("path", ["/", "/assets/app.js", "/healthz"])
def test_a_rebound_name_gets_not_even_the_page(anonymous_client, path):
    check_problem(anonymous_client.get(path, headers={"Host": f"evil.test:{PORT}"}), 421)


@pytest.mark.parametrize(("headers", "status"), SITES)
def test_only_our_own_site_may_ask(client, headers, status):
    check(client.get(API, headers=headers), status)


@pytest.mark.parametrize(("token", "status"), TOKENS)
def test_the_token_of_this_run_is_needed(anonymous_client, token, status):
    headers = {} if token is None else {"Authorization": token.encode("latin-1")}
    answer = anonymous_client.get(API, headers=headers)
    check(answer, status)
    assert status == 200 or answer.headers["www-authenticate"] == "Bearer"


def test_the_token_counts_only_in_its_header(anonymous_client):
    check_problem(anonymous_client.get(f"{API}?token={TOKEN}"), 401)
    check_problem(anonymous_client.get(API, headers={"Cookie": f"token={TOKEN}"}), 401)
    two = [("Authorization", BEARER), ("Authorization", BEARER)]
    check_problem(anonymous_client.get(API, headers=two), 401)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda row: f"{row.method} {row.path}")
def test_every_route_but_healthz_needs_the_token(anonymous_client, endpoint):
    answer = anonymous_client.request(
        endpoint.method, endpoint.path.replace("{job_id}", "1"), headers={"Content-Type": JSON}
    )
    assert answer.status_code == (200 if endpoint.path == "/healthz" else 401)


@pytest.mark.parametrize("path", ["/nothing", "/assets/", "/assets/../server.py", "/assets/%2e%2e/server.py", "/docs"])
def test_an_unknown_address_reveals_nothing_without_a_token(anonymous_client, path):
    check_problem(anonymous_client.get(path), 401)


@pytest.mark.parametrize(("path", "dest", "mode", "status"), VISITS)
def test_a_link_from_elsewhere_opens_the_page_alone(anonymous_client, path, dest, mode, status):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": mode}
    check(anonymous_client.get(path, headers=headers), status)


@pytest.mark.parametrize("path", ["/", API, "/api/v1/candles/backfill", "/nothing"])
def test_a_preflight_is_refused_without_cors(client, path):
    headers = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
    for answer in (client.options(path, headers=headers), client.options(path)):
        check_problem(answer, 403)
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("kind", "body", "status"), BODIES)
def test_a_post_is_small_json(client, kind, body, status):
    headers = {} if kind is None else {"Content-Type": kind}
    check(client.post("/api/v1/candles/update-latest", content=body, headers=headers), status)


def test_a_chunked_body_is_counted(client):
    parts = (b" " * 1024 for _ in range(65))
    check_problem(client.post("/api/v1/candles/update-latest", content=parts, headers={"Content-Type": JSON}), 413)


def test_a_compressed_body_is_refused(client):
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    check_problem(client.post("/api/v1/candles/update-latest", content=b"{}", headers=headers), 415)


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/assets/app.js", 200), (API, 200), ("/none", 404), ("/healthz", 200)]
)
def test_every_answer_carries_the_security_headers(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY")
DECLARED = {path: {row.method for row in ENDPOINTS if row.path == path} for path in {row.path for row in ENDPOINTS}}
DECLARED |= {path: {"GET"} for path in ("/", "/assets/app.js")}


def allowed_at(path):
    return DECLARED[path] | ({"HEAD"} if "GET" in DECLARED[path] else set())


@pytest.mark.parametrize("path", sorted(DECLARED))
@pytest.mark.parametrize("headers", [{"Content-Type": JSON}, {"Content-Type": "text/plain"}, {}], ids=str)
def test_a_method_that_is_not_declared_is_refused_with_those_that_are(client, path, headers):
    for method in sorted({*METHODS} - allowed_at(path)):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 405, method
        assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed_at(path)
        if method != "HEAD":
            check_problem(answer, 405)


@pytest.mark.parametrize(
    ("method", "path"), [(row.method, row.path) for row in ENDPOINTS if row.method in WITH_BODY], ids=str
)
def test_a_body_that_is_not_json_is_refused_where_one_is_taken(client, method, path):
    check_problem(client.request(method, path, content=b"{}", headers={"Content-Type": "text/plain"}), 415)


def test_null_is_refused_where_a_value_is_needed_and_otherwise_not_given(client):
    refused = client.post("/api/v1/harvest", json={"symbol": None, "interval": "1d"})
    check_problem(refused, 400)
    assert refused.json()["field"] == "symbol"
    taken = client.post("/api/v1/harvest", json={"symbol": "AAPL", "interval": "1d", "on": None})
    assert (taken.status_code, taken.json()["on"]) == (200, True)


@pytest.mark.parametrize("path", ["/api/v1/candles", "/api/v1/indicators/sma"])
def test_a_span_without_an_instant_is_out_of_range(client, path):
    query = {"symbol": "AAPL", "interval": "1d", "from": "2026-11-02", "to": "2026-11-02"}
    answer = client.get(path, params=query)
    check_problem(answer, 422)
    assert (answer.json()["field"], answer.json()["code"]) == ("to", "out_of_range")


@pytest.mark.allow_logs
def test_a_bug_reveals_no_internals(client, cache):
    cache.limiter = None
    answer = client.get(API)
    check_problem(answer, 500)
    assert "NoneType" not in answer.text
    assert "AttributeError" not in answer.text


def test_one_request_too_many_is_asked_to_come_back():
    cache = make_cache(stuck=[])
    app = build_app(RequestContext(cache, asyncio.Event()), page_files(), port=PORT, token=TOKEN)
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers={"Authorization": BEARER}) as client:
        answers = []
        ask = "/api/v1/candles?symbol=AAPL&interval=1d"
        threads = [threading.Thread(target=lambda: answers.append(client.get(ask))) for _ in range(MAX_REQUESTS)]
        for thread in threads:
            thread.start()
        while len(cache.stuck) < MAX_REQUESTS:
            threads[0].join(0.01)
        refused = client.get(API)
        check_problem(refused, 503)
        assert refused.headers["retry-after"] == "1"
        cache.stuck, waiting = None, cache.stuck
        for future, request in zip(waiting, cache.requests, strict=True):
            future.set_result(cache.reply(request))
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [200] * MAX_REQUESTS
        check(client.get(API), 200)
