"""Runs a statement on the rows and on their copies: what both say is proven."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from candledesk.store.database_file import StoreConnection, snapshot
from candledesk.store.market.row_copies.tables import SECOND, TABLES
from candledesk.store.market.row_copies.voting import Row, Votes, read_votes
from candledesk.store.sqlite_errors import DamagedRowsError, is_damage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def fetch_one(conn: sqlite3.Connection, tables: Tables, sql: str, values: Values = ()) -> Row | None:
    """Return the first row of a query as ``fetch_proven`` does, ``None`` when there is none."""
    rows = fetch_proven(conn, tables, sql, values)
    return rows[0] if rows else None


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
        votes = [_votes(conn, name) for name in tables]
    proven = _run(votes, sql, values, lambda one: one.proven)
    for side in range(3) if any(one.contested and one.layout.table.is_vital for one in votes) else ():
        if _run(votes, sql, values, lambda one, side=side: _with_contested(one, side)) != proven:  # type: ignore[misc]
            raise DamagedRowsError
    return proven


def _votes(conn: sqlite3.Connection, name: str) -> Votes:
    """Return the votes about a table, kept until something is stored."""
    if not isinstance(conn, StoreConnection):
        return read_votes(conn, TABLES[name])
    state = conn.execute("PRAGMA data_version").fetchone()[0], conn.total_changes
    known = conn.votes.get(name)
    if known is None or known[0] != state:
        known = conn.votes[name] = (state, read_votes(conn, TABLES[name]))
    votes: Votes = known[1]
    return votes


def _with_contested(votes: Votes, side: int) -> Mapping[Row, Row]:
    versions = {key: rows[side] for key, rows in votes.contested.items()}
    return votes.proven | {key: row for key, row in versions.items() if row is not None}


def _run(votes: list[Votes], sql: str, values: Values, choose: Callable[[Votes], Mapping[Row, Row]]) -> list[Row]:
    """Run a query on a database in memory with the chosen rows."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for one in votes:
            layout = one.layout
            memory.execute(layout.untyped_definition())
            names, marks = ", ".join(layout.columns), ", ".join("?" for _ in layout.columns)
            sql_insert = f"INSERT INTO {layout.table.name} ({names}) VALUES ({marks})"
            memory.executemany(sql_insert, choose(one).values())
        return memory.execute(sql, values).fetchall()
    finally:
        memory.close()
