"""Finds and repairs damage, and converts the chunks of older versions to codec 1 with checksums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.coverage import DAMAGED, Coverage, CoverageState
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import checksum
from candledesk.store.market.chunks.proof import Finding, Verdict, has_good_checksums, prove_bars
from candledesk.store.market.chunks.reading import BATCH, find_keys, read_chunks
from candledesk.store.market.chunks.table import (
    SeriesHead,
    decode,
    find_stored_keys,
    read_checksum,
    read_chunk,
    read_head,
    same,
    write_chunk,
)
from candledesk.store.market.chunks.writing import write_bar_chunks
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import delete_rows_except, upsert_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

_CLAIMS = (CoverageState.HAVE, CoverageState.PROVISIONAL)
_MAX_KEY = 2**62
_UNCHECKED = """
SELECT count(*) FROM chunk JOIN series USING (series_id) WHERE is_unchecked AND level = 1 AND NOT EXISTS (
    SELECT 1 FROM chunk_checksum AS s WHERE s.series_id = chunk.series_id AND s.level = 1 AND s.start = chunk.start)
"""
_PROGRESS = f"""
SELECT (SELECT count(*) FROM chunk_checksum WHERE level = 1), ({_UNCHECKED}),
    NOT EXISTS (SELECT 1 FROM series WHERE is_unchecked)
"""


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


@translate_faults()
def verify_chunks(conn: sqlite3.Connection, series_id: int, max_findings: int = 20) -> list[str]:
    """Compare chunks, rows and checksums; return one sentence for each damage, at most ``max_findings``."""
    findings: list[str] = []
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return [f"series {series_id}: the chunks are older than the rows"]
        for part in list_parts(conn, head):
            findings += [str(finding) for finding in verify_part(conn, head, part).findings]
            if len(findings) >= max_findings:
                break
    return findings[:max_findings]


@dataclass(frozen=True, slots=True)
class PartCheck:
    """What was compared in one part of a series: bars, chunks of all levels, and the damage that was found."""

    n_bars: int
    n_chunks: int
    findings: tuple[Finding, ...]


def list_parts(conn: sqlite3.Connection, head: SeriesHead) -> list[int]:
    """Return the parts in which a series is checked: the keys of the coarsest level, a million bars each at most."""
    top = pyramid.LEVELS[-1]
    parts = set(find_keys(conn, head, top))
    for level in pyramid.LEVELS[1:-1]:  # a damaged key can make a chunk appear where there are no bars
        parts.update(key // (top // level) for key in find_keys(conn, head, level, -_MAX_KEY, _MAX_KEY))
    return sorted(parts)


def verify_part(conn: sqlite3.Connection, head: SeriesHead, part: int) -> PartCheck:
    """Check the chunks of all levels in the time range of one chunk of the coarsest level; ``part``: its key.

    The caller holds a snapshot.
    """
    top = pyramid.LEVELS[-1]
    findings: list[Finding] = []
    chunks = []
    for key in find_keys(conn, head, 1, part * top, (part + 1) * top):
        records, finding = prove_bars(conn, head, key)
        chunks.append(records)
        findings += [] if finding is None else [finding]
    n_chunks = len(chunks)
    bars = expected = np.concatenate([pyramid.empty(1), *chunks], axis=1)
    for level in pyramid.LEVELS[1:]:
        expected = pyramid.coarsen(expected, head.step_s * level)
        keys = expected[pyramid.TIME] // (head.chunk_s * level)
        for key in find_keys(conn, head, level, part * top // level, (part + 1) * top // level):
            n_chunks += 1
            if not _is_coarse_good(conn, head, level, key, expected[:, keys == key]):
                findings.append(Finding(head.series_id, level, key, Verdict.ROWS))
    return PartCheck(bars.shape[1], n_chunks, tuple(findings))


def _is_coarse_good(conn: sqlite3.Connection, head: SeriesHead, level: int, key: int, expected: IntArray) -> bool:
    """Return whether a coarser chunk has the ``expected`` records, and both checksums agree."""
    stored, entry = read_chunk(conn, head, level, key), read_checksum(conn, head, level, key)
    if stored is None or not same(decode(level, stored), expected):
        return False
    return has_good_checksums(head, (level, key), stored, entry, checksum(expected, head.series_id, level, key))


@dataclass(frozen=True, slots=True)
class Conversion:
    """The progress of a conversion. ``n_done``, ``n_total``: chunks of level 1 of all series.

    ``findings``: what was damaged in the chunks of this step; ``is_done``: whether no chunk is left.
    """

    n_done: int
    n_total: int
    is_done: bool
    findings: tuple[Finding, ...] = ()


@translate_faults()
def has_unconverted(conn: sqlite3.Connection) -> bool:
    """Return whether a series has chunks without checksums, from a version before there were any."""
    return conn.execute("SELECT 1 FROM series WHERE is_unchecked LIMIT 1").fetchone() is not None


@translate_faults()
def convert_chunks(conn: sqlite3.Connection, max_chunks: int = 8) -> Conversion:
    """Convert at most ``max_chunks`` chunks without checksums, after comparing them with their rows.

    Call it again, each time in a transaction of its own, until ``is_done``. It continues where it was interrupted. Most
    of the time is for reading rows: about 30 ms for 8 chunks.
    """
    require_transaction(conn)
    findings: list[Finding] = []
    n_left = max_chunks
    for (series_id,) in conn.execute("SELECT series_id FROM series WHERE is_unchecked ORDER BY series_id").fetchall():
        head = read_head(conn, series_id)
        if not head.is_exact:
            findings += repair_series(conn, series_id)
            continue
        keys = _unchecked_keys(conn, head, n_left)
        findings += settle_chunks(conn, head, keys[:n_left])[1]
        if len(keys) > n_left:
            break
        n_left -= len(keys)
        conn.execute("UPDATE series SET is_unchecked = 0 WHERE series_id = ?", (head.series_id,))
    n_done, n_unchecked, is_done = conn.execute(_PROGRESS).fetchone()
    return Conversion(n_done, n_done + n_unchecked, bool(is_done), tuple(findings))


def _unchecked_keys(conn: sqlite3.Connection, head: SeriesHead, n_wanted: int) -> list[int]:
    """Return the keys of chunks without checksums; if there are at most ``n_wanted``, also those with rows only."""
    checked = find_stored_keys(conn, "chunk_checksum", head, 1, -_MAX_KEY, _MAX_KEY)
    keys = sorted(find_stored_keys(conn, "chunk", head, 1, -_MAX_KEY, _MAX_KEY) - checked)
    if len(keys) > n_wanted:
        return keys
    return [key for key in find_keys(conn, head, 1) if key not in checked]
