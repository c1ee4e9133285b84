"""The declarations describe what they validate: OpenAPI, the page for people, and the answers themselves."""

import re
from dataclasses import make_dataclass, replace
from html import escape

import jsonschema_rs
import pytest

from candledesk.cache.maintenance_messages import BackupFile, MaintenanceKind, MaintenanceRequest
from candledesk.domain.interval import INTERVALS
from candledesk.web.api.contract.openapi import ERROR_TEXTS, build_openapi, statuses_of
from candledesk.web.routes import ENDPOINTS
from candledesk.workspace.layout import Layout, layout_document
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection

BACKUP = BackupFile("/home/backups/a.db", 4_096, 1_795_000_000, "weekly", 11, is_automatic=True)
VISIT = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
OF_INTERFACE = {  # INTERFACE.md, "HTTP"
    ("get", "/healthz"),
    ("get", "/api/v1/candles"),
    ("post", "/api/v1/candles/backfill"),
    ("post", "/api/v1/candles/update-latest"),
    ("get", "/api/v1/jobs"),
    ("get", "/api/v1/jobs/{job_id}"),
    ("post", "/api/v1/jobs/{job_id}/cancel"),
    ("post", "/api/v1/jobs/{job_id}/retry"),
    ("get", "/api/v1/coverage"),
    ("get", "/api/v1/symbols"),
    ("get", "/api/v1/instruments/{symbol}"),
    ("get", "/api/v1/limiter"),
    ("get", "/api/v1/events"),
    ("get", "/api/v1/watchlists"),
    ("post", "/api/v1/watchlists"),
    ("get", "/api/v1/watchlists/{name}"),
    ("put", "/api/v1/watchlists/{name}"),
    ("delete", "/api/v1/watchlists/{name}"),
    ("get", "/api/v1/layouts"),
    ("post", "/api/v1/layouts"),
    ("get", "/api/v1/layouts/{name}"),
    ("put", "/api/v1/layouts/{name}"),
    ("delete", "/api/v1/layouts/{name}"),
    ("get", "/api/v1/drawings"),
    ("post", "/api/v1/drawings"),
    ("get", "/api/v1/drawings/{drawing_id}"),
    ("patch", "/api/v1/drawings/{drawing_id}"),
    ("delete", "/api/v1/drawings/{drawing_id}"),
    ("get", "/api/v1/storage"),
    ("post", "/api/v1/backups"),
    *(("get", f"/udf/{{secret}}/{name}") for name in ("config", "time", "symbols", "search", "history", "quotes")),
    *(("get", f"/udf/{{secret}}/{name}") for name in ("marks", "timescale_marks")),
    ("get", "/widgets.json"),
    ("get", "/openapi.json"),
    ("get", "/docs"),
}
ANSWERS = [
    ("/healthz", {}),
    ("/api/v1/candles", {"symbol": "AAPL", "interval": "1d", "limit": 3}),
    ("/api/v1/candles", {"symbol": "AAPL", "interval": "1h", "limit": 3, "format": "columns", "fill": "none"}),
    ("/api/v1/jobs", {}),
    ("/api/v1/coverage", {"symbol": "AAPL", "interval": "1d"}),
    ("/api/v1/symbols", {"query": "a"}),
    ("/api/v1/instruments/AAPL", {}),
    ("/api/v1/limiter", {}),
    ("/api/v1/harvest", {}),
    ("/api/v1/storage", {}),
    ("/api/v1/backups", {}),
    ("/api/v1/maintenance", {}),
    ("/api/v1/maintenance/1", {}),
    ("/api/v1/watchlists", {}),
    ("/api/v1/watchlists/Tech", {}),
    ("/api/v1/layouts", {}),
    ("/api/v1/layouts/Mine", {}),
    ("/api/v1/drawings", {}),
    ("/api/v1/drawings", {"deleted": "true"}),
    ("/openapi.json", {}),
]


@pytest.fixture
def contract(client):
    return client.get("/openapi.json").json()


def test_every_route_is_in_the_contract(contract):
    found = {(method, path) for path, methods in contract["paths"].items() for method in methods}
    assert found >= OF_INTERFACE
    assert found == {(row.method.lower(), row.path) for row in ENDPOINTS}
    assert contract["openapi"].startswith("3.1")


def test_every_name_is_used_once(contract):
    names = [row["operationId"] for methods in contract["paths"].values() for row in methods.values()]
    assert sorted(names) == sorted(set(names))


def test_two_messages_of_one_name_are_refused():
    other = make_dataclass("Job", [("colour", str)], frozen=True)
    endpoint = replace(ENDPOINTS[0], answer=replace(ENDPOINTS[0].answer, content=other))
    with pytest.raises(ValueError, match="the name Job"):
        build_openapi([*ENDPOINTS, endpoint])


