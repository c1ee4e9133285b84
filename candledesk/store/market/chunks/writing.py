"""Writes chunks of level 1 and updates the coarser levels, in the same transaction as the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.reading import read_chunks
from candledesk.store.market.chunks.table import SeriesHead, write_chunk
from candledesk.store.market.rows import FOREVER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from candledesk.domain.bars import IntArray

_FEW = 2  # chunks of level 1: an update of the newest bars, not a backfill


def write_bar_chunks(conn: sqlite3.Connection, head: SeriesHead, chunks: Mapping[int, IntArray]) -> None:
    """Store whole chunks of level 1 and update the chunks of the coarser levels; empty chunks are deleted.

    ``chunks``: all records of each changed chunk of level 1, by its key.
    """
    if not chunks:
        return
    is_kept = len(chunks) <= _FEW
    for key, records in chunks.items():
        write_chunk(conn, head, 1, key, records, is_kept=is_kept)
    keys = np.array(sorted(chunks), np.int64)
    records = np.concatenate([pyramid.empty(1), *(chunks[key] for key in keys.tolist())], axis=1)
    for level in pyramid.LEVELS[1:]:
        records = pyramid.coarsen(records, head.step_s * level)
        parents = keys // level
        firsts = pyramid.run_starts(parents)
        for parent, mine in zip(parents[firsts].tolist(), np.split(keys, firsts[1:]), strict=True):
            merged = read_chunks(conn, head, level, parent, parent + 1, [])
            for run in np.split(mine, np.flatnonzero(np.diff(mine) != 1) + 1):
                ends = int(run[0]) * head.chunk_s, int(run[-1] + 1) * head.chunk_s
                merged = pyramid.splice(merged, records, *(min(max(end, -FOREVER), FOREVER) for end in ends))
            write_chunk(conn, head, level, parent, merged, is_kept=is_kept)
