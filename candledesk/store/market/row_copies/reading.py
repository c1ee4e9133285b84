"""Runs a statement on the rows and on their copies: what both say is proven."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from candledesk.store.database_file import StoreConnection, snapshot
from candledesk.store.market.row_copies.pages import insert_rows
from candledesk.store.market.row_copies.tables import SECOND, TABLES
from candledesk.store.market.row_copies.voting import Row, Votes, read_votes
from candledesk.store.sqlite_errors import DamagedRowsError, is_damage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.store.market.row_copies.tables import Layout

    Values = Sequence[Any] | Mapping[str, Any]
    Tables = tuple[str, ...]


def fetch_proven(conn: sqlite3.Connection, tables: Tables, sql: str, values: Values = ()) -> list[Row]:
    """Return the rows of a query of ``tables`` and no others; its order must be unambiguous.

    It runs on the rows and on their second copies. Where the results differ, or a page cannot be read, it runs on the
    rows of which two of the three copies are equal, which takes as long as reading these tables. Raises
    ``DamagedRowsError`` when the result depends on a vital row of which no two copies are equal.
    """
    try:
        rows = conn.execute(sql, values).fetchall()
        if rows == conn.execute(_on_copies(tables, sql), values).fetchall():
            return rows
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    return _fetch_again(conn, tables, sql, values)


def fetch_one(conn: sqlite3.Connection, tables: Tables, sql: str, values: Sequence[Any] = ()) -> Row | None:
    """Return the only row of a query as ``fetch_proven`` does, ``None`` when there is none.

    ``sql`` has a plain ``?`` for each of ``values``. Row and copy come by one statement, because after each statement
    the thread waits for the interpreter's lock, which can take milliseconds.
    """
    try:
        pairs = conn.execute(_with_copies(tables, sql), (*values, *values)).fetchall()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        pairs = []
    if len(pairs) == 1:
        half = len(pairs[0]) // 2
        row: Row = pairs[0][:half]
        if row == pairs[0][half:]:
            return row
    rows = fetch_proven(conn, tables, sql, values)
    return rows[0] if rows else None


@lru_cache(maxsize=256)
def _with_copies(tables: Tables, sql: str) -> str:
    """Return the statement that reads the row of ``sql`` and beside it the same of the second copies."""
    return f"SELECT * FROM ({sql}) JOIN ({_on_copies(tables, sql)})"


def note_damage(conn: sqlite3.Connection) -> None:
    """Keep that the connection has found damage (``repair.pop_damage``)."""
    if isinstance(conn, StoreConnection):
        conn.has_damaged_rows = True


@lru_cache(maxsize=256)
def _on_copies(tables: Tables, sql: str) -> str:
    """Return the statement with the names of the tables bound to their second copies."""
    bound = ", ".join(f"{name} AS NOT MATERIALIZED (SELECT * FROM {name}{SECOND})" for name in tables)
    return f"WITH {bound} {sql}"


def _fetch_again(conn: sqlite3.Connection, tables: Tables, sql: str, values: Values) -> list[Row]:
    """Run a query whose two results differ again in one snapshot, and if they still do, on the proven rows."""
    with snapshot(conn):
        try:
            rows = conn.execute(sql, values).fetchall()
            if rows == conn.execute(_on_copies(tables, sql), values).fetchall():  # there was a commit in between
                return rows
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
        note_damage(conn)
        known = _known_rows(conn, tables)
    proven = known.proven.execute(sql, values).fetchall()
    if not isinstance(conn, StoreConnection):
        known.close()
    for side in range(3) if any(one.contested and one.layout.table.is_vital for one in known.votes) else ():
        with closing(_open_with([(one.layout, _with_contested(one, side)) for one in known.votes])) as memory:
            if memory.execute(sql, values).fetchall() != proven:
                raise DamagedRowsError
    return proven


@dataclass(frozen=True, slots=True)
class _KnownRows:
    """What is known of some tables: the votes, and a database in memory with the proven rows."""

    state: object
    votes: tuple[Votes, ...]
    proven: sqlite3.Connection

    def close(self) -> None:
        """Close the database in memory."""
        self.proven.close()


def _known_rows(conn: sqlite3.Connection, tables: Tables) -> _KnownRows:
    """Return what is known of tables with damaged rows, kept by the connection until something is stored."""
    state = conn.execute("PRAGMA data_version").fetchone()[0], conn.total_changes
    kept = conn.known_rows if isinstance(conn, StoreConnection) else {}
    known: _KnownRows | None = kept.get(tables)
    if known is None or known.state != state:
        if known is not None:
            known.close()
        votes = tuple(read_votes(conn, TABLES[name]) for name in tables)
        known = _KnownRows(state, votes, _open_with([(one.layout, one.proven) for one in votes]))
        kept[tables] = known
    return known


def _with_contested(votes: Votes, side: int) -> Mapping[Row, Row]:
    versions = {key: rows[side] for key, rows in votes.contested.items()}
    return votes.proven | {key: row for key, row in versions.items() if row is not None}


def _open_with(tables: Sequence[tuple[Layout, Mapping[Row, Row]]]) -> sqlite3.Connection:
    """Open a database in memory with these rows."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for layout, rows in tables:
        memory.execute(layout.untyped_definition())
        insert_rows(memory, layout.table.name, layout.columns, rows.values())
    return memory
