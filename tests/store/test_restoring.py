"""Putting a backup in the place of the database: checked wholly before, and killed at any moment."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.store.backup_file import BackupNote, write_backup
from candledesk.store.database_file import transaction
from candledesk.store.market import migrations
from candledesk.store.market.database import connect_writer, create_or_open, quick_check
from candledesk.store.restoring import DamagedBackupError, finish_restore, restore
from tests.store.home_harness import NOW, bars_of, lists_of, make_bars, make_home, store, write_list

ROOT = Path(__file__).parents[2]
CRASHED = 77


@pytest.fixture
def backup(tmp_path):
    """A backup of another day, with a watchlist."""
    home = make_home(tmp_path / "then", 3_000, salt=5.0)
    write_list(home, "then")
    write_backup(home / "candles.db", tmp_path / "backup.db", BackupNote(NOW - 60, "manual", home / "user.db"))
    return tmp_path / "backup.db"


@pytest.fixture
def home(tmp_path):
    home = make_home(tmp_path / "home", 500)
    write_list(home, "now")
    return home


THEN, PRESENT = make_bars(3_000, salt=5.0), make_bars(500)


def test_bars_and_user_data_of_the_backup_take_the_place_of_the_former(home, backup):
    restored = restore(home, backup, NOW)
    assert bars_of(home / "candles.db").equals(THEN)
    assert lists_of(home) == ["then"]
    assert (restored.n_series, restored.n_bars, restored.newest) == (1, 3_000, int(THEN.open_time[-1]))
    assert (restored.has_candles, restored.has_user_data, restored.info.made_at) == (True, True, NOW - 60)
    with closing(sqlite3.connect(home / "candles.db")) as conn:
        assert conn.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'backup_info'").fetchone() == (0,)
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (home / "candles.db").stat().st_mode & 0o777 == 0o600


def test_the_former_files_are_kept_with_their_logs_and_can_be_restored_in_turn(home, backup):
    with closing(connect_writer(home / "candles.db")) as conn:
        store(conn, make_bars(600))
        shutil.copytree(home, home.with_name("killed"))  # as a killed process leaves it, the newest bars in the log
    home = home.with_name("killed")
    assert (home / "candles.db-wal").stat().st_size
    former = {path.name.partition(".before")[0]: path for path in restore(home, backup, NOW).former}
    assert set(former) == {"candles.db", "user.db"}
    assert not (home / "candles.db-wal").exists()
    assert bars_of(home / "candles.db").equals(THEN)
    restore(home, former["candles.db"], NOW + 1)
    assert bars_of(home / "candles.db").equals(make_bars(600))
    assert lists_of(home) == ["then"]  # that file holds no user data
    restore(home, former["user.db"], NOW + 2)
    assert lists_of(home) == ["now"]
    assert bars_of(home / "candles.db").equals(make_bars(600))


def test_an_empty_home_can_be_restored_into(tmp_path, backup):
    home = tmp_path / "new"
    home.mkdir()
    assert restore(home, backup, NOW).former == ()
    assert bars_of(home / "candles.db").equals(THEN)


def test_a_damaged_or_foreign_database_is_no_obstacle(home, backup):
    (home / "candles.db").write_text("not a database")
    (home / "candles.db-wal").write_bytes(b"nor a log")
    restored = restore(home, backup, NOW)
    assert bars_of(home / "candles.db").equals(THEN)
    assert (home / f"{restored.former[0].name}-wal").read_bytes() == b"nor a log"


def test_two_restores_of_one_second_keep_both_former_files(home, backup):
    first, second = (restore(home, backup, NOW).former[0] for _ in range(2))
    assert first != second
    assert bars_of(first).equals(PRESENT)
    assert bars_of(second).equals(THEN)


def test_an_older_backup_is_migrated(tmp_path, home, monkeypatch):
    whole = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", whole[:7])
    create_or_open(tmp_path / "old.db")
    monkeypatch.setattr(migrations, "MIGRATIONS", whole)
    restored = restore(home, tmp_path / "old.db", NOW)
    assert (restored.info.schema_version, restored.n_bars) == (7, 0)
    with closing(sqlite3.connect(home / "candles.db")) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (len(whole),)
    assert not (home / "backups").exists()


def _newer(path, _tmp_path):
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA user_version = 99")
    return path


def _foreign(_path, tmp_path):
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as conn:
        conn.execute("CREATE TABLE theirs (x)")
    return tmp_path / "theirs.db"


def _text(_path, tmp_path):
    (tmp_path / "text.db").write_text("x" * 200)
    return tmp_path / "text.db"


def _own(_path, tmp_path):
    return tmp_path / "home" / "candles.db"


def _zeroed(path, _tmp_path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4 * 8192)
        file.write(bytes(8192))
    return path


def _changed_bar(path, _tmp_path):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE candle SET close = close + 1 WHERE ts = (SELECT max(ts) FROM candle)")
    return path


def _truncated(path, _tmp_path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    return path


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (_newer, EnvironmentFaultError, r"backup\.db was made by a newer CandleDesk"),
        (_foreign, InputError, "is not a database of CandleDesk"),
        (_text, InputError, "is not a database of CandleDesk"),
        (_own, InputError, "is the database itself"),
        (_zeroed, EnvironmentFaultError, "damaged"),
        (_truncated, DamagedBackupError, r"nothing was restored: .*backup --list`"),
        (_changed_bar, DamagedBackupError, "AAPL 1m: .*nothing was restored|nothing was restored: AAPL 1m"),
    ],
)
def test_what_cannot_be_restored_changes_nothing(tmp_path, home, backup, change, error, words):
    before = {path.name for path in home.iterdir()}
    with pytest.raises(error, match=words):
        restore(home, change(backup, tmp_path), NOW)
    assert bars_of(home / "candles.db").equals(PRESENT)
    assert lists_of(home) == ["now"]
    assert {path.name for path in home.iterdir()} - {"candles.db-shm", "candles.db-wal"} == before


def test_damage_can_be_accepted(tmp_path, home, backup):
    restored = restore(home, _changed_bar(backup, tmp_path), NOW, accepts_damage=True)
    assert restored.damage
    assert bars_of(home / "candles.db").equals(THEN)  # the chunk has the right bar


def test_a_missing_file_is_named(home, tmp_path):
    with pytest.raises(InputError, match=r"Cannot read .*nowhere\.db"):
        restore(home, tmp_path / "nowhere.db", NOW)


def test_the_room_is_checked_before(home, backup, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(EnvironmentFaultError, match=r"no room in .*nothing was replaced"):
        restore(home, backup, NOW)
    assert bars_of(home / "candles.db").equals(PRESENT)


KILLED = f"""
import os, sys
from pathlib import Path
from candledesk.store.restoring import restore
home, backup, at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
n_seen = 0

