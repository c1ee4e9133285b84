"""Creating, opening, refusing, migrating and backing up the database file."""

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
from candledesk.store.market import migrations
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, quick_check, transaction
from candledesk.store.market.instruments import read_instrument
from candledesk.store.market.migrations import Migration
from candledesk.store.sqlite_errors import fault_of

ROOT = Path(__file__).parents[3]


def _pragma(path, name):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(f"PRAGMA {name}").fetchone()[0]


def _schema(path):
    with closing(sqlite3.connect(path)) as conn:
        return sorted(conn.execute("SELECT type, name, sql FROM sqlite_schema").fetchall(), key=repr)


def test_a_new_database_carries_its_identity(path):
    assert _pragma(path, "application_id") == 0x43444B31
    assert _pragma(path, "user_version") == len(migrations.MIGRATIONS)
    assert _pragma(path, "page_size") == 8192
    assert _pragma(path, "journal_mode") == "wal"


def test_every_table_is_strict(writer):
    loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
    assert [name for (name,) in writer.execute(loose) if not name.startswith("sqlite_")] == []


def test_the_folder_is_created_private(tmp_path):
    create_or_open(tmp_path / "home" / "deep" / "candledesk.db")
    assert (tmp_path / "home" / "deep").stat().st_mode & 0o777 == 0o700


def test_an_empty_file_becomes_a_database(tmp_path):
    file = tmp_path / "candledesk.db"
    file.touch()
    create_or_open(file)
    assert _pragma(file, "user_version") == len(migrations.MIGRATIONS)


def test_opening_again_changes_no_byte(path):
    before = path.read_bytes()
    create_or_open(path)
    assert path.read_bytes() == before


def test_an_up_to_date_database_opens_without_pandas(path):
    script = (
        "import sys; from pathlib import Path; from candledesk.store.market.database import *\n"
        f"p = Path({str(path)!r}); create_or_open(p); connect_writer(p).close(); connect_reader(p).close()\n"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'sqlite_utils')))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_a_newer_database_is_refused_and_left_alone(path):
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(EnvironmentFaultError, match=r"newer CandleDesk \(schema version 99, .* reads \d+\).*--home"):
        create_or_open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", [40, *range(44, 48), *range(60, 64), *range(68, 72)])
def test_a_damaged_header_is_reported_or_harmless_and_the_file_left_alone(path, writer, series, place):
    """Every bit of the numbers that SQLite and the program keep in the header: formats, version and identity."""
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    writer.close()
    whole = path.read_bytes()
    for bit in range(8):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        try:
            create_or_open(path)
        except EnvironmentFaultError as error:
            assert any(words in str(error) for words in ("damaged", "newer CandleDesk")), error  # noqa: PT017
            assert bytes(damaged) == path.read_bytes()
        else:
            with closing(connect_reader(path)) as conn:
                assert read_instrument(conn, "AAPL").name == "Apple Inc."


@pytest.mark.parametrize(("version", "is_refused"), [((3, 37, 2), True), ((3, 38, 0), False)])
def test_an_sqlite_that_is_too_old_is_refused_before_a_file_is_made(tmp_path, monkeypatch, version, is_refused):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    path = tmp_path / "candledesk.db"
    if is_refused:
        with pytest.raises(EnvironmentFaultError, match=r"needs 3\.38 or newer: install"):
            create_or_open(path)
    else:
        create_or_open(path)
    assert path.exists() != is_refused


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "foreign.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE theirs (x)")
    before = file.read_bytes()
    with pytest.raises(EnvironmentFaultError, match="another program"):
        create_or_open(file)
    assert file.read_bytes() == before


def test_a_text_file_is_reported_as_not_a_database(tmp_path):
    file = tmp_path / "candledesk.db"
    file.write_text("not a database at all\n" * 100)
    with pytest.raises(EnvironmentFaultError, match="it is not a database: run `candledesk doctor --repair`"):
        create_or_open(file)


def test_a_truncated_file_is_reported_as_damaged(path, series, writer):
    writer.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(EnvironmentFaultError, match="is damaged"):
        create_or_open(path)


def test_quick_check_finds_a_zeroed_page(path, writer, series):
    with transaction(writer):
        writer.executemany("INSERT INTO candle VALUES (?, ?, 1, 1, 1, 1, 1)", [(series, ts) for ts in range(5_000)])
    assert quick_check(writer) == []
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    writer.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 2 * 8192)
        file.write(bytes(8192))
    with closing(connect_writer(path)) as conn:
        assert quick_check(conn)


