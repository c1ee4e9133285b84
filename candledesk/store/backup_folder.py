"""The copies of the database in a home: naming automatic ones, listing all, deleting old ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.store.backup_file import read_info, unfinished_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "backups"
MANUAL = "manual"
_STAMP = "%Y-%m-%dT%H%M%SZ"
_OTHERS = ("*.db.v*.bak", "*.db.before-restore-*")  # beside the database


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A copy in the home; ``made_at``: UTC seconds; ``is_automatic``: made by the program itself."""

    path: Path
    n_bytes: int
    made_at: int
    reason: str
    schema_version: int
    has_user_data: bool
    is_automatic: bool


def new_backup_path(home: Path, made_at: int, reason: str) -> Path:
    """Return the path of a new backup in the folder of backups, which is created (0700)."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{datetime.fromtimestamp(made_at, UTC):{_STAMP}}-{reason}"
    path = folder / f"{stem}.db"
    n_made = 1
    while path.exists():
        n_made += 1
        path = folder / f"{stem}-{n_made}.db"
    return path


def list_backups(home: Path) -> list[FoundBackup]:
    """Return all copies in the home, the newest first."""
    found = [row for path in _candidates(home) if (row := _describe(path)) is not None]
    return sorted(found, key=lambda row: (row.made_at, row.path.name), reverse=True)


def remove_old_backups(home: Path, reasons: frozenset[str] | None, keep: int) -> list[Path]:
    """Delete the automatic backups of ``reasons`` (``None``: any) except the ``keep`` newest; return these paths."""
    rows = [row for row in list_backups(home) if row.is_automatic and (reasons is None or row.reason in reasons)]
    removed = []
    for row in rows[keep:]:
        remove_backup(row.path)
        removed.append(row.path)
    return removed


def remove_backup(path: Path) -> None:
    """Delete a copy with its logs."""
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _candidates(home: Path) -> Iterator[Path]:
    yield from (home / FOLDER).glob("*.db")
    for pattern in _OTHERS:
        yield from (path for path in home.glob(pattern) if not path.name.endswith(("-wal", "-shm", ".tmp")))


def _describe(path: Path) -> FoundBackup | None:
    info = read_info(path)
    if info is None:
        return None
    with suppress(OSError):
        status = path.stat()
        is_automatic = path.parent.name == FOLDER and info.reason != MANUAL and bool(info.made_at)
        reason = info.reason or path.name.rpartition(".db.")[2]
        made_at = info.made_at or int(status.st_mtime)
        return FoundBackup(path, status.st_size, made_at, reason, info.schema_version, info.has_user_data, is_automatic)
    return None


def remove_unfinished(home: Path) -> None:
    """Delete incomplete copies in the folder of backups that a killed process has left."""
    for path in (home / FOLDER).glob(unfinished_name(home / "*").name):
        path.unlink(missing_ok=True)
