"""Forgetting a symbol or one of its series, while charts show it and jobs fetch it."""

import sqlite3
import threading
from contextlib import closing

import pytest

from candledesk.cache.events import CoverageChanged
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.cache.messages import EdgeState
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS
from candledesk.store.restoring import restore
from tests.cache.conftest import NOW, WAIT_S, days_back, wait_until
from tests.cache.upkeep.conftest import run_one_round

DAY, HOUR, MINUTE = INTERVALS["1d"], INTERVALS["1h"], INTERVALS["1m"]


@pytest.fixture
def stored(harness):
    harness.bars("1d", days_back(300))
    harness.bars("1m", days_back(20))
    harness.bars("1d", days_back(50), symbol="BBB")
    harness.cache.set_archived("AAA", MINUTE, is_on=True).result(WAIT_S)
    harness.settle()
    return harness


def rows(harness, table, column="series_id"):
    """Return the numbers of the series or instruments that have rows in a table."""
    path = harness.folder / "candles.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
        return {row[0] for row in conn.execute(f"SELECT DISTINCT {column} FROM {table}")}


def sizes(harness):
    return {(row.symbol, row.interval.name) for row in harness.cache.read_storage().result(WAIT_S).series}


def test_all_of_a_symbol_is_deleted_and_nothing_of_others(stored, succeed):
    before = stored.bars("1d", days_back(50), symbol="BBB", fill="none").bars
    task = succeed("forget", symbol="AAA")
    backup = stored.folder / "backups" / "2026-11-25T183130Z-forget.db"
    assert task.lines[-2:] == (
        "AAA 1m 1d deleted.",
        f"To bring the database of that moment back: candledesk restore {backup}",
    )
    assert sizes(stored) == {("BBB", "1d")}
    assert [row.symbol for row in stored.cache.list_instruments().result(WAIT_S)] == ["BBB"]
    assert stored.cache.list_archive().result(WAIT_S) == []
    assert [job.symbol for job in stored.cache.list_jobs().result(WAIT_S) if job.symbol == "AAA"] == []
    assert stored.bars("1d", days_back(50), symbol="BBB", fill="none").bars.equals(before)
    left = rows(stored, "series")
    tables = ("candle", "chunk", "chunk_checksum", "coverage", "backfill_job", "harvest", "odd_bar", "dropped_row")
    for table in tables:
        assert rows(stored, table) <= left, table
    assert rows(stored, "corporate_action", "instrument_id") <= rows(stored, "instrument", "instrument_id")


def test_one_series_is_deleted_and_the_others_of_the_symbol_stay(stored, succeed):
    days = stored.bars("1d", days_back(300), fill="none").bars
    succeed("forget", symbol="AAA", interval=MINUTE)
    assert sizes(stored) == {("AAA", "1d"), ("BBB", "1d")}
    assert stored.bars("1d", days_back(300), fill="none").bars.equals(days)
    assert stored.cache.list_archive().result(WAIT_S) == []


def test_it_can_be_undone_from_the_backup(stored, succeed, tmp_path):
    bars = stored.bars("1m", days_back(20), fill="none").bars
    succeed("forget", symbol="AAA")
    (backup,) = stored.cache.list_backups().result(WAIT_S)
    assert (backup.reason, backup.has_user_data) == ("forget", False)  # there is none yet
    stored.service.close()
    restore(stored.folder, stored.folder / "backups" / "2026-11-25T183130Z-forget.db", NOW)
    stored.open()
    assert stored.bars("1m", days_back(20), fill="none").bars.equals(bars)


def test_a_backup_with_the_same_bars_is_used_again(stored, succeed):
    succeed("backup")
    succeed("forget", symbol="AAA")
    task = succeed("forget", symbol="BBB")
    (backup,) = stored.cache.list_backups().result(WAIT_S)
    assert backup.reason == "manual"
    assert backup.path in task.lines[-1]


def test_a_damaged_backup_is_not_used_again(stored, succeed):
    """The restore would refuse it, so that nothing could be undone."""
    succeed("backup")
    (manual,) = stored.cache.list_backups().result(WAIT_S)
    with closing(sqlite3.connect(manual.path)) as conn, conn:
        conn.execute("UPDATE candle SET close = close + 1 WHERE ts = (SELECT max(ts) FROM candle)")
    task = succeed("forget", symbol="AAA")
    assert manual.path not in task.lines[-1]
    assert sorted(backup.reason for backup in stored.cache.list_backups().result(WAIT_S)) == ["forget", "manual"]


def test_a_series_that_has_changed_since_the_backup_is_copied_again(stored, succeed, yahoo):
    succeed("backup")
    yahoo.now += 3_600
    stored.bars("1m", days_back(1, yahoo.now))
    succeed("forget", symbol="AAA")
    assert sorted(backup.reason for backup in stored.cache.list_backups().result(WAIT_S)) == ["forget", "manual"]


def test_without_a_backup_nothing_is_copied(stored, succeed):
    task = succeed("forget", symbol="AAA", is_backed_up=False)
    assert task.lines == ("AAA 1m 1d deleted.",)
    assert stored.cache.list_backups().result(WAIT_S) == []


