"""A backup: a copy of a database in one file, with a table that says when and why it was made.

The copy is a database like the one it was made of, without a log, so that any SQLite program reads it, and it may take
the place of the original. The table ``backup_info`` can hold ``user.db`` as a blob, so that both are one file.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.domain.progress import Progress, ignore_progress
from candledesk.store.database_file import connect_read_only, quick_check, snapshot, sync_folder
from candledesk.store.free_room import require_room
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.domain.progress import OnProgress

COPIED_AT_ONCE = 2_048  # pages of one step: 16 MB of the candle database, some 20 ms
OUR_IDS = frozenset({0x43444B31, 0x43445531})  # SQLite's application_id: "CDK1" of candles.db, "CDU1" of user.db
LIVE_FILES = ("candles.db", "user.db", "candles.db-*", "user.db-*")
_HEADER_BYTES = 100
_WAL_FORMAT = 2  # in the bytes 18 and 19 of a file that is in use; a backup has 1
_CREATE_INFO = """
CREATE TABLE backup_info ( -- in backups only; restoring removes it
    made_at INTEGER NOT NULL, -- UTC seconds
    reason TEXT NOT NULL,
    user_data BLOB -- user.db of the same moment
) STRICT
"""
_READ_INFO = "SELECT made_at, reason, user_data IS NOT NULL FROM backup_info"


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup says of itself; ``made_at``: UTC seconds, 0 when it does not say."""

    application_id: int
    schema_version: int
    made_at: int
    reason: str
    has_user_data: bool


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What is written into a backup beside the copy; ``user_database``: the file whose copy it holds too."""

    made_at: int
    reason: str
    user_database: Path | None = None


def write_backup(
    database: Path, target: Path, note: BackupNote, on_progress: OnProgress = ignore_progress
) -> list[str]:
    """Copy ``database`` as it is at this moment to ``target``, while others read and write it.

    The copy gets its name when it is complete, compared with the original and on the disk; it is readable by its owner
    only. Returns a sentence for each damage that SQLite finds in the copy, which is then as damaged as the original.
    Raises ``EnvironmentFaultError`` when there is no room or a file cannot be read or written, ``InputError`` for a
    ``target`` that is no backup of this program and would be replaced; then nothing has changed.
    """
    require_replaceable(database, target)
    unfinished = unfinished_name(target)
    try:
        with closing(connect_read_only(database)) as source, snapshot(source):
            require_room(target.parent, _size_of(source), "for a backup")
            create_private(unfinished)
            _copy_pages(source, unfinished, on_progress)
            user_data = None if note.user_database is None else _serialize(note.user_database)
            _write_note(unfinished, note, user_data)
            found = _compare(source, unfinished, on_progress)
        sync_file(unfinished)
        unfinished.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        _discard(unfinished)
        raise EnvironmentFaultError(f"Cannot write the backup {target}: {error.strerror}.") from error
    except BaseException:
        _discard(unfinished)
        raise
    return found


def read_info(path: Path) -> BackupInfo | None:
    """Return what a backup says of itself; ``None`` for a file that is no SQLite database.

    ``made_at`` is 0 for a database that is no backup. Nothing may have the file open for writing.
    """
    header = read_header(path)
    if header is None:
        return None
    application_id, schema_version = (int.from_bytes(header[at : at + 4], "big") for at in (68, 60))
    made_at, reason, has_user_data = 0, "", False
    with suppress(sqlite3.Error), closing(_open_unchanged(path)) as conn:
        found = conn.execute(_READ_INFO).fetchone()
        if found is not None:
            made_at, reason, has_user_data = int(found[0]), str(found[1]), bool(found[2])
    return BackupInfo(application_id, schema_version, made_at, reason, has_user_data)


def read_header(path: Path) -> bytes | None:
    """Return the first 100 bytes of an SQLite file that nothing has open; ``None`` for any other file."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return None
    return header if len(header) == _HEADER_BYTES and header.startswith(b"SQLite format 3\0") else None


