"""Noticing that a database file that is open was removed, replaced or changed by another program.

SQLite does not notice: its connections go on with a file that has no name any more, or mix pages of two databases
(https://sqlite.org/howtocorrupt.html §1 and §2.4). The file is looked at with ``stat`` only.

While nothing is written, size and time of the file stand in a small file beside it (``-stamp``). After a kill they show
whether the log that is still there belongs to the file: SQLite applies a log to any file of that name (``log_check``).
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.private_files import open_private
from candledesk.store.sqlite_errors import DamagedDatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from candledesk.store import Connection

_log = logging.getLogger(__name__)
LOGS = ("-wal", "-shm")
_RESTORE = "`candledesk restore FILE` brings a backup back."
Identity = tuple[int, int]
Content = tuple[int, int]


class LostFileError(EnvironmentFaultError):
    """The database file that is open is not the one of that name any more."""


class ChangedFileError(LostFileError):
    """Another program has written to the database file itself, past its log."""

    def __init__(self, path: object) -> None:
        """Build the message."""
        text = f"{path} was changed by another program while CandleDesk runs, so nothing is stored"
        super().__init__(f"{text}: quit CandleDesk and start it again. {_RESTORE}")


def stamp_path(database: Path) -> Path:
    """Return the file that holds size and time of a database while nothing is written to it."""
    return database.with_name(f"{database.name}-stamp")


@dataclass(frozen=True, slots=True)
class Stamp:
    """How the database and its log were when they were last written to; ``log_time``: in ns, 0 without a log."""

    content: Content
    log_time: int


def read_stamp(database: Path) -> Stamp | None:
    """Return the stamp beside a database, ``None`` where it is not known how the files were."""
    try:
        size, time, log_time = map(int, json.loads(stamp_path(database).read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        return None
    return Stamp((size, time), log_time)


def remove_stamp(database: Path) -> None:
    """Remove the stamp, before anything writes to the database; where that is not allowed, nothing can be written."""
    with suppress(OSError):
        stamp_path(database).unlink(missing_ok=True)


def content_of(found: os.stat_result) -> Content:
    """Return what changes with every write to a file: its size and time."""
    return found.st_size, found.st_mtime_ns


class FileGuard:
    """Compares the file of a name with the one that was opened; safe from any thread.

    ``is_written``: whether this process writes to it; then it also notices that others do.
    """

    def __init__(self, path: Path, *, is_written: bool = True) -> None:
        """Know nothing of the file until ``adopt``."""
        self._path = path
        self._is_written = is_written and os.name == "posix"  # elsewhere the times of an open file come late
        self._lock = threading.Lock()
        self._identity: Identity | None = None
        self._logs: dict[Path, Identity] = {}
        self._content: Content | None = None
        self._is_changing = False
        self._has_stamp = False
        self._has_log_left = True

    def adopt(self) -> None:
        """Take the file of that name for the one that is open from now on; ``OSError`` when there is none."""
        with self._lock:
            found = self._path.stat()
            self._identity = _identity(found)
            self._content = content_of(found) if self._is_written else None

    def connect(self, connect: Callable[[], Connection]) -> Connection:
        """Return the writer's connection; the file and its logs are those of that connection from then on.

        Raises what ``connect`` raises, and ``LostFileError`` when there was a file before and it is not the same.
        """
        with self.checkpoint():
            connection = connect()
        if self._identity is None:
            self.adopt()
        with self._lock:
            logs = [self._path.with_name(self._path.name + suffix) for suffix in LOGS]
            found = {log: _identity_at(log) for log in logs}
            self._logs = {log: one for log, one in found.items() if one is not None}
        return connection

    def check(self) -> None:
        """Raise ``LostFileError`` when the file is not the one that was opened."""
        fault = self.find_fault()
        if fault is not None:
            raise fault

    def find_fault(self) -> LostFileError | None:
        """Return why the file is not the one that was opened; ``None`` when it is, or was put back."""
        with self._lock:
            return self._find_fault_now()

    def _find_fault_now(self) -> LostFileError | None:
        return None if self._identity is None else self._find_fault(self._identity)

    def _find_fault(self, identity: Identity) -> LostFileError | None:
        path = self._path
        try:
            found = path.stat()
        except FileNotFoundError:
            gone = path if path.parent.exists() else path.parent
            text = f"{gone} was removed or moved while CandleDesk runs, so nothing is stored: put it back"
            return LostFileError(f"{text}, or quit CandleDesk and start it again. {_RESTORE}")
        except OSError as error:
            return LostFileError(f"{path} cannot be reached any more ({error.strerror}), so nothing is stored.")
        if _identity(found) != identity:
            text = f"{path} was replaced while CandleDesk runs, so nothing is stored"
            return LostFileError(f"{text}: quit CandleDesk and start it again to use the file that is there now.")
        for log, one in self._logs.items():
            if _identity_at(log) != one:
                text = f"The log {log} was removed or replaced while CandleDesk runs, so nothing is stored"
                return LostFileError(f"{text}: quit CandleDesk and start it again.")
        if self._content is not None and not self._is_changing and content_of(found) != self._content:
            return ChangedFileError(path)
        return None

    @contextmanager
    def task(self) -> Iterator[None]:
        """Run a block that writes to the log; raise ``LostFileError`` before or after it.

        What was committed to a file that is not there any more is not stored, so the error comes after it too.
        """
        self.check()
        with self._lock:
            self._remove_stamp()
        try:
            yield
        except EnvironmentFaultError:
            self.check()  # the reason for what SQLite found
            raise
        self.check()

    @contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Run a block that writes to the file; raise ``LostFileError`` before or after it.

        Where the block finds damage or another size than it has made, the file is not what this process has written.
        """
        self.check()
        with self._lock:
            self._is_changing = True
            self._remove_stamp()
        is_own = True
        try:
            yield
        except EnvironmentFaultError as error:
            is_own = not isinstance(error, LostFileError | DamagedDatabaseError)
            raise
        finally:
            if is_own:
                self._adopt_content()
            with self._lock:
                self._is_changing = False
        self.check()

    def log_bytes(self) -> int:
        """Return the size of the log, 0 where there is none."""
        try:
            return self._path.with_name(f"{self._path.name}{LOGS[0]}").stat().st_size
        except OSError:
            return 0

    def _remove_stamp(self) -> None:
        if self._has_stamp:
            remove_stamp(self._path)
            self._has_stamp = False

    def _adopt_content(self) -> None:
        """Take what the file is now for what this process has written."""
        with self._lock:
            if self._content is None:
                return
            with suppress(OSError):  # the next check says so
                found = self._path.stat()
                self._content = content_of(found) if _identity(found) == self._identity else self._content

    def note_log(self, *, is_empty: bool) -> None:
        """Note whether the file has all that is in its log."""
        self._has_log_left = not is_empty

    def note_idle(self) -> None:
        """Write the stamp, as nothing is written for now."""
        with self._lock:
            if self._content is None or self._has_stamp or self._find_fault_now() is not None:
                return
            try:
                log_time = next((log.stat().st_mtime_ns for log in self._logs if log.name.endswith(LOGS[0])), 0)
                stamp = [*self._content, log_time]
                with open(stamp_path(self._path), "w", encoding="ascii", opener=open_private) as file:
                    file.write(json.dumps(stamp))
            except OSError as error:  # a full disk: the log is then examined more closely after a kill
                _log.info("the stamp of %s could not be written: %s", self._path, error)
            else:
                self._has_stamp = True

    def close(self, connection: Connection) -> None:
        """Close the writer's connection, so that no log is left beside a file to which it does not belong."""
        fault = self.find_fault()
        if isinstance(fault, ChangedFileError):
            if not self._has_log_left:
                self._remove_logs()
            _end_unwritten(connection)
            return
        if self._has_stamp:
            remove_stamp(self._path)
        connection.close()
        if fault is not None:
            self._remove_logs()

    def _remove_logs(self) -> None:
        for log, identity in self._logs.items():
            if _identity_at(log) == identity:
                with suppress(OSError):  # the next start examines it
                    log.unlink(missing_ok=True)
        remove_stamp(self._path)


def _end_unwritten(connection: Connection) -> None:
    """End a connection to a changed file, into which closing would write the log, as the end of the object would."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE)
        connection.close()
    else:  # one reference more than there are: it stays open until the process ends
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def _identity_at(path: Path) -> Identity | None:
    try:
        return _identity(path.stat())
    except OSError:
        return None
