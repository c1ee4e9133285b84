"""A quick check of the stored bars of a span: the bytes of every chunk are compared, and nothing is decoded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from candledesk.store.market.chunks.codec import data_checksum
from candledesk.store.market.chunks.reading import find_keys, read_chunks
from candledesk.store.market.chunks.table import SeriesHead, read_head
from candledesk.store.market.database import snapshot
from candledesk.store.sqlite_errors import is_damage, translate_faults

if TYPE_CHECKING:
    from candledesk.domain.span import Span
    from candledesk.store.market.chunks.proof import Finding

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
