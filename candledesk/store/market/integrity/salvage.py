"""Saves a damaged candle database into a new file: what can be read of both copies, then the proof of every bar."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.progress import Progress, ignore_progress
from candledesk.domain.span import Span, merge_spans, subtract_spans
from candledesk.store.database_file import list_tables
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.reading import find_keys
from candledesk.store.market.chunks.repair import forget_lost, repair_series
from candledesk.store.market.chunks.table import decode, read_chunk, read_head
from candledesk.store.market.database import market_schema, transaction
from candledesk.store.market.instruments import list_series
from candledesk.store.market.integrity.check import DamagedSeries, check_market
from candledesk.store.market.integrity.repair import count_checked, summarize
from candledesk.store.market.row_copies.repair import check_rows, repair_rows
from candledesk.store.market.row_copies.tables import SIDES, TABLES, read_layout
from candledesk.store.market.row_copies.triggers import create_triggers, drop_triggers
from candledesk.store.market.rows import FOREVER, read_rows, upsert_rows
from candledesk.store.salvage.new_file import (
    free_name,
    new_file_beside,
    put_in_place,
    require_good,
    salvage_into,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.progress import OnProgress
    from candledesk.store import Connection
    from candledesk.store.market.integrity.check import MarketCheck
    from candledesk.store.market.integrity.repair import RepairedSeries
    from candledesk.store.market.row_copies.repair import RowFinding
    from candledesk.store.salvage.new_file import Salvage
    from candledesk.store.salvage.transport import Key

_CACHE_KIB = 65_536


@dataclass(frozen=True, slots=True)
class SavedMarket:
    """The result of a salvage.

    ``check``: of the new file, with its numbers of bars and rows; ``rows``: what was repaired of the small tables;
    ``series``: all series of the new file, with what was repaired and lost of each; ``n_nameless``: bars and chunks of
    series of which nothing else is left; ``n_damaged_frames``: damaged parts of the log; ``has_log``: whether the log
    was read; ``is_list_whole``: whether no series can be missing; ``kept``: the damaged file, once the new one is in
    its place.
    """

    check: MarketCheck
    rows: tuple[RowFinding, ...]
    series: tuple[RepairedSeries, ...]
    n_nameless: int
    n_logged: int
    n_damaged_frames: int
    has_log: bool = True
    is_list_whole: bool = True
    kept: Path = Path()

    @property
    def has_lost(self) -> bool:
        """Whether anything is not as it was."""
        is_any_lost = any(one.lost or one.n_lost for one in self.series)
        return is_any_lost or bool(self.rows or self.n_nameless or self.n_damaged_frames or not self.is_list_whole)

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """Higher for the better one of two results."""
        return self.check.is_good, self.check.n_bars, not self.has_lost


def salvage_market(
    path: Path, now: int, on_progress: OnProgress = ignore_progress, *, is_log_foreign: bool = False
) -> SavedMarket:
    """Replace a damaged database by a new one with all that can be proven; the damaged one is kept beside it.

    The log of another file beside it is recognised by what is lost with it and not without it; ``is_log_foreign``: it
    is known that the log is one (``log_check``), and it is left out. The caller holds the lock of the home, and nothing
    has the file open. ``now``: UTC seconds, for the name of the kept file. Raises
    ``EnvironmentFaultError`` when there is no room, nothing can be read, or the new file cannot be written; then the
    damaged file is where it was. When the process is killed, the next call begins again; when that was while the files
    are renamed, ``replacing.finish_replacing`` completes it.
    """
    with new_file_beside(path) as new:
        saved = _save(path, new, on_progress, has_log=not is_log_foreign)
        if saved.has_log and saved.n_logged and (saved.has_lost or not saved.check.is_good):
            without = _save(path, new, on_progress, has_log=False)
            saved = without if without.rank > saved.rank else _save(path, new, on_progress, has_log=True)
        require_good([*saved.check.faults, *(f"{one.symbol} {one.interval}" for one in saved.check.damaged)])
    return replace(saved, kept=put_in_place(path, new, free_name(path.parent, f"{path.name}.damaged-", now)))


def _save(path: Path, new: Path, on_progress: OnProgress, *, has_log: bool) -> SavedMarket:
    """Write the new file and prove what is in it."""
    salvage = salvage_into(path, new, market_schema(), on_progress, has_log=has_log)
    with closing(_connect(new)) as conn:
        rows = _restore_rows(conn)
        n_nameless, series = _prove(conn, salvage, on_progress)
        check = check_market(conn, on_progress)
    n_frames = salvage.n_logged, salvage.n_damaged_frames
    is_list_whole = all(_is_whole(salvage, table) for table in ("instrument", "series"))
    found = tuple(rows), tuple(series), n_nameless, *n_frames
    return SavedMarket(check, *found, has_log=has_log, is_list_whole=is_list_whole)


def _is_whole(salvage: Salvage, table: str) -> bool:
    """Return whether every row of a table was found in one of its copies at least."""
    copies = (salvage.moved.get(f"{table}{ending}") for ending in SIDES)
    return any(moved is not None and moved.is_whole for moved in copies)


def _connect(new: Path) -> Connection:
    conn = sqlite3.connect(new, isolation_level=None)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA journal_mode = MEMORY").fetchone()
    conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return conn


def _restore_rows(conn: Connection) -> list[RowFinding]:
    """Restore the rows of the small tables from their copies; from now on each change changes the copies too."""
    create_triggers(conn)
    found = repair_rows(conn)
    conn.execute("PRAGMA foreign_keys = OFF")  # what belongs to nothing is removed next, in any order
    drop_triggers(conn)
    with transaction(conn):
        for finding in check_rows(conn):
            if finding.versions:
                _remove_contested(conn, finding)
    create_triggers(conn)
    return found


def _remove_contested(conn: Connection, finding: RowFinding) -> None:
    """Remove all versions of a row of which no two are equal; the damaged file keeps them."""
    layout = read_layout(conn, TABLES[finding.table])
    where = " AND ".join(f"{column} IS ?" for column in layout.key_columns)
    for row in finding.versions:
        for ending in SIDES if row is not None else ():
            key = [row[place] for place in layout.keys] if row is not None else []
            conn.execute(f"DELETE FROM {layout.table.name}{ending} WHERE {where}", key)


def _prove(conn: Connection, salvage: Salvage, on_progress: OnProgress) -> tuple[int, list[RepairedSeries]]:
    """Settle every series in the new file; return how many rows belong to no series, and what was done."""
    with transaction(conn):
        n_nameless = _remove_nameless(conn)
    series = list_series(conn)
    repaired = []
    for place, (series_id, symbol, interval) in enumerate(series, start=1):
        on_progress(Progress(f"Proving {symbol} {interval}", place, len(series)))
        n_before = count_checked(conn, series_id)
        with transaction(conn):
            _fill_from_chunks(conn, series_id, salvage)
            unseen = _find_unseen(conn, series_id, salvage)
            found = repair_series(conn, series_id)
            unseen = forget_lost(conn, series_id, unseen)
        n_bars = count_checked(conn, series_id)
        one = summarize(DamagedSeries(series_id, symbol, interval), found, (), n_bars, n_before)
        repaired.append(replace(one, lost=tuple(merge_spans([*one.lost, *unseen]))))
    return n_nameless, repaired


def _remove_nameless(conn: Connection) -> int:
    """Remove the rows of series that are in no table of series; return how many bars and chunks there were."""
    n_removed = 0
    conn.execute("DELETE FROM instrument WHERE venue_id NOT IN (SELECT venue_id FROM venue)")
    conn.execute("DELETE FROM series WHERE instrument_id NOT IN (SELECT instrument_id FROM instrument)")
    for table in list_tables(conn):
        columns = {row[0] for row in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()}
        if "series_id" in columns and table != "series":
            sql = f'DELETE FROM "{table}" WHERE series_id NOT IN (SELECT series_id FROM series)'
            n = conn.execute(sql).rowcount
            n_removed += n if table in {"candle", "chunk"} else 0
        elif "instrument_id" in columns and table not in {"series", "instrument"}:
            conn.execute(f'DELETE FROM "{table}" WHERE instrument_id NOT IN (SELECT instrument_id FROM instrument)')
    return n_removed


def _fill_from_chunks(conn: Connection, series_id: int, salvage: Salvage) -> None:
    """Insert the rows that are missing where rows could not be read, from chunks of before there were checksums.

    No checksum can decide there, and the chunk is the only copy that is left.
    """
    head = read_head(conn, series_id)
    spans = _missing_spans(salvage, "candle", (series_id,), lambda key: key[1]) if head.is_unchecked else []
    for key in find_keys(conn, head, 1) if spans else []:
        stored = read_chunk(conn, head, 1, key)
        records = None if stored is None or stored.crc is not None else decode(1, stored)
        if records is None:
            continue
        bars = pyramid.to_bars(records)
        times = read_rows(conn, series_id, key * head.chunk_s, (key + 1) * head.chunk_s).open_time
        is_missing = ~np.isin(bars.open_time, times)
        inside = [(bars.open_time >= span.start) & (bars.open_time < span.end) for span in spans]
        upsert_rows(conn, series_id, bars.take(np.logical_or.reduce(inside) & is_missing))


def _find_unseen(conn: Connection, series_id: int, salvage: Salvage) -> list[Span]:
    """Return spans in which bars may have been stored of which no copy and no checksum is left."""
    head = read_head(conn, series_id)
    rows = _missing_spans(salvage, "candle", (series_id,), lambda key: key[1])
    if "chunk_checksum" in salvage.moved:
        checksums = _missing_spans(salvage, "chunk_checksum", (series_id, 1), lambda key: key[2] * head.chunk_s)
    else:  # an older version, in which nothing but a chunk shows that there were bars
        checksums = [] if salvage.moved["chunk"].is_whole else [Span(-FOREVER, FOREVER)]
    both = [part for span in rows for other in checksums if (part := span.intersect(other))]
    if not both:
        return []
    known = [Span(key * head.chunk_s, (key + 1) * head.chunk_s) for key in find_keys(conn, head, 1)]
    return subtract_spans(both, known)


def _missing_spans(salvage: Salvage, table: str, prefix: Key, time_of: Callable[[Key], int]) -> list[Span]:
    """Return the times of a series in which rows of ``table`` may be missing.

    ``prefix``: how the keys of the series begin; ``time_of``: returns the time of a key.
    """
    moved, n = salvage.moved[table], len(prefix)
    spans = []
    for before, after in moved.breaks if moved.is_found else [(None, None)]:
        if (before is not None and before[:n] > prefix) or (after is not None and after[:n] < prefix):
            continue
        start = -FOREVER if before is None or before[:n] < prefix else time_of(before)
        end = FOREVER if after is None or after[:n] > prefix else time_of(after)
        if start < end:
            spans.append(Span(start, end))
    return spans