@pytest.mark.allow_logs
def test_without_room_for_the_backup_nothing_is_deleted(stored, run_task, monkeypatch):
    monkeypatch.setattr("candledesk.store.free_room.SPARE_BYTES", 2**60)
    task = run_task("forget", symbol="AAA")
    assert task.state is MaintenanceState.FAILED
    assert "no room in" in task.error
    assert task.error.endswith("Nothing was deleted, for it could not be undone.")
    assert ("AAA", "1m") in sizes(stored)
    assert "was forgotten" not in stored.view("1m").edge_reason  # and its charts go on


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({}, InputError, "Name the symbol"),
        ({"symbol": "AAA", "interval": INTERVALS["30m"]}, InputError, "made from stored 15m bars: forget 15m"),
    ],
)
def test_what_cannot_be_forgotten_is_refused_at_once(stored, fields, error, words):
    with pytest.raises(error, match=words):
        stored.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.FORGET, **fields)).result(WAIT_S)


@pytest.mark.allow_logs
@pytest.mark.parametrize(
    ("fields", "name"), [({"symbol": "NOPE"}, "NOPE"), ({"symbol": "AAA", "interval": HOUR}, "AAA 1h")]
)
def test_what_is_not_stored_cannot_be_forgotten(stored, run_task, fields, name):
    task = run_task("forget", **fields)
    assert task.state is MaintenanceState.FAILED
    assert task.error == f"Nothing of {name} is stored: `candledesk storage` lists what is"
    assert stored.cache.list_backups().result(WAIT_S) == []


def test_an_open_chart_shows_it_as_not_cached_and_does_not_fetch_it_again(stored, succeed, yahoo):
    leave = stored.cache.follow("AAA", MINUTE)
    stored.view("1m")
    stored.settle()
    stored.events.clear()
    succeed("forget", symbol="AAA")
    n = len(yahoo.requests)
    changed = [event for event in stored.events if isinstance(event, CoverageChanged)]
    assert ("AAA", "1m") in {(event.symbol, event.interval.name) for event in changed}  # so that it reads again
    reply = stored.view("1m")
    assert (len(reply.bars), reply.error, reply.edge) == (0, "", EdgeState.FAILED)
    assert reply.edge_reason == "AAA was forgotten: open it again to fetch it"
    run_one_round(stored)
    stored.settle()
    assert len(yahoo.requests) == n
    assert ("AAA", "1m") not in sizes(stored)
    leave()


@pytest.mark.parametrize("wish", ["open", "script", "backfill"])
def test_who_asks_for_it_again_gets_it(stored, succeed, wish):
    succeed("forget", symbol="AAA")
    if wish == "open":
        stored.cache.follow("AAA", DAY)
        stored.view("1d")
        wait_until(lambda: len(stored.view("1d").bars))
    elif wish == "script":
        assert len(stored.bars("1d", days_back(5)).bars)
    else:
        assert stored.backfill("1d", days_back(5)).state == "succeeded"
    assert "was forgotten" not in stored.view("1d").edge_reason


def test_one_series_that_is_shown_is_not_fetched_again_either(stored, succeed, yahoo):
    stored.view("1m")
    stored.settle()
    succeed("forget", symbol="AAA", interval=MINUTE)
    n = len(yahoo.requests)
    assert "was forgotten" in stored.view("1m").edge_reason
    assert "was forgotten" not in stored.view("1d").edge_reason
    stored.settle()
    assert len(yahoo.requests) == n


def test_a_running_job_is_cancelled_and_what_it_still_gets_is_not_stored(stored, yahoo):
    yahoo.gate.clear()
    job = stored.cache.start_backfill("AAA", HOUR, days_back(100)).result(WAIT_S)
    wait_until(lambda: stored.service._fill_scheduler.n_in_flight)
    waiting = stored.cache.wait_job(job.job_id)
    request = MaintenanceRequest(MaintenanceKind.FORGET, symbol="AAA")
    task = stored.cache.start_maintenance(request).result(WAIT_S)
    assert waiting.result(WAIT_S).state == "cancelled"
    threading.Timer(0.2, yahoo.gate.set).start()
    ended = stored.cache.wait_maintenance(task.task_id).result(WAIT_S)
    assert ended.state is MaintenanceState.SUCCEEDED, ended.error
    stored.settle()
    assert {symbol for symbol, _ in sizes(stored)} == {"BBB"}
    assert [job.symbol for job in stored.cache.list_jobs().result(WAIT_S) if job.symbol == "AAA"] == []


def test_charts_of_other_symbols_are_read_between_the_deletions(stored, succeed, monkeypatch):
    seen = []
    store = "candledesk.store.market.maintenance.forgetting.BATCH"
    monkeypatch.setattr(store, 1)

    def look(event):
        task = getattr(event, "task", None)
        if task is not None and task.step.startswith("Deleting"):
            seen.append(len(stored.bars("1d", days_back(50), symbol="BBB", fill="none").bars))

    stored.cache.subscribe(look)
    succeed("forget", symbol="AAA", interval=MINUTE)
    assert seen
    assert all(seen)


def test_a_forgetting_that_was_interrupted_leaves_no_claims_and_can_be_repeated(stored, succeed, run_task, monkeypatch):
    monkeypatch.setattr("candledesk.store.market.maintenance.forgetting.BATCH", 1)
    cancelled = []

    def cancel(event):
        task = getattr(event, "task", None)
        if task is not None and task.step.startswith("Deleting") and not cancelled:
            cancelled.append(stored.cache.cancel_maintenance(task.task_id))

    stored.cache.subscribe(cancel)
    task = run_task("forget", symbol="AAA", interval=MINUTE)
    assert task.state is MaintenanceState.CANCELLED
    reply = stored.bars("1m", days_back(20), fill="none")
    assert not reply.complete  # bars that are left are not shown as all there is
    assert {piece.state for piece in stored.coverage("1m")} == {CoverageState.REFUSED}  # beyond the look-back
    succeed("forget", symbol="AAA", interval=MINUTE)
    assert ("AAA", "1m") not in sizes(stored)
