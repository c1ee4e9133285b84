"""Who may use the datafeed: off by default, the secret in the address, named sites only; and what refusals say."""

import asyncio

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.settings import load_settings
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from candledesk.web.server import datafeed_access
from candledesk.web.server.datafeed_access import DatafeedAccess
from candledesk.web.server.throttle import Bucket
from candledesk.web.udf.secret import DatafeedSecret
from tests.web.conftest import PORT, TOKEN, page_files
from tests.web.market import NOW

SECRET = "the-secret-of-these-tests-0123456789"
SITE = "https://charts.example"
ORIGIN = {"Origin": SITE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROUTES = [
    ("config", {}),
    ("time", {}),
    ("symbols", {"symbol": "AAPL"}),
    ("search", {"query": "AAP"}),
    ("history", {"symbol": "AAPL", "resolution": "1D", "countback": 3, "from": 0, "to": NOW}),
    ("marks", {"symbol": "AAPL", "resolution": "1D", "from": 0, "to": NOW}),
    ("timescale_marks", {"symbol": "AAPL", "resolution": "1D", "from": 0, "to": NOW}),
    ("quotes", {"symbols": "AAPL,BTC-USD"}),
]


@pytest.fixture
def make_client(cache):
    def make(datafeed=None):
        context = RequestContext(cache, asyncio.Event(), lambda: NOW, datafeed=datafeed)
        app = build_app(context, page_files(), port=PORT, token=TOKEN, posts=Bucket())
        return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")

    return make


@pytest.fixture
def page(make_client):
    """A client of a server whose datafeed is on, for pages of one site."""
    return make_client(DatafeedAccess(lambda: SECRET, frozenset({SITE})))


def check_refused(answer, status):
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("route", "query"), ROUTES)
def test_every_route_answers_with_the_secret_and_no_token(page, route, query):
    answer = page.get(f"/udf/{SECRET}/{route}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    contract = page.get("/openapi.json", headers=BEARER).json()
    declared = contract["paths"][f"/udf/{{secret}}/{route}"]["get"]["responses"]["200"]["content"]
    if answer.headers["content-type"] == "application/json":
        schema = {**declared["application/json"]["schema"], "components": contract["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize(("route", "query"), ROUTES)
def test_it_is_off_unless_it_is_switched_on(make_client, route, query):
    client = make_client()
    check_refused(client.get(f"/udf/{SECRET}/{route}", params=query), 401)
    check_refused(client.get(f"/udf/{SECRET}/{route}", params=query, headers=ORIGIN), 403)
    known = client.get(f"/udf/{SECRET}/{route}", params=query, headers=BEARER)
    check_refused(known, 404)
    assert "CANDLEDESK_UDF=on" in known.json()["errmsg"]
    assert client.options(f"/udf/{SECRET}/{route}", headers=ORIGIN).status_code == 403
    check_refused(client.get("/widgets.json", headers=BEARER), 404)
    check_refused(client.get("/widgets.json", params={"secret": SECRET}), 401)


def test_the_default_is_off_and_for_no_site():
    assert load_settings({}).udf == "off"
    assert load_settings({}).allowed_origins() == frozenset()


@pytest.mark.parametrize(
    "secret",
    ["", "x", SECRET[:-1], f"{SECRET}x", SECRET.upper(), f"%20{SECRET}", TOKEN, "..", "%00", "\u00e9", "a" * 5_000],
)
@pytest.mark.parametrize("headers", [{}, ORIGIN, BEARER], ids=["a script", "a named site", "with the token"])
def test_a_wrong_secret_is_an_error_that_the_chart_shows(page, secret, headers):
    answer = page.get(f"/udf/{secret}/config", headers=headers)
    assert answer.status_code == 401 if secret != ".." else answer.status_code >= 400
    if secret != "..":
        assert answer.json()["s"] == "error"
        assert "candledesk udf" in answer.json()["errmsg"]
        assert SECRET not in answer.text
        assert answer.headers.get("access-control-allow-origin") == (SITE if headers is ORIGIN else None)


def test_an_empty_secret_lets_nobody_in(make_client):
    client = make_client(DatafeedAccess(lambda: "", frozenset({SITE})))
    for path in ("/udf//config", "/udf/", "/widgets.json", "/widgets.json?secret="):
        assert client.get(path, headers=ORIGIN).status_code == 401
        assert client.get(path, headers=ORIGIN | {"Authorization": "Bearer "}).status_code == 401


def test_the_secret_opens_nothing_else(page):
    for headers in ({}, {"Authorization": f"Bearer {SECRET}"}):
        check_refused(page.get("/api/v1/limiter", headers=headers), 401)
        check_refused(page.get(f"/udf/../api/v1/limiter?secret={SECRET}", headers=headers), 401)
    check_refused(page.get("/api/v1/limiter", headers=ORIGIN | BEARER), 403)
    check_refused(page.get("/", headers=ORIGIN), 403)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (ORIGIN, 200),
        ({"Origin": SITE}, 200),
        ({"Origin": f"http://127.0.0.1:{PORT}", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": f"{SITE}.evil.test"}, 403),
        ({"Origin": "http://charts.example"}, 403),
        ({"Origin": f"{SITE}:8443"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "*"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
    ],
)
def test_only_named_sites_may_ask_and_read(page, headers, status):
    answer = page.get(f"/udf/{SECRET}/time", headers=headers)
    assert answer.status_code == status
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == (SITE if headers.get("Origin") == SITE else None)
    assert status == 200 or answer.json()["s"] == "error"


def test_two_origins_and_a_foreign_host_are_refused(page):
    path = f"/udf/{SECRET}/time"
    assert page.get(path, headers=[("Origin", SITE), ("Origin", "https://evil.test")]).status_code == 403
    assert page.get(path, headers={"Host": f"evil.test:{PORT}"}).status_code == 421


def test_a_named_site_reads_errors_too(page):
    for path in ("/udf/wrong/config", f"/udf/{SECRET}/nothing", f"/udf/{SECRET}/symbols?symbol=NOPE"):
        answer = page.get(path, headers=ORIGIN)
        assert answer.status_code in (401, 404)
        assert answer.json()["s"] == "error"
        assert answer.headers["access-control-allow-origin"] == SITE
        assert answer.headers["vary"] == "Origin"


def test_a_preflight_of_a_named_site_is_answered(page):
    asks = ORIGIN | {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    for path in (f"/udf/{SECRET}/config", "/widgets.json"):
        answer = page.options(path, headers=asks)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == SITE
        assert answer.headers["access-control-allow-methods"] == "GET"
        assert "authorization" in answer.headers["access-control-allow-headers"].lower()
        assert answer.headers["access-control-allow-private-network"] == "true"
        check_refused(page.options(path, headers=asks | {"Origin": "https://evil.test"}), 403)
    check_refused(page.options("/api/v1/candles", headers=asks), 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_named_site_can_only_read(page, method):
    json_type = {"Content-Type": "application/json"}
    assert page.request(method, f"/udf/{SECRET}/time", headers=ORIGIN | json_type).status_code == 403
    assert page.request(method, f"/udf/{SECRET}/time", headers=json_type).status_code == 401  # and uses up no change
    assert page.request(method, f"/udf/{SECRET}/time", headers=json_type | BEARER).status_code == 405


def test_openbb_is_given_the_address_of_the_datafeed(page):
    for query, headers in (
        ({"secret": SECRET}, {}),
        ({"secret": SECRET, "theme": "dark"}, ORIGIN),
        ({}, {"Authorization": f"Bearer {SECRET}"}),
        ({}, BEARER),
    ):
        [widget] = page.get("/widgets.json", params=query, headers=headers).json().values()
        assert widget["type"] == "advanced_charting"
        assert {"name", "description", "category", "gridData", "data"} <= widget.keys()
        assert page.get(f"{widget['endpoint']}/config").json()["supports_search"] is True
        assert page.get(f"{widget['endpoint']}/symbols", params={"symbol": widget["data"]["defaultSymbol"]})
    for query, headers in (
        ({}, {}),
        ({"secret": "wrong"}, {}),
        ({"secret": ""}, {}),
        ([("secret", "wrong"), ("secret", SECRET)], {}),
        ({}, {"Authorization": f"Basic {SECRET}"}),
    ):
        answer = page.get("/widgets.json", params=query, headers=headers)
        assert answer.status_code == 401
        assert SECRET not in answer.text


def test_a_failure_does_not_put_the_secret_into_the_log(page, cache, caplog):
    cache.read_quotes = None
    answer = page.get(f"/udf/{SECRET}/quotes?symbols=AAPL", headers=ORIGIN)
    assert (answer.status_code, answer.json()["s"]) == (500, "error")
    assert SECRET not in caplog.text
    assert "/udf/" in caplog.text


def test_the_secret_is_private_lasts_and_can_be_replaced(tmp_path):
    path = tmp_path / "datafeed.secret"
    secret = DatafeedSecret(path)
    assert secret.read() == ""
    first = secret.ensure()
    assert len(first) >= 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert DatafeedSecret(path).ensure() == secret.read() == first
    assert secret.rotate() == secret.read() != first
    for text in ("short", "a" * 31 + "/", "ä" * 40, ""):
        path.write_text(text)
        assert secret.read() == ""
    path.unlink()
    path.mkdir()
    with pytest.raises(EnvironmentFaultError, match="cannot be written"):
        secret.ensure()


def test_a_new_secret_holds_at_once_in_a_running_server(make_client, tmp_path):
    secret = DatafeedSecret(tmp_path / "datafeed.secret")
    first = secret.ensure()
    client = make_client(DatafeedAccess(secret.read))
    assert client.get(f"/udf/{first}/time").status_code == 200
    second = secret.rotate()
    assert client.get(f"/udf/{first}/time").status_code == 401
    assert client.get(f"/udf/{second}/time").status_code == 200


@pytest.mark.parametrize(
    "text", ["*", "null", "example.org", "https://a.example/path", "https://", "ftp://a", "https://a b*"]
)
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(InputError, match="CANDLEDESK_UDF_ORIGINS"):
        load_settings({"CANDLEDESK_UDF_ORIGINS": text})


def test_origins_are_spelled_as_a_browser_spells_them():
    text = "https://Pro.OpenBB.co:443, http://localhost:3000 http://127.0.0.1:80,http://[::1]:8080"
    found = load_settings({"CANDLEDESK_UDF_ORIGINS": text}).allowed_origins()
    assert found == {"https://pro.openbb.co", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"}


def test_secrets_are_compared_in_constant_time(page, monkeypatch):
    compared = []
    real = datafeed_access.secrets.compare_digest
    monkeypatch.setattr(
        datafeed_access.secrets, "compare_digest", lambda one, other: compared.append((one, other)) or real(one, other)
    )
    page.get(f"/udf/{SECRET[:-1]}x/time")
    assert compared == [(f"{SECRET[:-1]}x".encode(), SECRET.encode())]
