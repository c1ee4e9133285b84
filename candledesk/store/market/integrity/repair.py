"""Repairs the damage that ``integrity.check`` has found, in short transactions, and checks again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from candledesk.domain.progress import Progress, ignore_progress
from candledesk.domain.span import Span
from candledesk.store.market.chunks.proof import Verdict
from candledesk.store.market.chunks.reading import find_keys
from candledesk.store.market.chunks.repair import repair_chunks, repair_series
from candledesk.store.market.chunks.table import read_head
from candledesk.store.market.chunks.verification import verify_chunks, verify_part
from candledesk.store.market.integrity.check import check_market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.domain.progress import OnProgress
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding
    from candledesk.store.market.integrity.check import DamagedSeries, MarketCheck
    from candledesk.store.market.row_copies.repair import RowFinding

T = TypeVar("T")


class Write(Protocol):
    """Runs a change in one write transaction and returns its result."""

    def __call__(self, change: Callable[[Connection], T], /) -> T:
        """Run ``change`` with the connection of the writer."""


@dataclass(frozen=True, slots=True)
class RepairedSeries:
    """What was done to one series.

    ``n_bars``: bars that are stored now; ``n_lost``: how many fewer than before, as far as their checksums say;
    ``n_from_rows``, ``n_from_chunks``: chunks of level 1 that were written from their rows, and the reverse; ``lost``:
    spans of bars that neither copy proves; ``left``: sentences about damage that is left.
    """

    series: DamagedSeries
    n_bars: int
    n_lost: int
    n_from_rows: int
    n_from_chunks: int
    lost: tuple[Span, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairedMarket:
    """What was done to a database: ``rows`` of the small tables that are damaged no more, and series.

    ``check``: of all that is stored, after the repair.
    """

    check: MarketCheck
    rows: tuple[RowFinding, ...]
    series: tuple[RepairedSeries, ...]


def repair_market(
    check: MarketCheck,
    reader: Connection,
    write: Write,
    write_rows: Callable[[], object],
    on_progress: OnProgress = ignore_progress,
) -> RepairedMarket:
    """Repair what ``check`` has found, and check again what was repaired; a damaged file (``faults``) needs a new one.

    ``write_rows``: repairs the rows of the small tables.
    """
    found = check.rows
    if found:
        write_rows()
        check = check_market(reader, on_progress)  # what a series is may have been damaged
    series = repair_damaged(check.damaged, reader, write, on_progress)
    if series:
        check = check_market(reader, on_progress)
    left = set(check.rows)
    return RepairedMarket(check, tuple(row for row in found if row not in left), tuple(series))


def repair_damaged(
    damaged: Iterable[DamagedSeries], reader: Connection, write: Write, on_progress: OnProgress = ignore_progress
) -> list[RepairedSeries]:
    """Repair each series: the copy that is proven wins; bars that neither proves become a gap with reason "damaged"."""
    damaged = list(damaged)
    repaired = []
    for place, series in enumerate(damaged):
        on_progress(Progress(f"Repairing {series.symbol} {series.interval}", place, len(damaged)))
        found: list[Finding] = []
        n_before = count_checked(reader, series.series_id)
        for part in series.parts if not series.fault else ():
            found += write(partial(repair_part, series_id=series.series_id, part=part))
        left = verify_chunks(reader, series.series_id)
        if left:
            found += write(partial(repair_series, series_id=series.series_id))
            left = verify_chunks(reader, series.series_id)
        n_bars = count_checked(reader, series.series_id)
        repaired.append(summarize(series, found, left, n_bars, n_before))
    return repaired


def repair_part(conn: Connection, series_id: int, part: int) -> list[Finding]:
    """Repair the damaged chunks of one part of a series (``chunks.verification.list_parts``); inside a transaction."""
    head = read_head(conn, series_id)
    keys: set[int] = set()
    for finding in verify_part(conn, head, part).findings:
        if finding.level == 1:
            keys.add(finding.key)
        else:  # writing any chunk below a coarser one writes that anew
            keys.update(find_keys(conn, head, 1, finding.key * finding.level, (finding.key + 1) * finding.level)[:1])
    return repair_chunks(conn, series_id, sorted(keys))


def count_checked(conn: Connection, series_id: int) -> int:
    """Return how many bars of a series have a checksum, or had one when it was written."""
    sql = "SELECT total(n) FROM chunk_checksum WHERE series_id = ? AND level = 1"
    return int(conn.execute(sql, (series_id,)).fetchone()[0])


def summarize(
    series: DamagedSeries, found: Iterable[Finding], left: Iterable[str], n_bars: int, n_before: int
) -> RepairedSeries:
    """Count what the findings of a repair say; ``n_bars``, ``n_before``: ``count_checked`` after and before."""
    bars = [finding for finding in found if finding.level == 1]
    return RepairedSeries(
        series,
        n_bars,
        max(0, n_before - n_bars),
        n_from_rows=sum(finding.verdict is Verdict.ROWS for finding in bars),
        n_from_chunks=sum(finding.verdict is Verdict.CHUNK for finding in bars),
        lost=tuple(sorted(span for finding in bars for span in finding.lost)),
        left=tuple(left),
    )
