"""Giving the free pages of a database back to the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.domain.progress import Progress
from candledesk.store.database_file import file_of
from candledesk.store.free_room import require_room
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from candledesk.domain.progress import OnProgress

OPERATIONS = 100_000  # of SQLite's virtual machine between two looks at the progress: some 20 ms
OPERATIONS_PER_ROW = 4  # that a VACUUM needs; measured with 10 million bars
STEP = "Rewriting the database"


def compact(conn: sqlite3.Connection, n_rows: int, on_progress: OnProgress) -> int:
    """Rewrite the database without free pages; return by how many bytes it has become smaller.

    Others go on reading; nothing else can be written meanwhile (10 s for 10 million bars). ``n_rows``: about how many
    rows there are, for the progress; what ``on_progress`` raises ends it, and nothing has changed. Raises
    ``EnvironmentFaultError`` when there is no room for the log and the temporary file, each as large as the database.
    """
    page_size, n_pages, n_free = _sizes(conn)
    _require_rooms(Path(file_of(conn)), (n_pages - n_free) * page_size)
    stopped: list[BaseException] = []
    n_looks = 0

    def look() -> int:
        nonlocal n_looks
        n_looks += 1
        total = max(n_rows * OPERATIONS_PER_ROW, 1)
        try:
            on_progress(Progress(STEP, min(n_looks * OPERATIONS, total), total))
        except BaseException as error:  # noqa: BLE001 - SQLite's own frames would swallow it
            stopped.append(error)
            return 1
        return 0

    conn.set_progress_handler(look, OPERATIONS)
    try:
        with translate_faults(file_of(conn)):
            conn.execute("VACUUM")
    except sqlite3.OperationalError:
        if stopped:
            raise stopped[0] from None
        raise
    finally:
        conn.set_progress_handler(None, 0)
    empty_log(conn)
    return (n_pages - _sizes(conn)[1]) * page_size


def empty_log(conn: sqlite3.Connection) -> None:
    """Move the log into the file and cut it, unless a long read prevents that."""
    with suppress(sqlite3.OperationalError):
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def free_bytes(conn: sqlite3.Connection) -> int:
    """Return how many bytes of the file are free pages."""
    page_size, _, n_free = _sizes(conn)
    return n_free * page_size


def _sizes(conn: sqlite3.Connection) -> tuple[int, int, int]:
    names = ("page_size", "page_count", "freelist_count")
    page_size, n_pages, n_free = (int(conn.execute(f"PRAGMA {name}").fetchone()[0]) for name in names)
    return page_size, n_pages, n_free


def _require_rooms(database: Path, n_bytes: int) -> None:
    """Check that the log fits beside the database, and the temporary file where SQLite puts it."""
    needed: dict[int, tuple[Path, int]] = {}
    for folder in (database.parent, temporary_folder()):
        device = folder.stat().st_dev
        needed[device] = folder, needed.get(device, (folder, 0))[1] + n_bytes
    for folder, n_needed in needed.values():
        require_room(folder, n_needed, "to rewrite the database")


def temporary_folder() -> Path:
    """Return where SQLite puts temporary files (https://sqlite.org/tempfiles.html, "Temporary File Storage")."""
    named = [os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR")]
    for folder in (*named, "/var/tmp", "/usr/tmp", "/tmp"):  # noqa: S108 - SQLite's own list
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    return Path.cwd()
