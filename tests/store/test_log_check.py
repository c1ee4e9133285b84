"""A log of which no stamp shows where it belongs: SQLite's check of the file with and without it decides."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from candledesk.store.file_guard import stamp_path
from candledesk.store.log_check import ForeignLogError, require_own_log


def fill(path, n_rows, text):
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("BEGIN")  # one write to the disk instead of one a row
        conn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
        conn.executemany("INSERT INTO t VALUES (?, ?)", [(3 * n, text) for n in range(n_rows)])
        conn.execute("COMMIT")


@pytest.fixture
def killed(tmp_path):
    """A database whose log holds one change, as a kill leaves it."""
    path, copy = tmp_path / "live.db", tmp_path / "killed.db"
    fill(path, 2_000, "x" * 90)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("UPDATE t SET a = 'changed' WHERE id = 3000")
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
    return copy


def test_a_log_of_the_file_is_accepted(killed):
    require_own_log(killed)


def test_a_log_that_damages_a_sound_file_is_refused(killed, tmp_path):
    fill(tmp_path / "other.db", 9_000, "y" * 20)
    shutil.copyfile(tmp_path / "other.db", killed)
    with pytest.raises(ForeignLogError, match="candledesk restore"):
        require_own_log(killed)


def test_a_file_that_is_damaged_itself_is_left_to_other_checks(killed):
    data = bytearray(killed.read_bytes())
    data[8 * 4096 : 9 * 4096] = bytes(4096)
    killed.write_bytes(bytes(data))
    require_own_log(killed)


@pytest.mark.parametrize("text", ["", "[]", "garbage", '["a", 1, 2]', "[1, 2]"])
def test_a_stamp_that_cannot_be_read_is_none(killed, text):
    stamp_path(killed).write_text(text)
    require_own_log(killed)


def test_a_file_of_another_time_than_its_log_is_refused(killed):
    log_time = killed.with_name(f"{killed.name}-wal").stat().st_mtime_ns
    stamp_path(killed).write_text(json.dumps([1, 2, log_time]))
    with pytest.raises(ForeignLogError):
        require_own_log(killed)


def test_a_stamp_of_before_the_last_writes_says_nothing(killed, tmp_path):
    stamp_path(killed).write_text("[1, 2, 3]")  # a power cut can bring it back
    require_own_log(killed)
    fill(tmp_path / "other.db", 9_000, "y" * 20)
    shutil.copyfile(tmp_path / "other.db", killed)
    with pytest.raises(ForeignLogError):
        require_own_log(killed)


def test_without_a_log_nothing_is_examined(tmp_path):
    require_own_log(tmp_path / "missing.db")
    (tmp_path / "folder.db").mkdir()
    require_own_log(tmp_path / "folder.db")
