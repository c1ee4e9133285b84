"""One process per home writes: an advisory lock that the system drops when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import IO, TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from pathlib import Path


class HomeLockedError(EnvironmentFaultError):
    """Another process holds this home; ``pid`` is its number, 0 when it did not say."""

    def __init__(self, pid: int) -> None:
        """Name the holder."""
        who = f"process {pid}" if pid else "another process"
        super().__init__(f"{who} uses this home already: use that CandleDesk, end it, or choose another with --home")
        self.pid = pid


class HomeLock:
    """Held from construction to ``release``; else ``HomeLockedError``, or ``EnvironmentFaultError`` (read-only)."""

    def __init__(self, path: Path) -> None:
        """Take the lock at once or not at all."""
        try:
            self._file: IO[str] = path.open("a+", encoding="ascii")
        except OSError as error:
            msg = f"cannot write to {path.parent}: {error.strerror}. Choose another home with --home"
            raise EnvironmentFaultError(msg) from error
        try:
            _lock(self._file)
        except OSError:
            self._file.seek(0)
            text = self._file.read().strip()
            self._file.close()
            raise HomeLockedError(int(text) if text.isdigit() else 0) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the home back; the file stays, since removing it could remove a newer holder's."""
        self._file.truncate(0)
        self._file.close()


def check_home(path: Path) -> None:
    """Raise ``HomeLockedError`` when somebody holds the home now; what else is wrong with it shows when it is taken."""
    with contextlib.suppress(OSError), path.open("r", encoding="ascii") as file:
        try:
            _lock(file)
        except BlockingIOError:
            text = file.read().strip()
            raise HomeLockedError(int(text) if text.isdigit() else 0) from None


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