def test_a_locked_database_is_reported(path, monkeypatch):
    monkeypatch.setattr(database_file, "BUSY_TIMEOUT_MS", 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as shell, closing(connect_writer(path)) as conn:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFaultError, match=r"keeps .*candledesk\.db locked"), transaction(conn):
            pass
        shell.execute("ROLLBACK")
        with transaction(conn):
            pass


def test_a_full_disk_is_reported_and_stored_data_stay(path, writer, series):
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    with pytest.raises(EnvironmentFaultError, match=r"disk is full.*free some space"), transaction(writer):
        writer.executemany("INSERT INTO candle VALUES (?, ?, 1, 1, 1, 1, 1)", [(series, ts) for ts in range(9_999)])
    assert not writer.in_transaction
    assert writer.execute("SELECT count(*) FROM candle").fetchone()[0] == 0
    writer.execute("PRAGMA max_page_count = 1073741823").fetchall()
    with transaction(writer):
        writer.execute("INSERT INTO candle VALUES (?, 0, 1, 1, 1, 1, 1)", (series,))


def test_program_errors_stay_sqlite_errors(writer):
    with pytest.raises(sqlite3.OperationalError, match="no such table"), transaction(writer):
        writer.execute("SELECT * FROM nonsense")
    assert fault_of(sqlite3.ProgrammingError("bug")) is None


def test_a_failed_block_stores_nothing(writer, series):
    row = (series, 0, 1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), transaction(writer):
        writer.executemany("INSERT INTO candle VALUES (?, ?, ?, ?, ?, ?, ?)", [row, row])
    assert writer.execute("SELECT count(*) FROM candle").fetchone()[0] == 0


def test_a_reader_cannot_write(reader):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM candle")


@pytest.fixture
def read_only_path():
    """A database in a folder that the present user cannot write, outside pytest's own private folders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        create_or_open(folder / "candledesk.db")
        (folder / "candledesk.db").chmod(0o644)  # whatever the umask was
        folder.chmod(0o555)
        is_root = os.geteuid() == 0  # root may write everywhere: become nobody for a moment
        if is_root:
            os.seteuid(65_534)
        try:
            yield folder / "candledesk.db"
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_folder_opens_for_reading_only(read_only_path):
    create_or_open(read_only_path)
    with closing(connect_reader(read_only_path)) as conn:
        assert conn.execute("SELECT count(*) FROM candle").fetchone() == (0,)
    with pytest.raises(EnvironmentFaultError, match=r"read-only"):
        connect_writer(read_only_path)
    with pytest.raises(EnvironmentFaultError, match=r"Cannot open .*new\.db"):
        create_or_open(read_only_path.with_name("new.db"))


def _add_note(db):
    db.execute("CREATE TABLE note (x INTEGER) STRICT")


def _fail_half_way(db):
    db.table("half").create({"x": int}, strict=True)
    raise RuntimeError("half way")


def test_each_migration_from_every_version_ends_in_the_same_schema(tmp_path, monkeypatch):
    whole = (*migrations.MIGRATIONS, Migration("note", _add_note))
    monkeypatch.setattr(migrations, "MIGRATIONS", whole)
    create_or_open(tmp_path / "new.db")
    for version in range(1, len(whole)):
        file = tmp_path / f"v{version}.db"
        progress = []
        monkeypatch.setattr(migrations, "MIGRATIONS", whole[:version])
        create_or_open(file, progress.append)
        assert progress == []  # a new file is created, not migrated
        monkeypatch.setattr(migrations, "MIGRATIONS", whole)
        create_or_open(file, progress.append)
        assert [one.done for one in progress if one.step.startswith("Migrating")] == [*range(version, len(whole))]
        assert _schema(file) == _schema(tmp_path / "new.db")
        [backup] = (tmp_path / "backups").glob(f"*-schema-{version}.db")  # that of the version before is deleted
        assert _pragma(backup, "user_version") == version
        assert _pragma(backup, "integrity_check") == "ok"


def test_a_failed_migration_leaves_the_old_version_whole(path, monkeypatch):
    before = _schema(path)
    version = _pragma(path, "user_version")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Migration("bad", _fail_half_way)))
    with pytest.raises(RuntimeError, match="half way"):
        create_or_open(path)
    assert (_schema(path), _pragma(path, "user_version")) == (before, version)


def test_the_view_shows_bars_to_people(writer, series):
    with transaction(writer):
        writer.execute("INSERT INTO candle VALUES (?, 1700000000, 1, 3, 0.5, 2, 10)", (series,))
    row = writer.execute("SELECT * FROM candles").fetchone()
    assert row == ("AAPL", "1m", "2023-11-14T22:13:20Z", 1.0, 3.0, 0.5, 2.0, 10.0)
