"""The coverage ledger of a series: disjoint spans with their coverage state (DESIGN.md, rule 1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span, subtract_spans
from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_TABLES = ("coverage",)
_COLUMNS = "lo, hi, state, fetched_at, expires_at, reason, source"
_ALL = f"SELECT {_COLUMNS} FROM coverage WHERE series_id = ? ORDER BY lo"
# Spans are disjoint, so only the last of those that start before ``start`` can overlap it.
_TOUCHING = f"""
SELECT {_COLUMNS} FROM coverage
WHERE series_id = :series AND lo <= :end AND hi >= :start
    AND lo >= coalesce((SELECT max(lo) FROM coverage WHERE series_id = :series AND lo < :start), :start)
ORDER BY lo
"""
_INSERT = f"INSERT INTO coverage (series_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@translate_faults()
def write_coverage(conn: sqlite3.Connection, series_id: int, entries: Sequence[Coverage]) -> int:
    """Write ``entries`` over the ledger, later ones over earlier ones; return how many spans were written or removed.

    The parts of stored spans that an entry overlaps are replaced. Neighbours that touch and have the same state,
    expiry, reason and source become one span, which keeps the oldest ``fetched_at``: that is true of all of it, and a
    repeated entry changes nothing.
    """
    require_transaction(conn)
    if not entries:
        return 0
    start = min(entry.span.start for entry in entries)
    end = max(entry.span.end for entry in entries)
    place = {"series": int(series_id), "start": int(start), "end": int(end)}
    old = [_coverage(row) for row in fetch_proven(conn, _TABLES, _TOUCHING, place)]
    new = list(old)
    for entry in entries:  # only the spans that touch the entry: the ledger of a thin share has thousands
        first = bisect_left(new, entry.span.start, key=_end)
        last = bisect_right(new, entry.span.end, key=_start)
        new[first:last] = overlay_entry(new[first:last], entry)
    removed, added = set(old) - set(new), set(new) - set(old)
    conn.executemany(
        "DELETE FROM coverage WHERE series_id = ? AND lo = ?", [(int(series_id), piece.span.start) for piece in removed]
    )
    conn.executemany(_INSERT, [_row(series_id, piece) for piece in sorted(added, key=lambda piece: piece.span)])
    return len(removed | added)


@translate_faults()
def read_coverage(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> list[Coverage]:
    """Return the ledger, ascending and disjoint; with ``span`` only the entries that overlap it, not cut to it."""
    if span is None:
        rows = fetch_proven(conn, _TABLES, _ALL, (series_id,))
    else:
        rows = fetch_proven(conn, _TABLES, _TOUCHING, {"series": series_id, "start": span.start, "end": span.end})
    pieces = [_coverage(row) for row in rows]
    return pieces if span is None else [piece for piece in pieces if piece.span.overlaps(span)]


@translate_faults()
def list_spans_from(conn: sqlite3.Connection, source: str) -> dict[int, list[Span]]:
    """Return the spans of all ledgers whose bars came from ``source``, by series, ascending."""
    found: dict[int, list[Span]] = {}
    sql = "SELECT series_id, lo, hi FROM coverage WHERE source = ? ORDER BY series_id, lo"
    for series_id, start, end in fetch_proven(conn, _TABLES, sql, (source,)):
        found.setdefault(series_id, []).append(Span(start, end))
    return found


@translate_faults()
def forget_coverage(conn: sqlite3.Connection, series_id: int, span: Span, states: Sequence[CoverageState]) -> None:
    """Remove ``span`` from the entries of the ledger whose state is one of ``states``."""
    require_transaction(conn)
    for piece in read_coverage(conn, series_id, span):
        if piece.state not in states:
            continue
        key = (int(series_id), piece.span.start)
        conn.execute("DELETE FROM coverage WHERE series_id = ? AND lo = ?", key)
        left = [replace(piece, span=part) for part in subtract_spans([piece.span], [span])]
        conn.executemany(_INSERT, [_row(series_id, part) for part in left])


def overlay_entry(pieces: Iterable[Coverage], entry: Coverage) -> list[Coverage]:
    """Return the disjoint ``pieces`` with ``entry`` written over them; equal neighbours that touch are merged."""
    kept = [part for piece in pieces for part in _cut(piece, entry)]
    kept.append(entry)
    kept.sort(key=lambda piece: piece.span)
    return _merge(kept)


def _cut(piece: Coverage, entry: Coverage) -> list[Coverage]:
    """Return the parts of ``piece`` outside ``entry``, or all of it when its facts are the same and can be merged."""
    span, hole = piece.span, entry.span
    if not span.overlaps(hole) or _facts(piece) == _facts(entry):
        return [piece]
    left = [replace(piece, span=Span(span.start, hole.start))] if span.start < hole.start else []
    right = [replace(piece, span=Span(hole.end, span.end))] if hole.end < span.end else []
    return left + right


def _merge(pieces: list[Coverage]) -> list[Coverage]:
    """Merge sorted pieces that touch or overlap and have the same facts."""
    merged = pieces[:1]
    for piece in pieces[1:]:
        last = merged[-1]
        if piece.span.start <= last.span.end and _facts(piece) == _facts(last):
            span = Span(last.span.start, max(last.span.end, piece.span.end))
            merged[-1] = replace(last, span=span, fetched_at=min(last.fetched_at, piece.fetched_at))
        else:
            merged.append(piece)
    return merged


def _start(piece: Coverage) -> int:
    return piece.span.start


def _end(piece: Coverage) -> int:
    return piece.span.end


def _facts(piece: Coverage) -> tuple[CoverageState, int | None, str, str]:
    return piece.state, piece.expires_at, piece.reason, piece.source


def _coverage(row: tuple[int, int, str, int, int | None, str, str]) -> Coverage:
    start, end, state, fetched_at, expires_at, reason, source = row
    return Coverage(Span(start, end), CoverageState(state), fetched_at, expires_at, reason, source)


def _row(series_id: int, piece: Coverage) -> tuple[int | str | None, ...]:
    expires_at = None if piece.expires_at is None else int(piece.expires_at)
    span = piece.span
    return (
        int(series_id),
        int(span.start),
        int(span.end),
        piece.state.value,
        int(piece.fetched_at),
        expires_at,
        piece.reason,
        piece.source,
    )
