"""The lock that lets one process per home write: an advisory file lock, which the system releases at process end."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.private_files import open_private


class HomeLockedError(EnvironmentFaultError):
    """Another process holds the lock of this home; ``pid``: its process id, 0 when unknown."""

    def __init__(self, pid: int) -> None:
        """Build the message with the process id."""
        who = f"Process {pid}" if pid else "Another process"
        super().__init__(f"{who} uses this home already: use that CandleDesk, end it, or choose another with --home")
        self.pid = pid


class HomeLock:
    """The lock of a home, held from construction to ``release``.

    Construction raises ``HomeLockedError`` when another process holds it, and ``EnvironmentFaultError`` when the lock
    file cannot be written and ``is_read_only`` is false.
    """

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        """Take the lock without waiting; in a read-only home check only that no other process holds it."""
        self._is_written = True
        try:
            self._file: IO[str] = open(path, "a+", encoding="ascii", opener=open_private)  # noqa: SIM115 - closed by release
        except OSError as error:
            if is_read_only:
                self._file, self._is_written = _open_unwritten(path), False
                return
            msg = f"Cannot write to {path.parent}: {error.strerror}. Choose another home with --home"
            raise EnvironmentFaultError(msg) from error
        _take(self._file)
        with contextlib.suppress(OSError):  # a full disk: the lock holds without the number of its process
            self._file.truncate(0)
            self._file.write(str(os.getpid()))
            self._file.flush()

    def release(self) -> None:
        """Release the lock. The file stays, because removing it could remove the lock of the next process."""
        with contextlib.suppress(OSError):  # as above: closing writes what is left in the buffer
            if self._is_written:
                self._file.truncate(0)
            self._file.close()


def check_home(path: Path) -> None:
    """Raise ``HomeLockedError`` when a process holds the lock now; other faults are reported when it is taken."""
    with contextlib.suppress(OSError), path.open("r", encoding="ascii") as file:
        try:
            _lock(file)
        except BlockingIOError:
            text = file.read().strip()
            raise HomeLockedError(int(text) if text.isdigit() else 0) from None


def _open_unwritten(path: Path) -> IO[str]:
    """Open the lock file for reading and lock it; without a lock file return the null device."""
    is_there = path.exists()
    file = (path if is_there else Path(os.devnull)).open(encoding="ascii")
    if is_there:
        _take(file)
    return file


def _take(file: IO[str]) -> None:
    try:
        _lock(file)
    except OSError:
        file.seek(0)
        text = file.read().strip()
        file.close()
        raise HomeLockedError(int(text) if text.isdigit() else 0) from None


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
