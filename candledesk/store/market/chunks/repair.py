"""Finding and repairing damage, and giving checksums and the compact form to slabs that are older than both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.codec import checksum
from candledesk.store.market.chunks.proof import Finding, Verdict, is_vouched, prove_bars
from candledesk.store.market.chunks.reading import BATCH, find_slabs
from candledesk.store.market.chunks.table import (
    Head,
    decode,
    find_starts,
    read_chunk,
    read_head,
    read_slab,
    same,
)
from candledesk.store.market.chunks.writing import write_slabs
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import require_transaction, snapshot
from candledesk.store.market.rows import delete_rows_except, upsert_rows
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

DAMAGED = "damaged"  # the reason of spans whose bars were lost
_CLAIMS = (CoverageState.HAVE, CoverageState.PROVISIONAL)
_MAX_KEY = 2**62
_COUNT_UNCHECKED = """
SELECT count(*) FROM chunk JOIN series USING (series_id) WHERE is_unchecked AND level = 1 AND NOT EXISTS (
    SELECT 1 FROM slab AS s WHERE s.series_id = chunk.series_id AND s.level = 1 AND s.start = chunk.start)
"""


@translate_faults()
def repair_slabs(conn: sqlite3.Connection, series_id: int, starts: Sequence[int]) -> list[Finding]:
    """Make both copies and the checksums of level-1 slabs agree on what is proven; return what was wrong.

    A damaged chunk is written from the rows and damaged rows from the chunk. Bars that neither proves are removed, and
    the ledger says ``failed`` with the reason ``damaged`` for their spans, to be asked for again at once. The coarser
    records of these slabs are written too.
    """
    require_transaction(conn)
    return settle_slabs(conn, read_head(conn, series_id), starts)[1]


def settle_slabs(
    conn: sqlite3.Connection, head: Head, starts: Sequence[int]
) -> tuple[dict[int, IntArray], list[Finding]]:
    """Do as ``repair_slabs`` does; return the bars of each slab too."""
    slabs: dict[int, IntArray] = {}
    findings: list[Finding] = []
    for start in starts:
        slabs[start], finding = prove_bars(conn, head, start)
        if finding is None:
            continue
        findings.append(finding)
        if finding.verdict in {Verdict.CHUNK, Verdict.NEITHER}:
            bars = rec.to_bars(slabs[start].copy())
            delete_rows_except(conn, head.series_id, start * head.span, (start + 1) * head.span, bars.open_time)
            upsert_rows(conn, head.series_id, bars)
        _forget_lost(conn, head.series_id, finding.lost)
    write_slabs(conn, replace(head, is_exact=True), slabs)
    return slabs, findings


def _forget_lost(conn: sqlite3.Connection, series_id: int, spans: Sequence[Span]) -> None:
    """Make a gap of what the ledger says is stored in ``spans``."""
    for span in spans:
        lost = [
            Coverage(inside, CoverageState.FAILED, piece.fetched_at, piece.fetched_at, DAMAGED, piece.source)
            for piece in read_coverage(conn, series_id, span)
            if piece.state in _CLAIMS and (inside := piece.span.intersect(span))
        ]
        write_coverage(conn, series_id, lost)


@translate_faults()
def repair_series(conn: sqlite3.Connection, series_id: int) -> list[Finding]:
    """Repair every slab of a series and write its coarser levels again; return what was wrong with its bars."""
    require_transaction(conn)
    head = read_head(conn, series_id)
    starts = find_slabs(conn, head, 1)
    for table in ("chunk", "slab"):
        conn.execute(f"DELETE FROM {table} WHERE series_id = ? AND level > 1", (head.series_id,))
    findings: list[Finding] = []
    for first in range(0, len(starts), BATCH):
        findings += settle_slabs(conn, head, starts[first : first + BATCH])[1]
    conn.execute("UPDATE series SET chunk_rev = rev, is_unchecked = 0 WHERE series_id = ?", (head.series_id,))
    return findings


@translate_faults()
def verify_chunks(conn: sqlite3.Connection, series_id: int, max_findings: int = 20) -> list[str]:
    """Compare both copies of every bar, their checksums and the coarser levels; return at most ``max_findings``."""
    findings: list[str] = []
    with snapshot(conn):
        head = read_head(conn, series_id)
        if not head.is_exact:
            return [f"series {series_id}: the chunks are older than the rows"]
        top = rec.LEVELS[-1]
        for parent in find_slabs(conn, head, top):
            findings += [str(finding) for finding in _verify_under(conn, head, parent)]
            if len(findings) >= max_findings:
                break
    return findings[:max_findings]


def _verify_under(conn: sqlite3.Connection, head: Head, parent: int) -> list[Finding]:
    """Check all levels below one slab of the coarsest level."""
    top = rec.LEVELS[-1]
    findings: list[Finding] = []
    slabs = []
    for start in find_slabs(conn, head, 1, parent * top, (parent + 1) * top):
        records, finding = prove_bars(conn, head, start)
        slabs.append(records)
        findings += [] if finding is None else [finding]
    expected = np.concatenate([rec.empty(1), *slabs], axis=1)
    for level in rec.LEVELS[1:]:
        expected = rec.coarsen(expected, head.step * level)
        keys = expected[rec.TIME] // (head.span * level)
        for start in find_slabs(conn, head, level, parent * top // level, (parent + 1) * top // level):
            if not _is_coarse_good(conn, head, level, start, expected[:, keys == start]):
                findings.append(Finding(head.series_id, level, start, Verdict.ROWS))
    return findings


def _is_coarse_good(conn: sqlite3.Connection, head: Head, level: int, start: int, expected: IntArray) -> bool:
    """Tell whether a coarser chunk holds what the bars make, and both checksums say so."""
    stored, slab = read_chunk(conn, head, level, start), read_slab(conn, head, level, start)
    if stored is None or not same(decode(level, stored), expected):
        return False
    return is_vouched(head, stored, slab, checksum(expected, head.series_id, level, start))


@dataclass(frozen=True, slots=True)
class Conversion:
    """How far the slabs of older versions have been checked and written in the compact form.

    ``n_done``, ``n_total``: level-1 slabs of all series; ``findings``: what was wrong with those of this call.
    """

    n_done: int
    n_total: int
    findings: tuple[Finding, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether every slab of every series has its checksum."""
        return self.n_done == self.n_total


