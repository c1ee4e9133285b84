"""A SQLite file with a versioned schema: its version, connections, transactions and checks.

Used for the candle database and the user database. Never open a database file that is in use by other means than
these connections: closing any other descriptor on it drops SQLite's locks, and another process can then overwrite a
committed transaction (notes/storage.md §7).
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.file_guard import ChangedFileError, remove_stamp
from candledesk.store.sqlite_errors import NO_ROOM_FOR_LOG, DamagedDatabaseError, translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SQLITE_NEEDED = (3, 38)  # the operator ->> in market/jobs.py and market/instruments.py; STRICT came with 3.37
BUSY_TIMEOUT_MS = 5_000
CACHE_KIB = 32_768


class SchemaStep(Protocol):
    """One named migration; ``run`` is called inside a transaction and must not end it."""

    @property
    def name(self) -> str:
        """The title of the step for the log: what it adds."""

    def run(self, conn: sqlite3.Connection) -> None:
        """Change the schema from the version before to the next one."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of one kind of database file; its version is the number of ``steps`` that were applied.

    ``backup_reason``: why a file is copied before it is migrated, without the version that it has.
    """

    application_id: int
    steps: Sequence[SchemaStep]
    page_size: int
    backup_reason: str = "schema"

    @property
    def version(self) -> int:
        """The schema version that this program reads and writes."""
        return len(self.steps)


class NewerFileError(EnvironmentFaultError):
    """The file was written by a newer version of this program."""


class StoreConnection(sqlite3.Connection):
    """A connection that keeps which damage it has found (``market.row_copies.reading``).

    ``has_damaged_rows``: whether damaged rows were found; who repairs them sets it back. ``known_rows``: what is known
    of tables with damaged rows, with the state of the database that it is true of.
    """

    has_damaged_rows = False
    known_rows: dict[tuple[str, ...], Any]

    def close(self) -> None:
        """Close this and the databases in memory with ``known_rows``."""
        for known in self.known_rows.values():
            known.close()
        self.known_rows.clear()
        super().close()


class ForeignFileError(EnvironmentFaultError):
    """The file is a SQLite database of another program."""


def read_version(path: Path, schema: Schema) -> int | None:
    """Return the schema version of the database at ``path``, ``None`` when there is none yet; nothing is written.

    Raises ``ForeignFileError`` for the database of another program and ``EnvironmentFaultError`` for a newer one.
    """
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot reach {path}: {error.strerror}; set another --home.") from error
    with closing(connect_read_only(path)) as conn:
        application_id = conn.execute("PRAGMA application_id").fetchone()[0]
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        is_empty = conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application_id != schema.application_id and not (is_empty and application_id == 0):
        raise ForeignFileError(
            f"{path} is the database of another program: move it away or set another --home; it was not changed. If it "
            "is CandleDesk's own, its beginning is damaged: run `candledesk doctor --repair`."
        )
    if version < 0:
        raise DamagedDatabaseError(f"{path} is damaged (its version is {version}): run `candledesk doctor --repair`.")
    if version > schema.version:
        raise NewerFileError(
            f"{path} was written by a newer CandleDesk (schema version {version}, this one reads {schema.version}): "
            "update CandleDesk, or set another --home; the file was not changed."
        )
    return version


def check_sqlite() -> None:
    """Raise ``EnvironmentFaultError`` when Python was built with an SQLite library older than ``SQLITE_NEEDED``."""
    if sqlite3.sqlite_version_info < SQLITE_NEEDED:
        needed = ".".join(map(str, SQLITE_NEEDED))
        raise EnvironmentFaultError(
            f"This Python uses SQLite {sqlite3.sqlite_version}, and CandleDesk needs {needed} or newer: "
            "install a newer Python or a newer libsqlite3"
        )


def connect(path: Path, mode: str, extra: str = "") -> StoreConnection:
    """Open ``path`` in autocommit mode with SQLite's URI ``mode`` (``ro``, ``rw``, ``rwc``)."""
    if mode != "ro":
        remove_stamp(path)
    uri = f"{path.absolute().as_uri()}?mode={mode}{extra}"
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=StoreConnection)
    conn.known_rows = {}
    try:
        conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except BaseException:
        conn.close()
        raise
    return conn


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open for reading and run one query, because SQLite opens the log and reports faults at the first query only."""
    try:
        return _probe(connect(path, "ro"))
    except sqlite3.OperationalError as error:
        is_log_refused = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
        if not (is_log_refused or error.sqlite_errorcode in NO_ROOM_FOR_LOG) or not path.is_file():
            raise
        log = path.with_name(path.name + "-wal")
        if not os.access(path, os.R_OK) or (log.exists() and log.stat().st_size):
            raise  # a log that was not checkpointed must be read too, for which the folder must be writable once
        # The only mode in which a file with WAL can be opened in a read-only folder or on a full disk.
        return _probe(connect(path, "ro", "&immutable=1"))


def use_wal(conn: sqlite3.Connection, path: Path) -> None:
    """Switch to write-ahead logging; ``EnvironmentFaultError`` where the file system does not allow it."""
    mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise EnvironmentFaultError(
            f"{path} is read-only or on a file system that cannot share it: set --home to a writable local folder."
        )


def require_write_lock(conn: sqlite3.Connection) -> None:
    """Take the write lock once, because opening a read-only file succeeds and only the lock fails."""
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("ROLLBACK")


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one write transaction: it is committed at the end, or rolled back when the block raises.

    Uses ``BEGIN IMMEDIATE``, because a deferred transaction that starts to write ignores the busy timeout. Raises
    ``EnvironmentFaultError`` for faults of the environment, also at the commit.
    """
    with translate_faults(file_of(conn)):
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            conn.execute("COMMIT")
        except BaseException:
            conn.rollback()  # does nothing where SQLite itself has rolled back already
            raise


