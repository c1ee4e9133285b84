"""Writing slabs: their chunks, their checksums and the coarser levels, in the same transaction as their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market import pyramid as rec
from candledesk.store.market.chunks.reading import read_chunks
from candledesk.store.market.chunks.table import Head, write_slab
from candledesk.store.market.rows import FOREVER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from candledesk.domain.bars import IntArray

_FEW = 2  # slabs: an update of the newest bars, not a backfill


def write_slabs(conn: sqlite3.Connection, head: Head, slabs: Mapping[int, IntArray]) -> None:
    """Store the level-1 records of whole slabs and bring the coarser levels in step; empty slabs are removed."""
    if not slabs:
        return
    is_kept = len(slabs) <= _FEW
    for start, records in slabs.items():
        write_slab(conn, head, 1, start, records, is_kept=is_kept)
    starts = np.array(sorted(slabs), np.int64)
    records = np.concatenate([rec.empty(1), *(slabs[start] for start in starts.tolist())], axis=1)
    for level in rec.LEVELS[1:]:
        records = rec.coarsen(records, head.step * level)
        parents = starts // level
        firsts = rec.run_starts(parents)
        for parent, mine in zip(parents[firsts].tolist(), np.split(starts, firsts[1:]), strict=True):
            merged = read_chunks(conn, head, level, parent, parent + 1, [])
            for run in np.split(mine, np.flatnonzero(np.diff(mine) != 1) + 1):
                ends = int(run[0]) * head.span, int(run[-1] + 1) * head.span
                merged = rec.splice(merged, records, *(min(max(end, -FOREVER), FOREVER) for end in ends))
            write_slab(conn, head, level, parent, merged, is_kept=is_kept)
