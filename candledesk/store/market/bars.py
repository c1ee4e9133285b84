"""Bars of one series: idempotent writes that report what really changed, and reads for charts and scripts.

Reads need no snapshot between their statements: a commit in between adds bars and chunks together, and what is read
last is what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span
from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks import (
    BATCH,
    Head,
    keys_around,
    rank_in,
    read_chunks,
    read_head,
    rebuild_chunks,
    write_slabs,
)
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import (
    count_rows,
    delete_rows,
    read_rows,
    read_rows_around,
    require_storable,
    upsert_rows,
)
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

    from candledesk.domain.bars import Bars, IntArray

_FOREVER = 2**62


@translate_faults()
def write_bars(conn: sqlite3.Connection, series_id: int, bars: Bars) -> int:
    """Insert or correct bars, rows and chunks alike; return how many bars were really inserted or changed.

    The series' revision rises only when something changed. Raises ``ValueError`` for bars that are not finite, or not
    ascending and unique.
    """
    require_transaction(conn)
    head = read_head(conn, series_id)
    new = rec.from_bars(require_storable(bars))
    if not head.is_exact:
        n_changed = upsert_rows(conn, head.series_id, rec.to_bars(new))
        _raise_rev(conn, head, n_changed)
        rebuild_chunks(conn, head.series_id)
        return n_changed
    keys = new[rec.TIME] // head.span
    starts = rec.run_starts(keys)
    n_changed = 0
    for first in range(0, len(starts), BATCH):
        lo = starts[first]
        hi = starts[first + BATCH] if first + BATCH < len(starts) else new.shape[1]
        n_changed += _write_part(conn, head, new[:, lo:hi])
    _raise_rev(conn, head, n_changed)
    return n_changed


def _write_part(conn: sqlite3.Connection, head: Head, new: IntArray) -> int:
    """Write the records of at most ``BATCH`` slabs: compare with the chunks, then touch only what differs."""
    slabs: dict[int, IntArray] = {}
    changes: list[IntArray] = []
    keys = new[rec.TIME] // head.span
    starts = rec.run_starts(keys)
    for key, part in zip(keys[starts].tolist(), np.split(new, starts[1:], axis=1), strict=True):
        old = read_chunks(conn, head, 1, key, key + 1)
        changed = rec.differing(part, old)
        if changed.shape[1]:
            changes.append(changed)
            slabs[key] = rec.overlay(old, changed)
    if not slabs:
        return 0
    n_changed = upsert_rows(conn, head.series_id, rec.to_bars(np.concatenate(changes, axis=1)))
    write_slabs(conn, head, slabs)
    return n_changed


def _raise_rev(conn: sqlite3.Connection, head: Head, n_changed: int) -> None:
    """Give the changed series its next revision; chunks that were exact stay so."""
    if n_changed:
        sql = "UPDATE series SET rev = rev + 1, chunk_rev = chunk_rev + 1 WHERE series_id = ?"
        conn.execute(sql, (head.series_id,))


@translate_faults()
def delete_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> int:
    """Remove the bars of ``span`` (the provider withdrew them); return how many there were."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    times = read_bars(conn, series_id, span).open_time
    n_deleted = delete_rows(conn, head.series_id, span.start, span.end)
    _raise_rev(conn, head, n_deleted)
    if not head.is_exact:
        rebuild_chunks(conn, head.series_id)
        return n_deleted
    keys = np.unique(times // head.span).tolist()
    for first in range(0, len(keys), BATCH):
        slabs = {}
        for key in keys[first : first + BATCH]:
            old = read_chunks(conn, head, 1, key, key + 1)
            slabs[key] = old[:, (old[rec.TIME] < span.start) | (old[rec.TIME] >= span.end)]
        write_slabs(conn, head, slabs)
    return n_deleted


@translate_faults()
def read_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> Bars:
    """Return the stored bars whose open lies in ``span``."""
    head = read_head(conn, series_id)
    if not head.is_exact:
        return read_rows(conn, head.series_id, span.start, span.end)
    records = read_chunks(conn, head, 1, span.start // head.span, -(-span.end // head.span))
    return rec.to_bars(records).within(span)


@translate_faults()
def read_bars_around(conn: sqlite3.Connection, series_id: int, anchor: int | None, n_before: int, n_after: int) -> Bars:
    """Return the ``n_before`` bars that open before ``anchor`` and the ``n_after`` from it on.

    ``anchor`` ``None``: the newest ``n_before`` bars.
    """
    if anchor is None:
        extent = bars_extent(conn, series_id)
        anchor, n_after = (0 if extent is None else extent.end), 0
    head = read_head(conn, series_id)
    if not head.is_exact:
        return read_rows_around(conn, head.series_id, anchor, n_before, n_after)
    lo, hi = keys_around(conn, head, anchor // head.span, n_before, n_after)
    records = read_chunks(conn, head, 1, lo, hi)
    at = int(np.searchsorted(records[rec.TIME], anchor))
    return rec.to_bars(records[:, max(0, at - n_before) : at + n_after])


@translate_faults()
def count_bars(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> int:
    """Return how many bars are stored, of ``span`` or altogether, without counting rows."""
    lo, hi = (-_FOREVER, _FOREVER) if span is None else (span.start, span.end)
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return count_rows(conn, head.series_id, lo, hi)
        return rank_in(conn, head, hi) - rank_in(conn, head, lo)


@translate_faults()
def bars_extent(conn: sqlite3.Connection, series_id: int) -> Span | None:
    """Return ``[oldest open, newest open + 1)``, ``None`` when nothing is stored."""
    sql = (
        "SELECT (SELECT min(ts) FROM candle WHERE series_id = :id), (SELECT max(ts) FROM candle WHERE series_id = :id)"
    )
    oldest, newest = conn.execute(sql, {"id": int(series_id)}).fetchone()
    return None if oldest is None else Span(oldest, newest + 1)


@translate_faults()
def has_older(conn: sqlite3.Connection, series_id: int, open_time: int) -> bool:
    """Tell whether a bar that opens before ``open_time`` is stored."""
    sql = "SELECT 1 FROM candle WHERE series_id = ? AND ts < ? LIMIT 1"
    return conn.execute(sql, (int(series_id), int(open_time))).fetchone() is not None
