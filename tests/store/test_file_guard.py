"""A database file that another program changed keeps what that program wrote."""

import gc
import sqlite3
from contextlib import closing

import pytest

from candledesk.store.database_file import connect
from candledesk.store.file_guard import ChangedFileError, FileGuard


def make_guarded(path):
    """Return a guard and its writer's connection, whose log holds a row that the file does not have yet."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = WAL").fetchone()
        conn.execute("CREATE TABLE note (text TEXT)")
    guard = FileGuard(path)
    connection = guard.connect(lambda: connect(path, "rw"))
    with guard.task():
        connection.execute("INSERT INTO note VALUES ('ours')")
    guard.note_log(is_empty=False)
    return guard, connection


def test_a_connection_to_a_changed_file_writes_nothing_into_it_when_it_ends(tmp_path):
    path = tmp_path / "candles.db"
    guard, connection = make_guarded(path)
    theirs = path.read_bytes()[:-1] + b"\0" * 4_097
    path.write_bytes(theirs)
    with pytest.raises(ChangedFileError):
        guard.check()
    guard.close(connection)
    del connection
    gc.collect()
    assert path.read_bytes() == theirs


def test_a_connection_to_an_unchanged_file_writes_its_log_into_the_file_when_it_ends(tmp_path):
    path = tmp_path / "candles.db"
    guard, connection = make_guarded(path)
    guard.close(connection)
    assert not path.with_name("candles.db-wal").exists()
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT text FROM note").fetchall() == [("ours",)]