def look(event, args):
    global n_seen
    if event in ("os.rename", "os.remove", "sqlite3.connect") and str(home) in str(args[0]):
        n_seen += 1
        if n_seen == at:
            os._exit({CRASHED})

sys.addaudithook(look)
restore(home, backup, 1)
print(n_seen)
"""


def _run_killed(home, backup, at):
    command = [sys.executable, "-c", KILLED, str(home), str(backup), str(at)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
def test_a_kill_at_any_file_operation_leaves_the_former_or_the_restored_state(tmp_path, home, backup):
    with closing(connect_writer(home / "candles.db")) as conn:
        store(conn, make_bars(600))
        shutil.copytree(home, tmp_path / "left")  # with a log that a restored file must never see
    shutil.copytree(tmp_path / "left", tmp_path / "whole")
    whole = _run_killed(tmp_path / "whole", backup, 0)
    assert whole.returncode == 0, whole.stderr
    seen = set()
    for at in range(1, int(whole.stdout) + 1):
        home = tmp_path / f"killed-{at}"
        shutil.copytree(tmp_path / "left", home)
        assert _run_killed(home, backup, at).returncode == CRASHED
        finish_restore(home)  # as every start does
        bars, lists = bars_of(home / "candles.db"), lists_of(home)
        is_restored = bars.equals(THEN)
        assert is_restored or bars.equals(make_bars(600)), at
        assert lists == (["then"] if is_restored else ["now"]), at
        with closing(connect_writer(home / "candles.db")) as conn, transaction(conn):
            assert quick_check(conn) == []
        assert list(home.glob("*.restoring*")) == []
        seen.add(is_restored)
        shutil.rmtree(home)
    assert seen == {True, False}
