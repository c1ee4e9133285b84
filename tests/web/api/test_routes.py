"""Every route of INTERFACE.md over a fake cache: what it asks for and what it answers."""

from dataclasses import replace

import jsonschema_rs
import pytest

from candledesk.cache.events import JobsChanged
from candledesk.domain.errors import ClosingError, EnvironmentFaultError, OfflineError, TooLateError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.job_states import JobState
from candledesk.domain.span import Span
from candledesk.providers.yahoo.capabilities import LIMITS
from candledesk.web.api.event_stream import encode_event
from tests.fake_data import make_instrument, make_span_bars
from tests.web.market import NOW

DAY = INTERVALS["1d"]
ASK = {"symbol": "aapl", "interval": "1d", "from": "2026-11-02", "to": "2026-11-09"}
REFUSED = [
    ({"symbol": None}, 400, "symbol"),
    ({"symbol": "no such!"}, 400, "symbol"),
    ({"symbol": "A" * 33}, 400, "symbol"),
    ({"symbol": "NOPE"}, 404, "symbol"),
    ({"interval": None}, 400, "interval"),
    ({"interval": "7x"}, 400, "interval"),
    ({"from": "2026-11-02T14:30:00"}, 400, "from"),
    ({"from": "yesterday"}, 400, "from"),
    ({"from": "20261102"}, 400, "from"),
    ({"from": "2026"}, 400, "from"),
    ({"from": "2026-02-30"}, 400, "from"),
    ({"from": "2026-11-02T14:30:00+99:00"}, 400, "from"),
    ({"from": "0001-01-01T00:00:00+23:59"}, 400, "from"),
    ({"to": "2026-11-02"}, 422, "to"),
    ({"to": "2026-11-01"}, 422, "to"),
    ({"cursor": "2026-11-09"}, 422, "cursor"),
    ({"limit": "0"}, 422, "limit"),
    ({"limit": "5001"}, 422, "limit"),
    ({"limit": "many"}, 400, "limit"),
    ({"limit": "9" * 400}, 400, "limit"),
    ({"timeout": "31"}, 422, "timeout"),
    ({"timeout": "-1"}, 422, "timeout"),
    ({"timeout": "nan"}, 400, "timeout"),
    ({"fill": "maybe"}, 400, "fill"),
    ({"adjust": "dividends"}, 400, "adjust"),
    ({"format": "xml"}, 400, "format"),
    ({"countback": "0"}, 422, "countback"),
    ({"interval": "1500"}, 400, "interval"),
    ({"colour": "red"}, 400, "colour"),
]
FAULTS = [
    (OfflineError("No network."), 503),
    (ClosingError("Closing."), 503),
    (EnvironmentFaultError("Disk full."), 503),
]


def ask(client, **changes):
    query = {key: value for key, value in {**ASK, **changes}.items() if value is not None}
    return client.get("/api/v1/candles", params=query)


def test_the_page_and_its_assets(anonymous_client):
    page = anonymous_client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/assets/all.js", "/assets/all.css", "/assets/lightweight-charts.js"):
        assert path in page.text
        answer = anonymous_client.get(path)
        assert answer.status_code == 200
        assert anonymous_client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert "<style" not in page.text
    assert "style=" not in page.text


def test_healthz(anonymous_client):
    assert anonymous_client.get("/healthz").json() == {"status": "ok"}


def test_candles_as_rows(client, cache):
    answer = ask(client)
    body = answer.json()
    expected = make_span_bars(make_instrument("AAPL"), DAY, Span(1_793_577_600, 1_794_182_400))
    assert cache.requests[0].span == Span(1_793_577_600, 1_794_182_400)
    facts = ("symbol", "interval", "from", "to", "timezone", "currency", "adjust", "complete", "gaps", "next")
    assert [body[key] for key in facts] == [
        "AAPL",
        "1d",
        "2026-11-02T00:00:00Z",
        "2026-11-09T00:00:00Z",
        "America/New_York",
        "USD",
        "splits",
        True,
        [],
        None,
    ]
    assert (body["exchange"], body["exchange_name"]) == ("NMS", "NASDAQ")
    assert [row["time"] for row in body["candles"]] == expected.open_time.tolist()
    assert body["candles"][0] == {
        "timestamp": "2026-11-02T00:00:00Z",
        "time": 1_793_577_600,
        **{name: getattr(expected, name)[0] for name in ("open", "high", "low", "close", "volume")},
        "final": True,
    }
    assert body["start"]["at"] == "1980-12-12T00:00:00Z"
    assert body["start"]["kind"] == "listing"


