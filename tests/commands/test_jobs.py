"""Commands about jobs, against a real cache in this process and through the endpoint of a running instance."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from candledesk.cache.messages import JobState
from candledesk.commands.backfill import describe_seconds, describe_wait, run_backfill
from candledesk.commands.jobs import run_jobs
from candledesk.domain.errors import InputError, JobStateError, UnknownJobError
from candledesk.domain.interval import INTERVALS
from candledesk.providers.answers import FaultAnswer
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from tests.cache.conftest import WAIT_S, CacheHarness, FakeYahoo, wait_until

RESOURCES = Path(__file__).parents[2] / "resources"
SPAN = {"start": "2026-11-02", "end": "2026-11-20"}


@pytest.fixture
def yahoo():
    return FakeYahoo()


@pytest.fixture(params=["direct", "remote"])
def cache(request, tmp_path, yahoo):
    harness = CacheHarness(tmp_path, yahoo)
    harness.service.jobs.resume_previous()
    if request.param == "direct":
        yield harness.cache
    else:
        server = WebServer(harness.cache, resources=RESOURCES, token="t", clock=lambda: yahoo.now)
        server.start()
        yield RemoteCache(server.url, "t")
        server.stop(3)
    harness.service.close()


def test_many_symbols_are_filled_and_an_unknown_one_is_named(cache, yahoo, capsys):
    yahoo.unknown.add("NOPE")
    assert run_backfill(cache, symbols=("aaa", "NOPE", "BBB", "AAA"), interval="1h", **SPAN) == 4
    out, err = capsys.readouterr()
    names = [line.partition(":")[0] for line in out.splitlines()]
    assert names == ["AAA 1h", "BBB 1h"]
    assert all("succeeded" in line and "missing" not in line for line in out.splitlines())
    assert "Yahoo knows no symbol 'NOPE'" in err


def test_gaps_are_listed_with_their_reason_and_retry_failed_mends_them(cache, yahoo, capsys):
    assert run_backfill(cache, symbols=("AAA",), interval="1d", **SPAN) == 0
    yahoo.script = lambda request: FaultAnswer("broken") if request.interval.name == "1h" else None
    assert run_backfill(cache, symbols=("AAA", "BBB"), interval="1h", **SPAN) == 3
    out, err = capsys.readouterr()
    assert out.count("failed, 0 of") == 2
    assert err.count("broken; next try ") >= 2
    (one, other) = cache.list_jobs(state="failed").result(WAIT_S)
    assert run_jobs(cache, action="show", job_id=one.job_id, as_json=False) == 0
    assert "broken" in capsys.readouterr().out.splitlines()[-1]
    yahoo.script = None
    assert run_jobs(cache, action="retry-failed", job_id=None, as_json=False) == 0
    assert capsys.readouterr().out == "2 jobs queued again\n"
    assert {cache.wait_job(job.job_id).result(WAIT_S).state for job in (one, other)} == {JobState.SUCCEEDED}


def test_jobs_are_listed_paused_resumed_cancelled_and_cleared(cache, yahoo, capsys):
    assert run_backfill(cache, symbols=("AAA",), interval="1d", **SPAN) == 0
    yahoo.gate.clear()
    (job,) = cache.start_backfills([("AAA", INTERVALS["1h"])], None).result(WAIT_S)
    wait_until(lambda: cache.read_job(job.job_id).result(WAIT_S).state is JobState.RUNNING)
    capsys.readouterr()

    def decide(action, job_id=job.job_id):
        assert run_jobs(cache, action=action, job_id=job_id, as_json=True) == 0
        return json.loads(capsys.readouterr().out)

    assert decide("pause")[0]["state"] == "paused"
    assert decide("resume")[0]["state"] in {"queued", "running"}
    assert decide("cancel")[0]["state"] == "cancelled"
    with pytest.raises(JobStateError):
        decide("cancel")
    assert decide("retry")[0]["state"] in {"queued", "running"}
    yahoo.gate.set()
    assert cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    (row,) = [row for row in decide("list") if row["job_id"] == job.job_id]
    assert row["bars_done"] == row["bars_expected"] > 0
    assert (row["gaps"], row["attempts"] >= 2, row["from"]) == ([], True, None)
    (counted,) = decide("clear")
    assert counted["n_jobs"] >= 2
    assert decide("list") == []
    with pytest.raises(UnknownJobError):
        decide("show")
    with pytest.raises(InputError, match="needs the job's number"):
        decide("pause", None)


def test_a_wait_for_an_unknown_job_ends(cache):
    assert isinstance(cache.wait_job(12_345).exception(WAIT_S), UnknownJobError)


def test_a_command_does_not_go_on_with_what_a_window_has_left(tmp_path, yahoo, capsys):
    harness = CacheHarness(tmp_path, yahoo)
    assert run_backfill(harness.cache, symbols=("AAA",), interval="1d", **SPAN) == 0
    yahoo.gate.clear()
    left = harness.cache.start_backfill("AAA", INTERVALS["1m"], None).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight)
    harness.service.close()
    harness.open()
    yahoo.gate.set()
    assert run_backfill(harness.cache, symbols=("AAA",), interval="1h", **SPAN) == 0
    assert harness.cache.read_job(left.job_id).result(WAIT_S).state is JobState.QUEUED
    harness.service.jobs.resume_previous()
    assert harness.cache.wait_job(left.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    harness.service.close()


def test_a_wait_is_described_by_its_time(tmp_path, yahoo):
    assert [describe_seconds(s) for s in (0.4, 59, 119, 600, 12_000)] == [
        "0 s",
        "59 s",
        "2 min",
        "10 min",
        "3 h 20 min",
    ]
    harness = CacheHarness(tmp_path, yahoo)
    job = harness.backfill("1d")
    harness.service.close()
    assert describe_wait(job) == "succeeded"
    running = replace(job, state=JobState.RUNNING, eta_s=30.0)
    assert describe_wait(running) == "30 s left"
    waiting = replace(running, error="broken", next_try_at=0)
    assert describe_wait(waiting) == "broken, next try 1970-01-01T00:00:00Z"
