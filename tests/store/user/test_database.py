"""Creating, opening, refusing, migrating, backing up and renaming user.db."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store import database_file
from candledesk.store.database_file import transaction
from candledesk.store.user import database, migrations
from candledesk.store.user.database import connect_user_reader, open_user_database
from candledesk.store.user.migrations import UserMigration
from candledesk.store.user.watchlists import WATCHLISTS

ROOT = Path(__file__).parents[3]
NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
LIST = {"name": "mine", "sections": []}


def _open(path):
    """Open and return the connection; fail when a file was renamed."""
    opened = open_user_database(path, NOW)
    assert opened.notice == ""
    return opened.connection


def _pragma(path, name):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(f"PRAGMA {name}").fetchone()[0]


def _schema(path):
    with closing(sqlite3.connect(path)) as conn:
        return sorted(conn.execute("SELECT type, name, sql FROM sqlite_schema").fetchall(), key=repr)


def _write_list(conn, name="mine"):
    with transaction(conn):
        WATCHLISTS.write(conn, name, LIST, NOW)


def _names(path):
    with closing(_open(path)) as conn:
        return [row.name for row in WATCHLISTS.list_rows(conn)]


def test_a_new_file_carries_its_identity(conn, user_path):
    assert _pragma(user_path, "application_id") == 0x43445531
    assert _pragma(user_path, "user_version") == len(migrations.MIGRATIONS)
    assert _pragma(user_path, "journal_mode") == "wal"


def test_every_commit_waits_until_it_is_on_the_disk(conn):
    full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
    assert conn.execute("PRAGMA synchronous").fetchone()[0] == full
    assert conn.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_every_table_is_strict(conn):
    loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
    assert [name for (name,) in conn.execute(loose) if not name.startswith("sqlite_")] == []


def test_only_json_objects_are_documents(conn):
    for text in ("nonsense", "[1]", "7"):
        with pytest.raises(sqlite3.Error, match=r"CHECK|malformed"), transaction(conn):
            conn.execute("INSERT INTO watchlist VALUES ('x', 1, ?, 0)", (text,))


def test_an_up_to_date_file_opens_without_pandas_and_so_does_a_new_one(user_path):
    script = (
        "import sys; from pathlib import Path; from candledesk.store.user.database import *\n"
        f"for _ in range(2): open_user_database(Path({str(user_path)!r}), 0).connection.close()\n"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'sqlite_utils')))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def _add_note(conn):
    conn.execute("CREATE TABLE note (x INTEGER) STRICT")


def _add_colour(conn):
    conn.execute("ALTER TABLE note ADD COLUMN colour TEXT")


def _fail_half_way(conn):
    conn.execute("CREATE TABLE half (x INTEGER) STRICT")
    raise RuntimeError("half way")


LATER = (UserMigration("note", _add_note), UserMigration("colour", _add_colour))


def test_each_migration_from_every_version_ends_in_the_same_schema_and_keeps_the_data(tmp_path, monkeypatch):
    present, whole = migrations.MIGRATIONS, (*migrations.MIGRATIONS, *LATER)
    monkeypatch.setattr(migrations, "MIGRATIONS", whole)
    _open(tmp_path / "new.db").close()
    for version in range(len(present), len(whole)):
        file = tmp_path / f"v{version}.db"
        monkeypatch.setattr(migrations, "MIGRATIONS", whole[:version])
        with closing(_open(file)) as conn:
            _write_list(conn)
        monkeypatch.setattr(migrations, "MIGRATIONS", whole)
        assert _names(file) == ["mine"]
        assert _schema(file) == _schema(tmp_path / "new.db")
        [backup] = (tmp_path / "backups").glob(f"*-user-schema-{version}.db")
        assert _pragma(backup, "user_version") == version
        assert _pragma(backup, "integrity_check") == "ok"
        with closing(sqlite3.connect(backup)) as kept:
            assert kept.execute("SELECT name FROM watchlist").fetchall() == [("mine",)]


def test_a_failed_migration_leaves_the_old_version_whole_and_its_backup(user_path, monkeypatch):
    with closing(_open(user_path)) as conn:
        _write_list(conn)
    before, version = _schema(user_path), _pragma(user_path, "user_version")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, UserMigration("bad", _fail_half_way)))
    with pytest.raises(RuntimeError, match="half way"):
        open_user_database(user_path, NOW)
    assert (_schema(user_path), _pragma(user_path, "user_version")) == (before, version)
    [backup] = (user_path.parent / "backups").glob(f"*-user-schema-{version}.db")
    assert _pragma(backup, "integrity_check") == "ok"


def test_a_file_that_cannot_be_backed_up_is_not_migrated(user_path, monkeypatch):
    _open(user_path).close()
    before = user_path.read_bytes()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *LATER))
    user_path.with_name("backups").touch()  # where the folder should be
    with pytest.raises(EnvironmentFaultError, match=r"Cannot back up .*user\.db before"):
        open_user_database(user_path, NOW)
    assert user_path.read_bytes() == before


def test_a_newer_file_is_refused_and_left_alone(user_path):
    _open(user_path).close()
    with closing(sqlite3.connect(user_path)) as conn:
        conn.execute("PRAGMA user_version = 99")
    before = user_path.read_bytes()
    with pytest.raises(EnvironmentFaultError, match=r"newer CandleDesk \(schema version 99, this one reads \d+\)"):
        open_user_database(user_path, NOW)
    assert user_path.read_bytes() == before
    assert list(user_path.parent.glob("*.damaged-*")) == []


def _text_file(path):
    path.write_text("not a database at all\n" * 100)


def _foreign(path):
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE theirs (x)")
        conn.commit()


def _truncated(path):
    with closing(_open(path)) as conn:
        _write_list(conn)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _zeroed_page(path):
    with closing(_open(path)) as conn:
        for at in range(200):
            _write_list(conn, f"list {at}")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 2 * database.PAGE_SIZE)
        file.write(bytes(database.PAGE_SIZE))


@pytest.mark.parametrize(
    ("spoil", "names"), [(_truncated, {"mine"}), (_zeroed_page, {f"list {at}" for at in range(200)})]
)
def test_what_can_be_read_of_a_damaged_file_is_saved(user_path, caplog, spoil, names):
    spoil(user_path)
    before = user_path.read_bytes()
    opened = open_user_database(user_path, NOW)
    with closing(opened.connection):
        _write_list(opened.connection, "new")
    kept = user_path.with_name("user.damaged-20270115T080000Z.db")
    assert kept.read_bytes() == before
    found = set(_names(user_path)) - {"new"}
    assert found <= names
    assert len(found) > len(names) // 2
    assert f"kept as {kept.name}" in opened.notice
    assert f"{len(found)} watchlist" in opened.notice
    assert kept.name in caplog.text


@pytest.mark.parametrize("spoil", [_text_file, _foreign])
def test_an_unreadable_file_is_renamed_and_a_new_one_is_created(user_path, caplog, spoil):
    spoil(user_path)
    before = user_path.read_bytes()
    opened = open_user_database(user_path, NOW)
    with closing(opened.connection):
        _write_list(opened.connection, "new")
    kept = user_path.with_name("user.damaged-20270115T080000Z.db")
    assert kept.read_bytes() == before
    assert f"{user_path} could not be read and is kept as {kept.name}" in opened.notice
    assert kept.name in caplog.text
    assert _names(user_path) == ["new"]


def test_two_files_that_are_renamed_in_one_second_are_both_kept(user_path, caplog):
    for text in ("one", "two"):
        user_path.write_text(text * 500)
        open_user_database(user_path, NOW).connection.close()
    kept = {file.read_text()[:3] for file in user_path.parent.glob("user.damaged-*")}
    assert kept == {"one", "two"}


def test_the_log_of_a_renamed_file_is_renamed_too(user_path, caplog):
    """The log may hold changes that the database lacks, and must not be read with the new database."""
    with closing(_open(user_path)) as conn:
        _write_list(conn)
        log = user_path.with_name("user.db-wal").read_bytes()
        assert log
        copy = user_path.with_name("copy.db")
        copy.write_bytes(b"nonsense" * 1_000)
        copy.with_name("copy.db-wal").write_bytes(log)
    open_user_database(copy, NOW).connection.close()
    kept = copy.with_name("copy.damaged-20270115T080000Z.db")
    assert kept.with_name(kept.name + "-wal").read_bytes() == log
    assert _names(copy) == []


def test_an_old_sqlite_is_reported_and_the_file_stays(user_path, monkeypatch):
    _open(user_path).close()
    before = user_path.read_bytes()
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(EnvironmentFaultError, match=r"needs 3\.38 or newer"):
        open_user_database(user_path, NOW)
    assert [(file.name, file.read_bytes()) for file in user_path.parent.iterdir()] == [("user.db", before)]


def test_a_locked_file_is_refused_and_not_renamed(user_path, monkeypatch):
    monkeypatch.setattr(database_file, "BUSY_TIMEOUT_MS", 10)
    _open(user_path).close()
    with closing(sqlite3.connect(user_path, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFaultError, match=r"keeps .*user\.db locked"):
            open_user_database(user_path, NOW)
    assert [file.name for file in user_path.parent.iterdir()] == ["user.db"]


def test_a_full_disk_is_reported_and_stored_data_stay(conn, user_path):
    _write_list(conn)
    pages = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(EnvironmentFaultError, match=r"disk is full.*free some space"), transaction(conn):
        WATCHLISTS.write(conn, "large", LIST | {"text": "x" * 100_000}, NOW)
    conn.execute("PRAGMA max_page_count = 1073741823").fetchall()
    _write_list(conn, "after")
    assert [row.name for row in WATCHLISTS.list_rows(conn)] == ["mine", "after"]


@pytest.fixture
def read_only_path():
    """A user database in a folder that the present user cannot write, outside pytest's own private folders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(_open(folder / "user.db")) as conn:
            _write_list(conn)
        (folder / "user.db").chmod(0o644)  # whatever the umask was
        folder.chmod(0o555)
        is_root = os.geteuid() == 0  # root may write everywhere: become nobody for a moment
        if is_root:
            os.seteuid(65_534)
        try:
            yield folder / "user.db"
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_file_can_be_read_and_is_neither_written_nor_renamed(read_only_path):
    with closing(connect_user_reader(read_only_path)) as conn:
        assert [row.name for row in WATCHLISTS.list_rows(conn)] == ["mine"]
    with pytest.raises(EnvironmentFaultError, match="read-only"):
        open_user_database(read_only_path, NOW)
    assert [file.name for file in read_only_path.parent.iterdir()] == ["user.db"]
