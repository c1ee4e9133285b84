"""Flags, prices as sent and dropped rows over HTTP, and the same through a running instance."""

import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from candledesk.cache.messages import BarsRequest, JobState
from candledesk.commands.candles import print_candles
from candledesk.commands.coverage import print_coverage
from candledesk.commands.jobs import run_jobs
from candledesk.domain.interval import INTERVALS
from candledesk.domain.job_states import JobKind
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.web.client import RemoteCache
from tests.web.conftest import TOKEN
from tests.web.market import NOW

DAY = INTERVALS["1d"]
SPAN = Span(NOW // 86_400 * 86_400 - 20 * 86_400, NOW + 1)
ASK = {"symbol": "AAPL", "interval": "1d", "from": "2026-11-03", "to": "2026-11-24"}


@pytest.fixture
def odd(cache):
    """The times of two flagged bars; the open of the second was not sent."""
    cache.store("AAPL", DAY, SPAN)
    times = cache.reply(BarsRequest("AAPL", DAY, SPAN)).bars.open_time.tolist()
    first, second = times[2], times[5]
    cache.flags["AAPL", "1d"] = {first: Oddity.UNIT | Oddity.SESSION, second: Oddity.OPEN_UNKNOWN}
    cache.unsent = (second,)
    cache.dropped = {"no close": 3}
    return first, second


def ask(client, **changes):
    return client.get("/api/v1/candles", params=ASK | changes)


def test_only_flagged_candles_have_reasons(client, odd):
    rows = ask(client).json()["candles"]
    assert {row["time"]: row["odd"] for row in rows if "odd" in row} == {odd[0]: "unit session", odd[1]: "open_unknown"}
    assert len(rows) > 10


def test_columns_have_a_reason_or_nothing_for_each_candle(client, odd):
    columns = ask(client, format="columns").json()["candles"]
    assert len(columns["odd"]) == len(columns["time"])
    assert {t: text for t, text in zip(columns["time"], columns["odd"], strict=True) if text} == {
        odd[0]: "unit session",
        odd[1]: "open_unknown",
    }


def test_raw_is_asked_for_and_what_was_not_sent_is_null(client, cache, odd):
    plain, raw = ask(client).json(), ask(client, raw="true").json()
    assert [request.raw for request in cache.requests] == [False, True]
    assert (plain["raw"], raw["raw"]) == (False, True)
    (unsent,) = [row for row in raw["candles"] if row["open"] is None]
    assert unsent["time"] == odd[1]
    assert all(row["open"] is not None for row in plain["candles"])
    columns = ask(client, raw="true", format="columns").json()["candles"]
    assert columns["open"].count(None) == 1


def test_raw_is_true_or_false(client, odd):
    answer = ask(client, raw="yes")
    assert (answer.status_code, answer.json()["field"]) == (400, "raw")


def test_a_flag_that_changes_alone_changes_the_etag(client, cache, odd):
    tags = {ask(client).headers["ETag"], ask(client, raw="true").headers["ETag"]}
    cache.flags["AAPL", "1d"] = {odd[0]: Oddity.UNIT}
    tags.add(ask(client).headers["ETag"])
    assert len(tags) == 3


def test_coverage_and_a_job_count_what_was_odd_and_what_was_dropped(client, cache, odd):
    body = client.get("/api/v1/coverage?symbol=AAPL&interval=1d").json()
    assert body["odd"] == {"unit": 1, "session": 1, "open_unknown": 1}
    assert body["dropped"] == {"no close": 3}
    job = cache.add_job(JobKind.BACKFILL, "AAPL", DAY, SPAN, JobState.SUCCEEDED)
    cache.change_job(job.job_id, dropped={"no close": 2})
    assert client.get(f"/api/v1/jobs/{job.job_id}").json()["dropped"] == {"no close": 2}


def test_the_api_says_what_the_reasons_mean(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    text = schemas["Candle"]["properties"]["odd"]["description"]
    assert "jump (price far from its neighbours)" in text
    assert "odd" not in schemas["Candle"]["required"]
    assert "odd" in schemas["Columns"]["required"]


@pytest.fixture
def remote(server):
    return RemoteCache(server.url, TOKEN)


@pytest.mark.parametrize("raw", [False, True])
def test_a_running_instance_answers_the_same(cache, remote, odd, raw):
    request = BarsRequest("AAPL", DAY, SPAN, fill="none", raw=raw)
    near, far = cache.load_bars(request).result(), remote.load_bars(request).result()
    assert far.odd == near.odd
    assert far.is_final == near.is_final
    np.testing.assert_array_equal(far.bars.open, near.bars.open)
    assert np.isnan(far.bars.open).any() == raw
    assert remote.describe_series("AAPL", DAY).result() == cache.describe_series("AAPL", DAY).result()


def command(cache, form, output=None, *, raw=True):
    return print_candles(
        cache, symbol="AAPL", interval="1d", start="2026-11-03", end="2026-11-24",
        adjust="splits", form=form, output=output, offline=True, raw=raw,
    )  # fmt: skip


def test_the_command_prints_the_same_near_and_far(cache, remote, odd, capsys):
    for form in ("csv", "json"):
        command(cache, form)
        near = capsys.readouterr().out
        command(remote, form)
        assert capsys.readouterr().out == near


def test_the_last_columns_say_what_is_final_and_what_is_odd(cache, odd, capsys, tmp_path):
    command(cache, "csv")
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "timestamp,open,high,low,close,volume,final,odd"
    assert sum(line.endswith(",true,") for line in lines) == len(lines) - 3  # two flagged, one still forming
    (unsent,) = [line for line in lines if line.endswith(",true,open_unknown")]
    assert unsent.split(",")[1] == ""
    command(cache, "json")
    rows = json.load(io.StringIO(capsys.readouterr().out))
    assert [row["odd"] for row in rows if row["odd"]] == ["unit session", "open_unknown"]
    assert [row["odd"] for row in rows if row["open"] is None] == ["open_unknown"]
    assert [row["final"] for row in rows][-1] is False
    command(cache, "parquet", str(tmp_path / "x.parquet"))
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names[-2:] == ["final", "odd"]
    assert table.column("odd").to_pylist() == [row["odd"] for row in rows]
    assert table.column("open").null_count == 1
    command(cache, "csv", raw=False)
    assert ",," not in capsys.readouterr().out.replace(",\n", "\n")


def test_the_commands_list_what_was_odd_and_what_was_dropped(cache, odd, capsys):
    print_coverage(cache, symbol="AAPL", interval="1d", as_json=False)
    out = capsys.readouterr().out
    assert "AAPL 1d  odd bars, stored: 1 open_unknown, 1 unit, 1 session" in out
    assert "AAPL 1d  rows dropped: 3 no close" in out
    print_coverage(cache, symbol="AAPL", interval="1d", as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["odd"]["unit"], row["dropped"]) == (1, {"no close": 3})
    job = cache.add_job(JobKind.BACKFILL, "AAPL", DAY, SPAN, JobState.SUCCEEDED)
    cache.change_job(job.job_id, dropped={"no close": 2})
    run_jobs(cache, action="show", job_id=job.job_id, as_json=False)
    assert "rows dropped: 2 no close" in capsys.readouterr().out
    run_jobs(cache, action="show", job_id=job.job_id, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["dropped"] == {"no close": 2}
