"""How many bytes series and tables take, estimated from counts and lengths without reading the data.

The sizes of the file and of its free pages are exact. SQLite's own table of pages (dbstat) would be exact for the rest
too, and reads the whole file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.store.database_file import snapshot
from candledesk.store.market.row_copies.reading import fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    import sqlite3

ROW_OVERHEAD = 8  # bytes of a row in its page: length, header, pointer
NUMBER_BYTES = 6  # of a stored number, on average
PAGE_FILL = 0.9  # of pages that hold short rows
_PARTS = """
SELECT s.series_id, i.spelling, s.interval, EXISTS (SELECT 1 FROM harvest AS h WHERE h.series_id = s.series_id),
    s.is_unchecked
FROM series AS s JOIN instrument AS i USING (instrument_id) ORDER BY s.series_id
"""
_CHECKED = """
SELECT series_id, sum(n) FILTER (WHERE level = 1), min(first_ts) FILTER (WHERE level = 1),
    max(last_ts) FILTER (WHERE level = 1), count(*)
FROM chunk_checksum GROUP BY series_id
"""
_CHUNKS = """
SELECT series_id, sum(n) FILTER (WHERE level = 1), sum(length(data)), count(*) FROM chunk GROUP BY series_id
"""
_EXTENT = """
SELECT (SELECT min(ts) FROM candle WHERE series_id = ?1), (SELECT max(ts) FROM candle WHERE series_id = ?1)
"""
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


@dataclass(frozen=True, slots=True)
class SeriesSize:
    """One series; ``first`` and ``last``: opens of its oldest and newest bar, ``None`` without bars."""

    series_id: int
    symbol: str
    interval: str
    n_bars: int
    n_bytes: int
    first: int | None
    last: int | None
    is_archived: bool


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table; ``n_bytes`` with its indexes."""

    name: str
    n_rows: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class DatabaseSize:
    """The whole file; ``n_bytes`` and ``free_bytes`` (pages that hold nothing) are exact."""

    n_bytes: int
    free_bytes: int
    schema_version: int
    series: tuple[SeriesSize, ...]
    tables: tuple[TableSize, ...]


@translate_faults()
def read_sizes(conn: sqlite3.Connection) -> DatabaseSize:
    """Return the sizes of the file, its series and its tables, the largest first."""
    with snapshot(conn):
        page_size, n_pages, n_free, version = (
            int(conn.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count", "user_version")
        )
        checked = {row[0]: row[1:] for row in conn.execute(_CHECKED).fetchall()}
        chunks = {row[0]: row[1:] for row in conn.execute(_CHUNKS).fetchall()}
        small = [_small_table(conn, name) for (name,) in conn.execute(_TABLES).fetchall() if name not in _LARGE]
        parts = fetch_proven(conn, ("series", "instrument", "harvest"), _PARTS)
        extents = {row[0]: conn.execute(_EXTENT, (row[0],)).fetchone() for row in parts if row[4]}
    n_chunk_rows = sum(row[2] for row in chunks.values())
    chunk_bytes = sum(row[1] for row in chunks.values()) + n_chunk_rows * page_size // 8
    n_bars = sum(_count(checked.get(row[0]), chunks.get(row[0]), is_unchecked=row[4]) for row in parts)
    used = (n_pages - n_free) * page_size
    row_bytes = max(0, used - chunk_bytes - sum(table.n_bytes for table in small))
    per_bar = row_bytes / n_bars if n_bars else 0.0
    series = []
    for series_id, symbol, interval, is_archived, is_unchecked in parts:
        own_checked, own_chunks = checked.get(series_id), chunks.get(series_id)
        n_own = _count(own_checked, own_chunks, is_unchecked=is_unchecked)
        first, last = extents.get(series_id) or (own_checked[1:3] if own_checked else (None, None))
        own_bytes = 0 if own_chunks is None else own_chunks[1] + own_chunks[2] * page_size // 8
        size = round(n_own * per_bar) + own_bytes
        series.append(SeriesSize(series_id, symbol, interval, n_own, size, first, last, is_archived=bool(is_archived)))
    tables = [*small, TableSize("candle", n_bars, row_bytes), TableSize("chunk", n_chunk_rows, chunk_bytes)]
    return DatabaseSize(
        n_pages * page_size,
        n_free * page_size,
        version,
        tuple(sorted(series, key=lambda row: (-row.n_bytes, row.symbol, row.interval))),
        tuple(sorted(tables, key=lambda row: (-row.n_bytes, row.name))),
    )


_LARGE = frozenset({"candle", "chunk"})


def _count(checked: tuple[int, ...] | None, chunks: tuple[int, ...] | None, *, is_unchecked: int) -> int:
    """Return the number of bars of a series: by its checksums, or by its chunks while some have none."""
    found = chunks if is_unchecked else checked
    return 0 if found is None else int(found[0] or 0)


def _small_table(conn: sqlite3.Connection, name: str) -> TableSize:
    """Return the size of a table by the lengths of its texts and blobs, and its number of other values."""
    columns = conn.execute(f"PRAGMA table_info({name})").fetchall()
    wide = [row[1] for row in columns if row[2] in {"TEXT", "BLOB"}]
    lengths = " + ".join(f"coalesce(sum(length({column})), 0)" for column in wide) or "0"
    n_rows, n_bytes = conn.execute(f"SELECT count(*), {lengths} FROM {name}").fetchone()
    n_bytes += n_rows * (NUMBER_BYTES * (len(columns) - len(wide)) + ROW_OVERHEAD)
    return TableSize(name, int(n_rows), round(n_bytes / PAGE_FILL))
