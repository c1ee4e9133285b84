"""The database file: creating, opening, migrating, transactions and checks.

Never open the live file by other means than these connections: closing any other descriptor on it drops SQLite's
locks, and another process can then overwrite a committed transaction (notes/storage.md §7).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.market import migrations
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x43444B31  # "CDK1"
PAGE_SIZE = 8192  # storage.md §2: chunk reads are a third faster than with 4096; larger pages gain nothing
BUSY_TIMEOUT_MS = 5_000
SQLITE_NEEDED = (3, 38)  # the operator ->> in jobs.py and instruments.py; STRICT tables came with 3.37
CACHE_KIB = 32_768
LOG_PAGES = (
    4_000  # the writer checkpoints when idle; within a commit only from 32 MB on (a fifth of a bulk write's time)
)
LOG_LIMIT_BYTES = 16 << 20  # a log that grew while a reader was parked is cut back to this (reliability.md F8)

_log = logging.getLogger(__name__)


def create_or_open(path: Path) -> None:
    """Make sure that ``path`` is a CandleDesk database of this version: create it or migrate it when needed.

    An older database is backed up beside itself (``<name>.v<version>.bak``) before it is migrated. Raises
    ``EnvironmentFaultError`` for a newer, foreign, damaged, locked or unwritable file, which is left as it was, and
    for an SQLite library that is too old. An up-to-date database is only read, so this works on read-only media too.
    """
    check_sqlite()
    latest = len(migrations.MIGRATIONS)
    with translate_faults(path):
        version = _inspect(path)
        if version == latest:
            return
        if version is None:
            _create_folder(path)
        with closing(_connect(path, "rwc")) as conn:
            if version is None:
                conn.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # takes effect only before WAL
            elif version:
                _back_up(conn, path, version)
            _use_wal(conn, path)
            _migrate(conn, latest)


def check_sqlite() -> None:
    """Raise ``EnvironmentFaultError`` when Python was built with an SQLite library older than ``SQLITE_NEEDED``."""
    if sqlite3.sqlite_version_info < SQLITE_NEEDED:
        needed = ".".join(map(str, SQLITE_NEEDED))
        raise EnvironmentFaultError(
            f"This Python uses SQLite {sqlite3.sqlite_version}, and CandleDesk needs {needed} or newer: "
            "install a newer Python or a newer libsqlite3"
        )


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints; statements outside ``transaction`` commit by themselves.

    Raises ``EnvironmentFaultError`` when the file cannot be written.
    """
    with translate_faults(path):
        conn = _connect(path, "rw")
        try:
            _use_wal(conn, path)
            conn.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose a tail that can be fetched again
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}").fetchone()
            conn.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}").fetchone()
            conn.execute("BEGIN IMMEDIATE")  # a read-only file opens without complaint: ask for the lock once
            conn.execute("ROLLBACK")
        except BaseException:
            conn.close()
            raise
        return conn


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read and never checkpoints; works on read-only files and folders."""
    with translate_faults(path):
        conn = _connect_read_only(path)
        conn.execute("PRAGMA query_only = ON")
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        return conn


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one write transaction: all of it is stored, or nothing when it raises.

    ``BEGIN IMMEDIATE``, because a deferred transaction that turns into a write ignores the busy timeout. Raises
    ``EnvironmentFaultError`` for faults of the machine, at the block's end included.
    """
    with translate_faults(_file_of(conn)):
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            conn.execute("COMMIT")
        except BaseException:
            conn.rollback()  # does nothing where SQLite itself has rolled back already
            raise


@contextmanager
def snapshot(conn: sqlite3.Connection) -> Iterator[None]:
    """Let every read of the block see the same state of the database; inside a transaction it changes nothing."""
    with translate_faults(_file_of(conn)):
        if conn.in_transaction:
            yield
            return
        conn.execute("BEGIN")
        try:
            yield
        finally:
            conn.rollback()


