"""Which of the three copies of each row are true: those of which two are equal."""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from candledesk.store.market.row_copies.tables import SIDES, CopiedTable, Layout, read_layout
from candledesk.store.sqlite_errors import is_damage

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[Any, ...]
Versions = tuple[Row | None, ...]
"""What is stored of a row in the table, in its second and in its third copies; ``None``: nothing."""

_FAR = 2**63 - 1
_MAX_RANGES = 2_000  # a damaged page costs about 130; where the first page of a table is damaged, every range fails


@dataclass(frozen=True, slots=True)
class Side:
    """The rows that can be read of one table by their key; ``is_whole``: whether SQLite could read all its pages."""

    rows: dict[Row, Row]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Votes:
    """What the three copies of a table's rows say.

    ``proven``: the rows of which two copies are equal, as a whole or in each column. ``contested``: the versions of the
    other rows.
    ``damaged``: the versions of all rows whose three copies are not equal. ``is_readable``: for each of the three
    tables, whether SQLite could read all its pages.
    """

    layout: Layout
    proven: dict[Row, Row]
    contested: dict[Row, Versions] = field(default_factory=dict)
    damaged: dict[Row, Versions] = field(default_factory=dict)
    is_readable: tuple[bool, ...] = (True, True, True)


def read_votes(conn: sqlite3.Connection, table: CopiedTable) -> Votes:
    """Read a table and its copies as far as SQLite can, and compare them; the caller holds a snapshot."""
    layout = read_layout(conn, table)
    sides = [read_side(conn, layout, ending) for ending in SIDES]
    return count_votes(layout, sides)


def count_votes(layout: Layout, sides: Sequence[Side]) -> Votes:
    """Compare three copies. A row that is missing in two tables that can be read was deleted."""
    votes = Votes(layout, {}, is_readable=tuple(side.is_whole for side in sides))
    if sides[0].rows == sides[1].rows == sides[2].rows and all(votes.is_readable):
        votes.proven.update(sides[0].rows)
        return votes
    for key in dict.fromkeys(key for side in sides for key in side.rows):
        versions = tuple(side.rows.get(key) for side in sides)
        # What is missing in a table that cannot be read to the end is unknown, and equal to nothing.
        known = [
            row if row is not None or side.is_whole else object() for row, side in zip(versions, sides, strict=True)
        ]
        winner = next((row for place, row in enumerate(known) if row in known[place + 1 :]), _by_column(known))
        if winner is _NONE:
            votes.contested[key] = versions
        elif winner is not None:
            votes.proven[key] = winner  # type: ignore[assignment]
        if not known[0] == known[1] == known[2]:
            votes.damaged[key] = versions
    return votes


_NONE = object()


def _by_column(versions: Sequence[object]) -> object:
    """Return the row of which two versions are equal in each column, ``_NONE`` when there is none."""
    rows = [row for row in versions if isinstance(row, tuple)]
    columns = zip(*rows, strict=True)
    chosen = [next((value for place, value in enumerate(one) if value in one[place + 1 :]), _NONE) for one in columns]
    return tuple(chosen) if chosen and _NONE not in chosen else _NONE


def read_side(conn: sqlite3.Connection, layout: Layout, ending: str = "") -> Side:
    """Return the rows of a table, or of its copies, that SQLite can read; damaged pages are left out.

    The range of the keys is halved around what cannot be read.
    """
    name = layout.table.name + ending
    sql = f"SELECT {', '.join(layout.columns)} FROM {name} NOT INDEXED"
    rows, is_whole = _collect(conn, sql)
    if not is_whole:
        place = "rowid" if not ending and _has_rowid(conn, name) else layout.key_columns[0]
        rows += _halve(conn, sql, place) if _is_number(layout, place) else []
        rows += _collect(conn, f"{sql} ORDER BY {place} DESC")[0]
    return Side({tuple(row[at] for at in layout.keys): row for row in rows}, is_whole)


def _has_rowid(conn: sqlite3.Connection, name: str) -> bool:
    is_without_rowid = conn.execute("SELECT wr FROM pragma_table_list(?)", (name,)).fetchone()[0]
    return not is_without_rowid


def _is_number(layout: Layout, place: str) -> bool:
    return place == "rowid" or layout.types[layout.columns.index(place)] == "INTEGER"


def _collect(conn: sqlite3.Connection, sql: str, values: tuple[int, ...] = ()) -> tuple[list[Row], bool]:
    """Return the rows up to the first that cannot be read, and whether there was none."""
    rows: list[Row] = []
    with closing(conn.cursor()) as cursor:
        try:
            for row in cursor.execute(sql, values):
                rows.append(row)  # noqa: PERF402 - those before an error are kept
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            return rows, False
    return rows, True


def _halve(conn: sqlite3.Connection, sql: str, place: str) -> list[Row]:
    """Return the rows of all ranges of keys that can be read; at most ``_MAX_RANGES`` ranges are tried."""
    where = f"{sql} WHERE {place} BETWEEN ? AND ? ORDER BY {place}"
    found: list[Row] = []
    ranges = deque([(-_FAR, _FAR)])
    for _ in range(_MAX_RANGES):
        if not ranges:
            break
        first, last = ranges.popleft()
        rows, is_whole = _collect(conn, where, (first, last))
        found += rows
        if not is_whole and first < last:
            middle = (first + last) // 2
            ranges += [(first, middle), (middle + 1, last)]
        elif not is_whole:
            found += _collect(conn, f"{where} DESC", (first, last))[0]
    return found
