"""Series that are kept complete: which, and when they were last topped up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

_LIST = """
SELECT symbol, interval, last_run_at, note
FROM harvest JOIN series USING (series_id) JOIN instrument USING (instrument_id)
ORDER BY symbol, step
"""


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One harvested series; ``last_run_at``: UTC seconds of the last whole run; ``note``: why the last try failed."""

    symbol: str
    interval: str
    last_run_at: int | None
    note: str


@translate_faults()
def add_to_archive(conn: sqlite3.Connection, series_id: int, now: int) -> None:
    """Put a series on the list; one that is on it stays as it is."""
    require_transaction(conn)
    sql = "INSERT INTO harvest (series_id, added_at) VALUES (?, ?) ON CONFLICT (series_id) DO NOTHING"
    conn.execute(sql, (int(series_id), int(now)))


@translate_faults()
def remove_from_archive(conn: sqlite3.Connection, series_id: int) -> None:
    """Take a series off the list; its bars stay."""
    require_transaction(conn)
    conn.execute("DELETE FROM harvest WHERE series_id = ?", (int(series_id),))


@translate_faults()
def note_archive_run(conn: sqlite3.Connection, series_id: int, last_run_at: int | None, note: str) -> None:
    """Note how a run ended; ``last_run_at`` ``None``: it did not end well, the former time stays."""
    require_transaction(conn)
    sql = "UPDATE harvest SET last_run_at = coalesce(?, last_run_at), note = ? WHERE series_id = ?"
    conn.execute(sql, (None if last_run_at is None else int(last_run_at), note, int(series_id)))


@translate_faults()
def list_archive(conn: sqlite3.Connection) -> list[ArchiveRow]:
    """Return the list by symbol and the bars' length."""
    return [ArchiveRow(*row) for row in conn.execute(_LIST).fetchall()]
