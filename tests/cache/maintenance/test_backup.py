"""Backups of a running cache, the list of them, and how many are kept."""

import threading
from pathlib import Path

import pytest

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.domain.interval import INTERVALS
from candledesk.store.restoring import restore
from tests.cache.conftest import NOW, WAIT_S, CacheHarness, days_back

DAY = INTERVALS["1d"]


def test_a_backup_of_the_running_cache_can_be_restored_elsewhere(harness, yahoo, succeed, tmp_path):
    bars = harness.bars("1d", days_back(50)).bars
    target = tmp_path / "copy.db"
    task = succeed("backup", path=str(target))
    assert task.lines[0].startswith(f"{target}: ")
    other = tmp_path / "other"
    other.mkdir()
    restore(other, target, NOW)
    second = CacheHarness(other, yahoo)
    try:
        assert second.bars("1d", days_back(50), fill="none").bars.equals(bars)
    finally:
        second.service.close()


def test_without_a_path_it_goes_to_the_folder_of_backups_and_is_listed(harness, succeed):
    harness.bars("1d", days_back(5))
    succeed("backup")
    (backup,) = harness.cache.list_backups().result(WAIT_S)
    assert Path(backup.path).parent == harness.folder / "backups"
    assert (backup.made_at, backup.reason, backup.is_automatic) == (NOW, "manual", False)
    assert harness.cache.read_storage().result(WAIT_S).backups == (backup,)


def test_keep_deletes_the_oldest_automatic_ones_after_the_new_one_is_complete(harness, yahoo, succeed):
    harness.bars("1d", days_back(5))
    for _ in range(3):
        yahoo.now += 60
        succeed("backup", reason="weekly")
    task = succeed("backup", keep=1)
    assert [line.startswith("Deleted the older backup") for line in task.lines] == [False, True, True]
    reasons = [backup.reason for backup in harness.cache.list_backups().result(WAIT_S)]
    assert sorted(reasons) == ["manual", "weekly"]


def test_automatic_ones_of_one_reason_are_kept_as_the_settings_say(harness, yahoo, succeed):
    harness.bars("1d", days_back(5))
    for _ in range(6):
        yahoo.now += 60
        succeed("backup", reason="weekly")
    assert len(harness.cache.list_backups().result(WAIT_S)) == 4


@pytest.mark.allow_logs
def test_a_backup_that_fails_deletes_nothing(harness, yahoo, succeed, run_task, tmp_path):
    harness.bars("1d", days_back(5))
    succeed("backup", reason="weekly")
    succeed("backup", reason="weekly")
    task = run_task("backup", path=str(tmp_path / "missing" / "copy.db"), keep=1)
    assert task.state is MaintenanceState.FAILED
    assert "Cannot write the backup" in task.error
    assert len(harness.cache.list_backups().result(WAIT_S)) == 2


@pytest.mark.parametrize("path", ["copy.db", "~/copy.db", "\0", "/dev/null"])
def test_a_path_that_cannot_be_written_is_refused_at_once(harness, path):
    with pytest.raises(InputError):
        harness.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.BACKUP, path)).result(WAIT_S)


def test_a_foreign_file_is_refused_at_once(harness, tmp_path):
    target = tmp_path / "notes.txt"
    target.write_text("mine")
    request = MaintenanceRequest(MaintenanceKind.BACKUP, str(target))
    with pytest.raises(InputError, match="is not a backup of CandleDesk"):
        harness.cache.start_maintenance(request).result(WAIT_S)
    assert target.read_text() == "mine"


def test_only_listed_backups_can_be_removed(harness, succeed, tmp_path):
    succeed("backup")
    (backup,) = harness.cache.list_backups().result(WAIT_S)
    for path in (str(harness.folder / "candles.db"), "candles.db", "../candles.db", ""):
        with pytest.raises(InputError, match="is not among the backups"):
            harness.cache.remove_backup(path).result(WAIT_S)
    assert harness.cache.remove_backup(Path(backup.path).name).result(WAIT_S) == backup
    assert harness.cache.list_backups().result(WAIT_S) == []
    assert (harness.folder / "candles.db").exists()


@pytest.mark.allow_logs
def test_a_read_only_home_can_be_copied_to_another_place(harness, tmp_path):
    harness.bars("1d", days_back(5))
    harness.service.close()
    harness.open(refusal=EnvironmentFaultError("The home is read-only."))
    start = harness.cache.start_maintenance
    with pytest.raises(EnvironmentFaultError, match="read-only"):
        start(MaintenanceRequest(MaintenanceKind.BACKUP)).result(WAIT_S)
    task = start(MaintenanceRequest(MaintenanceKind.BACKUP, str(tmp_path / "copy.db"))).result(WAIT_S)
    assert harness.cache.wait_maintenance(task.task_id).result(WAIT_S).state is MaintenanceState.SUCCEEDED


def test_the_caller_does_not_wait_for_the_disk_of_the_file_that_a_request_names(harness, monkeypatch, tmp_path):
    threads = []

    def look(_database, _target):
        threads.append(threading.current_thread().name)

    monkeypatch.setattr("candledesk.cache.maintenance.backup.require_replaceable", look)
    harness.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.BACKUP, str(tmp_path / "b.db"))).result(WAIT_S)
    assert threads[0].startswith("candledesk-reader")
