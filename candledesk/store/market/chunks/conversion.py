"""Converts the chunks of older versions to codec 1 with checksums, a few at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.market.chunks.reading import find_keys
from candledesk.store.market.chunks.repair import repair_series, settle_chunks
from candledesk.store.market.chunks.table import SeriesHead, find_stored_keys, read_head
from candledesk.store.market.database import require_transaction
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

    from candledesk.store.market.chunks.proof import Finding

_MAX_KEY = 2**62
_UNCHECKED = """
SELECT count(*) FROM chunk JOIN series USING (series_id) WHERE is_unchecked AND level = 1 AND NOT EXISTS (
    SELECT 1 FROM chunk_checksum AS s WHERE s.series_id = chunk.series_id AND s.level = 1 AND s.start = chunk.start)
"""
_PROGRESS = f"""
SELECT (SELECT count(*) FROM chunk_checksum WHERE level = 1), ({_UNCHECKED}),
    NOT EXISTS (SELECT 1 FROM series WHERE is_unchecked)
"""


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
