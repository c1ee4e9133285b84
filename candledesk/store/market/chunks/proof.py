"""What is proven of a slab when its chunk does not agree with its checksum (DESIGN.md, rule 7).

Bars are stored twice, as a chunk and as rows, and their checksum is stored twice, beside the chunk and in ``slab``.
What one of the checksums vouches for is proven; so is what both copies say alike. The rest is lost.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.span import Span
from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.codec import checksum
from candledesk.store.market.chunks.table import (
    Head,
    StoredChunk,
    StoredSlab,
    decode,
    find_starts,
    is_damage,
    read_chunk,
    read_slab,
    same,
)
from candledesk.store.market.rows import FOREVER, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.bars import IntArray


class Verdict(StrEnum):
    """Which of the two copies of a slab's bars is to be believed."""

    BOTH = "both copies are alike"
    CHUNK = "its chunk holds"
    ROWS = "its rows hold"
    NEITHER = "neither its chunk nor its rows hold"


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage of one slab that was met while it was read.

    ``verdict``: where its bars were taken from (``BOTH``: only a checksum is damaged; of a coarser level ``ROWS``: its
    records were made from the finer ones again); ``lost``: spans of which no copy of the bars can be believed.
    """

    series_id: int
    level: int
    start: int
    verdict: Verdict
    lost: tuple[Span, ...] = ()

    def __str__(self) -> str:
        """Return the finding as a sentence for people."""
        what = "only its checksum is damaged" if self.verdict is Verdict.BOTH else self.verdict.value
        return f"series {self.series_id}: chunk {self.start} of level {self.level} is damaged; {what}"


class DamagedBarsError(EnvironmentFaultError):
    """Bars that were asked for are damaged in both of their copies; ``findings`` says which spans are lost."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings that lost bars."""
        self.findings = tuple(finding for finding in findings if finding.lost)
        super().__init__(
            "Some stored bars are damaged, and so is their second copy: run `candledesk doctor --repair`, which makes "
            "them a gap that can be fetched again; all other bars are kept."
        )


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a slab's bars as it was found; ``None``: it is missing or cannot be read."""

    records: IntArray | None
    crc: int | None  # computed from the records


@dataclass(frozen=True, slots=True)
class Vouchers:
    """The stored checksums of a slab and the revisions that they were written with; ``None``: there is none."""

    chunk: int | None
    slab: int | None
    is_chunk_newer: bool = False
    is_needed: bool = True  # False: the series is older than checksums, and a single readable copy is believed


def judge(chunk: Copy, rows: Copy, vouchers: Vouchers) -> Verdict:
    """Decide which copy of a slab's bars is to be believed. Where both are vouched for and differ, the newer one is."""
    if same(chunk.records, rows.records):
        return Verdict.BOTH
    stored = {vouchers.chunk, vouchers.slab} - {None}
    is_chunk_good, is_rows_good = chunk.crc in stored, rows.crc in stored
    if is_chunk_good and is_rows_good:
        return Verdict.CHUNK if vouchers.is_chunk_newer else Verdict.ROWS
    if is_chunk_good or is_rows_good:
        return Verdict.CHUNK if is_chunk_good else Verdict.ROWS
    if not vouchers.is_needed and not stored and (chunk.records is None) != (rows.records is None):
        return Verdict.ROWS if chunk.records is None else Verdict.CHUNK
    return Verdict.NEITHER