@translate_faults()
def convert_slabs(conn: sqlite3.Connection, max_slabs: int = 8) -> Conversion:
    """Compare at most ``max_slabs`` slabs that have no checksum with their rows, and write them in the compact form.

    Call it in a transaction of its own, again and again until ``is_done``; what is done stays done when the program
    ends in between. 8 slabs take about 30 ms, nearly all of it for reading rows.
    """
    require_transaction(conn)
    findings: list[Finding] = []
    n_left = max_slabs
    for (series_id,) in conn.execute("SELECT series_id FROM series WHERE is_unchecked ORDER BY series_id").fetchall():
        head = read_head(conn, series_id)
        done = find_starts(conn, "slab", head, 1, -_MAX_KEY, _MAX_KEY)
        starts = sorted(find_starts(conn, "chunk", head, 1, -_MAX_KEY, _MAX_KEY) - done)
        if len(starts) <= n_left:  # the last ones: slabs whose chunks are lost too, which takes longer to find
            starts = [start for start in find_slabs(conn, head, 1) if start not in done]
        if not head.is_exact:
            findings += repair_series(conn, series_id)
        else:
            findings += settle_slabs(conn, head, starts[:n_left])[1]
        if len(starts) > n_left:
            break
        n_left -= len(starts)
        conn.execute("UPDATE series SET is_unchecked = 0 WHERE series_id = ?", (head.series_id,))
    n_done = conn.execute("SELECT count(*) FROM slab WHERE level = 1").fetchone()[0]
    return Conversion(n_done, n_done + conn.execute(_COUNT_UNCHECKED).fetchone()[0], tuple(findings))
