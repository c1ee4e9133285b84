"""Puts a finished file in the place of a database, so that at every moment one of the two can be found.

SQLite applies a log (``<name>-wal``) to whatever database stands beside it, so the log must never be left beside the
new file. The new file is given its place in the steps of ``finish_swap``; its name until then says that it is whole,
and where the former file goes. A process that was killed in between is finished by the next call.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

LOGS = ("-wal", "-journal", "-shm")
_READY = ".ready."
_STAMP = "%Y%m%dT%H%M%SZ"


def make_stamp(now: int) -> str:
    """Return UTC seconds as they are written in file names."""
    return f"{datetime.fromtimestamp(now, UTC):{_STAMP}}"


def swap_in(path: Path, new: Path, kept_name: str) -> Path:
    """Put ``new`` in the place of ``path``; the former file and its logs are kept as ``kept_name`` beside it.

    The caller holds the lock of the home, and nothing has either file open. Returns the path of the former file. Raises
    ``EnvironmentFaultError`` when the disk does not allow it; ``finish_swap`` completes what was begun.
    """
    kept = _free_name(path.with_name(kept_name))
    ready = path.with_name(f"{path.name}{_READY}{kept.name}")
    try:
        _sync_file(new)
        new.rename(ready)
        sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot replace {path}: {error.strerror}.") from error
    finish_swap(path)
    return kept


def finish_swap(path: Path) -> Path | None:
    """Complete a swap that was interrupted; return the path of the former file, ``None`` when there is none to do.

    The caller holds the lock of the home, and nothing has ``path`` open.
    """
    ready = next(iter(sorted(path.parent.glob(f"{path.name}{_READY}*"))), None)
    if ready is None:
        return None
    kept = path.with_name(ready.name.removeprefix(f"{path.name}{_READY}"))
    try:
        for suffix in ("", *LOGS):  # the database first: without it, SQLite does not read its log
            former, target = (file.with_name(file.name + suffix) for file in (path, kept))
            if former.exists() and not target.exists():
                former.rename(target)
        sync_folder(path.parent)
        for suffix in LOGS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).unlink()
        ready.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot replace {path}: {error.strerror}; {ready} is the new file.") from error
    return kept


def _free_name(path: Path) -> Path:
    """Return ``path``, or with a number when a file of that name exists."""
    found, n_kept = path, 1
    while found.exists():
        n_kept += 1
        found = path.with_name(f"{path.name}-{n_kept}")
    return found


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
