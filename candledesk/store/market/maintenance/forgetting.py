"""Deleting series and instruments with all that is known of them, in transactions of bounded length.

The order keeps every state in between true: first what claims that bars are stored, then the bars, then the rest.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.span import Span
from candledesk.store.database_file import connect, quick_check
from candledesk.store.market.bars import delete_bars
from candledesk.store.market.chunks.reading import BATCH, find_keys
from candledesk.store.market.chunks.table import read_head
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import require_transaction
from candledesk.store.market.instruments import list_series
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.market.row_copies.tables import SECOND, THIRD
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from pathlib import Path

_BARS = frozenset({"candle", "chunk", "chunk_checksum", "series"})
_FIND = """
SELECT series_id, interval FROM series JOIN instrument USING (instrument_id)
WHERE spelling = ?1 AND (?2 IS NULL OR interval = ?2) ORDER BY step, series_id
"""
# The tables of a series or an instrument, the last is its own; then those with copies: the triggers of the write
# connection delete the copies of each row that is deleted, and after that only copies of lost rows are left.
_TABLES_WITH = """
SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.name = ?1
ORDER BY t.name GLOB '*_second' OR t.name GLOB '*_third', t.name || '_id' = ?1, t.name
"""
_CONTENT = """
SELECT count(*), sum(n), sum(crc), min(first_ts), max(last_ts) FROM chunk_checksum
WHERE level = 1 AND series_id = (SELECT series_id FROM series JOIN instrument USING (instrument_id)
    WHERE spelling = ? AND interval = ? AND NOT is_unchecked)
"""


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A series that is to be deleted."""

    series_id: int
    interval: str


@translate_faults()
def find_series(conn: sqlite3.Connection, symbol: str, interval: str | None) -> list[StoredSeries]:
    """Return the series of a symbol, or the one of ``interval``."""
    rows = fetch_proven(conn, ("series", "instrument"), _FIND, (symbol, interval))
    return [StoredSeries(int(row[0]), str(row[1])) for row in rows]


@translate_faults()
def is_in_backup(conn: sqlite3.Connection, backup: Path, symbol: str, intervals: list[str]) -> bool:
    """Return whether a backup has the bars of all these series as they are now, and can be restored.

    Every chunk of it is checked, as ``restore`` does: it refuses a backup that is damaged anywhere.
    """
    try:
        with closing(connect(backup, "ro", "&immutable=1")) as copy:
            is_same = all(
                (now := conn.execute(_CONTENT, (symbol, interval)).fetchone())[0]
                and now == copy.execute(_CONTENT, (symbol, interval)).fetchone()
                for interval in intervals
            )
            return is_same and _is_whole(copy)
    except (sqlite3.Error, EnvironmentFaultError):  # of an older schema, or damaged
        return False


def _is_whole(copy: sqlite3.Connection) -> bool:
    return not quick_check(copy) and not any(
        verify_chunks(copy, series_id) for series_id, _symbol, _interval in list_series(copy)
    )


@translate_faults()
def delete_claims(conn: sqlite3.Connection, series_id: int) -> None:
    """Delete the coverage, the jobs and whatever else is known of a series; its bars and the series itself stay."""
    require_transaction(conn)
    for (table,) in conn.execute(_TABLES_WITH, ("series_id",)).fetchall():
        if table.removesuffix(SECOND).removesuffix(THIRD) not in _BARS:
            conn.execute(f"DELETE FROM {table} WHERE series_id = ?", (int(series_id),))


@translate_faults()
def delete_newest_bars(conn: sqlite3.Connection, series_id: int) -> int:
    """Delete the bars of the newest few chunks; return how many chunks are left."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    keys = find_keys(conn, head, 1)
    part = keys[-BATCH:]
    if part:
        delete_bars(conn, series_id, Span(part[0] * head.chunk_s, (part[-1] + 1) * head.chunk_s))
    return len(keys) - len(part)


@translate_faults()
def delete_series(conn: sqlite3.Connection, series_id: int) -> None:
    """Delete a series and what is left of it."""
    require_transaction(conn)
    for (table,) in conn.execute(_TABLES_WITH, ("series_id",)).fetchall():
        conn.execute(f"DELETE FROM {table} WHERE series_id = ?", (int(series_id),))


@translate_faults()
def delete_instrument(conn: sqlite3.Connection, symbol: str) -> None:
    """Delete an instrument that has no series any more, with its corporate actions; nothing for an unknown symbol."""
    require_transaction(conn)
    sql = "SELECT instrument_id FROM instrument WHERE spelling = ?"
    found = fetch_one(conn, ("instrument",), sql, (symbol,))
    if found is None:
        return
    for (table,) in conn.execute(_TABLES_WITH, ("instrument_id",)).fetchall():
        if table.removesuffix(SECOND).removesuffix(THIRD) != "series":
            conn.execute(f"DELETE FROM {table} WHERE instrument_id = ?", found)