def count_changes(conn: sqlite3.Connection) -> int:
    """Return how many rows the connection has inserted, changed or deleted since it was opened."""
    return conn.total_changes


@contextmanager
def snapshot(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one read transaction, so that all its reads see the same state; no effect in a transaction."""
    with translate_faults(file_of(conn)):
        if conn.in_transaction:
            yield
            return
        conn.execute("BEGIN")
        try:
            yield
        finally:
            conn.rollback()


def require_transaction(conn: sqlite3.Connection) -> None:
    """Raise ``RuntimeError`` outside ``transaction``, so that related changes are never stored in part."""
    if not conn.in_transaction:
        raise RuntimeError("writes belong inside transaction()")


def quick_check(conn: sqlite3.Connection, *, is_thorough: bool = False) -> list[str]:
    """Return a sentence for each damage that SQLite finds in the file; 0.1 s for a million bars.

    ``is_thorough``: compare the indexes with their tables too, which takes 0.2 s.
    """
    pragma = "integrity_check" if is_thorough else "quick_check"
    try:
        found = [line for row in conn.execute(f"PRAGMA {pragma}").fetchall() for line in str(row[0]).splitlines()]
        missing = Counter((row[0], row[2]) for row in conn.execute("PRAGMA foreign_key_check").fetchall())
    except sqlite3.DatabaseError as error:
        return [str(error)]
    found += [f"{table}: {n} rows without their {parent}" for (table, parent), n in missing.items()]
    return [line for line in found if line != "ok" and not line.startswith("*** in database")]


def list_tables(conn: sqlite3.Connection) -> list[str]:
    """Return the names of the tables, as they were created."""
    sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
    return [str(name) for (name,) in conn.execute(sql).fetchall()]


def checkpoint(conn: sqlite3.Connection) -> int:
    """Run a passive checkpoint, which does not wait for readers; return how many pages are left in the log.

    Raises ``ChangedFileError`` when the file has not the size after it that the checkpoint has given it.
    """
    file = file_of(conn)
    with translate_faults(file):
        _, n_logged, n_moved = conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        n_left = int(n_logged - n_moved)
        pages = [conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")]
    with suppress(FileNotFoundError):  # the guard of the file finds that
        if n_logged > 0 and not n_left and Path(file).stat().st_size != pages[0] * pages[1]:
            raise ChangedFileError(file)
    return n_left


def sync_folder(folder: Path) -> None:
    """Flush ``folder`` so that renames and new files survive a power cut; no effect where that is not supported."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _probe(conn: sqlite3.Connection) -> sqlite3.Connection:
    try:
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


def file_of(conn: sqlite3.Connection) -> str:
    """Return the file's path for a message, also for a damaged file."""
    try:
        return str(conn.execute("PRAGMA database_list").fetchone()[2]) or "the database"
    except sqlite3.Error:
        return "the database"
