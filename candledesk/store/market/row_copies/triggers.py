"""Triggers of the write connection: each change of a row changes its copies, and no change is based on a damaged row.

They are temporary triggers, which are not part of the file: a change by another program is not copied, so it is noticed
like damage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.market.row_copies.tables import COPIED_TABLES, SECOND, THIRD, Layout, has_copies, read_layout
from candledesk.store.sqlite_errors import DAMAGED_ROW

if TYPE_CHECKING:
    import sqlite3


def create_triggers(conn: sqlite3.Connection) -> None:
    """Create the triggers; no effect in a database of an older version, which has no copies."""
    if has_copies(conn):
        for table in COPIED_TABLES:
            for statement in _statements(read_layout(conn, table)):
                conn.execute(statement)


def drop_triggers(conn: sqlite3.Connection) -> None:
    """Drop the triggers, so that a repair can change each copy by itself."""
    for (name,) in conn.execute("SELECT name FROM sqlite_temp_schema WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER temp.{name}")


def _statements(layout: Layout) -> list[str]:
    name = layout.table.name
    copies = [name + ending for ending in (SECOND, THIRD)]
    here = _equal(layout.key_columns, "OLD")
    old, new = (", ".join(f"{row}.{column}" for column in layout.columns) for row in ("OLD", "NEW"))
    names = ", ".join(layout.columns)
    require = "".join(
        f" SELECT RAISE(ABORT, '{DAMAGED_ROW}') WHERE NOT EXISTS"
        f" (SELECT 1 FROM {copy} WHERE {here} AND ({names}) IS ({old}));"
        for copy in copies
    )
    insert = "".join(f" INSERT INTO {copy} ({names}) VALUES ({new});" for copy in copies)
    update = "".join(f" UPDATE {copy} SET ({names}) = ({new}) WHERE {here};" for copy in copies)
    delete = "".join(f" DELETE FROM {copy} WHERE {here};" for copy in copies)
    return [
        f"CREATE TEMP TRIGGER {name}_inserted AFTER INSERT ON main.{name} BEGIN{insert} END",
        f"CREATE TEMP TRIGGER {name}_updated AFTER UPDATE ON main.{name} BEGIN{require}{update} END",
        f"CREATE TEMP TRIGGER {name}_deleted AFTER DELETE ON main.{name} BEGIN{require}{delete} END",
    ]


def _equal(columns: tuple[str, ...], row: str) -> str:
    return " AND ".join(f"{column} = {row}.{column}" for column in columns)
