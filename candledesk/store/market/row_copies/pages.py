"""The pages of a small table: whether they are damaged, and how its rows are written anew when they are."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from candledesk.store.sqlite_errors import is_damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.store.market.row_copies.voting import Row

# How ``PRAGMA integrity_check`` begins a line about a page; the other lines are about rows, values and indexes.
_PAGE_WORDS = ("On ", "Tree ", "Page ", "Main freelist", "Freelist", "Failed", "unable", "database disk image")
_HARMLESS = ("out of order", "Fragmentation of")  # a page with these can be cleared


def find_damage(conn: sqlite3.Connection, name: str) -> list[str]:
    """Return what SQLite says of a table and its indexes, a line for each damage."""
    try:
        lines = [str(row[0]) for row in conn.execute(f"PRAGMA integrity_check({name})").fetchall()]
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return [str(error)]
    parts = [part for line in lines for part in line.splitlines()]
    return [part for part in parts if part != "ok" and not part.startswith("***")]


def is_about_pages(line: str) -> bool:
    """Return whether a line of ``find_damage`` says that clearing the table could free pages of other tables."""
    return line.startswith(_PAGE_WORDS) and not any(words in line for words in _HARMLESS)


def replace_rows(
    conn: sqlite3.Connection, name: str, columns: Sequence[str], rows: Sequence[Row], *, is_broken: bool
) -> None:
    """Replace all rows of a table; inside a transaction in which no damaged page was read.

    ``is_broken``: the table is created anew with its indexes. Its former pages stay in the file, unused, until it is
    compacted: which of them belong to other tables is unknown, so they must not be freed.
    """
    if is_broken:
        _create_anew(conn, name)
    else:
        conn.execute(f"DELETE FROM {name}")  # SQLite clears the pages, and needs not find each row
    insert_rows(conn, name, columns, rows)


def insert_rows(conn: sqlite3.Connection, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows with these columns into a table."""
    marks = ", ".join("?" for _ in columns)
    conn.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)


def _create_anew(conn: sqlite3.Connection, name: str) -> None:
    """Create a table and its indexes again on new pages."""
    sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    statements = [row[0] for row in conn.execute(sql, (name,)).fetchall()]
    forget_pages(conn, name)
    for statement in statements:
        conn.execute(statement)


def forget_pages(conn: sqlite3.Connection, name: str) -> None:
    """Remove a table and its indexes from the schema without touching their pages; inside a transaction."""
    conn.execute("PRAGMA writable_schema = ON")
    try:
        conn.execute("DELETE FROM sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index')", (name,))
    finally:
        conn.execute("PRAGMA writable_schema = RESET")
