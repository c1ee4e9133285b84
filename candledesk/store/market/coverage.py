"""The coverage ledger of a series: disjoint spans, each saying what is known (DESIGN.md, rule 1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span, subtract_spans
from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_COLUMNS = "lo, hi, state, fetched_at, expires_at, reason, source"
# Spans are disjoint, so of those that start before ``lo`` only the last can reach it.
_TOUCHING = f"""
SELECT {_COLUMNS} FROM coverage
WHERE series_id = :series AND lo <= :hi AND hi >= :lo
    AND lo >= coalesce((SELECT max(lo) FROM coverage WHERE series_id = :series AND lo < :lo), :lo)
ORDER BY lo
"""
_INSERT = f"INSERT INTO coverage (series_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@translate_faults()
def write_coverage(conn: sqlite3.Connection, series_id: int, entries: Sequence[Coverage]) -> int:
    """Lay ``entries`` over the ledger, each over those before it; return how many spans were written or removed.

    What they overlap is cut. Neighbours that touch and make the same claim (state, expiry, reason, source) become one
    span; it keeps the oldest ``fetched_at``, which is honest for all of it and lets a repeated claim change nothing.
    """
    require_transaction(conn)
    if not entries:
        return 0
    lo = min(entry.span.start for entry in entries)
    hi = max(entry.span.end for entry in entries)
    rows = conn.execute(_TOUCHING, {"series": int(series_id), "lo": int(lo), "hi": int(hi)}).fetchall()
    old = [_coverage(row) for row in rows]
    new = list(old)
    for entry in entries:  # over what it touches alone: a thin share's history has thousands of spans
        first = bisect_left(new, entry.span.start, key=_end)
        last = bisect_right(new, entry.span.end, key=_start)
        new[first:last] = lay_over(new[first:last], entry)
    removed, added = set(old) - set(new), set(new) - set(old)
    conn.executemany(
        "DELETE FROM coverage WHERE series_id = ? AND lo = ?", [(int(series_id), piece.span.start) for piece in removed]
    )
    conn.executemany(_INSERT, [_row(series_id, piece) for piece in sorted(added, key=lambda piece: piece.span)])
    return len(removed | added)


@translate_faults()
def read_coverage(conn: sqlite3.Connection, series_id: int, span: Span | None = None) -> list[Coverage]:
    """Return the ledger, ascending and disjoint; with ``span`` only what overlaps it, uncut."""
    if span is None:
        rows = conn.execute(f"SELECT {_COLUMNS} FROM coverage WHERE series_id = ? ORDER BY lo", (series_id,)).fetchall()
    else:
        rows = conn.execute(_TOUCHING, {"series": series_id, "lo": span.start, "hi": span.end}).fetchall()
    pieces = [_coverage(row) for row in rows]
    return pieces if span is None else [piece for piece in pieces if piece.span.overlaps(span)]


@translate_faults()
def forget_coverage(conn: sqlite3.Connection, series_id: int, span: Span, states: Sequence[CoverageState]) -> None:
    """Cut ``span`` out of the ledger where it says one of ``states``."""
    require_transaction(conn)
    for piece in read_coverage(conn, series_id, span):
        if piece.state not in states:
            continue
        key = (int(series_id), piece.span.start)
        conn.execute("DELETE FROM coverage WHERE series_id = ? AND lo = ?", key)
        left = [replace(piece, span=part) for part in subtract_spans([piece.span], [span])]
        conn.executemany(_INSERT, [_row(series_id, part) for part in left])


def lay_over(pieces: Iterable[Coverage], entry: Coverage) -> list[Coverage]:
    """Return the disjoint ``pieces`` with ``entry`` over them, merged where the same claim touches (pure)."""
    kept = [part for piece in pieces for part in _cut(piece, entry)]
    kept.append(entry)
    kept.sort(key=lambda piece: piece.span)
    return _merge(kept)


def _cut(piece: Coverage, entry: Coverage) -> list[Coverage]:
    """Return what of ``piece`` stays; one that makes the same claim stays whole and is merged with the entry."""
    span, hole = piece.span, entry.span
    if not span.overlaps(hole) or _claim(piece) == _claim(entry):
        return [piece]
    left = [replace(piece, span=Span(span.start, hole.start))] if span.start < hole.start else []
    right = [replace(piece, span=Span(hole.end, span.end))] if hole.end < span.end else []
    return left + right


def _merge(pieces: list[Coverage]) -> list[Coverage]:
    """Join sorted pieces that touch or overlap with the same claim."""
    merged = pieces[:1]
    for piece in pieces[1:]:
        last = merged[-1]
        if piece.span.start <= last.span.end and _claim(piece) == _claim(last):
            span = Span(last.span.start, max(last.span.end, piece.span.end))
            merged[-1] = replace(last, span=span, fetched_at=min(last.fetched_at, piece.fetched_at))
        else:
            merged.append(piece)
    return merged


def _start(piece: Coverage) -> int:
    return piece.span.start


def _end(piece: Coverage) -> int:
    return piece.span.end


def _claim(piece: Coverage) -> tuple[CoverageState, int | None, str, str]:
    return piece.state, piece.expires_at, piece.reason, piece.source


def _coverage(row: tuple[int, int, str, int, int | None, str, str]) -> Coverage:
    lo, hi, state, fetched_at, expires_at, reason, source = row
    return Coverage(Span(lo, hi), CoverageState(state), fetched_at, expires_at, reason, source)


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
