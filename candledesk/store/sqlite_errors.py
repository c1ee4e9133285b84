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

_SALVAGE = (
    "run `candledesk doctor --repair`, which saves what can be read into a new file and keeps the damaged one. "
    "Do not delete it: old minutes and imported bars cannot be fetched again."
)
DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

# By primary result code (https://sqlite.org/rescode.html); a code that is not listed is a bug.
_SENTENCES = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_FULL: (
        "The disk is full, so nothing new is stored in {file}: free some space; stored data are safe."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk reported an error while {file} was read or written: check the disk, then start again."
    ),
    sqlite3.SQLITE_CORRUPT: "{file} is damaged: " + _SALVAGE,
    sqlite3.SQLITE_NOTADB: "The beginning of {file} is damaged, or it is not a database: " + _SALVAGE,
}


class DamagedDatabaseError(EnvironmentFaultError):
    """SQLite cannot read a part of the file, or it is not a database."""


def fault_of(error: sqlite3.Error, file: object = "the database") -> EnvironmentFaultError | None:
    """Return the error for people when ``error`` is a fault of the environment, ``None`` when it is a bug."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    sentence = _SENTENCES.get(code & 0xFF)
    if sentence is None:
        return None
    text = sentence.format(file=file)
    kind = DamagedDatabaseError if code & 0xFF in DAMAGE_CODES else EnvironmentFaultError
    return kind(text[0].upper() + text[1:])


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
