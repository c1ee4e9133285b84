"""The rows of the table ``candle``, from which the chunks are derived; used by the modules for bars and chunks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars

if TYPE_CHECKING:
    import sqlite3

    from candledesk.domain.bars import IntArray

ROWS_PER_STATEMENT = 400  # takes less than half the time of executemany, which runs one statement for each row
FOREVER = 2**62  # seconds; beyond all times that can be stored
_VALUES = ("open", "high", "low", "close", "volume")
_SELECT = "SELECT ts, open, high, low, close, volume FROM candle WHERE series_id = ?"


@lru_cache(maxsize=2)  # for full statements and for the single live bar; other sizes are rare
def _upsert(n_rows: int) -> str:
    """Return the statement for ``n_rows``; its WHERE clause skips rows that would not change."""
    values = ", ".join(["(?1, ?, ?, ?, ?, ?, ?)"] * n_rows)
    return f"""
    INSERT INTO candle (series_id, ts, open, high, low, close, volume) VALUES {values}
    ON CONFLICT (series_id, ts) DO UPDATE SET
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
    WHERE excluded.open IS NOT open OR excluded.high IS NOT high OR excluded.low IS NOT low
        OR excluded.close IS NOT close OR excluded.volume IS NOT volume
    """


def upsert_rows(conn: sqlite3.Connection, series_id: int, bars: Bars) -> int:
    """Insert or update rows; return how many were new or different.

    Binds plain Python numbers, because a bound ``np.int64`` would be stored as a blob (storage.md §8). Times are bound
    as whole floats, exact to 2**53, which STRICT tables convert to integers: one flat list is a third faster than rows.
    """
    before = conn.total_changes
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    table = np.empty((len(bars), len(columns)))
    for place, column in enumerate(columns):
        table[:, place] = column
    n_whole, width = len(bars) // ROWS_PER_STATEMENT, ROWS_PER_STATEMENT * len(columns)
    parameters = np.empty((n_whole, 1 + width))
    parameters[:, 0] = series_id
    parameters[:, 1:] = table[: n_whole * ROWS_PER_STATEMENT].reshape(n_whole, width)
    for whole in parameters:
        conn.execute(_upsert(ROWS_PER_STATEMENT), whole.tolist())
    rest = table[n_whole * ROWS_PER_STATEMENT :]
    if len(rest):
        conn.execute(_upsert(len(rest)), [series_id, *rest.ravel().tolist()])
    return conn.total_changes - before


def delete_rows(conn: sqlite3.Connection, series_id: int, start: int, end: int) -> int:
    """Delete the rows with ``start <= ts < end``; return how many were deleted."""
    return conn.execute(
        "DELETE FROM candle WHERE series_id = ? AND ts >= ? AND ts < ?", (series_id, start, end)
    ).rowcount


def delete_rows_except(conn: sqlite3.Connection, series_id: int, start: int, end: int, times: IntArray) -> None:
    """Delete the rows with ``start <= ts < end`` whose ``ts`` is not one of ``times``."""
    sql = "SELECT ts FROM candle WHERE series_id = ? AND ts >= ? AND ts < ?"
    stored = {row[0] for row in conn.execute(sql, (series_id, start, end)).fetchall()}
    others = [(series_id, time) for time in stored.difference(times.tolist())]
    conn.executemany("DELETE FROM candle WHERE series_id = ? AND ts = ?", others)


def read_rows(conn: sqlite3.Connection, series_id: int, start: int, end: int) -> Bars:
    """Return the bars with ``start <= ts < end``."""
    return Bars.from_rows(
        conn.execute(f"{_SELECT} AND ts >= ? AND ts < ? ORDER BY ts", (series_id, start, end)).fetchall()
    )


def chunk_keys(
    conn: sqlite3.Connection, series_id: int, chunk_s: int, first_key: int = -FOREVER, end_key: int = FOREVER
) -> list[int]:
    """Return the keys ``floor(ts / chunk_s)`` of the level-1 chunks that have rows, ascending (one look-up each).

    Only keys with ``first_key <= key < end_key`` are returned.
    """
    keys: list[int] = []
    at, end = (min(max(key * chunk_s, -FOREVER), FOREVER) for key in (first_key, end_key))
    while True:
        sql = "SELECT min(ts) FROM candle WHERE series_id = ? AND ts >= ? AND ts < ?"
        row = conn.execute(sql, (series_id, at, end)).fetchone()
        if row[0] is None:
            return keys
        keys.append(row[0] // chunk_s)
        at = (keys[-1] + 1) * chunk_s


def require_storable(bars: Bars) -> Bars:
    """Return ``bars`` with exact dtypes; raise ``ValueError`` for infinite or NaN values and for unsorted bars."""
    exact = Bars(
        np.array(bars.open_time, np.int64),
        *(np.array(getattr(bars, name), np.float64) + 0.0 for name in _VALUES),  # SQLite has no -0.0
    )
    if not all(np.isfinite(getattr(exact, name)).all() for name in _VALUES):
        raise ValueError("bars with NaN or infinite values cannot be stored")
    if not (np.diff(exact.open_time) > 0).all():
        raise ValueError("bars must be ascending and unique in open_time")
    return exact
