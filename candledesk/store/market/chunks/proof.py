"""What is proven of a chunk's bars when the chunk does not agree with its checksum (DESIGN.md, rule 7).

Bars are stored twice, as a chunk and as rows, and their checksum is stored twice, in ``chunk`` and in
``chunk_checksum``. A copy that agrees with one of the checksums is proven, and so are bars that are equal in both
copies. The rest is lost.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.span import Span, merge_spans
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import checksum, data_checksum
from candledesk.store.market.chunks.table import (
    SeriesHead,
    StoredChecksum,
    StoredChunk,
    decode,
    find_stored_keys,
    read_checksum,
    read_chunk,
    same,
)
from candledesk.store.market.instruments import CHUNK_BARS
from candledesk.store.market.rows import FOREVER, read_rows
from candledesk.store.sqlite_errors import is_damage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.bars import IntArray


class Verdict(StrEnum):
    """Which of the two copies of a chunk's bars is used."""

    BOTH = "both"
    CHUNK = "chunk"
    ROWS = "rows"
    NEITHER = "neither"


_SENTENCES = {
    Verdict.BOTH: "a checksum of chunk {key} of level {level} is damaged",
    Verdict.CHUNK: "the rows of chunk {key} of level {level} are damaged, and the chunk is not",
    Verdict.ROWS: "chunk {key} of level {level} is damaged, and its rows are not",
    Verdict.NEITHER: "chunk {key} of level {level} and its rows are damaged",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage of one chunk or of its rows.

    ``verdict``: the copy that its bars were read from. ``BOTH``: the copies are equal, and a checksum is damaged.
    ``ROWS`` at a coarser level: its records were aggregated from the bars. ``lost``: spans whose bars are damaged in
    both copies.
    """

    series_id: int
    level: int
    key: int
    verdict: Verdict
    lost: tuple[Span, ...] = ()

    def extent(self, step_s: int) -> Span:
        """Return the time range of the chunk; ``step_s``: the seconds of a bar of the series."""
        chunk_s = CHUNK_BARS * step_s * self.level
        return Span(self.key * chunk_s, (self.key + 1) * chunk_s)

    def __str__(self) -> str:
        """Return the finding as a sentence."""
        return f"series {self.series_id}: {_SENTENCES[self.verdict].format(key=self.key, level=self.level)}"


def lost_spans(findings: Iterable[Finding], series_id: int | None = None) -> list[Span]:
    """Return the spans of lost bars of a series (``None``: of all), ascending and disjoint."""
    return merge_spans(span for finding in findings if series_id in {None, finding.series_id} for span in finding.lost)


class DamagedBarsError(EnvironmentFaultError):
    """Requested bars are damaged in both copies; ``findings`` has their spans."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings with lost bars."""
        self.findings = tuple(finding for finding in findings if finding.lost)
        super().__init__(
            "Some stored bars are damaged, and so is their second copy: run `candledesk doctor --repair`, which makes "
            "them a gap that can be fetched again; all other bars are kept."
        )


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of the bars of a chunk; ``records`` and ``crc`` are ``None`` when it is missing or cannot be read.

    ``is_proven``: whether the bytes of a chunk agree with a checksum of them.
    """

    records: IntArray | None
    crc: int | None  # computed from the records
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class Checksums:
    """The checksums of a chunk that are stored, in ``chunk`` and in ``chunk_checksum``; ``None``: there is none.

    ``is_chunk_newer``: whether that of ``chunk`` has the higher revision; ``is_required``: whether a copy without a
    checksum is damaged (in series from before there were checksums it is not).
    """

    chunk: int | None
    table: int | None
    is_chunk_newer: bool = False
    is_required: bool = True


def choose_copy(chunk: Copy, rows: Copy, checksums: Checksums) -> Verdict:
    """Return which copy is used: the one that agrees with a stored checksum; the newer one when both do and differ."""
    if same(chunk.records, rows.records):
        return Verdict.BOTH
    stored = {checksums.chunk, checksums.table} - {None}
    is_chunk_good, is_rows_good = chunk.is_proven or chunk.crc in stored, rows.crc in stored
    if is_chunk_good and is_rows_good:
        return Verdict.CHUNK if checksums.is_chunk_newer else Verdict.ROWS
    if is_chunk_good or is_rows_good:
        return Verdict.CHUNK if is_chunk_good else Verdict.ROWS
    if not checksums.is_required and not stored and (chunk.records is None) != (rows.records is None):
        return Verdict.ROWS if chunk.records is None else Verdict.CHUNK
    return Verdict.NEITHER


class Copies(NamedTuple):
    """Both copies of a chunk's bars with all that is stored about them."""

    stored: StoredChunk | None
    entry: StoredChecksum | None
    chunk: Copy
    rows: Copy
    checksums: Checksums


def read_copies(conn: sqlite3.Connection, head: SeriesHead, key: int) -> Copies:
    """Read both copies of the bars of one chunk of level 1; the caller holds a snapshot."""
    is_stale = head.is_unchecked and not head.is_exact
    stored, entry = None if is_stale else read_chunk(conn, head, 1, key), read_checksum(conn, head, 1, key)
    chunk = _copy(head, key, None if stored is None else decode(1, stored))
    if stored is not None and chunk.records is not None and head.is_exact:
        proofs = {stored.data_crc, None if entry is None else entry.data_crc} - {None}
        chunk = replace(chunk, is_proven=_data_crc(head, (1, key), stored) in proofs)
    rows = _copy(head, key, _row_records(conn, head, key))
    return Copies(stored, entry, chunk, rows, _checksums(head, stored, entry))


def prove_bars(conn: sqlite3.Connection, head: SeriesHead, key: int) -> tuple[IntArray, Finding | None]:
    """Return the proven bars of one chunk of level 1 after reading both copies, and its damage if there is any.

    The caller holds a snapshot.
    """
    stored, entry, chunk, rows, checksums = read_copies(conn, head, key)
    is_chunk_proven = chunk.is_proven or chunk.crc in {checksums.chunk} - {None}
    if entry is None and not is_chunk_proven and _is_empty(rows.records):
        # A damaged key can make a chunk or a checksum appear where nothing was ever stored.
        is_damaged = stored is not None or key in find_stored_keys(conn, "chunk_checksum", head, 1, key, key + 1)
        return pyramid.empty(1), Finding(head.series_id, 1, key, Verdict.ROWS) if is_damaged else None
    verdict = choose_copy(chunk, rows, checksums)
    if verdict is Verdict.NEITHER:
        agreed, lost = _agreement(head, key, chunk.records, rows.records)
        return agreed, Finding(head.series_id, 1, key, verdict, lost)
    records = rows.records if verdict is Verdict.ROWS else chunk.records
    assert records is not None  # noqa: S101 (a missing copy is never chosen)
    if verdict is Verdict.BOTH and has_good_checksums(head, (1, key), stored, entry, chunk.crc):
        return records, None
    return records, Finding(head.series_id, 1, key, verdict)


def _copy(head: SeriesHead, key: int, records: IntArray | None) -> Copy:
    return Copy(records, None if records is None else checksum(records, head.series_id, 1, key))


def _is_empty(records: IntArray | None) -> bool:
    return records is not None and not records.shape[1]


def _row_records(conn: sqlite3.Connection, head: SeriesHead, key: int) -> IntArray | None:
    start, end = key * head.chunk_s, (key + 1) * head.chunk_s
    if not -FOREVER < start < end < FOREVER:
        return pyramid.empty(1)
    try:
        return pyramid.from_bars(read_rows(conn, head.series_id, start, end))
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    except (TypeError, ValueError, OverflowError):  # a damaged cell that is not a number
        pass
    return None


def _checksums(head: SeriesHead, stored: StoredChunk | None, entry: StoredChecksum | None) -> Checksums:
    is_dated = stored is not None and entry is not None and type(stored.rev) is type(entry.rev) is int
    return Checksums(
        chunk=None if stored is None or not head.is_exact else stored.crc,
        table=None if entry is None else entry.crc,
        is_chunk_newer=is_dated and stored.rev > entry.rev,  # type: ignore[union-attr]
        is_required=not head.is_unchecked,
    )


def has_good_checksums(
    head: SeriesHead,
    place: tuple[int, int],
    stored: StoredChunk | None,
    entry: StoredChecksum | None,
    crc: int | None,
) -> bool:
    """Return whether both checksums of a chunk are ``crc``, and those of its bytes are right too.

    Chunks from before there were checksums have none.
    """
    if stored is None or entry is None:
        return stored is not None and stored.crc is None and head.is_unchecked
    if not (stored.crc == entry.crc == crc and stored.data_crc == entry.data_crc and stored.n == entry.n):
        return False
    return head.is_exact and _data_crc(head, place, stored) == entry.data_crc


def _data_crc(head: SeriesHead, place: tuple[int, int], stored: StoredChunk) -> int | None:
    """Return the checksum of the bytes of a chunk; ``None`` when its numbers are not numbers."""
    try:
        return data_checksum(stored.data, stored.codec, (head.series_id, *place, stored.n))
    except (TypeError, ValueError):
        return None


def _agreement(
    head: SeriesHead, key: int, chunk: IntArray | None, rows: IntArray | None
) -> tuple[IntArray, tuple[Span, ...]]:
    """Return the bars that are equal in both copies, and the spans between them in which the copies differ."""
    start, end = key * head.chunk_s, (key + 1) * head.chunk_s
    whole = (Span(start, end),)
    if chunk is None or rows is None:
        return pyramid.empty(1), whole
    inside = chunk[:, (chunk[pyramid.TIME] >= start) & (chunk[pyramid.TIME] < end)]
    if not (np.diff(inside[pyramid.TIME]) > 0).all():
        return pyramid.empty(1), whole
    times = np.union1d(inside[pyramid.TIME], rows[pyramid.TIME])
    equal, at_chunk, at_rows = np.intersect1d(inside[pyramid.TIME], rows[pyramid.TIME], return_indices=True)
    is_same = (inside[:, at_chunk] == rows[:, at_rows]).all(axis=0)
    agreed, differing = inside[:, at_chunk[is_same]], np.setdiff1d(times, equal[is_same])
    if not len(differing) or not agreed.shape[1]:
        return (pyramid.empty(1), whole)
    places, firsts = np.unique(np.searchsorted(agreed[pyramid.TIME], differing), return_index=True)
    begins = np.minimum(np.insert(agreed[pyramid.TIME] + head.step_s, 0, start)[places], differing[firsts])
    ends = np.append(agreed[pyramid.TIME], end)[places]
    return agreed, tuple(Span(*times) for times in zip(begins.tolist(), ends.tolist(), strict=True))