def test_columns_hold_the_same_as_rows(client):
    rows = ask(client, **{"from": "2010-01-01"}).json()["candles"]
    columns = ask(client, **{"from": "2010-01-01"}, format="columns").json()["candles"]
    assert len(rows) > 4_000
    assert set(columns.pop("odd")) == {""}
    assert rows == [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def test_a_span_without_candles_is_an_empty_list(client):
    assert ask(client, **{"from": "2026-11-07"}).json()["candles"] == []
    assert ask(client, **{"from": "2026-11-07"}, format="columns").json()["candles"]["time"] == []


def test_fill_none_reads_the_database_alone(client):
    body = ask(client, fill="none").json()
    gap = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-09T00:00:00Z", "reason": "not fetched yet", "retry_at": None}
    assert (body["candles"], body["complete"], body["gaps"]) == ([], False, [gap])


def test_the_request_reaches_the_cache(client, cache):
    ask(client, fill="async", timeout="2.5", adjust="all", limit="7", interval="60m")
    request = cache.requests[0]
    assert (request.fill, request.timeout_s, request.adjust, request.limit) == ("async", 2.5, "all", 7)
    assert request.interval is INTERVALS["1h"]


@pytest.mark.parametrize(("text", "name"), [("45m", "45m"), ("120m", "2h"), ("12mo", "1y"), ("3wk", "3wk")])
def test_any_multiple_reaches_the_cache(client, cache, text, name):
    assert ask(client, interval=text, fill="none").json()["interval"] == name
    assert cache.requests[0].interval is parse_interval(name)


def test_candles_made_from_finer_ones_are_named(client, cache, monkeypatch):
    assert "derived" not in ask(client).json()
    derived = ((Span(1_793_577_600, 1_793_664_000), "1m"),)
    plain = cache.reply
    monkeypatch.setattr(cache, "reply", lambda request: replace(plain(request), derived=derived))
    answer = ask(client)
    row = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-03T00:00:00Z", "interval": "1m"}
    assert answer.json()["derived"] == [row]
    contract = client.get("/openapi.json").json()
    schema = {**contract["components"]["schemas"]["Candles"], "components": contract["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(answer.json())


def test_the_cursor_walks_every_bar_once(client):
    seen, cursor = [], None
    while True:
        body = ask(client, limit="2", cursor=cursor).json()
        seen += [row["time"] for row in body["candles"]]
        cursor = body["next"]
        if cursor is None:
            break
    assert seen == make_span_bars(make_instrument("AAPL"), DAY, Span(1_793_577_600, 1_794_182_400)).open_time.tolist()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"from": None, "to": None}, None),
        ({"to": None}, Span(1_793_577_600, NOW + 86_400)),
        ({"to": None, "interval": "1h"}, Span(1_793_577_600, NOW + 1)),
        ({"from": "2026-11-02T15:00:00+01:00"}, Span(1_793_628_000, 1_794_182_400)),
        ({"from": "2026-11-02T14:00:00.5Z"}, Span(1_793_628_001, 1_794_182_400)),
        ({"from": "2026-11-02T14:00Z"}, Span(1_793_628_000, 1_794_182_400)),
        ({"from": None}, Span(-2_208_988_800, 1_794_182_400)),
    ],
)
def test_spans_as_typed(client, cache, given, expected):
    assert ask(client, **given, fill="none").status_code == 200
    assert cache.requests[0].span == expected


def test_a_plus_that_arrives_as_a_blank_is_understood(client, cache):
    client.get("/api/v1/candles?symbol=AAPL&interval=1d&from=2026-11-02T15:00:00+01:00&fill=none")
    assert cache.requests[0].span.start == 1_793_628_000


def test_a_naive_instant_is_refused_with_the_right_form(client):
    assert "2026-11-02T14:30:00Z" in ask(client, **{"from": "2026-11-02T14:30:00"}).json()["detail"]


@pytest.mark.parametrize(("changes", "status", "field"), REFUSED)
def test_bad_parameters_name_their_field(client, changes, status, field):
    answer = ask(client, **changes)
    assert (answer.status_code, answer.json().get("field")) == (status, field)


def test_a_doubled_parameter_is_refused(client):
    answer = client.get("/api/v1/candles?symbol=AAPL&symbol=MSFT&interval=1d")
    assert (answer.status_code, answer.json()["field"]) == (400, "symbol")


