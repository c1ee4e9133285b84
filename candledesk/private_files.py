"""Who may read the home: its owner alone. A home that an earlier version made readable for others is tightened."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from fnmatch import fnmatch
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FILES = ("candles.db*", "user.db*", "candledesk.log*", "*.json", "*.ini", "*.lock", "open-chart.html")
_DATABASE = "candles.db"


def open_private(path: str | Path, flags: int) -> int:
    """Open a file that nobody else may read if it is created (0600); an ``opener`` for ``open``."""
    return os.open(path, flags, 0o600)


def touch_private(path: Path) -> None:
    """Create an empty file with mode 0600 where there is none; a fault shows when the file is written."""
    with contextlib.suppress(OSError):
        os.close(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def make_private(home: Path) -> None:
    """Take the permissions of others away from the folder of a home and its files, as far as they are this user's.

    The folder itself is left alone where it may be meant for more than a home: a mounted or shared one, the user's home
    directory, and one that holds other things and no database yet.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):  # it can be used as it is
        entries = list(os.scandir(home))
        names = [entry.name for entry in entries]
        if _DATABASE in names or not names:
            _tighten_folder(home)
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and any(fnmatch(entry.name, pattern) for pattern in _FILES):
                _tighten(Path(entry.path), entry.stat(follow_symlinks=False))


def _tighten_folder(home: Path) -> None:
    found = home.stat()
    if not (found.st_mode & stat.S_ISVTX or home.is_mount() or home == Path.home()):
        _tighten(home, found)


def _tighten(path: Path, found: os.stat_result) -> None:
    if found.st_mode & _OTHERS and found.st_uid == os.geteuid():
        with contextlib.suppress(OSError):
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
