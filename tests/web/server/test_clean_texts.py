"""No answer carries what acts in a terminal, wherever the text came from."""

import re
from dataclasses import replace

import pytest

from candledesk.cache.events import FaultRaised
from candledesk.cache.messages import SymbolFound
from candledesk.domain.errors import EnvironmentFaultError, UnknownSymbolError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.job_states import JobKind, JobState
from candledesk.web.api.event_stream import encode_event

BAD = "A\x1b]0;owned\x07\x9b31m\u202eB\x00\ud800"
CLEAN = "A]0;owned31mB"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def texts_of(document):
    """Return every text of a JSON document, keys too."""
    if isinstance(document, dict):
        return [text for key, value in document.items() for text in (key, *texts_of(value))]
    if isinstance(document, list):
        return [text for value in document for text in texts_of(value)]
    return [document] if isinstance(document, str) else []


@pytest.fixture
def hostile(cache):
    """A cache in which every text is hostile."""
    cache.instruments["AAPL"] = replace(cache.instruments["AAPL"], name=BAD, exchange_name=BAD)
    cache.found = [SymbolFound("APLE", BAD, "NYQ", "EQUITY", BAD)]
    job = cache.add_job(JobKind.BACKFILL, "AAPL", INTERVALS["1d"], None, JobState.FAILED)
    cache.change_job(job.job_id, error=BAD)
    return cache


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/candles?symbol=AAPL&interval=1d&limit=3",
        "/api/v1/instruments/AAPL",
        "/api/v1/symbols?query=a",
        "/api/v1/jobs",
        "/api/v1/jobs/1",
    ],
)
def test_names_and_reasons_are_readable(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    texts = texts_of(answer.json())
    assert CLEAN in texts
    assert not [text for text in texts if UNSEEN.search(text)]


@pytest.mark.parametrize("error", [EnvironmentFaultError(BAD), UnknownSymbolError("AAPL", BAD)], ids=type)
def test_what_a_failure_says_is_readable(client, cache, error):
    cache.error = error
    answer = client.get("/api/v1/candles?symbol=AAPL&interval=1d")
    assert answer.json()["detail"] == CLEAN


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "/api/v1/candles?symbol=%1b%5b31mA&interval=1d", None),
        ("GET", "/api/v1/candles?symbol=AAPL&interval=%c2%9b31m", None),
        ("GET", "/api/v1/candles?%1b%5b31m=1", None),
        ("GET", "/api/v1/indicators/%1b%5b31m", None),
        ("GET", "/api/v1/watchlists/%1b%5b31m", None),
        ("POST", "/api/v1/jobs", {"symbols": ["\x1b[31m"]}),
        ("POST", "/api/v1/jobs", {"\x1b[31m\u202e": 1}),
        ("POST", "/api/v1/drawings", {"symbol": "AAPL", "type": "\x1b[31m", "points": []}),
        ("PUT", "/api/v1/watchlists/a", {"sections": [{"title": "", "symbols": ["\u202eA"]}]}),
    ],
)
def test_what_is_refused_is_not_repeated_as_it_was(client, method, address, body):
    answer = client.request(method, address, json=body)
    assert 400 <= answer.status_code < 500
    assert not [text for text in texts_of(answer.json()) if UNSEEN.search(text)]


def test_events_are_readable():
    assert encode_event(FaultRaised(BAD)) == f'event: fault\ndata: {{"text":"{CLEAN}"}}\n\n'.encode()
