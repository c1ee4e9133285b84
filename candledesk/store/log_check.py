"""Whether the log beside a database belongs to it, looked at before any connection would apply it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import connect, quick_check
from candledesk.store.file_guard import content_of, read_stamp

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.store.file_guard import Stamp


class ForeignLogError(EnvironmentFaultError):
    """The log was written for another file than the one that it stands beside."""

    def __init__(self, path: Path) -> None:
        """Build the message."""
        super().__init__(
            f"{path.name}-wal does not belong to {path}, which was replaced or changed after CandleDesk was killed: "
            "nothing was opened or changed. Put a backup in place with `candledesk restore FILE`, or run "
            "`candledesk doctor --repair`, which uses the file without that log and keeps the log."
        )


def require_own_log(path: Path) -> None:
    """Raise ``ForeignLogError`` when a process was killed and the database was replaced or changed since.

    A log is left only by a kill. If nothing was being written then, the stamp shows how the files were. Else, and where
    the log is of another time than the stamp, a log is foreign under which SQLite finds damage that the file alone does
    not have; that check reads the whole file.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        if not (path.is_file() and log.exists() and log.stat().st_size):
            return
        stamp = read_stamp(path)
        is_own = _is_own(stamp, path, log)
        while is_own is False and read_stamp(path) != stamp:  # another process is writing just now
            stamp = read_stamp(path)
            is_own = _is_own(stamp, path, log)
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot read {path}: {error.strerror}; set another --home.") from error
    if is_own is None:
        is_own = not _damage(path, "") or bool(_damage(path, "&immutable=1"))
    if not is_own:
        raise ForeignLogError(path)


def _is_own(stamp: Stamp | None, path: Path, log: Path) -> bool | None:
    """Return whether the files are as the stamp says; ``None`` where it does not say."""
    if stamp is None:
        return None
    if content_of(path.stat()) == stamp.content:
        return True
    # A log of another time too: the folder was copied, or a power cut has brought a removed stamp back.
    return False if log.stat().st_mtime_ns == stamp.log_time else None


def _damage(path: Path, extra: str) -> list[str]:
    """Return the damage of the file with its log, or with ``&immutable=1`` of the file alone."""
    try:
        with closing(connect(path, "ro", extra)) as conn:
            return quick_check(conn)
    except sqlite3.DatabaseError as error:
        is_damage = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        return [str(error)] if is_damage else []