def require_replaceable(database: Path, target: Path) -> None:
    """Raise ``InputError`` unless ``target`` is missing, or a backup that this program made.

    A file that this process may have open is refused before it is read: closing it would drop SQLite's locks on it.
    """
    if target.is_symlink() or (target.exists() and (not target.is_file() or is_live(database.parent, target))):
        raise InputError("FILE", f"{target} cannot be replaced by a backup: name another file")
    if not target.exists():
        return
    header = read_header(target)
    is_in_use = header is not None and _WAL_FORMAT in header[18:20]
    info = None if is_in_use else read_info(target)
    if info is None or not info.made_at or info.application_id not in OUR_IDS:
        raise InputError("FILE", f"{target} exists and is not a backup of CandleDesk: it was not changed")


def is_live(home: Path, path: Path) -> bool:
    """Return whether a file is one of the databases of the home, or one of their logs, under whatever name."""
    live = (file for pattern in LIVE_FILES for file in home.glob(pattern))
    return any(path.samefile(file) for file in live)


def _size_of(source: sqlite3.Connection) -> int:
    """Return the bytes of all pages."""
    n_pages, page_size = (source.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(n_pages * page_size)


def unfinished_name(target: Path) -> Path:
    """Return the name of an incomplete copy; one that was left by a killed process is replaced by the next."""
    return target.with_name(f".{target.name}.unfinished")


def create_private(path: Path) -> None:
    """Create an empty file that only its owner reads (0600); an older one of the name is removed."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sync_file(path: Path) -> None:
    """Wait until a file that nothing has open is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_pages(source: sqlite3.Connection, unfinished: Path, on_progress: OnProgress) -> None:
    """Copy all pages; ``source`` is inside a read transaction, so that a commit does not make it start again."""

    def show(_status: int, left: int, total: int) -> None:
        on_progress(Progress("Copying", total - left, total))

    source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # begins the read
    with translate_faults(unfinished), closing(_open_target(unfinished)) as target:
        source.backup(target, pages=COPIED_AT_ONCE, progress=show)


def _open_target(path: Path) -> sqlite3.Connection:
    """Open an incomplete copy for writing; without journal and syncs, for it is thrown away when anything fails."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA journal_mode = OFF").fetchone()
    return conn


def _serialize(user_database: Path) -> bytes | None:
    """Return ``user.db`` as one file of this moment, ``None`` when there is none yet."""
    if not user_database.exists():
        return None
    with (
        translate_faults(user_database),
        closing(connect_read_only(user_database)) as source,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as memory,
    ):
        source.backup(memory)
        return memory.serialize()


def _write_note(unfinished: Path, note: BackupNote, user_data: bytes | None) -> None:
    with translate_faults(unfinished), closing(sqlite3.connect(unfinished, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA journal_mode = DELETE").fetchone()  # of the file: a copy of one in WAL mode says WAL
        conn.execute("BEGIN")
        conn.execute("DROP TABLE IF EXISTS backup_info")  # the original was once put back by hand
        conn.execute(_CREATE_INFO)
        conn.execute("INSERT INTO backup_info VALUES (?, ?, ?)", (note.made_at, note.reason, user_data))
        conn.execute("COMMIT")


def _compare(source: sqlite3.Connection, unfinished: Path, on_progress: OnProgress) -> list[str]:
    """Compare the copy with the original; return the damage that SQLite finds in the copy."""
    on_progress(Progress("Checking the copy", 0, 0))
    with translate_faults(unfinished), closing(_open_unchanged(unfinished)) as copy:
        for name in ("application_id", "user_version"):
            if copy.execute(f"PRAGMA {name}").fetchone() != source.execute(f"PRAGMA {name}").fetchone():
                raise EnvironmentFaultError(f"The copy {unfinished} is not equal to the original: check the disk.")
        return quick_check(copy)


def _open_unchanged(path: Path) -> sqlite3.Connection:
    """Open a file that nothing changes; no lock is taken and no log is read."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


def _discard(unfinished: Path) -> None:
    for suffix in ("", "-journal"):
        with suppress(OSError):
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