def test_nothing_changed_nothing_sent(client, cache):
    tag = ask(client).headers["etag"]
    same = client.get("/api/v1/candles", params=ASK, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    cache.store("AAPL", DAY, Span(0, 86_400))
    assert client.get("/api/v1/candles", params=ASK, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(("error", "status"), FAULTS)
def test_faults_ask_to_come_back(client, cache, error, status):
    cache.error = error
    answer = ask(client)
    assert (answer.status_code, answer.json()["detail"]) == (status, str(error))
    assert int(answer.headers["retry-after"]) > 0


def test_where_history_starts(client, cache):
    hours = ask(client, interval="1h", fill="none").json()["start"]
    assert hours == {
        "at": "2024-11-23T16:00:00Z",
        "time": NOW - LIMITS["1h"].lookback_s,
        "kind": "lookback",
        "reason": "the provider keeps 1h bars for 730 days",
    }
    assert ask(client, symbol="BTC-USD", fill="none").json()["start"] is None


def test_backfill_queues_the_real_job(client, cache):
    answer = client.post("/api/v1/candles/backfill", json={"symbol": "aapl", "interval": "60m", "from": "2026-01-01"})
    assert (answer.status_code, answer.json()) == (202, {"status": "queued", "job_id": 1})
    assert cache.jobs[0].symbol == "AAPL"
    assert cache.jobs[0].interval.name == "1h"
    assert client.post("/api/v1/candles/backfill", json={"symbol": "AAPL"}).json()["field"] == "interval"
    assert client.post("/api/v1/candles/backfill", json={"symbol": 1, "interval": "1d"}).json()["field"] == "symbol"


@pytest.mark.parametrize(
    ("body", "series"),
    [
        ({}, []),
        ({"symbols": None, "intervals": None}, []),
        ({"symbols": ["aapl", "BTC-USD"]}, [("AAPL", "1d"), ("BTC-USD", "1d")]),
        ({"symbols": ["AAPL"], "intervals": ["1m", "60m"]}, [("AAPL", "1m"), ("AAPL", "1h")]),
    ],
)
def test_update_latest(client, cache, body, series):
    answer = client.post("/api/v1/candles/update-latest", json=body)
    assert (answer.status_code, answer.json()) == (202, {"status": "running", "job_id": 1})
    assert cache.calls_of("start_update") == [series]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"intervals": ["1d"]}, 400),
        ({"intervals": []}, 400),
        ({"symbols": "AAPL"}, 400),
        ({"symbols": ["A"] * 101}, 422),
        ({"symbols": [["A"]]}, 400),
    ],
)
def test_update_latest_refuses(client, body, status):
    assert client.post("/api/v1/candles/update-latest", json=body).status_code == status


def test_jobs(client, cache):
    for _ in range(3):
        cache.start_backfill("AAPL", DAY, Span(0, 86_400))
    first = client.get("/api/v1/jobs?limit=2").json()
    assert ([job["job_id"] for job in first["jobs"]], first["next"]) == ([3, 2], "2")
    assert [job["job_id"] for job in client.get("/api/v1/jobs?limit=2&cursor=2").json()["jobs"]] == [1]
    assert client.get("/api/v1/jobs/2").json() == {
        "job_id": 2,
        "kind": "backfill",
        "symbol": "AAPL",
        "interval": "1d",
        "from": "1970-01-01T00:00:00Z",
        "to": "1970-01-02T00:00:00Z",
        "state": "queued",
        "bars_done": 0,
        "bars_expected": 500,
        "eta_s": 3.0,
        "attempts": 1,
        "error": "",
        "gaps": [],
        "created_at": "2026-11-23T15:00:00Z",
        "updated_at": "2026-11-23T15:00:00Z",
        "next_try_at": None,
        "cursor": None,
        "dropped": {},
    }
    cancelled = client.post("/api/v1/jobs/2/cancel", json={})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert client.post("/api/v1/jobs/2/cancel", json={}).status_code == 409
    assert client.get("/api/v1/jobs?state=cancelled").json()["jobs"][0]["job_id"] == 2
    assert client.post("/api/v1/jobs/2/retry", json={}).json()["state"] == "queued"
    assert client.post("/api/v1/jobs/2/pause", json={}).json()["state"] == "paused"
    assert client.post("/api/v1/jobs/2/pause", json={}).status_code == 409
    assert client.post("/api/v1/jobs/2/resume", json={}).json()["state"] == "queued"
    assert client.post("/api/v1/jobs/2/resume", json={}).json()["detail"].endswith("only paused jobs can be resumed")
    assert client.get("/api/v1/jobs/99").status_code == 404
    assert client.get("/api/v1/jobs/x").json()["field"] == "job_id"
    assert client.get("/api/v1/jobs?state=lost").status_code == 400


