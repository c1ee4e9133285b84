"""Both copies of the bars of a damaged chunk, side by side, for people who decide or want to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.proof import Finding, Verdict, read_copies

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, IntArray
    from candledesk.store import Connection
    from candledesk.store.market.chunks.table import SeriesHead


@dataclass(frozen=True, slots=True)
class Comparison:
    """The bars of a chunk that differ between its two copies, each copy's own.

    ``n_rows``, ``n_chunk``: bars of each copy, ``None`` when it is missing or cannot be read; ``n_differing``: times at
    which they differ, of which ``rows`` and ``chunk`` have the first few; ``is_rows_proven``, ``is_chunk_proven``:
    whether the copy agrees with a stored checksum.
    """

    finding: Finding
    n_rows: int | None
    n_chunk: int | None
    n_differing: int
    rows: Bars
    chunk: Bars
    is_rows_proven: bool
    is_chunk_proven: bool


def compare_copies(conn: Connection, head: SeriesHead, finding: Finding, max_bars: int) -> Comparison:
    """Return both sides of a finding of level 1, with the first ``max_bars`` times that differ; holds a snapshot."""
    copies = read_copies(conn, head, finding.key)
    is_proven = finding.verdict is not Verdict.NEITHER
    stored = {copies.checksums.chunk, copies.checksums.table} - {None}
    rows, chunk = (copy.records for copy in (copies.rows, copies.chunk))
    mine, other = (pyramid.empty(1) if records is None else records for records in (rows, chunk))
    times = _differing_times(mine, other)
    shown = times[:max_bars]
    shown_rows, shown_chunk = (pyramid.to_bars(side[:, np.isin(side[pyramid.TIME], shown)]) for side in (mine, other))
    return Comparison(
        finding,
        None if rows is None else rows.shape[1],
        None if chunk is None else chunk.shape[1],
        len(times),
        shown_rows,
        shown_chunk,
        is_rows_proven=is_proven and copies.rows.crc in stored,
        is_chunk_proven=is_proven and (copies.chunk.is_proven or copies.chunk.crc in stored),
    )


def _differing_times(rows: IntArray, chunk: IntArray) -> IntArray:
    """Return the open times of bars that are not in both copies with equal values, ascending."""
    times = np.union1d(rows[pyramid.TIME], chunk[pyramid.TIME])
    equal, at_rows, at_chunk = np.intersect1d(rows[pyramid.TIME], chunk[pyramid.TIME], return_indices=True)
    is_same = (rows[:, at_rows] == chunk[:, at_chunk]).all(axis=0)
    return np.setdiff1d(times, equal[is_same])
