"""Bars of one series: idempotent writes that report what really changed, and reads for charts and scripts.

Reads need no snapshot between their statements: a commit in between adds bars and chunks together, and what is read
last is what counts.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.span import Span
from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.reading import BATCH, find_slabs, keys_around, rank_in, read_chunks
from candledesk.store.market.chunks.repair import repair_series, settle_slabs
from candledesk.store.market.chunks.table import Head, is_damage, read_head, read_slab
from candledesk.store.market.chunks.writing import write_slabs
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import delete_rows, require_storable, upsert_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, IntArray
    from candledesk.store.market.chunks.proof import Finding

_FOREVER = 2**62
_SLABS = "FROM slab WHERE series_id = :id AND level = 1 ORDER BY start"
_EXTENT = f"""
SELECT (SELECT min(ts) FROM candle WHERE series_id = :id), (SELECT max(ts) FROM candle WHERE series_id = :id),
    (SELECT first_ts {_SLABS} LIMIT 1), (SELECT last_ts {_SLABS} DESC LIMIT 1)
"""


@translate_faults()
def write_bars(conn: sqlite3.Connection, series_id: int, bars: Bars) -> int:
    """Insert or correct bars, rows and chunks alike; return how many bars were really inserted or changed.

    The series' revision rises only when something changed. Raises ``ValueError`` for bars that are not finite, or not
    ascending and unique.
    """
    require_transaction(conn)
    new = rec.from_bars(require_storable(bars))
    head = _exact_head(conn, series_id)
    keys = new[rec.TIME] // head.span
    starts = rec.run_starts(keys)
    n_changed = 0
    for first in range(0, len(starts), BATCH):
        lo = starts[first]
        hi = starts[first + BATCH] if first + BATCH < len(starts) else new.shape[1]
        n_changed += _write_part(conn, head, new[:, lo:hi])
    _raise_rev(conn, head, n_changed)
    return n_changed


def _exact_head(conn: sqlite3.Connection, series_id: int) -> Head:
    """Return the head of a series whose chunks are written with every change from now on."""
    head = read_head(conn, series_id)
    if head.is_exact:
        return head
    repair_series(conn, head.series_id)
    return read_head(conn, head.series_id)


def _write_part(conn: sqlite3.Connection, head: Head, new: IntArray) -> int:
    """Write the records of at most ``BATCH`` slabs: compare with the chunks, then touch only what differs."""
    slabs: dict[int, IntArray] = {}
    changes: list[IntArray] = []
    keys = new[rec.TIME] // head.span
    starts = rec.run_starts(keys)
    for key, part in zip(keys[starts].tolist(), np.split(new, starts[1:], axis=1), strict=True):
        old = _read_settled(conn, head, key)
        changed = rec.differing(part, old)
        if changed.shape[1]:
            changes.append(changed)
            slabs[key] = rec.overlay(old, changed)
    if not slabs:
        return 0
    n_changed = upsert_rows(conn, head.series_id, rec.to_bars(np.concatenate(changes, axis=1)))
    write_slabs(conn, head, slabs)
    return n_changed


def _read_settled(conn: sqlite3.Connection, head: Head, key: int) -> IntArray:
    """Return the bars of a slab; where it is damaged or has no checksum, make both copies agree on what is proven."""
    findings: list[Finding] = []
    records = read_chunks(conn, head, 1, key, key + 1, findings)
    if findings or (head.is_unchecked and records.shape[1] and read_slab(conn, head, 1, key) is None):
        records = settle_slabs(conn, head, [key])[0][key]
    return records


def _raise_rev(conn: sqlite3.Connection, head: Head, n_changed: int) -> None:
    """Give the changed series its next revision; chunks that were exact stay so."""
    if n_changed:
        sql = "UPDATE series SET rev = rev + 1, chunk_rev = chunk_rev + 1 WHERE series_id = ?"
        conn.execute(sql, (head.series_id,))


@translate_faults()
def delete_bars(conn: sqlite3.Connection, series_id: int, span: Span) -> int:
    """Remove the bars of ``span`` (the provider withdrew them); return how many there were."""
    require_transaction(conn)
    head = _exact_head(conn, series_id)
    findings: list[Finding] = []
    times = read_bars(conn, series_id, span, findings).open_time
    keys = sorted({*np.unique(times // head.span).tolist(), *(finding.start for finding in findings)})
    for first in range(0, len(keys), BATCH):
        slabs = {}
        for key in keys[first : first + BATCH]:
            old = _read_settled(conn, head, key)
            slabs[key] = old[:, (old[rec.TIME] < span.start) | (old[rec.TIME] >= span.end)]
        write_slabs(conn, head, slabs)
    delete_rows(conn, head.series_id, span.start, span.end)
    _raise_rev(conn, head, len(times))
    return len(times)


@translate_faults()
def read_bars(conn: sqlite3.Connection, series_id: int, span: Span, findings: list[Finding] | None = None) -> Bars:
    """Return the stored bars whose open lies in ``span``, as far as they are proven.

    Damage that was met is added to ``findings``, with the spans of bars that are lost; without ``findings`` lost bars
    raise ``DamagedBarsError``. A slab that reaches into ``span`` is checked as a whole.
    """
    head = read_head(conn, series_id)
    records = read_chunks(conn, head, 1, span.start // head.span, -(-span.end // head.span), findings)
    return rec.to_bars(records).within(span)


@translate_faults()
def read_bars_around(
    conn: sqlite3.Connection,
    series_id: int,
    anchor: int | None,
    n_before: int,
    n_after: int,
    findings: list[Finding] | None = None,
) -> Bars:
    """Return the ``n_before`` bars that open before ``anchor`` and the ``n_after`` from it on; damage as ``read_bars``.

    ``anchor`` ``None``: the newest ``n_before`` bars.
    """
    if anchor is None:
        extent = bars_extent(conn, series_id)
        anchor, n_after = (0 if extent is None else extent.end), 0
    head = read_head(conn, series_id)
    lo, hi = keys_around(conn, head, anchor // head.span, n_before, n_after)
    while True:
        found: list[Finding] | None = None if findings is None else []
        records = read_chunks(conn, head, 1, lo, hi, found)
        at = int(np.searchsorted(records[rec.TIME], anchor))
        wider = (lo, hi)
        if at < n_before:  # at the start of the series, or where the numbers of bars are damaged
            wider = (min(find_slabs(conn, head, 1, hi=lo)[lo - hi :], default=lo), hi)
        if records.shape[1] - at < n_after:
            wider = (wider[0], max(find_slabs(conn, head, 1, lo=hi)[: hi - lo], default=hi - 1) + 1)
        if wider == (lo, hi):
            break
        lo, hi = wider
    if findings is not None and found:
        findings += found
    return rec.to_bars(records[:, max(0, at - n_before) : at + n_after])


@translate_faults()
def count_bars(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> int:
    """Return how many bars are stored, of ``span`` or altogether, without counting rows."""
    lo, hi = (-_FOREVER, _FOREVER) if span is None else (span.start, span.end)
    with snapshot(conn):
        head = read_head(conn, series_id)
        return rank_in(conn, head, hi) - rank_in(conn, head, lo)


@translate_faults()
def bars_extent(conn: sqlite3.Connection, series_id: int) -> Span | None:
    """Return ``[oldest open, newest open + 1)``, ``None`` when nothing is stored.

    The rows and the notes of their slabs must say the same; where they do not, the proven bars say it.
    """
    try:
        oldest, newest, first, last = conn.execute(_EXTENT, {"id": int(series_id)}).fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    else:
        head = read_head(conn, series_id) if (oldest, newest) != (first, last) else None
        if head is None or (head.is_unchecked and oldest is not None):
            return None if oldest is None else Span(oldest, newest + 1)
    return _proven_extent(conn, read_head(conn, series_id))


def _proven_extent(conn: sqlite3.Connection, head: Head) -> Span | None:
    """Return the extent of the bars that are proven."""
    with snapshot(conn):
        starts = find_slabs(conn, head, 1)
        oldest = _first_proven(conn, head, starts)
        newest = _first_proven(conn, head, starts[::-1])
    return None if oldest is None or newest is None else Span(int(oldest[0]), int(newest[-1]) + 1)


def _first_proven(conn: sqlite3.Connection, head: Head, starts: list[int]) -> IntArray | None:
    """Return the open times of the first of the slabs ``starts`` that has proven bars."""
    for start in starts:
        times: IntArray = read_chunks(conn, head, 1, start, start + 1, [])[rec.TIME]
        if len(times):
            return times
    return None


@translate_faults()
def has_older(conn: sqlite3.Connection, series_id: int, open_time: int) -> bool:
    """Tell whether a bar that opens before ``open_time`` is stored."""
    sql = "SELECT 1 FROM candle WHERE series_id = ? AND ts < ? LIMIT 1"
    return conn.execute(sql, (int(series_id), int(open_time))).fetchone() is not None