def test_many_jobs_at_once(client, cache):
    body = {"symbols": ["AAPL", "btc-usd"], "intervals": ["1d", "1h"], "from": "2026-11-02", "to": "2026-11-03"}
    answer = client.post("/api/v1/jobs", json=body)
    assert answer.status_code == 202
    started = [(job["job_id"], job["symbol"], job["interval"], job["from"]) for job in answer.json()["jobs"]]
    pairs = [("AAPL", "1d"), ("AAPL", "1h"), ("BTC-USD", "1d"), ("BTC-USD", "1h")]
    assert started == [(n, *pair, "2026-11-02T00:00:00Z") for n, pair in enumerate(pairs, 1)]
    assert client.post("/api/v1/jobs", json={"intervals": ["1d"]}).json()["field"] == "symbols"
    estimate = client.post("/api/v1/jobs/estimate", json={"symbols": ["AAPL", "NEW"]}).json()
    assert estimate == {"n_series": 2, "n_requests": 6, "seconds": 15.0, "n_bars": 2000, "unknown": ["NEW"]}
    assert len(cache.jobs) == 4
    cache.change_job(1, state=JobState.FAILED)
    cache.change_job(2, state=JobState.SUCCEEDED)
    assert client.post("/api/v1/jobs/retry-failed", json={}).json() == {"n_jobs": 1}
    assert client.post("/api/v1/jobs/clear-finished", json={}).json() == {"n_jobs": 1}
    assert {job["state"] for job in client.get("/api/v1/jobs").json()["jobs"]} == {"queued"}


def test_the_stream_reports_many_jobs_with_one_event():
    assert encode_event(JobsChanged(10_000)) == b'event: jobs\ndata: {"n_jobs":10000}\n\n'


def test_coverage(client, cache):
    cache.store("AAPL", DAY, Span(NOW - 400 * 86_400, NOW + 1))
    body = client.get("/api/v1/coverage?symbol=AAPL&interval=1d").json()
    assert (body["complete"], body["gaps"], body["bars"]) == (True, [], 286)
    assert [(row["state"], row["to"]) for row in body["spans"]] == [("have", "2026-11-23T15:00:01Z")]


def test_symbols(client, cache):
    found = client.get("/api/v1/symbols?query=apple").json()
    assert found == [
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "exchange": "NMS",
            "exchange_name": "NASDAQ",
            "type": "EQUITY",
            "cached": True,
        },
        {
            "symbol": "APLE",
            "name": "Apple Hospitality",
            "exchange": "NYQ",
            "exchange_name": "NYSE",
            "type": "EQUITY",
            "cached": False,
        },
    ]
    client.get("/api/v1/symbols?timeout=0.5")
    assert cache.calls_of("search_symbols") == [("apple", 3.0), ("", 0.5)]
    assert client.get("/api/v1/symbols?timeout=11").json()["field"] == "timeout"


def test_limiter(client):
    assert client.get("/api/v1/limiter").json() == {
        "tokens": 6.0,
        "next_request_in_s": 0.0,
        "breaker": "closed",
        "retry_at": None,
        "last_error": "",
        "offline": False,
        "update_lag_s": 0,
        "provider": "The provider",
        "unanswered_since": None,
    }


def test_an_answer_that_comes_too_late_is_what_there_is(client, cache):
    cache.error = TooLateError("Yahoo did not answer within 0 s")
    answer = ask(client, timeout="0")
    body = answer.json()
    assert answer.status_code == 200
    assert (body["candles"], body["complete"], body["currency"]) == ([], False, None)
    assert body["gaps"][0] == {
        "from": "2026-11-02T00:00:00Z",
        "to": "2026-11-09T00:00:00Z",
        "reason": "Yahoo did not answer within 0 s",
        "retry_at": "2026-11-23T15:00:00Z",
    }


def test_notes_are_shown_where_there_are_any(client, cache, monkeypatch):
    answered = client.get("/api/v1/candles", params=ASK)
    assert "notes" not in answered.json()
    reply_of = cache.reply
    monkeypatch.setattr(cache, "reply", lambda request: replace(reply_of(request), notes=("left out: 0.1 USD",)))
    noted = client.get("/api/v1/candles", params=ASK)
    assert noted.json()["notes"] == ["left out: 0.1 USD"]
    assert noted.headers["etag"] != answered.headers["etag"]
