"""The copies in a home: their names, the list, and which old ones are deleted."""

import os

import pytest

from candledesk.store.backup_file import BackupNote, write_backup
from candledesk.store.backup_folder import list_backups, new_backup_path, remove_backup, remove_old_backups
from tests.store.home_harness import NOW, make_home


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home", 100)


def _make(home, made_at, reason):
    path = new_backup_path(home, made_at, reason)
    write_backup(home / "candles.db", path, BackupNote(made_at, reason))
    return path


def test_a_name_says_when_and_why_and_is_used_once(home):
    first, second = _make(home, NOW, "weekly"), _make(home, NOW, "weekly")
    assert first == home / "backups" / "2027-01-15T080000Z-weekly.db"
    assert second.name == "2027-01-15T080000Z-weekly-2.db"
    assert (home / "backups").stat().st_mode & 0o777 == 0o700


def test_the_newest_comes_first_and_foreign_files_are_left_out(home):
    older, newer = _make(home, NOW, "weekly"), _make(home, NOW + 1, "manual")
    (home / "backups" / "notes.db").write_text("not a database")
    (home / "backups" / "photo.jpg").write_bytes(b"x")
    rows = list_backups(home)
    assert [row.path for row in rows] == [newer, older]
    assert [(row.reason, row.is_automatic, row.made_at) for row in rows] == [
        ("manual", False, NOW + 1),
        ("weekly", True, NOW),
    ]
    assert rows[0].n_bytes == newer.stat().st_size


def test_copies_of_former_versions_and_restores_are_listed_beside_the_database(home):
    copy = (home / "candles.db").read_bytes()
    for name in ("candles.db.v3.bak", "candles.db.before-restore-2026-11-28T101500Z"):
        (home / name).write_bytes(copy)
        os.utime(home / name, (NOW, NOW))
    log = home / "candles.db.before-restore-2026-11-28T101500Z-wal"
    log.write_bytes(b"12345")
    rows = {row.path.name: row for row in list_backups(home)}
    assert {row.reason for row in rows.values()} == {"v3.bak", "before-restore"}
    assert not any(row.is_automatic for row in rows.values())
    replaced = rows["candles.db.before-restore-2026-11-28T101500Z"]
    assert replaced.n_bytes == len(copy) + 5
    remove_backup(replaced.path)
    assert not log.exists()
    assert [row.path.name for row in list_backups(home)] == ["candles.db.v3.bak"]


def test_only_automatic_ones_of_the_same_reason_are_deleted_beyond_the_count(home):
    weekly = [_make(home, NOW + i, "weekly") for i in range(4)]
    others = [_make(home, NOW, "manual"), _make(home, NOW, "forget"), _make(home, NOW, "schema-9")]
    assert remove_old_backups(home, keep=2, reason="weekly") == weekly[1::-1]
    assert {row.path for row in list_backups(home)} == {*weekly[2:], *others}


def test_versions_of_a_schema_are_one_reason(home):
    old, new = _make(home, NOW, "schema-9"), _make(home, NOW + 1, "schema-10")
    _make(home, NOW, "user-schema-1")
    assert remove_old_backups(home, keep=1, reason="schema") == [old]
    assert new.exists()


def test_without_a_reason_all_automatic_ones_count(home):
    for i, reason in enumerate(("weekly", "forget", "schema-9", "manual")):
        _make(home, NOW + i, reason)
    remove_old_backups(home, keep=1)
    assert [row.reason for row in list_backups(home)] == ["manual", "schema-9"]


def test_incomplete_copies_of_a_killed_process_are_deleted(home):
    _make(home, NOW, "weekly")
    left = home / "backups" / ".2027-01-01T000000Z-weekly.db.unfinished"
    left.write_bytes(b"half")
    _make(home, NOW, "weekly")
    assert not left.exists()


def test_a_link_to_a_database_that_is_open_is_not_read(home):
    (home / "backups").mkdir()
    (home / "backups" / "link.db").symlink_to(home / "candles.db")
    (home / "backups" / "hard.db").hardlink_to(home / "candles.db")
    assert list_backups(home) == []