def test_defaults_and_limits_are_those_that_hold(contract):
    rows = {row["name"]: row for row in contract["paths"]["/api/v1/candles"]["get"]["parameters"]}
    assert rows["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 5000, "default": 5000}
    assert rows["timeout"]["schema"] == {"type": "number", "minimum": 0, "maximum": 30.0, "default": 8.0}
    assert rows["fill"]["schema"] == {"type": "string", "enum": ["wait", "none", "async"], "default": "wait"}
    assert (rows["symbol"]["required"], rows["from"]["required"]) == (True, False)


@pytest.mark.parametrize(
    ("path", "body", "is_valid"),
    [
        ("/api/v1/jobs", {"symbols": ["AAPL"], "from": None, "to": None, "intervals": None}, True),
        ("/api/v1/jobs", {"symbols": None}, False),
        ("/api/v1/candles/backfill", {"symbol": "AAPL", "interval": None}, False),
        ("/api/v1/harvest", {"symbol": "AAPL", "interval": "1m", "on": None}, True),
        ("/api/v1/window/raise", {"symbol": None, "interval": None}, True),
        ("/api/v1/candles/update-latest", {}, True),
        ("/api/v1/candles/update-latest", {"intervals": None}, True),
        ("/api/v1/candles/update-latest", {"intervals": []}, False),
        ("/api/v1/candles/update-latest", {"symbols": ["AAPL"], "intervals": ["1h"]}, True),
    ],
)
def test_null_in_a_body_means_not_given_and_the_contract_says_so(client, contract, path, body, is_valid):
    schema = contract["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(body) is is_valid
    assert (client.post(path, json=body).status_code != 400) is is_valid


def _declared(path):
    """Return the path as the contract writes it."""
    for pattern, name in ((r"/1$", "/{task_id}"), (r"/(Tech|Mine)$", "/{name}"), (r"/AAPL$", "/{symbol}")):
        path = re.sub(pattern, name, path)
    return path


@pytest.mark.parametrize(("path", "query"), ANSWERS)
def test_answers_are_what_the_contract_says(client, cache, workspace, contract, path, query):
    workspace.add_watchlist(Watchlist("Tech", (WatchlistSection("", ("AAPL",)),), {"AAPL": "red"})).result(5)
    workspace.add_layout(NamedLayout("Mine", layout_document(Layout()))).result(5)
    cache.start_backfill("AAPL", INTERVALS["1d"], None)
    cache.set_archived("AAPL", INTERVALS["1m"], is_on=True)
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.BACKUP))
    cache.backups.append(BACKUP)
    answer = client.get(path, params=query)
    declared = contract["paths"][_declared(path)]["get"]["responses"]["200"]["content"]
    schema = {**declared["application/json"]["schema"], "components": contract["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(answer.json())


def test_every_failure_is_declared_with_a_sentence():
    for endpoint in ENDPOINTS:
        assert set(statuses_of(endpoint)) <= set(ERROR_TEXTS)


def test_the_page_for_people_names_every_route_and_parameter(client):
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for endpoint in ENDPOINTS:
        assert endpoint.path in page.text
        assert escape(endpoint.summary) in page.text
        for param in (*endpoint.query, *endpoint.body):
            assert f"<code>{param.name}</code>" in page.text


def test_the_page_for_people_needs_nothing_that_the_policy_forbids(client):
    page = client.get("/docs").text
    assert "<script" not in page
    assert "<style" not in page
    assert not re.search(r"\s(style|on\w+)=", page)
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert {link for link in links if not link.startswith("#")} == {"/assets/docs.css", "/assets/icon.svg"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(re.findall(r'id="([^"]+)"', page))


def test_a_person_reads_the_page_without_a_token_and_a_program_does_not(anonymous_client):
    assert anonymous_client.get("/docs", headers=VISIT).status_code == 200
    assert anonymous_client.get("/docs").status_code == 401
    assert anonymous_client.get("/docs", headers={**VISIT, "Sec-Fetch-Dest": "iframe"}).status_code == 401
    assert anonymous_client.get("/docs", headers={**VISIT, "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert anonymous_client.get("/openapi.json", headers=VISIT).status_code == 401


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_the_media_types_of_files_are_in_the_contract(client, contract, form):
    answer = client.get("/api/v1/candles", params={"symbol": "AAPL", "interval": "1d", "limit": 3, "format": form})
    declared = contract["paths"]["/api/v1/candles"]["get"]["responses"]["200"]["content"]
    assert answer.headers["content-type"].partition(";")[0] in declared


@pytest.mark.parametrize("symbol", [" AAPL", "\N{LATIN SMALL LETTER DOTLESS I}BM", "A B"])
def test_a_text_that_is_no_symbol_is_named_as_it_came(client, symbol):
    assert (
        client.get("/api/v1/candles", params={"symbol": symbol, "interval": "1d"})
        .json()["detail"]
        .startswith(f"Not a symbol: {symbol!r}. A symbol has")
    )
