"""Finds damaged rows of the small tables and restores them from their copies."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from candledesk.store.database_file import StoreConnection, snapshot, transaction
from candledesk.store.market.row_copies.calendar_checksums import COLUMNS as CALENDAR_COLUMNS
from candledesk.store.market.row_copies.calendar_checksums import TABLE as CALENDARS
from candledesk.store.market.row_copies.calendar_checksums import CalendarsState, read_calendars_state
from candledesk.store.market.row_copies.pages import (
    find_damage,
    forget_pages,
    insert_rows,
    is_about_pages,
    replace_rows,
)
from candledesk.store.market.row_copies.subjects import Subjects
from candledesk.store.market.row_copies.tables import COPIED_TABLES, SIDES, has_copies
from candledesk.store.market.row_copies.triggers import create_triggers, drop_triggers
from candledesk.store.market.row_copies.voting import Row, Versions, Votes, read_votes
from candledesk.store.sqlite_errors import DamagedRowsError, is_damage, translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIDE_NAMES = ("the row", "the second copy", "the third copy")


class RowVerdict(StrEnum):
    """Which version of a damaged row is used."""

    ROW = "row"
    COPIES = "copies"
    DELETED = "deleted"
    LAST = "last"
    NEITHER = "neither"
    PAGES = "pages"
    AGAIN = "again"


_SENTENCES = {
    RowVerdict.ROW: "a copy is damaged, and the row is used",
    RowVerdict.COPIES: "the row is damaged, and its copies are used",
    RowVerdict.DELETED: "it does not exist, and what appears to be it is ignored",
    RowVerdict.LAST: "only this version of it is left, and it is used without proof",
    RowVerdict.NEITHER: "no two versions of it are equal, and it is not used",
    RowVerdict.PAGES: "a page or an index is damaged",
    RowVerdict.AGAIN: "it is damaged, and is computed again when it is needed",
}


@dataclass(frozen=True, slots=True)
class RowFinding:
    """Damage of one row or of its copies, or (``PAGES``) of a table's pages or of its index.

    ``table``: its name in the database. ``subject``: what the row is, in words for people. ``versions``: the row, its
    second and its third copy; empty for ``PAGES``. ``columns``: the names of their values.
    """

    table: str
    subject: str
    verdict: RowVerdict
    columns: tuple[str, ...] = ()
    versions: Versions = ()

    def __str__(self) -> str:
        """Return the finding as a sentence with the versions."""
        text = f"{self.subject} (table {self.table}): {_SENTENCES[self.verdict]}"
        sides = [f"{name} says {self._version(row)}" for name, row in zip(_SIDE_NAMES, self.versions, strict=False)]
        return "; ".join([text, *sides])

    def _version(self, row: Row | None) -> str:
        """Return the values of one version that differ between the versions."""
        if row is None:
            return "nothing"
        others = [version for version in self.versions if version is not None]
        differing = [place for place in range(len(row)) if any(other[place] != row[place] for other in others)]
        values = [f"{self.columns[place]} = {row[place]!r}" for place in differing or range(len(row))]
        return ", ".join(values)


@dataclass(frozen=True, slots=True)
class _State:
    """What is stored of one table. ``broken``: those of its three tables that cannot be cleared safely."""

    votes: Votes
    findings: list[RowFinding]
    broken: frozenset[str]


@translate_faults()
def check_rows(conn: sqlite3.Connection) -> list[RowFinding]:
    """Compare all rows of the small tables with their copies or checksums; return what is damaged, changing nothing."""
    if not has_copies(conn):
        return []
    with snapshot(conn):
        states, calendars = _read_states(conn), read_calendars_state(conn)
    return [*(finding for state in states for finding in state.findings), *_calendar_findings(calendars)]


def _calendar_findings(state: CalendarsState) -> list[RowFinding]:
    findings = [RowFinding(CALENDARS, f"the calendar of {key}", RowVerdict.AGAIN) for key in state.damaged]
    if state.is_broken or (state.lines and not findings):
        findings.append(RowFinding(CALENDARS, "the table of calendars", RowVerdict.PAGES))
    return findings


def _read_states(conn: sqlite3.Connection) -> list[_State]:
    all_votes = [read_votes(conn, table) for table in COPIED_TABLES]
    subjects = Subjects(all_votes)
    return [_state(conn, votes, subjects) for votes in all_votes]


def _state(conn: sqlite3.Connection, votes: Votes, subjects: Subjects) -> _State:
    layout = votes.layout
    findings = [
        RowFinding(
            layout.table.name,
            subjects.name(layout, next(row for row in versions if row is not None)),
            _verdict(votes, key, versions),
            layout.columns,
            versions,
        )
        for key, versions in votes.damaged.items()
    ]
    names = [*(layout.table.name + ending for ending in SIDES), *layout.table.others]
    lines = {name: find_damage(conn, name) for name in names}
    broken = frozenset(name for name, is_whole in zip(names, votes.is_readable, strict=False) if not is_whole)
    broken |= {name for name in names if any(is_about_pages(line) for line in lines[name])}
    if broken or (any(lines.values()) and not findings):
        findings.append(RowFinding(layout.table.name, f"the table of {layout.table.title}", RowVerdict.PAGES))
    return _State(votes, findings, broken)


def _verdict(votes: Votes, key: Row, versions: Versions) -> RowVerdict:
    if key in votes.contested:
        is_last = sum(row is not None for row in versions) == 1
        return RowVerdict.LAST if is_last and votes.layout.table.is_vital else RowVerdict.NEITHER
    if key not in votes.proven:
        return RowVerdict.DELETED
    return RowVerdict.ROW if versions[0] == votes.proven[key] else RowVerdict.COPIES


def pop_damage(conn: sqlite3.Connection, error: Exception | None = None) -> bool:
    """Return whether a connection has found damaged rows since the last call, or ``error`` is about damage."""
    has_damaged_rows = isinstance(conn, StoreConnection) and conn.has_damaged_rows
    if isinstance(conn, StoreConnection):
        conn.has_damaged_rows = False
    cause = None if error is None else error.__cause__
    return (
        has_damaged_rows
        or isinstance(error, DamagedRowsError)
        or (isinstance(cause, sqlite3.Error) and is_damage(cause))
    )


def repair_rows(conn: sqlite3.Connection) -> list[RowFinding]:
    """Make the rows of the small tables and their copies equal again; return what was damaged.

    ``conn``: the write connection, outside of transactions; each damaged table is written anew in a transaction. A
    vital row of which one version is left is used; other rows without proof are deleted.
    """
    if not has_copies(conn):
        return []
    with snapshot(conn):  # it ends before a change: a transaction that has read a damaged page cannot be committed
        states = [state for state in _read_states(conn) if state.findings]
        calendars = read_calendars_state(conn)
    findings = [finding for state in states for finding in state.findings] + _calendar_findings(calendars)
    if findings:
        with _without_triggers(conn):
            for state in states:
                with transaction(conn):
                    _write_anew(conn, state)
            if _calendar_findings(calendars):
                with transaction(conn):
                    replace_rows(conn, CALENDARS, CALENDAR_COLUMNS, calendars.rows, is_broken=calendars.is_broken)
    return findings


def _write_anew(conn: sqlite3.Connection, state: _State) -> None:
    """Write the proven rows to a table and to its copies, and each contested vital row where it was found."""
    votes = state.votes
    table = votes.layout.table
    lost = [name for name in table.others if name in state.broken]
    for name in lost:
        forget_pages(conn, name)
    broken = state.broken | ({table.name} if lost else set())
    for place, ending in enumerate(SIDES):
        name, columns = table.name + ending, votes.layout.columns
        replace_rows(conn, name, columns, list(votes.proven.values()), is_broken=name in broken)
        for row in _unproven(votes, place):
            with suppress(sqlite3.IntegrityError):  # its damage makes it a row that the table cannot hold
                insert_rows(conn, name, columns, [row])


def _unproven(votes: Votes, place: int) -> list[Row]:
    """Return the vital rows without proof that are written to one of the three tables.

    Of which one version is left, that is written to all three; the others stay where they are.
    """
    rows: list[Row | None] = []
    for key, versions in votes.contested.items():
        if _verdict(votes, key, versions) is RowVerdict.LAST:
            rows += [row for row in versions if row is not None]
        elif votes.layout.table.is_vital:
            rows.append(versions[place])
    return [row for row in rows if row is not None]


@contextmanager
def _without_triggers(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block without triggers and foreign keys, so that each table can be written by itself."""
    drop_triggers(conn)
    conn.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        conn.execute("PRAGMA foreign_keys = ON")
        create_triggers(conn)
