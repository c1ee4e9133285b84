"""Copying a database while others write to it: whole or not at all, and never over a foreign file."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.store import backup_file
from candledesk.store.backup_file import BackupNote, read_info, unfinished_name, write_backup
from candledesk.store.market.database import connect_writer, create_or_open
from tests.store.home_harness import NOW, bars_of, lists_of, make_bars, make_home, store, write_list

ROOT = Path(__file__).parents[2]
NOTE = BackupNote(NOW, "manual")


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


@pytest.fixture
def database(home):
    return home / "candles.db"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "copy.db"


def test_a_copy_has_every_bar_and_says_when_and_why_it_was_made(database, target):
    assert write_backup(database, target, NOTE) == []
    assert bars_of(target).equals(bars_of(database))
    info = read_info(target)
    assert (info.made_at, info.reason, info.has_user_data) == (NOW, "manual", False)
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir() if path.name.startswith(".")] == []


def test_a_copy_needs_no_log_and_can_take_the_place_of_the_original(database, target):
    write_backup(database, target, NOTE)
    assert target.read_bytes()[18:20] == b"\1\1"  # not in the mode that needs a log
    before = bars_of(database)
    shutil.copy(target, database)
    create_or_open(database)
    with closing(connect_writer(database)) as conn:
        store(conn, make_bars(10, salt=1.0))
    assert bars_of(database).close[10:].tolist() == before.close[10:].tolist()
    write_backup(database, target, BackupNote(NOW + 1, "weekly"))  # the note of the former copy is replaced
    assert read_info(target).reason == "weekly"


def test_commits_during_the_copy_neither_enter_it_nor_make_it_start_again(database, target, monkeypatch):
    monkeypatch.setattr(backup_file, "COPIED_AT_ONCE", 3)
    before, shown = bars_of(database), []
    with closing(connect_writer(database)) as conn:

        def commit(progress):
            if progress.total:
                shown.append(progress.done)
                store(conn, make_bars(50, salt=float(progress.done)))

        write_backup(database, target, NOTE, commit)
    assert len(shown) > 10
    assert shown == sorted(shown)
    assert bars_of(target).equals(before)
    assert not bars_of(database).equals(before)


def test_the_user_data_of_the_moment_is_in_the_same_file(home, database, target):
    write_list(home, "mine")
    write_backup(database, target, BackupNote(NOW, "manual", home / "user.db"))
    assert read_info(target).has_user_data
    with closing(sqlite3.connect(target)) as conn:
        (data,) = conn.execute("SELECT user_data FROM backup_info").fetchone()
    (home / "user.db").write_bytes(data)
    for log in home.glob("user.db-*"):
        log.unlink()
    assert lists_of(home) == ["mine"]


def test_a_home_without_user_data_is_copied_all_the_same(home, database, target):
    write_backup(database, target, BackupNote(NOW, "manual", home / "user.db"))
    assert not read_info(target).has_user_data


def test_what_is_still_in_the_log_is_in_the_copy(database, target):
    with closing(connect_writer(database)) as conn:
        conn.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        store(conn, make_bars(5_100))
        write_backup(database, target, NOTE)
    assert len(bars_of(target)) == 5_100


@pytest.mark.parametrize("kind", ["text", "sqlite", "live", "folder", "link", "itself", "user"])
def test_a_file_that_is_no_backup_is_not_replaced(tmp_path, home, database, target, kind):
    if kind == "text":
        target.write_text("my notes")
    elif kind == "sqlite":
        with closing(sqlite3.connect(target)) as conn:
            conn.execute("CREATE TABLE theirs (x)")
    elif kind == "live":
        target = make_home(tmp_path / "other") / "candles.db"
    elif kind == "folder":
        target.mkdir()
    elif kind == "link":
        target.symlink_to(tmp_path / "nowhere")
    elif kind == "user":
        write_list(home, "mine")
        target.hardlink_to(home / "user.db")
    else:
        target = database
    before = target.read_bytes() if target.is_file() else None
    with pytest.raises(InputError, match=r"is not a backup|cannot be replaced"):
        write_backup(database, target, NOTE)
    assert before is None or target.read_bytes() == before


def test_a_backup_is_replaced_by_a_newer_one(database, target):
    write_backup(database, target, NOTE)
    write_backup(database, target, BackupNote(NOW + 60, "manual"))
    assert read_info(target).made_at == NOW + 60


class _StoppedError(Exception):
    pass


def test_a_copy_that_is_stopped_leaves_the_former_backup(database, target, monkeypatch):
    monkeypatch.setattr(backup_file, "COPIED_AT_ONCE", 3)
    write_backup(database, target, NOTE)
    before = target.read_bytes()

    def stop(progress):
        if progress.done > 20:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        write_backup(database, target, BackupNote(NOW + 60, "manual"), stop)
    assert target.read_bytes() == before
    assert not unfinished_name(target).exists()


def test_what_a_killed_process_has_left_is_replaced(database, target):
    unfinished_name(target).write_bytes(b"half a copy")
    write_backup(database, target, NOTE)
    assert bars_of(target).equals(bars_of(database))
    assert not unfinished_name(target).exists()


def test_the_room_is_checked_before_anything_is_written(database, target, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(EnvironmentFaultError, match=r"no room in .* for a backup: .*MB are needed, 0 MB are free"):
        write_backup(database, target, NOTE)
    assert list(target.parent.glob("*copy*")) == []


def test_a_folder_that_does_not_exist_is_named(database, tmp_path):
    with pytest.raises(EnvironmentFaultError, match=r"Cannot write the backup .*missing"):
        write_backup(database, tmp_path / "missing" / "copy.db", NOTE)


def test_a_disk_that_takes_no_more_leaves_nothing_behind(database, target):
    """The system refuses every byte past a limit, as a full disk or a quota would."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from candledesk.store.backup_file import *; from candledesk.domain.errors import EnvironmentFaultError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        f"try: write_backup(Path({str(database)!r}), Path({str(target)!r}), BackupNote(1, 'x'))\n"
        "except EnvironmentFaultError as error: print(error); sys.exit(5)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 5, ended.stderr
    assert "disk" in ended.stdout
    assert list(target.parent.glob("*copy*")) == []


def test_the_copy_of_a_damaged_database_says_so(database, target):
    with database.open("r+b") as file:
        file.seek(database.stat().st_size - 3 * 8192)
        file.write(b"\x55" * 8192)
    assert write_backup(database, target, NOTE)
    assert target.exists()