def prove_bars(conn: sqlite3.Connection, head: Head, start: int) -> tuple[IntArray, Finding | None]:
    """Return the proven bars of one slab from both of its copies, and what is wrong with it, if anything is.

    Call it within a snapshot.
    """
    is_stale = head.is_unchecked and not head.is_exact
    stored, slab = None if is_stale else read_chunk(conn, head, 1, start), read_slab(conn, head, 1, start)
    chunk = _copy(head, start, None if stored is None else decode(1, stored))
    rows = _copy(head, start, _row_records(conn, head, start))
    vouchers = _vouchers(head, stored, slab)
    if slab is None and chunk.crc not in {vouchers.chunk} - {None} and _is_empty(rows.records):
        # A damaged key can make a note or a chunk appear at a place of which nothing was ever stored.
        is_noted = stored is not None or start in find_starts(conn, "slab", head, 1, start, start + 1)
        return rec.empty(1), Finding(head.series_id, 1, start, Verdict.ROWS) if is_noted else None
    verdict = judge(chunk, rows, vouchers)
    if verdict is Verdict.NEITHER:
        agreed, lost = _agreement(head, start, chunk.records, rows.records)
        return agreed, Finding(head.series_id, 1, start, verdict, lost)
    records = rows.records if verdict is Verdict.ROWS else chunk.records
    assert records is not None  # noqa: S101 (judge believes no copy that is missing)
    if verdict is Verdict.BOTH and is_vouched(head, stored, slab, chunk.crc):
        return records, None
    return records, Finding(head.series_id, 1, start, verdict)


def _copy(head: Head, start: int, records: IntArray | None) -> Copy:
    return Copy(records, None if records is None else checksum(records, head.series_id, 1, start))


def _is_empty(records: IntArray | None) -> bool:
    return records is not None and not records.shape[1]


def _row_records(conn: sqlite3.Connection, head: Head, start: int) -> IntArray | None:
    lo, hi = start * head.span, (start + 1) * head.span
    if not -FOREVER < lo < hi < FOREVER:
        return rec.empty(1)
    try:
        return rec.from_bars(read_rows(conn, head.series_id, lo, hi))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    except (TypeError, ValueError, OverflowError):  # a cell that is no number any more
        pass
    return None


def _vouchers(head: Head, stored: StoredChunk | None, slab: StoredSlab | None) -> Vouchers:
    is_dated = stored is not None and slab is not None and type(stored.rev) is type(slab.rev) is int
    return Vouchers(
        chunk=None if stored is None or not head.is_exact else stored.crc,
        slab=None if slab is None else slab.crc,
        is_chunk_newer=is_dated and stored.rev > slab.rev,  # type: ignore[union-attr]
        is_needed=not head.is_unchecked,
    )


def is_vouched(head: Head, stored: StoredChunk | None, slab: StoredSlab | None, crc: int | None) -> bool:
    """Tell whether both checksums of a slab are ``crc``, that of its records; an older slab has none."""
    if stored is None or slab is None:
        return stored is not None and stored.crc is None and head.is_unchecked
    return stored.crc == slab.crc == crc and slab.n == stored.n and head.is_exact


def _agreement(
    head: Head, start: int, chunk: IntArray | None, rows: IntArray | None
) -> tuple[IntArray, tuple[Span, ...]]:
    """Return the bars that both copies say alike, and the spans between them in which they differ."""
    lo, hi = start * head.span, (start + 1) * head.span
    whole = (Span(lo, hi),)
    if chunk is None or rows is None:
        return rec.empty(1), whole
    inside = chunk[:, (chunk[rec.TIME] >= lo) & (chunk[rec.TIME] < hi)]
    if not (np.diff(inside[rec.TIME]) > 0).all():
        return rec.empty(1), whole
    times = np.union1d(inside[rec.TIME], rows[rec.TIME])
    alike, at_chunk, at_rows = np.intersect1d(inside[rec.TIME], rows[rec.TIME], return_indices=True)
    is_same = (inside[:, at_chunk] == rows[:, at_rows]).all(axis=0)
    agreed, differing = inside[:, at_chunk[is_same]], np.setdiff1d(times, alike[is_same])
    if not len(differing) or not agreed.shape[1]:
        return (rec.empty(1), whole)
    places, firsts = np.unique(np.searchsorted(agreed[rec.TIME], differing), return_index=True)  # between agreed bars
    begins = np.minimum(np.insert(agreed[rec.TIME] + head.step, 0, lo)[places], differing[firsts])
    ends = np.append(agreed[rec.TIME], hi)[places]
    return agreed, tuple(Span(begin, end) for begin, end in zip(begins.tolist(), ends.tolist(), strict=True))
