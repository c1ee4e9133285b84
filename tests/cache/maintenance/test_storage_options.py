import json

import pytest

from candledesk.cache.maintenance.storage_options import StorageOptionsFile
from candledesk.cache.maintenance_messages import StorageOptions
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.settings import Settings
from tests.cache.conftest import WAIT_S

WEEKLY = StorageOptions("weekly", 7, 30)


def test_until_a_choice_is_made_the_options_of_the_run_hold(tmp_path):
    store = StorageOptionsFile(tmp_path / "storage.json", Settings(backup="weekly", backups_kept=2))
    assert store.value == StorageOptions("weekly", 2, Settings().jobs_kept_days)


def test_a_choice_survives_a_restart_and_holds_before_the_options_of_the_run(tmp_path):
    path = tmp_path / "storage.json"
    StorageOptionsFile(path, Settings()).change(WEEKLY)
    assert StorageOptionsFile(path, Settings(backup="off", backups_kept=1)).value == WEEKLY
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "wrong", [StorageOptions("daily", 4, 90), StorageOptions("off", 0, 90), StorageOptions("off", 4, 0)]
)
def test_a_number_out_of_range_changes_nothing(tmp_path, wrong):
    store = StorageOptionsFile(tmp_path / "storage.json", Settings())
    before = store.value
    with pytest.raises(InputError):
        store.change(wrong)
    assert store.value == before
    assert not (tmp_path / "storage.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "nonsense", json.dumps({"backup": "off", "backups_kept": -1, "jobs_kept_days": 1})]
)
def test_a_file_that_cannot_be_used_is_reported_and_the_options_of_the_run_hold(tmp_path, text, caplog):
    path = tmp_path / "storage.json"
    path.write_text(text)
    assert StorageOptionsFile(path, Settings()).value == StorageOptions("off", 4, 90)
    assert "cannot be used" in caplog.text


def test_a_choice_that_cannot_be_written_changes_nothing(tmp_path):
    store = StorageOptionsFile(tmp_path / "missing" / "storage.json", Settings())
    with pytest.raises(EnvironmentFaultError, match="Cannot write"):
        store.change(WEEKLY)
    assert store.value != WEEKLY
    assert list(tmp_path.iterdir()) == []


def test_a_weekly_backup_begins_once_it_is_chosen_and_not_again_in_that_week(harness):
    assert harness.service.housekeeping.run_round().result(WAIT_S) is False
    harness.cache.change_storage_options(StorageOptions("weekly", 2, 90)).result(WAIT_S)
    assert harness.cache.read_storage_options().result(WAIT_S) == StorageOptions("weekly", 2, 90)
    assert harness.service.housekeeping.run_round().result(WAIT_S) is True
    [task] = harness.cache.list_maintenance().result(WAIT_S)
    assert harness.cache.wait_maintenance(task.task_id).result(WAIT_S).error is None
    [backup] = harness.cache.list_backups().result(WAIT_S)
    assert backup.reason == "weekly"
    assert harness.service.housekeeping.run_round().result(WAIT_S) is False


def test_an_option_out_of_range_is_refused(harness):
    with pytest.raises(InputError):
        harness.cache.change_storage_options(StorageOptions("weekly", 0, 90)).result(WAIT_S)
