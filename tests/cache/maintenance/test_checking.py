"""Checking and repairing the database of a running cache, directly and through its HTTP endpoint."""

import sqlite3
from contextlib import closing

import pytest

from candledesk.cache.events import CoverageChanged
from candledesk.cache.maintenance_messages import MaintenanceState
from candledesk.commands.doctor.running import examine_running
from candledesk.paths import resources_dir
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from tests.cache.conftest import WAIT_S, days_back

BLANK = "UPDATE chunk SET data = zeroblob(length(data)) WHERE level = 1"
WORSE_ROWS = "UPDATE candle SET close = close + 1, high = high + 1 WHERE ts = (SELECT min(ts) FROM candle)"


def spoil(harness, *statements):
    """Change the file of the running cache from outside, as a disk does."""
    with closing(sqlite3.connect(harness.folder / "candles.db")) as conn, conn:
        for statement in statements:
            conn.execute(statement)
    decoded_chunks.clear()


def test_a_good_database_is_counted(harness, succeed):
    harness.bars("1d", days_back(30))
    (stored,) = harness.cache.read_storage().result(WAIT_S).series
    task = succeed("check")
    assert task.lines[0].startswith("ok    database: candles.db, ")
    assert f"{stored.n_bars:,} bars in 1 series" in task.lines[0]
    assert succeed("repair").lines[0].endswith("1 of 1 series exact")


@pytest.mark.allow_logs
def test_damage_is_shown_and_repaired_and_charts_show_the_same_bars(harness, run_task, succeed):
    bars = harness.bars("1d", days_back(30)).bars
    spoil(harness, WORSE_ROWS)
    task = run_task("check")
    assert task.state is MaintenanceState.FAILED
    assert "doctor --repair" in task.error
    assert any(line.startswith("FAIL  chunks of AAA 1d: ") for line in task.lines)
    assert any("the chunk is right" in line for line in task.lines)
    assert "rows written from 1 chunk" in "".join(succeed("repair").lines)
    succeed("check")
    assert harness.bars("1d", days_back(30), fill="none").bars.equals(bars)


@pytest.mark.allow_logs
def test_lost_bars_become_a_gap_that_is_announced_and_fetched_again(harness, yahoo, succeed):
    bars = harness.bars("1d", days_back(30)).bars
    spoil(harness, WORSE_ROWS, BLANK)
    events = []
    harness.cache.subscribe(events.append)
    lines = succeed("repair").lines
    assert any(line.lstrip().startswith("lost ") and "still has it" in line for line in lines)
    assert any(isinstance(event, CoverageChanged) and event.symbol == "AAA" for event in events)
    assert harness.bars("1d", days_back(30)).bars.equals(bars)
    succeed("check")


@pytest.mark.allow_logs
def test_a_damaged_file_is_not_repaired_under_the_running_cache(harness, run_task):
    harness.bars("1d", days_back(30))
    spoil(harness, "DELETE FROM series")
    task = run_task("repair")
    assert task.state is MaintenanceState.FAILED
    assert "quit CandleDesk, then run `candledesk doctor --repair`" in task.error


@pytest.fixture
def remote(harness, yahoo):
    """The client of a server of the cache."""
    server = WebServer(harness.cache, resources=resources_dir(), token="t", clock=lambda: yahoo.now)
    server.start()
    try:
        yield RemoteCache(server.url, "t")
    finally:
        server.stop(3)


@pytest.mark.allow_logs
def test_the_command_shows_what_the_running_instance_finds(harness, remote):
    harness.bars("1d", days_back(30))
    (check,) = examine_running(remote, is_repairing=False)
    assert (check.name, check.is_ok) == ("database", True)
    spoil(harness, WORSE_ROWS, BLANK)
    checks = {check.name: check for check in examine_running(remote, is_repairing=False)}
    assert {name: check.is_ok for name, check in checks.items()} == {"database": True, "chunks of AAA 1d": False}
    checks = {check.name: check for check in examine_running(remote, is_repairing=True)}
    assert all(check.is_ok for check in checks.values())
    assert checks["chunks of AAA 1d"].has_lost
    assert any(line.startswith("lost ") for line in checks["chunks of AAA 1d"].details)
    assert [check.is_ok for check in examine_running(remote, is_repairing=False)] == [True]


@pytest.mark.allow_logs
def test_entries_that_differ_from_their_copies_are_named_and_restored(harness, run_task, succeed):
    bars = harness.bars("1d", days_back(30)).bars
    spoil(harness, "UPDATE instrument_second SET currency = 'XXX'", "DELETE FROM coverage")
    task = run_task("check")
    assert task.state is MaintenanceState.FAILED
    (line,) = [line for line in task.lines if line.startswith("FAIL  other tables: ")]
    assert "damaged entries" in line
    assert any("XXX" in line for line in task.lines)
    lines = succeed("repair").lines
    assert any(line.startswith("ok    other tables: ") and "restored" in line for line in lines)
    succeed("check")
    assert harness.bars("1d", days_back(30), fill="none").bars.equals(bars)
    assert not harness.bars("1d", days_back(30), fill="none").gaps
