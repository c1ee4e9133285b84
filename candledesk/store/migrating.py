"""Creating a database file, and migrating one of an older version after it has been copied."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.progress import Progress, ignore_progress
from candledesk.private_files import touch_private
from candledesk.store.backup_file import BackupNote, write_backup
from candledesk.store.backup_folder import new_backup_path, remove_old_backups
from candledesk.store.database_file import (
    check_sqlite,
    connect,
    file_of,
    read_version,
    require_write_lock,
    transaction,
    use_wal,
)
from candledesk.store.replacing import require_no_replacing
from candledesk.store.sqlite_errors import DamagedDatabaseError, translate_faults

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.domain.progress import OnProgress
    from candledesk.store.database_file import Schema

_log = logging.getLogger(__name__)


def create_or_migrate(
    path: Path, schema: Schema, on_progress: OnProgress = ignore_progress, *, is_backed_up: bool = True
) -> Path | None:
    """Make sure that ``path`` is a database of this schema: create it, or migrate it when it is older.

    An older database is first copied into the folder of backups, where the copy that was made before the former
    migration is deleted then; ``is_backed_up`` false: it is a copy itself. Returns the path of that copy, ``None`` when
    nothing was migrated. Raises ``EnvironmentFaultError`` for a newer, foreign, damaged, locked or unwritable file and
    where there is no room for the copy; the file is then left as it was. So it does for an SQLite library that is too
    old. An up-to-date database is only read, so this works on read-only media too.
    """
    check_sqlite()
    require_no_replacing(path.parent)
    with translate_faults(path):
        version = read_version(path, schema)
        if version == schema.version:
            return None
        backup = None
        if version is None:
            _create_folder(path)
            touch_private(path)
        with closing(connect(path, "rwc")) as conn:
            if version is None:
                conn.execute(f"PRAGMA page_size = {schema.page_size}")  # takes effect only before WAL
            elif version:
                require_write_lock(conn)
                if is_backed_up:
                    backup = _back_up(path, f"{schema.backup_reason}-{version}", schema, on_progress)
            use_wal(conn, path)
            migrate(conn, schema, on_progress if version else ignore_progress)  # a new file is soon created
            return backup


def _create_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFaultError(
            f"Cannot create the folder {path.parent}: {error.strerror}; set another --home."
        ) from error


def _back_up(path: Path, reason: str, schema: Schema, on_progress: OnProgress) -> Path:
    """Copy the database before it is migrated, and delete the copy that was made before the former migration."""
    now = int(time.time())
    try:
        backup = new_backup_path(path.parent, now, reason)
        if not write_backup(path, backup, BackupNote(now, reason), on_progress):  # else the older copy may be better
            remove_old_backups(path.parent, keep=1, reason=schema.backup_reason)
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot back up {path} before it is migrated: {error.strerror}.") from error
    _log.info("the database before its migration is kept as %s", backup)
    return backup


def migrate(conn: sqlite3.Connection, schema: Schema, on_progress: OnProgress = ignore_progress) -> None:
    """Apply the missing steps, each with its version number in one transaction.

    Raises ``DamagedDatabaseError`` when the file has what a step is to create: its version is damaged.
    """
    while True:
        with transaction(conn):
            version = int(conn.execute("PRAGMA user_version").fetchone()[0])  # another process may have been faster
            if version >= schema.version:
                return
            step = schema.steps[version]
            on_progress(Progress(f"Migrating: {step.name}", version, schema.version))
            try:
                step.run(conn)
            except sqlite3.OperationalError as error:
                if not str(error).endswith("already exists") and "duplicate column" not in str(error):
                    raise
                text = f"{file_of(conn)} is damaged ({error}): run `candledesk doctor --repair`"
                raise DamagedDatabaseError(text) from error
            conn.execute(f"PRAGMA application_id = {schema.application_id}")
            conn.execute(f"PRAGMA user_version = {version + 1}")
        _log.info("%s migrated to schema version %d (%s)", file_of(conn), version + 1, step.name)
