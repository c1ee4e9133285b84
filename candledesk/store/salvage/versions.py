"""The schema version of a damaged file, from its tables: the header that has its number may be damaged."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.salvage.pages import PageFile
from candledesk.store.salvage.records import LEAVES, read_kind
from candledesk.store.salvage.tables import Table, describe_tables
from candledesk.store.salvage.transport import read_schema
from candledesk.store.salvage.trees import TreeWalk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from candledesk.store import Connection
    from candledesk.store.database_file import Schema, SchemaStep
    from candledesk.store.salvage.records import Record
    from candledesk.store.salvage.transport import StoredSchema

_SCHEMA_ROWS = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema"
_Identity = tuple[object, object, object]


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of a schema: its tables, and the rows of its schema table without root pages."""

    number: int
    identities: set[_Identity]
    tables: list[Table]


def find_version(pages: PageFile, stored: StoredSchema, schema: Schema, path: Path) -> int:
    """Return the schema version of a damaged file: that whose tables it has; the header decides between equal ones.

    ``stored``: what can be read of its schema; without any of it, the rows decide. Raises ``EnvironmentFaultError``
    for a newer version.
    """
    in_header, versions = pages.read_version(), _list_versions(schema)
    found = {_identity(row) for row in stored.rows}
    if not found:
        return _guess(pages, versions)
    is_known = any(found == version.identities for version in versions)
    if in_header is not None and in_header > schema.version and stored.is_whole and not is_known:
        raise EnvironmentFaultError(
            f"{path} was written by a newer CandleDesk (schema version {in_header}, this one reads {schema.version}): "
            "update CandleDesk, or set another --home; the file was not changed."
        )

    def rate(version: _Version) -> tuple[int, bool, int]:
        n_missing = len(version.identities - found) if stored.is_whole else 0
        return len(found & version.identities) - n_missing, version.number == in_header, version.number

    return max(versions, key=rate).number


def has_tables(path: Path, schema: Schema) -> bool:
    """Return whether most of a damaged file's tables are those of ``schema``, whatever its header says."""
    try:
        with PageFile(path, schema.page_size) as pages:
            found = {_identity(row) for row in read_schema(pages).rows}
    except OSError:
        return False
    return any(2 * len(found & version.identities) > len(found) for version in _list_versions(schema))


def run_steps(conn: Connection, steps: Iterable[SchemaStep]) -> None:
    """Apply migrations in one transaction."""
    conn.execute("BEGIN")
    for step in steps:
        step.run(conn)
    conn.execute("COMMIT")


def _list_versions(schema: Schema) -> list[_Version]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        versions = []
        for number, step in enumerate(schema.steps, start=1):
            run_steps(conn, [step])
            identities = {_identity(row) for row in conn.execute(_SCHEMA_ROWS).fetchall()}
            versions.append(_Version(number, identities, describe_tables(conn)))
        return versions


def _guess(pages: PageFile, versions: list[_Version]) -> int:
    """Return the oldest version that has a table for the rows of the most pages; later steps are applied again."""
    samples: Counter[tuple[int, tuple[type, ...]]] = Counter()
    records: dict[tuple[int, tuple[type, ...]], Record] = {}
    walk = TreeWalk(pages)
    for number in range(2, pages.n_pages + 1):
        page = pages.read(number)
        kind = read_kind(page, number)
        cell = next(walk.read_cells(page, number), None) if kind in LEAVES else None
        if cell is not None and cell.record is not None:
            key = kind, tuple(map(type, cell.record))
            samples[key] += 1
            records[key] = cell.record

    def rate(version: _Version) -> tuple[int, int]:
        fitting = [
            n
            for key, n in samples.items()
            if any(table.has_kind(key[0]) and table.rate(records[key]) >= 0 for table in version.tables)
        ]
        return sum(fitting), -version.number

    return max(versions, key=rate).number


def _identity(row: Record) -> _Identity:
    kind, name, _table, _root, sql = row
    return kind, name, sql
