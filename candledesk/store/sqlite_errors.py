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
# Extended codes: the shared memory of the log cannot be made as large as it must be, which takes a free block.
NO_ROOM_FOR_LOG = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP})
_SALVAGE = (
    "run `candledesk doctor --repair`, which saves what can be read into a new file and keeps the damaged one. "
    "Do not delete it: old minutes and imported bars cannot be fetched again."
)
_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


DAMAGED_ROW = "a stored row is not equal to its copies"
"""The message of the triggers that refuse to change a damaged row (``market.row_copies.triggers``)."""
_DAMAGED = "Some entries of {file} are damaged: run `candledesk doctor --repair`; the stored bars are kept."
_COPIES = ("_second.", "_third.")  # in the message when a copy exists already of a row that is new

# The errors of SQLite for damaged pages and cells.
_DAMAGE_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_NOMEM}
_DAMAGE_WORDS = ("Could not decode", "integer overflow", "malformed JSON")  # of damaged texts and numbers
_UNREADABLE_WORDS = ("Could not decode", "unsupported file format")  # of damaged texts, and of the file's header

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
    sqlite3.SQLITE_CORRUPT: "{file} is damaged: " + _SALVAGE,
    sqlite3.SQLITE_NOTADB: "The beginning of {file} is damaged, or it is not a database: " + _SALVAGE,
}


class DamagedDatabaseError(EnvironmentFaultError):
    """SQLite cannot read a part of the file, or it is not a database."""


class DamagedRowsError(EnvironmentFaultError):
    """Stored entries are damaged, and their copies do not prove what they were; or a repair must come first."""

    def __init__(self, text: str = "") -> None:
        """``text``: the sentence for people; empty for the usual one."""
        super().__init__(text or _DAMAGED.format(file="the database"))


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether SQLite could not decode a page or a cell; other errors do not show damage of what is stored."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in _DAMAGE_CODES or (code == sqlite3.SQLITE_ERROR and str(error).startswith(_DAMAGE_WORDS))


def fault_of(error: sqlite3.Error, file: object = "the database") -> EnvironmentFaultError | None:
    """Return the error for people when ``error`` is a fault of the environment, ``None`` when it is a bug."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if _is_refused_by_copies(error):
        return DamagedRowsError(_DAMAGED.format(file=file))
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(_UNREADABLE_WORDS):
        code = sqlite3.SQLITE_CORRUPT
    sentence = _FULL if code == sqlite3.SQLITE_IOERR_SHMSIZE else _SENTENCES.get(code & 0xFF)
    if sentence is None:
        return None
    text = sentence.format(file=file)
    kind = DamagedDatabaseError if code & 0xFF in _UNREADABLE else EnvironmentFaultError
    return kind(text[0].upper() + text[1:])


def _is_refused_by_copies(error: sqlite3.Error) -> bool:
    """Return whether a change was refused because a row and its copies differ."""
    text = str(error)
    return isinstance(error, sqlite3.IntegrityError) and (text == DAMAGED_ROW or any(name in text for name in _COPIES))


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
