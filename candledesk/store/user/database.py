"""Opening ``user.db`` for its one writer; a damaged file is renamed and replaced by an empty database."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import (
    ForeignFileError,
    Schema,
    check_sqlite,
    connect,
    connect_read_only,
    quick_check,
    read_version,
    require_write_lock,
    sync_folder,
    use_wal,
)
from candledesk.store.log_check import require_own_log
from candledesk.store.migrating import create_or_migrate
from candledesk.store.sqlite_errors import translate_faults
from candledesk.store.user import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from candledesk.store import Connection
    from candledesk.store.user.salvage import SavedUserData

APPLICATION_ID = 0x43445531  # "CDU1"
PAGE_SIZE = 4096
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_log = logging.getLogger(__name__)


class DamagedFileError(EnvironmentFaultError):
    """The file is not a database, or SQLite finds damage in it."""

    def __init__(self, path: Path, found: str) -> None:
        """Build the message; ``found``: the damage in words."""
        super().__init__(
            f"{path} is damaged ({found}): start CandleDesk again, or run `candledesk doctor --repair`: what can be "
            "read is then saved into a new file, and the damaged one is kept."
        )


@dataclass(frozen=True, slots=True)
class OpenedUserDatabase:
    """``connection`` writes; ``notice``: a sentence for people when a damaged file was renamed, else empty."""

    connection: Connection
    notice: str


def open_user_database(path: Path, now: int) -> OpenedUserDatabase:
    """Open the one connection that writes to ``path``; create, back up and migrate the file as needed.

    What can be read of a damaged file is moved into a new one, and the damaged one is kept beside it. When nothing can
    be read, and for the database of another program, it is renamed to ``<stem>.damaged-<UTC time>.db``, with its logs,
    and an empty database takes its place. ``now``: UTC seconds. Raises ``EnvironmentFaultError`` for a file of a newer
    CandleDesk, which is left as it was, and when the file is locked or cannot be written.
    """
    try:
        return OpenedUserDatabase(_open(path), "")
    except (DamagedFileError, ForeignFileError) as error:
        from candledesk.store.salvage.versions import has_tables

        is_ours = isinstance(error, DamagedFileError) or has_tables(path, user_schema())
        saved = _salvage(path, now) if is_ours else None
        if saved is not None:
            _log.error("%s (now: %s; saved: %s)", error, saved.kept, saved)
            notice = f"{path} was damaged and is kept as {saved.kept.name}; saved into a new file: {saved}."
            return OpenedUserDatabase(_open(path), notice)
        kept = _rename_damaged(path, now)
        _log.error("%s (now: %s)", error, kept)
        notice = (
            f"{path} could not be read and is kept as {kept.name}; charts, drawings and lists are empty now. "
            f"Replace {path.name} by a backup to get them back."
        )
        return OpenedUserDatabase(_open(path), notice)


def user_schema() -> Schema:
    """Return the schema of this version."""
    return Schema(APPLICATION_ID, migrations.MIGRATIONS, PAGE_SIZE, "user-schema")


def _salvage(path: Path, now: int) -> SavedUserData | None:
    """Save a damaged file into a new one; ``None`` when nothing can be read, or there is no room."""
    from candledesk.store.user.salvage import salvage_user_data

    try:
        return salvage_user_data(path, user_schema(), now)
    except EnvironmentFaultError as error:
        _log.error("nothing was saved of the damaged %s: %s", path, error)
        return None


def connect_user_reader(path: Path) -> Connection:
    """Open a connection that can only read; works on read-only files and folders."""
    with translate_faults(path):
        conn = connect_read_only(path)
        conn.execute("PRAGMA query_only = ON")
        return conn


def find_damage(path: Path) -> list[str]:
    """Return the damage that SQLite finds in a user database, empty when it finds none; nothing is written.

    Raises ``EnvironmentFaultError`` when this program cannot use the file at all.
    """
    with translate_damage(path), translate_faults(path):
        read_version(path, user_schema())
        with closing(connect_read_only(path)) as conn:
            return quick_check(conn)


def migrate_user_database(path: Path) -> None:
    """Migrate a copy of a user database that is to be restored; an up-to-date one is not changed."""
    create_or_migrate(path, user_schema(), is_backed_up=False)


@contextmanager
def translate_damage(path: Path) -> Iterator[None]:
    """Convert the error for a damaged file to ``DamagedFileError``, whose message is about user data."""
    try:
        yield
    except EnvironmentFaultError as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF in _DAMAGE:
            raise DamagedFileError(path, str(cause)) from error
        raise


def _open(path: Path) -> Connection:
    check_sqlite()  # an older library would report a newer schema as damage
    require_own_log(path)
    with translate_damage(path), translate_faults(path):
        _check(path)
        create_or_migrate(path, user_schema())
        return _connect_writer(path)


def _check(path: Path) -> None:
    """Check the file before anything is written; a missing or empty file is not damaged."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with closing(connect_read_only(path)) as conn:
        found = quick_check(conn)
    if found:
        raise DamagedFileError(path, found[0])


def _connect_writer(path: Path) -> Connection:
    conn = connect(path, "rw")
    try:
        use_wal(conn, path)
        conn.execute("PRAGMA synchronous = FULL")  # every commit waits until it is on the disk
        conn.execute("PRAGMA fullfsync = ON")  # on macOS a plain fsync leaves it in the disk's cache
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA wal_autocheckpoint = 0")  # the thread that owns the connection does it (``file_guard``)
        require_write_lock(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def _rename_damaged(path: Path, now: int) -> Path:
    """Rename the file and its logs, the database last, so that a log is never read with another database."""
    from candledesk.store.salvage.new_file import free_name

    kept = free_name(path.parent, f"{path.stem}.damaged-", now, path.suffix)
    try:
        for suffix in ("-wal", "-journal", "-shm", ""):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.rename(kept.with_name(kept.name + suffix))
        sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFaultError(
            f"{path} is damaged and cannot be renamed: {error.strerror}. Move it away: changes are not stored."
        ) from error
    return kept
