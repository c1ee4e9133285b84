"""Finds damage and changes nothing: chunks, rows and checksums are compared, or quickly the bytes of chunks alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import checksum, data_checksum
from candledesk.store.market.chunks.proof import Finding, Verdict, has_good_checksums, prove_bars
from candledesk.store.market.chunks.reading import find_keys, read_chunks
from candledesk.store.market.chunks.table import SeriesHead, decode, read_checksum, read_chunk, read_head, same
from candledesk.store.market.database import snapshot
from candledesk.store.sqlite_errors import is_damage, translate_faults

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

_MAX_KEY = 2**62
_COUNTS = """
SELECT (SELECT count(*) FROM chunk WHERE series_id = :id AND level = 1 AND start >= :first AND start < :end),
    (SELECT count(*) FROM chunk_checksum WHERE series_id = :id AND level = 1 AND start >= :first AND start < :end)
"""
_BYTES = """
SELECT c.start, c.codec, c.data, c.n, c.data_crc, c.crc, s.n, s.data_crc, s.crc
FROM chunk_checksum AS s JOIN chunk AS c USING (series_id, level, start)
WHERE s.series_id = :id AND s.level = 1 AND s.start >= :first AND s.start < :end
"""


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


@translate_faults()
def find_damage(conn: sqlite3.Connection, series_id: int, span: Span) -> list[Finding]:
    """Return the damage of the chunks with the bars of ``span``; 10 ms for a million bars where there is none.

    Chunks from before there were checksums are read and decoded.
    """
    findings: list[Finding] = []
    with snapshot(conn):
        head = read_head(conn, series_id)
        keys = span.start // head.chunk_s, -(-span.end // head.chunk_s)
        if not _is_whole(conn, head, *keys):
            for key in find_keys(conn, head, 1, *keys):
                read_chunks(conn, head, 1, key, key + 1, findings)
    return findings


def _is_whole(conn: sqlite3.Connection, head: SeriesHead, first_key: int, end_key: int) -> bool:
    """Return whether every chunk has a checksum that its bytes agree with."""
    if head.is_unchecked or not head.is_exact:
        return False
    place = {"id": head.series_id, "first": first_key, "end": end_key}
    n_whole = 0
    try:
        n_chunks, n_checksums = conn.execute(_COUNTS, place).fetchone()
        with closing(conn.execute(_BYTES, place)) as rows:
            for key, codec, data, *proofs in rows:
                if proofs[:3] != proofs[3:]:
                    return False
                if data_checksum(data, codec, (head.series_id, 1, key, proofs[0])) != proofs[1]:
                    return False
                n_whole += 1
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return False
    except (TypeError, ValueError):  # a damaged cell that is not a number
        return False
    return bool(n_whole == n_chunks == n_checksums)
