"""Repairs damaged chunks and rows: the copy that is proven is written over the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.coverage import DAMAGED, Coverage, CoverageState
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.proof import Finding, Verdict, prove_bars
from candledesk.store.market.chunks.reading import BATCH, find_keys, read_chunks
from candledesk.store.market.chunks.table import SeriesHead, read_head, write_chunk
from candledesk.store.market.chunks.writing import write_bar_chunks
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import require_transaction
from candledesk.store.market.rows import delete_rows_except, upsert_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

_CLAIMS = (CoverageState.HAVE, CoverageState.PROVISIONAL)


@translate_faults()
def repair_findings(conn: sqlite3.Connection, findings: Sequence[Finding]) -> list[Finding]:
    """Repair the chunks of ``findings``, of any series and level, as ``repair_chunks`` does.

    Returns what is damaged now and has been repaired: nothing of what another repair was done for in the meantime.
    """
    require_transaction(conn)
    repaired: list[Finding] = []
    for series_id in sorted({finding.series_id for finding in findings}):
        try:
            head = read_head(conn, series_id)
        except LookupError:  # the series was deleted in the meantime
            continue
        if head.is_exact:
            places = {(finding.level, finding.key) for finding in findings if finding.series_id == series_id}
            repaired += _repair_places(conn, head, sorted(places))
        else:
            repaired += repair_series(conn, series_id)
    return repaired


def _repair_places(conn: sqlite3.Connection, head: SeriesHead, places: Sequence[tuple[int, int]]) -> list[Finding]:
    """Repair the chunks with these levels and keys; return what was damaged."""
    coarse = [place for place in places if place[0] > 1]
    found: list[Finding] = []
    for level, key in coarse:
        read_chunks(conn, head, level, key, key + 1, found)
    repaired = settle_chunks(conn, head, [key for level, key in places if level == 1])[1]
    for level, key in coarse:
        again: list[Finding] = []
        records = read_chunks(conn, head, level, key, key + 1, again)
        if again:
            write_chunk(conn, head, level, key, records, is_kept=False)
    return [*repaired, *(finding for finding in dict.fromkeys(found) if finding.level > 1)]


@translate_faults()
def repair_chunks(conn: sqlite3.Connection, series_id: int, keys: Sequence[int]) -> list[Finding]:
    """Repair the chunks of level 1 with these keys, and their rows; return what was damaged.

    A damaged chunk is written from its rows, and damaged rows from their chunk. Bars that are damaged in both copies
    are deleted, and their spans become ``FAILED`` coverage with the reason ``damaged`` that is due at once. The coarser
    levels are updated.
    """
    require_transaction(conn)
    return settle_chunks(conn, read_head(conn, series_id), keys)[1]


def settle_chunks(
    conn: sqlite3.Connection, head: SeriesHead, keys: Sequence[int]
) -> tuple[dict[int, IntArray], list[Finding]]:
    """Repair as ``repair_chunks`` does; return the bars of every chunk by its key, and what was damaged."""
    chunks: dict[int, IntArray] = {}
    findings: list[Finding] = []
    for key in keys:
        chunks[key], finding = prove_bars(conn, head, key)
        if finding is None:
            continue
        findings.append(finding)
        if finding.verdict in {Verdict.CHUNK, Verdict.NEITHER}:
            bars = pyramid.to_bars(chunks[key].copy())
            delete_rows_except(conn, head.series_id, key * head.chunk_s, (key + 1) * head.chunk_s, bars.open_time)
            upsert_rows(conn, head.series_id, bars)
        forget_lost(conn, head.series_id, finding.lost)
    write_bar_chunks(conn, replace(head, is_exact=True), chunks)
    return chunks, findings


def forget_lost(conn: sqlite3.Connection, series_id: int, spans: Sequence[Span]) -> list[Span]:
    """Turn the coverage of lost bars in ``spans`` into a gap; return the spans of this coverage.

    The revision of the series is raised.
    """
    claimed: list[Span] = []
    if spans:
        sql = "UPDATE series SET rev = rev + 1, chunk_rev = chunk_rev + 1 WHERE series_id = ?"
        conn.execute(sql, (series_id,))
    for span in spans:
        lost = [
            Coverage(inside, CoverageState.FAILED, piece.fetched_at, piece.fetched_at, DAMAGED, piece.source)
            for piece in read_coverage(conn, series_id, span)
            if piece.state in _CLAIMS and (inside := piece.span.intersect(span))
        ]
        write_coverage(conn, series_id, lost)
        claimed += [piece.span for piece in lost]
    return claimed


@translate_faults()
def repair_series(conn: sqlite3.Connection, series_id: int) -> list[Finding]:
    """Repair all chunks and rows of a series and build its coarser levels; return what was damaged of its bars."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    keys = find_keys(conn, head, 1)
    for table in ("chunk", "chunk_checksum"):
        conn.execute(f"DELETE FROM {table} WHERE series_id = ? AND level > 1", (head.series_id,))
    findings: list[Finding] = []
    for first in range(0, len(keys), BATCH):
        findings += settle_chunks(conn, head, keys[first : first + BATCH])[1]
    conn.execute("UPDATE series SET chunk_rev = rev, is_unchecked = 0 WHERE series_id = ?", (head.series_id,))
    return findings
