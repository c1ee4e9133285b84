"""Flags of stored bars, and the prices as received of bars that are stored in another unit or on another basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

SentPrices = tuple[float | None, float | None, float | None, float | None]
"""Open, high, low and close; ``None``: not sent."""

_UPSERT = """
INSERT INTO odd_bar (series_id, ts, flags, is_read_otherwise, open, high, low, close, volume)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series_id, ts) DO UPDATE SET flags = excluded.flags, is_read_otherwise = excluded.is_read_otherwise,
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
WHERE (excluded.flags, excluded.is_read_otherwise, excluded.open, excluded.high, excluded.low, excluded.close,
    excluded.volume) IS NOT (flags, is_read_otherwise, open, high, low, close, volume)
"""
_NOTE = """
INSERT INTO dropped_row (series_id, ts, reason) VALUES (?, ?, ?)
ON CONFLICT (series_id, ts) DO UPDATE SET reason = excluded.reason WHERE excluded.reason IS NOT reason
"""
_SELECT = """
SELECT ts, flags, is_read_otherwise, open, high, low, close, volume FROM odd_bar
WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts
"""
_COUNT_DROPPED = """
SELECT reason, count(*) FROM dropped_row WHERE series_id = ? AND ts >= ? AND ts < ? GROUP BY reason ORDER BY reason
"""


@dataclass(frozen=True, slots=True)
class OddBar:
    """A flagged bar. ``flags``: ``domain.prices.oddity``; ``sent``, ``volume``: as received, ``None``: as stored."""

    open_time: int
    flags: int
    sent: SentPrices | None = None
    volume: float | None = None


@translate_faults()
def read_odd(conn: sqlite3.Connection, series_id: int, span: Span) -> list[OddBar]:
    """Return the flagged bars of ``span``, ascending."""
    rows = fetch_proven(conn, ("odd_bar",), _SELECT, (int(series_id), int(span.start), int(span.end)))
    return [
        OddBar(open_time, flags, (opened, high, low, close), volume) if is_otherwise else OddBar(open_time, flags)
        for open_time, flags, is_otherwise, opened, high, low, close, volume in rows
    ]


@translate_faults()
def count_odd(conn: sqlite3.Connection, series_id: int) -> dict[int, int]:
    """Return the number of flagged bars by their flags."""
    sql = "SELECT flags, count(*) FROM odd_bar WHERE series_id = ? GROUP BY flags ORDER BY flags"
    return {int(flags): int(n) for flags, n in fetch_proven(conn, ("odd_bar",), sql, (int(series_id),))}


@translate_faults()
def write_odd(conn: sqlite3.Connection, series_id: int, times: IntArray, odd: Sequence[OddBar]) -> None:
    """Store the flags of ``odd`` and remove those of the other bars that open at ``times``."""
    require_transaction(conn)
    series, found = int(series_id), {bar.open_time for bar in odd}
    if len(times):
        first, last = int(times.min()), int(times.max())
        sql = "SELECT ts FROM odd_bar WHERE series_id = ? AND ts >= ? AND ts <= ? ORDER BY ts"
        stored = np.array([row[0] for row in fetch_proven(conn, ("odd_bar",), sql, (series, first, last))], np.int64)
        ended = [(series, time) for time in np.intersect1d(stored, times).tolist() if time not in found]
        conn.executemany("DELETE FROM odd_bar WHERE series_id = ? AND ts = ?", ended)
    conn.executemany(_UPSERT, [_row(series, bar) for bar in odd])


def _row(series_id: int, bar: OddBar) -> tuple[int | float | None, ...]:
    sent = bar.sent or (None, None, None, None)
    prices = (None if price is None or np.isnan(price) else float(price) for price in sent)
    return (series_id, int(bar.open_time), int(bar.flags), int(bar.sent is not None), *prices, bar.volume)


@translate_faults()
def note_dropped(conn: sqlite3.Connection, series_id: int, rows: Sequence[tuple[int, str]], times: IntArray) -> None:
    """Store the dropped rows ``(open_time, reason)``, and delete those at ``times``, where bars are stored now."""
    require_transaction(conn)
    series = int(series_id)
    conn.executemany(_NOTE, [(series, int(time), reason) for time, reason in rows])
    sql = "SELECT 1 FROM dropped_row WHERE series_id = ? LIMIT 1"
    if len(times) and fetch_one(conn, ("dropped_row",), sql, (series,)):
        conn.executemany(
            "DELETE FROM dropped_row WHERE series_id = ? AND ts = ?", [(series, time) for time in times.tolist()]
        )


@translate_faults()
def count_dropped(conn: sqlite3.Connection, series_id: int, span: Span) -> dict[str, int]:
    """Return the number of dropped rows in ``span`` by reason."""
    rows = fetch_proven(conn, ("dropped_row",), _COUNT_DROPPED, (int(series_id), int(span.start), int(span.end)))
    return {str(reason): int(n) for reason, n in rows}
