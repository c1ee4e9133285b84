"""Large bodies are compressed for clients that accept it, and hold the same."""

import pytest

from candledesk.web.api.contract.docs import build_docs
from candledesk.web.routes import ENDPOINTS
from candledesk.web.server.compress import MIN_BYTES, accepts_gzip

LONG = "/api/v1/candles?symbol=AAPL&interval=1d&from=2010-01-01&to=2026-01-01"
HEADERS = [
    ("gzip", True),
    ("gzip, deflate, br, zstd", True),
    ("GZIP;q=0.5", True),
    ("*", True),
    ("", False),
    ("identity", False),
    ("gzip;q=0", False),
    ("*, gzip;q=0.0", False),
    ("gzip;q=lots", False),
    ("br", False),
    ("x-gzip", False),
]


@pytest.mark.parametrize(("header", "expected"), HEADERS)
def test_which_clients_accept_gzip(header, expected):
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize("path", [LONG, f"{LONG}&format=columns", "/openapi.json", "/docs"])
def test_a_large_body_is_compressed_and_the_same(client, path):
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers.get("etag") == packed.headers.get("etag")


def test_a_small_body_is_sent_as_it_is(client):
    answer = client.get("/api/v1/limiter", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) < MIN_BYTES < len(build_docs(ENDPOINTS))
    assert "content-encoding" not in answer.headers


def test_the_head_of_an_answer_is_that_of_the_answer(client):
    for coding in ("gzip", "identity"):
        got, head = (
            client.get(LONG, headers={"Accept-Encoding": coding}),
            client.head(LONG, headers={"Accept-Encoding": coding}),
        )
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(got.headers)
    assert client.head("/api/v1/events").headers["content-type"].startswith("text/event-stream")
    assert client.head("/api/v1/candles").status_code == 400


def test_the_chart_script_is_compressed_with_a_tag_of_its_own(anonymous_client):
    path = "/assets/lightweight-charts.js"
    plain = anonymous_client.get(path, headers={"Accept-Encoding": "identity"})
    packed = anonymous_client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert anonymous_client.get(path, headers=again).status_code == 304
    assert anonymous_client.get(path, headers={**again, "Accept-Encoding": "identity"}).status_code == 200


def test_the_font_is_served_as_it_is(anonymous_client):
    got = anonymous_client.get("/assets/inter.ttf", headers={"Accept-Encoding": "gzip"})
    assert (got.status_code, got.headers["content-type"]) == (200, "font/ttf")
    assert got.content[:4] == b"\x00\x01\x00\x00", "a TrueType font"
    assert "content-encoding" not in got.headers