def require_transaction(conn: sqlite3.Connection) -> None:
    """Raise ``RuntimeError`` outside ``transaction``: rows and coverage are stored together or not at all."""
    if not conn.in_transaction:
        raise RuntimeError("writes belong inside store.database.transaction()")


def quick_check(conn: sqlite3.Connection) -> list[str]:
    """Return the damage that SQLite finds in the file, empty when it finds none (0.1 s for a million bars)."""
    try:
        found = [str(row[0]) for row in conn.execute("PRAGMA quick_check").fetchall()]
        found += [f"{row[0]}: row without its {row[2]}" for row in conn.execute("PRAGMA foreign_key_check").fetchall()]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [line for line in found if line != "ok"]


def checkpoint(conn: sqlite3.Connection) -> int:
    """Move what it can from the write-ahead log into the file without waiting for readers; return the pages left."""
    with translate_faults(_file_of(conn)):
        _, n_logged, n_moved = conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(n_logged - n_moved)


def _connect(path: Path, mode: str, extra: str = "") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}{extra}"
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except BaseException:
        conn.close()
        raise
    return conn


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """Open for reading, and read once: only then does SQLite open the log and say what is wrong."""
    try:
        return _probe(_connect(path, "ro"))
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY} or not path.is_file():
            raise
        log = path.with_name(path.name + "-wal")
        if not os.access(path, os.R_OK) or (log.exists() and log.stat().st_size):
            raise  # an unfinished log must be read too, and that needs a writable folder once
        return _probe(_connect(path, "ro", "&immutable=1"))  # the only way for WAL on a read-only folder


def _probe(conn: sqlite3.Connection) -> sqlite3.Connection:
    try:
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


def _file_of(conn: sqlite3.Connection) -> str:
    """Return the file's path for a message; works on a damaged file too."""
    try:
        return str(conn.execute("PRAGMA database_list").fetchone()[2]) or "the database"
    except sqlite3.Error:
        return "the database"


def _inspect(path: Path) -> int | None:
    """Return the schema version of an existing database, ``None`` when there is none yet; refuse foreign and newer."""
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot reach {path}: {error.strerror}; set another --home.") from error
    with closing(_connect_read_only(path)) as conn:
        application_id = conn.execute("PRAGMA application_id").fetchone()[0]
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        is_empty = conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application_id != APPLICATION_ID and not (is_empty and application_id == 0):
        raise EnvironmentFaultError(
            f"{path} is the database of another program: move it away or set another --home; it was not changed."
        )
    latest = len(migrations.MIGRATIONS)
    if version > latest:
        raise EnvironmentFaultError(
            f"{path} was written by a newer CandleDesk (schema version {version}, this one knows {latest}): "
            "update CandleDesk, or set another --home; the file was not changed."
        )
    return version


def _create_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFaultError(
            f"Cannot create the folder {path.parent}: {error.strerror}; set another --home."
        ) from error


def _use_wal(conn: sqlite3.Connection, path: Path) -> None:
    mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise EnvironmentFaultError(
            f"{path} is read-only or on a file system that cannot share it: set --home to a writable local folder."
        )


def _back_up(conn: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy the whole database before it is migrated; a copy that could not be finished does not stay."""
    backup = path.with_name(f"{path.name}.v{version}.bak")
    unfinished = path.with_name(f"{backup.name}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished)) as target:
            conn.backup(target)
        unfinished.replace(backup)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _log.info("kept the database of schema version %d as %s", version, backup)


def _migrate(conn: sqlite3.Connection, latest: int) -> None:
    """Apply the missing migrations, each with its version number in one transaction."""
    while True:
        with transaction(conn):
            version = int(conn.execute("PRAGMA user_version").fetchone()[0])  # another process may have been faster
            if version >= latest:
                return
            step = migrations.MIGRATIONS[version]
            migrations.apply_migration(conn, step)
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            conn.execute(f"PRAGMA user_version = {version + 1}")
        _log.info("database migrated to schema version %d (%s)", version + 1, step.name)
