"""The candle database: its schema, and the connections of its writer and its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.progress import ignore_progress
from candledesk.store.database_file import (
    Schema,
    checkpoint,
    connect,
    connect_read_only,
    count_changes,
    quick_check,
    require_transaction,
    require_write_lock,
    snapshot,
    transaction,
    use_wal,
)
from candledesk.store.log_check import require_own_log
from candledesk.store.market import migrations
from candledesk.store.market.row_copies.triggers import create_triggers
from candledesk.store.migrating import create_or_migrate
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from candledesk.domain.progress import OnProgress

__all__ = [
    "checkpoint",
    "connect_reader",
    "connect_writer",
    "count_changes",
    "create_or_open",
    "market_schema",
    "quick_check",
    "require_transaction",
    "snapshot",
    "transaction",
]

APPLICATION_ID = 0x43444B31  # "CDK1"
PAGE_SIZE = 8192  # storage.md §2: chunk reads are a third faster than with 4096; larger pages gain nothing
LOG_LIMIT_BYTES = 16 << 20  # a log that grew while a read transaction was open is cut to this (reliability.md F8)


def create_or_open(path: Path, on_progress: OnProgress = ignore_progress, *, is_backed_up: bool = True) -> Path | None:
    """Make sure that ``path`` is a candle database of this version: create it, or migrate it when it is older.

    See ``migrating.create_or_migrate`` for the copy that is made before, whose path is returned, and for the errors.
    """
    require_own_log(path)
    return create_or_migrate(path, market_schema(), on_progress, is_backed_up=is_backed_up)


def market_schema() -> Schema:
    """Return the schema of this version."""
    return Schema(APPLICATION_ID, migrations.MIGRATIONS, PAGE_SIZE)


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints; it is in autocommit mode outside ``transaction``.

    Raises ``EnvironmentFaultError`` when the file cannot be written.
    """
    with translate_faults(path):
        conn = connect(path, "rw")
        try:
            use_wal(conn, path)
            conn.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose a tail that can be fetched again
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA wal_autocheckpoint = 0")  # the writer's thread does it (``file_guard``)
            conn.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}").fetchone()
            require_write_lock(conn)
            create_triggers(conn)
        except BaseException:
            conn.close()
            raise
        return conn


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads and never checkpoints; works on read-only files and folders."""
    with translate_faults(path):
        conn = connect_read_only(path)
        conn.execute("PRAGMA query_only = ON")
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        return conn
