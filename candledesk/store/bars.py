"""Bars of one series: idempotent writes that report what really changed, and reads for charts and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.store.database import require_transaction
from candledesk.store.faults import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# The guard makes a repeated fill change nothing, and say so: no new revision, no page written, no redraw.
_UPSERT = """
INSERT INTO candle (series_id, ts, open, high, low, close, volume) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, ts) DO UPDATE SET
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
WHERE excluded.open IS NOT open OR excluded.high IS NOT high OR excluded.low IS NOT low
    OR excluded.close IS NOT close OR excluded.volume IS NOT volume
"""
_SELECT = "SELECT ts, open, high, low, close, volume FROM candle WHERE series_id = ?"


@translate_faults()
def write_bars(conn: sqlite3.Connection, series_id: int, bars: Bars) -> int:
    """Insert or correct bars; return how many rows were really inserted or changed.

    The series' revision rises only when something changed. Raises ``ValueError`` for bars that are not finite.
    """
    require_transaction(conn)
    before = conn.total_changes
    conn.executemany(_UPSERT, _rows(series_id, bars))
    n_changed = conn.total_changes - before
    if n_changed:
        conn.execute("UPDATE series SET rev = rev + 1 WHERE series_id = ?", (series_id,))
    return n_changed


@translate_faults()
def delete_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> int:
    """Remove the bars of ``span`` (the provider withdrew them); return how many there were."""
    require_transaction(conn)
    cursor = conn.execute(
        "DELETE FROM candle WHERE series_id = ? AND ts >= ? AND ts < ?", (series_id, span.start, span.end)
    )
    if cursor.rowcount:
        conn.execute("UPDATE series SET rev = rev + 1 WHERE series_id = ?", (series_id,))
    return cursor.rowcount


@translate_faults()
def read_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> Bars:
    """Return the stored bars whose open lies in ``span``."""
    rows = conn.execute(f"{_SELECT} AND ts >= ? AND ts < ? ORDER BY ts", (series_id, span.start, span.end)).fetchall()
    return Bars.from_rows(rows)


@translate_faults()
def read_bars_around(conn: sqlite3.Connection, series_id: int, anchor: int | None, n_before: int, n_after: int) -> Bars:
    """Return the ``n_before`` bars that open before ``anchor`` and the ``n_after`` from it on.

    ``anchor`` ``None``: the newest ``n_before`` bars.
    """
    if anchor is None:
        rows = conn.execute(f"{_SELECT} ORDER BY ts DESC LIMIT ?", (series_id, n_before)).fetchall()
        return Bars.from_rows(rows[::-1])
    older = conn.execute(f"{_SELECT} AND ts < ? ORDER BY ts DESC LIMIT ?", (series_id, anchor, n_before)).fetchall()
    newer = conn.execute(f"{_SELECT} AND ts >= ? ORDER BY ts LIMIT ?", (series_id, anchor, n_after)).fetchall()
    return Bars.from_rows(older[::-1] + newer)


@translate_faults()
def count_bars(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> int:
    """Return how many bars are stored, of ``span`` or altogether."""
    lo, hi = _limits(span)
    row = conn.execute(
        "SELECT count(*) FROM candle WHERE series_id = ? AND ts >= ? AND ts < ?", (series_id, lo, hi)
    ).fetchone()
    return int(row[0])


@translate_faults()
def bars_extent(conn: sqlite3.Connection, series_id: int) -> Span | None:
    """Return ``[oldest open, newest open + 1)``, ``None`` when nothing is stored."""
    oldest = conn.execute("SELECT min(ts) FROM candle WHERE series_id = ?", (series_id,)).fetchone()[0]
    newest = conn.execute("SELECT max(ts) FROM candle WHERE series_id = ?", (series_id,)).fetchone()[0]
    return None if oldest is None else Span(oldest, newest + 1)


@translate_faults()
def has_older(conn: sqlite3.Connection, series_id: int, open_time: int) -> bool:
    """Tell whether a bar that opens before ``open_time`` is stored."""
    row = conn.execute("SELECT 1 FROM candle WHERE series_id = ? AND ts < ? LIMIT 1", (series_id, open_time)).fetchone()
    return row is not None


def _limits(span: Span | None) -> tuple[int, int]:
    return (-(2**62), 2**62) if span is None else (span.start, span.end)


def _rows(series_id: int, bars: Bars) -> Iterator[tuple[int | float, ...]]:
    """Yield rows of plain Python numbers: a bound ``np.int64`` would be stored as a blob (storage.md §8)."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    if not all(np.isfinite(column).all() for column in columns):
        raise ValueError("bars with NaN or infinite values cannot be stored")
    ids = [int(series_id)] * len(bars)
    times = np.asarray(bars.open_time, np.int64).tolist()
    return zip(ids, times, *(np.asarray(column, np.float64).tolist() for column in columns), strict=True)
