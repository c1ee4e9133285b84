"""A database that is removed, replaced or overwritten under a running cache: every answer says so."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from candledesk.cache.events import FaultRaised
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest
from candledesk.cache.messages import JobState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.store.file_guard import stamp_path
from candledesk.store.log_check import ForeignLogError
from tests.cache.conftest import HOUR, WAIT_S, CacheHarness, days_back, same, wait_until

pytestmark = pytest.mark.allow_logs


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def harness(home, yahoo):
    harness = CacheHarness(home, yahoo)
    harness.bars("1h", HOUR)
    wait_until(stamp_path(home / "candles.db").exists)  # nothing is written any more
    yield harness
    harness.service.close()


def fault_texts(harness):
    return [event.text for event in harness.events if isinstance(event, FaultRaised)]


def remove(home):
    (home / "candles.db").unlink()


def remove_home(home):
    shutil.rmtree(home)


def move(home):
    (home / "candles.db").rename(home / "elsewhere.db")


def replace(home):
    shutil.copyfile(home / "candles.db", home / "copy.db")
    (home / "copy.db").rename(home / "candles.db")


def overwrite(home):
    copy = home / "copy.db"
    shutil.copyfile(home / "candles.db", copy)
    shutil.copyfile(copy, home / "candles.db")


def make_foreign(home):
    with closing(sqlite3.connect(home / "other.db")) as other:
        other.execute("CREATE TABLE t (a)")
    shutil.copyfile(home / "other.db", home / "candles.db")


def truncate(home):
    (home / "candles.db").write_bytes(b"")


def remove_log(home):
    (home / "candles.db-wal").unlink()


WAYS = {
    remove: "removed or moved",
    remove_home: "removed or moved",
    move: "removed or moved",
    replace: "was replaced",
    overwrite: "changed by another program",
    make_foreign: "changed by another program",
    truncate: "changed by another program",
    remove_log: "log .* was removed or replaced",
}


@pytest.mark.parametrize(("change", "words"), WAYS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_every_answer_names_what_happened_and_nothing_is_fetched(harness, home, yahoo, change, words):
    n_requests = len(yahoo.requests)
    change(home)
    with pytest.raises(EnvironmentFaultError, match=words):
        harness.bars("1h", days_back(60))
    with pytest.raises(EnvironmentFaultError, match=words):
        harness.bars("1h", HOUR, fill="none")
    with pytest.raises(EnvironmentFaultError, match=words):
        harness.backfill("1h", days_back(60))
    with pytest.raises(EnvironmentFaultError, match=words):
        harness.cache.list_jobs().result(WAIT_S)
    wait_until(lambda: fault_texts(harness))
    assert len(fault_texts(harness)) == 1
    assert harness.cache.read_fault() == fault_texts(harness)[0]
    assert len(yahoo.requests) == n_requests


@pytest.mark.parametrize("change", [remove, replace], ids=lambda one: one.__name__)
def test_a_job_under_way_never_succeeds_into_a_lost_file(harness, home, yahoo, change):
    yahoo.gate.clear()
    job = harness.cache.start_backfill("AAA", INTERVALS["1h"], days_back(60)).result(WAIT_S)
    wait_until(lambda: harness.service._fill_scheduler.n_in_flight == 1)
    change(home)
    yahoo.gate.set()
    with pytest.raises(EnvironmentFaultError):
        harness.cache.wait_job(job.job_id).result(WAIT_S)
    ended = [event.job.state for event in harness.events if hasattr(event, "job") and event.job.job_id == job.job_id]
    assert JobState.SUCCEEDED not in ended


@pytest.mark.parametrize("kind", [MaintenanceKind.BACKUP, MaintenanceKind.CHECK])
def test_no_copy_is_made_of_another_file_and_none_is_called_sound(harness, home, kind):
    replace(home)
    with pytest.raises(EnvironmentFaultError, match="was replaced"):
        harness.cache.start_maintenance(MaintenanceRequest(kind)).result(WAIT_S)
    assert not list((home / "backups").glob("*.db"))


def test_a_file_that_is_put_back_is_used_again(harness, home, yahoo):
    move(home)
    wait_until(lambda: fault_texts(harness))
    (home / "elsewhere.db").rename(home / "candles.db")
    wait_until(lambda: fault_texts(harness)[-1] == "")
    wide = days_back(60)
    assert same(harness.bars("1h", wide).bars, yahoo.truth("AAA", "1h", wide))


def test_what_this_process_writes_is_no_change_by_another(harness, home):
    for days in range(10, 60, 10):
        assert harness.bars("1h", days_back(days)).complete
        wait_until(stamp_path(home / "candles.db").exists)
        harness.service._storage_watch._guard.check()
    assert fault_texts(harness) == []


@pytest.mark.parametrize("change", [replace, overwrite, move, remove], ids=lambda one: one.__name__)
def test_no_log_is_left_beside_a_file_to_which_it_does_not_belong(harness, home, yahoo, change):
    change(home)
    wait_until(lambda: fault_texts(harness))
    harness.service.close()
    left = {path.name for path in home.iterdir()}
    assert not left & {"candles.db-wal", "candles.db-shm", "candles.db-stamp"}
    harness.open()
    assert same(harness.bars("1h", HOUR).bars, yahoo.truth("AAA", "1h", HOUR))


@pytest.fixture
def killed(harness, home, tmp_path):
    """Return a function that makes a home as a kill leaves it: with the log, and the times of the files."""
    harness.bars("1h", days_back(200))
    wait_until(stamp_path(home / "candles.db").exists)
    assert (home / "candles.db-wal").stat().st_size

    def make(name, copy=shutil.copy2):
        folder = tmp_path / name
        shutil.copytree(home, folder, copy_function=copy)
        return folder

    return make


def test_the_log_of_a_killed_process_is_used_with_its_own_file(killed, yahoo):
    opened = CacheHarness(killed("own"), yahoo)
    assert opened.bars("1h", days_back(200), fill="none").complete
    opened.service.close()


def test_a_killed_home_that_was_copied_without_its_times_opens(killed, yahoo):
    opened = CacheHarness(killed("copied", shutil.copyfile), yahoo)
    assert opened.bars("1h", days_back(200), fill="none").complete
    opened.service.close()


@pytest.mark.parametrize("copy", [shutil.copyfile, shutil.copy2], ids=["new time", "old time"])
def test_a_backup_beside_the_log_of_a_killed_process_is_refused(harness, home, killed, yahoo, tmp_path, copy):
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(home / "candles.db")) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    folder = killed("replaced")
    log = (folder / "candles.db-wal").read_bytes()
    copy(backup, folder / "candles.db")
    with pytest.raises(ForeignLogError, match="candledesk restore"):
        CacheHarness(folder, yahoo)
    assert (folder / "candles.db-wal").read_bytes() == log
