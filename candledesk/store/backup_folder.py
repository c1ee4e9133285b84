"""The copies of the database in a home: naming automatic ones, listing all, deleting old ones."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.store.backup_file import OUR_IDS, is_live, read_info, unfinished_name
from candledesk.store.database_file import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "backups"
MANUAL = "manual"
BEFORE_RESTORE = ".before-restore-"  # in the name of a file that a restored one has replaced
STAMP = "%Y-%m-%dT%H%M%SZ"
_OTHERS = ("*.db.v*.bak", f"*.db{BEFORE_RESTORE}*")  # beside the database; the first of versions before this folder
_LOGS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A copy in the home; ``made_at``: UTC seconds; ``is_automatic``: made by the program itself in the folder."""

    path: Path
    n_bytes: int
    made_at: int
    reason: str
    schema_version: int
    has_user_data: bool
    is_automatic: bool


def new_backup_path(home: Path, made_at: int, reason: str) -> Path:
    """Return the path of a new backup in the folder of backups, which is created (0700).

    Incomplete copies that a killed process has left there are deleted. Raises ``OSError``.
    """
    folder = home / FOLDER
    is_new = not folder.exists()
    folder.mkdir(mode=0o700, exist_ok=True)
    if is_new:
        sync_folder(home)
    for unfinished in folder.glob(unfinished_name(folder / "*").name):
        unfinished.unlink(missing_ok=True)
    stem = f"{datetime.fromtimestamp(made_at, UTC):{STAMP}}-{reason}"
    path = folder / f"{stem}.db"
    n_made = 1
    while path.exists():
        n_made += 1
        path = folder / f"{stem}-{n_made}.db"
    return path


def list_backups(home: Path) -> list[FoundBackup]:
    """Return all copies in the home, the newest first."""
    found = [(row.made_at, written, row) for path in _candidates(home) for written, row in _describe(path)]
    return [row for _, _, row in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def remove_old_backups(home: Path, *, keep: int, reason: str = "") -> list[Path]:
    """Delete all automatic backups but the ``keep`` newest; return the paths of those that were deleted.

    ``reason``: only those whose reason is this one, with or without a number behind it.
    """
    automatic = [row for row in list_backups(home) if row.is_automatic]
    rows = [row for row in automatic if not reason or row.reason.rstrip("0123456789").rstrip("-") == reason]
    removed = []
    for row in rows[keep:]:
        remove_backup(row.path)
        removed.append(row.path)
    return removed


def remove_backup(path: Path) -> None:
    """Delete a copy with its logs."""
    for suffix in (*_LOGS, ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _candidates(home: Path) -> Iterator[Path]:
    """Yield the files that may be copies by their names, and none that is open."""
    files = [*(home / FOLDER).glob("*.db"), *(path for pattern in _OTHERS for path in home.glob(pattern))]
    for path in files:
        if path.is_file() and not path.name.endswith((*_LOGS, "-journal", ".tmp")) and not is_live(home, path):
            yield path


def _describe(path: Path) -> Iterator[tuple[int, FoundBackup]]:
    """Yield when a file was written and what is known of it, if it is a copy."""
    with suppress(OSError, sqlite3.Error):
        info = read_info(path)
        if info is None or info.application_id not in OUR_IDS:
            return
        status = path.stat()
        logs = [path.with_name(path.name + suffix) for suffix in _LOGS]
        n_bytes = status.st_size + sum(log.stat().st_size for log in logs if log.exists())
        is_automatic = path.parent.name == FOLDER and info.reason != MANUAL and info.made_at > 0
        reason = path.name.rpartition(".db.")[2] if not info.reason else info.reason
        reason = BEFORE_RESTORE.strip(".-") if BEFORE_RESTORE in path.name else reason
        made_at = info.made_at or int(status.st_mtime)
        row = FoundBackup(path, n_bytes, made_at, reason, info.schema_version, info.has_user_data, is_automatic)
        yield status.st_mtime_ns, row
