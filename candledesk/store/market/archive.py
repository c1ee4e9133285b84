"""The list of archived series, with the result of the last run of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

_LIST = """
SELECT spelling, interval, last_run_at, note
FROM harvest JOIN series USING (series_id) JOIN instrument USING (instrument_id)
ORDER BY spelling, step
"""


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One archived series; ``last_run_at``: UTC seconds of the last complete run; ``note``: why the last one failed."""

    symbol: str
    interval: str
    last_run_at: int | None
    note: str


@translate_faults()
def add_to_archive(conn: sqlite3.Connection, series_id: int, now: int) -> None:
    """Add a series to the list; a listed series is not changed."""
    require_transaction(conn)
    sql = "INSERT INTO harvest (series_id, added_at) VALUES (?, ?) ON CONFLICT (series_id) DO NOTHING"
    conn.execute(sql, (int(series_id), int(now)))


@translate_faults()
def remove_from_archive(conn: sqlite3.Connection, series_id: int) -> None:
    """Remove a series from the list; its bars stay."""
    require_transaction(conn)
    conn.execute("DELETE FROM harvest WHERE series_id = ?", (int(series_id),))


@translate_faults()
def note_archive_run(conn: sqlite3.Connection, series_id: int, last_run_at: int | None, note: str) -> None:
    """Store the result of a run; ``last_run_at`` ``None``: the run failed, and the stored time stays."""
    require_transaction(conn)
    sql = "UPDATE harvest SET last_run_at = coalesce(?, last_run_at), note = ? WHERE series_id = ?"
    conn.execute(sql, (None if last_run_at is None else int(last_run_at), note, int(series_id)))


@translate_faults()
def list_archive(conn: sqlite3.Connection) -> list[ArchiveRow]:
    """Return the list, sorted by symbol and interval."""
    return [ArchiveRow(*row) for row in fetch_proven(conn, ("harvest", "series", "instrument"), _LIST)]
