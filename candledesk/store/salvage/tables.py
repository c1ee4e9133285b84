"""The tables and indexes of a schema as they are stored, to recognise rows whose table is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING

from candledesk.store.salvage.records import INDEX_INNER, INDEX_LEAF, TABLE_LEAF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.store import Connection
    from candledesk.store.salvage.records import Record

SCHEMA_TABLE = "sqlite_schema"
_EXACT, _CONVERTED, _WRONG = 2, 1, -1
_TYPES = {"INTEGER": int, "INT": int, "REAL": float, "TEXT": str, "BLOB": bytes}


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column. ``is_rowid``: an alias of the rowid, which is stored as NULL."""

    name: str
    kind: type
    is_nullable: bool
    is_rowid: bool = False

    def rate(self, kind: type) -> int:
        """Return how well a value of type ``kind`` fits; negative when it cannot be stored in this column."""
        if kind is NoneType:
            return _EXACT if self.is_rowid or self.is_nullable else _WRONG
        if self.is_rowid:
            return _WRONG
        if kind is self.kind:
            return _EXACT
        return _CONVERTED if self.kind is float and kind is int else _WRONG  # whole numbers are stored as integers


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or an index (``is_index``), with its columns in the order in which they are stored.

    ``n_first``: columns that every record has; columns that were added later may be missing at the end.
    """

    name: str
    has_rowid: bool
    columns: tuple[Column, ...]
    n_first: int
    is_index: bool = False
    _rates: dict[tuple[type, ...], int] = field(default_factory=dict, repr=False)

    def rate(self, record: Record) -> int:
        """Return how well a record fits; negative when it is not one of this table."""
        kinds = tuple(map(type, record))
        rate = self._rates.get(kinds)
        if rate is None:
            rate = self._rates[kinds] = self._rate(kinds)
        return rate

    def _rate(self, kinds: Sequence[type]) -> int:
        if not self.n_first <= len(kinds) <= len(self.columns):
            return _WRONG
        rates = [column.rate(kind) for kind, column in zip(kinds, self.columns, strict=False)]
        return _WRONG if min(rates) < 0 else sum(rates)

    def has_kind(self, kind: int) -> bool:
        """Return whether records of this table are in pages of ``kind``."""
        return kind == TABLE_LEAF if self.has_rowid else kind in {INDEX_LEAF, INDEX_INNER}


def describe_schema_table() -> Table:
    """Return the table with the schema itself, whose root is page 1."""
    names = {"type": str, "name": str, "tbl_name": str, "rootpage": int, "sql": str}
    columns = tuple(Column(name, kind, is_nullable=name == "sql") for name, kind in names.items())
    return Table(SCHEMA_TABLE, has_rowid=True, columns=columns, n_first=len(columns))


def describe_tables(conn: Connection) -> list[Table]:
    """Return the tables of a database, and its indexes after them."""
    found = conn.execute("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").fetchall()
    tables = [_describe(conn, name, has_rowid=not wr) for name, wr in found if not name.startswith("sqlite_")]
    return tables + [index for table in tables for index in _describe_indexes(conn, table)]


def choose_tables(tables: Iterable[Table], records: Sequence[Record], kind: int) -> list[Table]:
    """Return the tables that the records of a page of ``kind`` fit best; none when most of them fit no table.

    There are several when tables have the same columns, as a table and the copies of its rows have.
    """
    best = 0
    found: list[Table] = []
    for table in tables:
        rates = [table.rate(record) for record in records if table.has_kind(kind)]
        total = sum(rate for rate in rates if rate > 0)
        if 2 * sum(rate >= 0 for rate in rates) > len(records) and total >= best:
            found = [*found, table] if total == best else [table]
            best = total
    return found


def _describe(conn: Connection, name: str, *, has_rowid: bool) -> Table:
    sql = 'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)'
    stored = [row for row in conn.execute(sql, (name,)).fetchall() if row[5] != 2]  # noqa: PLR2004 - 2: virtual
    if not has_rowid:  # the key comes first
        after_key = len(stored) + 1
        stored.sort(key=lambda row: row[4] or after_key)
    n_key = sum(row[4] > 0 for row in stored)
    columns = []
    for column, kind, is_not_null, _, pk, _ in stored:
        is_alias = has_rowid and n_key == 1 and pk > 0 and kind == "INTEGER"
        is_nullable = not is_not_null and (has_rowid or not pk)
        columns.append(Column(column, _TYPES[kind], is_nullable=is_nullable, is_rowid=is_alias))
    needed = [place for place, row in enumerate(stored, start=1) if row[4] or (row[2] and row[3] is None)]
    return Table(name, has_rowid, tuple(columns), n_first=max(needed, default=1))


def _describe_indexes(conn: Connection, table: Table) -> list[Table]:
    known = {column.name: column for column in table.columns}
    rowid = Column("rowid", int, is_nullable=False)
    text = Column("", str, is_nullable=True)  # a generated column
    indexes = []
    for name, origin in conn.execute("SELECT name, origin FROM pragma_index_list(?)", (table.name,)).fetchall():
        if origin == "pk" and not table.has_rowid:
            continue  # the table itself
        rows = conn.execute("SELECT cid, name FROM pragma_index_xinfo(?) ORDER BY seqno", (name,)).fetchall()
        found = [rowid if cid == -1 else known.get(column, text) for cid, column in rows]
        columns = tuple(rowid if column.is_rowid else column for column in found)
        indexes.append(Table(name, has_rowid=False, columns=columns, n_first=len(columns), is_index=True))
    return indexes
