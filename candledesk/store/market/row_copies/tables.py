"""The tables whose rows are stored three times, and the tables with the copies.

A row is proven when two of its three copies are equal: the row itself, and one in each of the tables ``<name>_second``
and ``<name>_third``. Every copy has pages of its own, so damage of one page costs nothing. No function of Python is
needed to compare them, so that any SQLite can do it. Calendars are not copied, because they can be computed again;
they have a checksum (``calendar_checksums``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.symbols import DEFAULT_PROVIDER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

SECOND, THIRD = "_second", "_third"
SIDES = ("", SECOND, THIRD)
"""The endings of the names of the three tables with the same rows."""

# As in the table ``instrument`` (migrations): the spelling of a symbol.
_SPELLING = (
    "spelling TEXT GENERATED ALWAYS AS"
    f" (CASE provider WHEN '{DEFAULT_PROVIDER}' THEN symbol ELSE provider || ':' || symbol END) VIRTUAL"
)


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table with copies.

    ``title``: what its rows are, for people. ``is_vital``: whether an answer without one of its rows could be wrong
    instead of incomplete. ``generated``: the definition of a computed column. ``indexes``: of the second copies, for
    the statements that read them. ``others``: tables that SQLite keeps for this one and makes again with it.
    """

    name: str
    title: str
    is_vital: bool = False
    generated: str = ""
    indexes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


COPIED_TABLES = (
    CopiedTable("venue", "venues", is_vital=True, indexes=("UNIQUE {} (mic)",)),
    CopiedTable(
        "instrument",
        "instruments",
        is_vital=True,
        generated=_SPELLING,
        indexes=("UNIQUE {} (spelling)", "UNIQUE {} (provider, symbol)"),
    ),
    CopiedTable("series", "series", is_vital=True, indexes=("UNIQUE {} (instrument_id, interval)",)),
    CopiedTable("stated_session", "sessions"),
    CopiedTable("coverage", "coverage"),
    CopiedTable("corporate_action", "splits and dividends", is_vital=True),
    CopiedTable("odd_bar", "flags of bars"),
    CopiedTable("dropped_row", "dropped rows"),
    CopiedTable("backfill_job", "jobs", indexes=("{} (state, priority, job_id)",), others=("sqlite_sequence",)),
    CopiedTable("harvest", "the archive"),
    CopiedTable("provider_limiter", "the limiters"),
    CopiedTable("provider_limit", "limits of providers"),
)
TABLES = {table.name: table for table in COPIED_TABLES}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table with copies; ``keys``: the places of its primary key among them."""

    table: CopiedTable
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keys: tuple[int, ...]

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The names of the columns of the primary key, in its order."""
        return tuple(self.columns[place] for place in self.keys)

    def definition(self, name: str) -> str:
        """Return the statement that creates a table ``name`` for the same rows, without their other constraints."""
        columns = [f"{column} {kind}" for column, kind in zip(self.columns, self.types, strict=True)]
        return f"CREATE TABLE {name} ({self._parts(columns)}) WITHOUT ROWID, STRICT"

    def untyped_definition(self) -> str:
        """Return the statement that creates a table of the same name that takes any value, also a damaged one."""
        return f"CREATE TABLE {self.table.name} ({self._parts(self.columns)})"

    def _parts(self, columns: Iterable[str]) -> str:
        parts = [*columns, *filter(None, [self.table.generated]), f"PRIMARY KEY ({', '.join(self.key_columns)})"]
        return ", ".join(parts)


def read_layout(conn: sqlite3.Connection, table: CopiedTable) -> Layout:
    """Return the layout of a table, from the schema of the database."""
    sql = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid"
    columns = conn.execute(sql, (table.name,)).fetchall()
    order = sorted((pk, place) for place, (_, _, pk) in enumerate(columns) if pk)
    names, types = (tuple(str(column[at]) for column in columns) for at in (0, 1))
    return Layout(table, names, types, tuple(place for _, place in order))


def has_copies(conn: sqlite3.Connection) -> bool:
    """Return whether the database has the tables with the copies; older versions have none."""
    last = COPIED_TABLES[-1].name + THIRD
    return conn.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (last,)).fetchone() is not None


def create_copies(conn: sqlite3.Connection) -> None:
    """Create the tables with the copies, and copy what is stored; inside a transaction."""
    for ending in (SECOND, THIRD):  # all second copies before the third, so that the copies of a row are far apart
        for table in COPIED_TABLES:
            layout, name = read_layout(conn, table), table.name + ending
            conn.execute(layout.definition(name))
            names = ", ".join(layout.columns)
            conn.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM {table.name}")
            for number, index in enumerate(table.indexes if ending == SECOND else ()):
                place = index.format(f"INDEX {name}_{number} ON {name}")
                conn.execute(f"CREATE {place}")
