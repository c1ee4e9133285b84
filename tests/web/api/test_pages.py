"""Lists that are longer than a page lose nothing: every page follows the previous one, to the end."""

import json
import re
from concurrent.futures import Future
from dataclasses import replace

import pytest

from candledesk.cache.messages import JobState, SeriesReport
from candledesk.commands.coverage import print_coverage
from candledesk.commands.jobs import run_jobs
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import Span
from candledesk.web.client import RemoteCache
from tests.fake_data import make_instrument
from tests.web.conftest import TOKEN

N_JOBS = 1_234
N_INSTRUMENTS = 1_000  # two full pages of the client: the third one is empty


def finished(value):
    future = Future()
    future.set_result(value)
    return future


@pytest.fixture
def remote(server):
    return RemoteCache(server.url, TOKEN)


@pytest.fixture
def many_jobs(cache):
    job = cache.add_job(JobKind.BACKFILL, "AAPL", INTERVALS["1d"], Span(0, 86_400), JobState.QUEUED)
    for job_id in range(2, N_JOBS + 1):
        state = JobState.FAILED if job_id % 3 == 0 else JobState.QUEUED
        cache.jobs.append(replace(job, job_id=job_id, state=state))


@pytest.fixture
def many_instruments(cache):
    symbols = [f"S{n:04}" for n in range(N_INSTRUMENTS)]
    cache.instruments = {symbol: make_instrument(symbol) for symbol in symbols}
    return symbols


def test_the_pages_of_jobs_join_to_all_of_them(client, many_jobs):
    found, cursor = [], {}
    while cursor is not None:
        page = client.get("/api/v1/jobs", params={"limit": 500, **cursor}).json()
        found += [job["job_id"] for job in page["jobs"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert found == list(range(N_JOBS, 0, -1))


def test_a_page_of_jobs_that_is_just_full_has_no_next_one(client, many_jobs):
    page = client.get("/api/v1/jobs", params={"limit": 4, "cursor": 5}).json()
    assert ([job["job_id"] for job in page["jobs"]], page["next"]) == ([4, 3, 2, 1], None)


def test_a_second_process_lists_every_job(cache, remote, many_jobs):
    assert remote.list_jobs().result() == cache.list_jobs().result()
    assert len(remote.list_jobs().result()) == N_JOBS
    assert [job.job_id for job in remote.list_jobs(limit=501).result()] == list(range(N_JOBS, N_JOBS - 501, -1))
    assert [job.job_id for job in remote.list_jobs(limit=2, before=700).result()] == [699, 698]
    assert remote.list_jobs(limit=0).result() == []
    failed = remote.list_jobs(state="failed").result()
    assert [job.job_id for job in failed] == list(range(N_JOBS // 3 * 3, 0, -3))


@pytest.mark.parametrize("near", [True, False])
def test_the_command_lists_every_job(cache, remote, many_jobs, capsys, near):
    run_jobs(cache if near else remote, action="list", job_id=None, as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == N_JOBS


def test_the_pages_of_symbols_join_to_all_of_them_and_end_with_what_was_found(client, many_instruments):
    found, address = [], "/api/v1/symbols?query=s&limit=300"
    sizes = []
    while address is not None:
        answer = client.get(address)
        assert answer.status_code == 200
        found += [row["symbol"] for row in answer.json()]
        sizes.append(len(answer.json()))
        link = answer.headers.get("link")
        address = None if link is None else re.fullmatch(r'<([^>]+)>; rel="next"', link)[1]
    assert found == [*many_instruments, "APLE"]
    assert sizes == [300, 300, 300, 101]


def test_a_page_of_symbols_that_is_just_full_is_the_last_one(client, many_instruments):
    answer = client.get("/api/v1/symbols", params={"query": "s000", "limit": 10})
    assert [row["symbol"] for row in answer.json()] == [*many_instruments[:10], "APLE"]
    assert "link" not in answer.headers


def test_a_page_of_symbols_keeps_the_query_and_the_timeout(client, cache, many_instruments):
    link = client.get("/api/v1/symbols", params={"query": "s 0", "timeout": 0.5, "limit": 2}).headers.get("link")
    assert link is None  # "S 0" is in none of them
    link = client.get("/api/v1/symbols", params={"query": "s0", "timeout": 0.5, "limit": 2}).headers["link"]
    assert link == '</api/v1/symbols?query=s0&timeout=0.5&limit=2&cursor=S0001>; rel="next"'


def test_a_second_process_lists_every_instrument(cache, remote, many_instruments):
    assert [row.symbol for row in remote.list_instruments().result()] == many_instruments
    assert [row.symbol for row in remote.list_instruments("S000").result()] == many_instruments[:10]
    assert [row.symbol for row in remote.list_instruments(limit=3, after="S0499").result()] == [
        "S0500",
        "S0501",
        "S0502",
    ]


@pytest.mark.parametrize("near", [True, False])
def test_the_coverage_command_reads_every_series(cache, remote, many_instruments, capsys, near):
    have = Coverage(Span(0, 86_400), CoverageState.HAVE, 4)
    cache.describe_series = lambda _symbol, _interval: finished(SeriesReport((have,), (), 0))
    print_coverage(cache if near else remote, symbol=None, interval=None, as_json=True)
    assert [row["symbol"] for row in json.loads(capsys.readouterr().out)] == many_instruments


def test_the_list_of_coverage_is_whole_without_a_limit(client, many_instruments):
    answer = client.get("/api/v1/coverage")
    assert [row["symbol"] for row in answer.json()] == many_instruments
    assert "link" not in answer.headers


def test_the_pages_of_coverage_join_to_all_of_it(client, many_instruments):
    found, sizes, address = [], [], "/api/v1/coverage?limit=300"
    while address is not None:
        answer = client.get(address)
        found += [row["symbol"] for row in answer.json()]
        sizes.append(len(answer.json()))
        link = answer.headers.get("link")
        address = None if link is None else re.fullmatch(r'<([^>]+)>; rel="next"', link)[1]
    assert (found, sizes) == (many_instruments, [300, 300, 300, 100])


def test_a_second_process_lists_the_coverage_of_every_series(cache, remote, many_instruments, monkeypatch):
    monkeypatch.setattr("candledesk.web.client.N_PAGE_SERIES", 250)  # the last page is empty
    assert remote.list_coverage().result() == cache.list_coverage().result()
    after = ("S0499", INTERVALS["1d"])
    assert [row.symbol for row in remote.list_coverage(limit=2, after=after).result()] == ["S0500", "S0501"]


@pytest.mark.parametrize("query", ["symbol=AAPL", "interval=1d", "cursor=AAPL", "cursor=AAPL 7x", "limit=0"])
def test_coverage_refuses_half_a_series_and_what_is_no_cursor(client, query):
    assert client.get(f"/api/v1/coverage?{query}").status_code in {400, 422}
