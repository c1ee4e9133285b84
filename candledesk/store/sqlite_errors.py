"""Classification of SQLite errors: faults of the environment get a sentence for people, others are bugs."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCKED = "Another program keeps {file} locked: close other programs that use it (a SQLite shell?) and try again."
_READ_ONLY = (
    "Nothing can be stored in {file} because it is read-only: give yourself write permission or set another --home."
)
_UNREACHABLE = (
    "Cannot open {file}: check that its folder exists and that you may read and write it, or set another --home."
)

_FULL = "The disk is full, so nothing new is stored in {file}: free some space; stored data are safe."
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# Extended codes: the shared memory of the log cannot be made as large as it must be, which takes a free block.
NO_ROOM_FOR_LOG = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP})

# By primary result code (https://sqlite.org/rescode.html); a code that is not listed is a bug.
_SENTENCES = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: (
        "The disk reported an error while {file} was read or written: check the disk, then start again."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "{file} is damaged: run `candledesk doctor`, or move the file away and start again; bars are then fetched anew."
    ),
    sqlite3.SQLITE_NOTADB: (
        "{file} is not a database: move it away or set another --home, and CandleDesk will create a new one."
    ),
}


def fault_of(error: sqlite3.Error, file: object = "the database") -> EnvironmentFaultError | None:
    """Return the error for people when ``error`` is a fault of the environment, ``None`` when it is a bug."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    sentence = _FULL if code == sqlite3.SQLITE_IOERR_SHMSIZE else _SENTENCES.get(code & 0xFF)
    if sentence is None:
        return None
    text = sentence.format(file=file)
    return EnvironmentFaultError(text[0].upper() + text[1:])


def is_damage(error: BaseException) -> bool:
    """Return whether an error, or the one that it was translated from, says that the file is damaged."""
    codes = [getattr(one, "sqlite_errorcode", None) for one in (error, error.__cause__)]
    return any(code is not None and code & 0xFF in _DAMAGE for code in codes)


@contextmanager
def translate_faults(file: object = "the database") -> Iterator[None]:
    """Convert SQLite errors that are faults of the environment to ``EnvironmentFaultError``; also a decorator."""
    try:
        yield
    except sqlite3.Error as error:
        fault = fault_of(error, file)
        if fault is None:
            raise
        raise fault from error
