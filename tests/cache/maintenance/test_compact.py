"""Giving free pages back while charts are read, and only while nothing is fetched."""

import threading

import pytest

from candledesk.cache.maintenance import compact as compact_task
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.interval import INTERVALS
from candledesk.store import compacting
from tests.cache.conftest import WAIT_S, days_back, wait_until

HOUR = INTERVALS["1h"]


@pytest.fixture
def roomy(harness, succeed, monkeypatch):
    """A cache whose file has free pages."""
    monkeypatch.setattr(compacting, "OPERATIONS", 500)
    harness.bars("1d", days_back(300))
    harness.bars("1m", days_back(25))
    succeed("forget", symbol="AAA", interval=INTERVALS["1m"], is_backed_up=False)
    return harness


def read(harness):
    return harness.cache.read_storage().result(WAIT_S)


def test_free_pages_are_given_back_and_all_bars_stay(roomy, succeed):
    before, bars = read(roomy), roomy.bars("1d", days_back(300), fill="none").bars
    assert before.free_bytes
    task = succeed("compact")
    after = read(roomy)
    assert after.free_bytes == 0
    assert after.n_bytes == before.n_bytes - before.free_bytes
    assert (roomy.folder / "candles.db").stat().st_size == after.n_bytes
    assert task.lines == (f"The database is {before.free_bytes / 1e6:,.1f} MB smaller.",)
    assert task.total
    assert roomy.bars("1d", days_back(300), fill="none").bars.equals(bars)
    assert roomy.bars("1d", days_back(400)).complete  # and more is stored afterwards


def test_a_file_without_free_pages_is_not_rewritten(harness, succeed):
    harness.bars("1d", days_back(300))
    assert "nothing to give back" in succeed("compact").lines[0]


def test_charts_are_read_meanwhile(roomy, succeed):
    seen = []

    def look(event):
        task = getattr(event, "task", None)
        if task is not None and task.step == compacting.STEP:
            seen.append(len(roomy.bars("1d", days_back(300), fill="none").bars))

    roomy.cache.subscribe(look)
    succeed("compact")
    assert seen
    assert all(seen)


def test_a_cancelled_one_changes_nothing(roomy, run_task):
    before = read(roomy)

    def cancel(event):
        task = getattr(event, "task", None)
        if task is not None and task.step == compacting.STEP and task.is_live:
            roomy.cache.cancel_maintenance(task.task_id)

    roomy.cache.subscribe(cancel)
    assert run_task("compact").state is MaintenanceState.CANCELLED
    assert read(roomy).free_bytes == before.free_bytes


def test_it_waits_for_the_end_of_a_request(roomy, yahoo):
    yahoo.gate.clear()
    job = roomy.cache.start_backfill("AAA", HOUR, days_back(100)).result(WAIT_S)
    wait_until(lambda: roomy.service._fill_scheduler.n_in_flight)
    task = roomy.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.COMPACT)).result(WAIT_S)
    wait_until(lambda: roomy.cache.read_maintenance(task.task_id).result().step == "Waiting for the end of a request")
    threading.Timer(0.1, yahoo.gate.set).start()
    assert roomy.cache.wait_maintenance(task.task_id).result(WAIT_S).state is MaintenanceState.SUCCEEDED
    assert roomy.cache.wait_job(job.job_id).result(WAIT_S).state == "succeeded"


@pytest.mark.allow_logs
def test_jobs_that_never_end_are_named(roomy, yahoo, run_task, monkeypatch):
    monkeypatch.setattr(compact_task, "WAIT_S", 0.2)
    yahoo.gate.clear()
    roomy.cache.start_backfill("AAA", HOUR, days_back(100)).result(WAIT_S)
    wait_until(lambda: roomy.service._fill_scheduler.n_in_flight)
    assert "pause them, then compact again" in run_task("compact").error
    yahoo.gate.set()


@pytest.mark.allow_logs
def test_the_room_is_checked_before(roomy, run_task, monkeypatch):
    before = read(roomy)
    monkeypatch.setattr("candledesk.store.free_room.SPARE_BYTES", 2**60)
    assert "no room in" in run_task("compact").error
    assert read(roomy).free_bytes == before.free_bytes
