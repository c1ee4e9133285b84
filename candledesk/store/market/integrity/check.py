"""Checks everything that is stored in a candle database: the file, small tables, and every bar against its checksum.

It reads in steps of at most a million bars, each in a snapshot of its own, so that a running instance can checkpoint
between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.progress import Progress, ignore_progress
from candledesk.store.database_file import list_tables, quick_check
from candledesk.store.market.chunks.comparison import Comparison, compare_copies
from candledesk.store.market.chunks.table import read_head
from candledesk.store.market.chunks.verification import list_parts, verify_part
from candledesk.store.market.database import snapshot
from candledesk.store.market.instruments import list_series
from candledesk.store.market.row_copies.repair import RowFinding, check_rows
from candledesk.store.market.row_copies.tables import SECOND, THIRD
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.domain.progress import OnProgress
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

MAX_COMPARISONS = 3  # kept of one series
MAX_BARS = 4  # shown of one comparison
_BARS_OF_ROWS = {"candle", "chunk", "chunk_checksum"}  # counted as bars and chunks
STALE = "its chunks are older than its rows"


@dataclass(frozen=True, slots=True)
class DamagedSeries:
    """The damage of one series. ``parts``: the keys of the parts with damage (``chunks.verification.list_parts``).

    ``comparisons``: both sides of the first damaged chunks; ``fault``: a damage that is not of single chunks.
    """

    series_id: int
    symbol: str
    interval: str
    findings: tuple[Finding, ...] = ()
    parts: tuple[int, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class MarketCheck:
    """What was checked, and what was found.

    ``n_rows``: of the small tables, without their copies; ``faults``: sentences about the file itself and about rows
    that belong to nothing, which only a new file repairs (``integrity.salvage``); ``rows``: rows of the small tables
    that are not equal to their copies.
    """

    n_bars: int
    n_series: int
    n_chunks: int
    n_rows: int
    faults: tuple[str, ...]
    rows: tuple[RowFinding, ...]
    damaged: tuple[DamagedSeries, ...]

    @property
    def is_good(self) -> bool:
        """Whether no damage was found."""
        return not self.faults and not self.rows and not self.damaged


def check_market(conn: Connection, on_progress: OnProgress = ignore_progress) -> MarketCheck:
    """Check a whole database; damage is returned, and nothing is changed.

    What ``on_progress`` raises ends the check. Raises ``EnvironmentFaultError`` when the disk fails.
    """
    n_bars = n_chunks = 0
    damaged = []
    on_progress(Progress("Checking the pages of the file", 0, 0))
    faults = quick_check(conn, is_thorough=True)
    n_rows, series = (0, []) if faults else (_count_rows(conn), list_series(conn))
    rows = () if faults else tuple(check_rows(conn))
    total = _count_bars(conn) if series else 0
    for place, (series_id, symbol, interval) in enumerate(series, start=1):
        step = f"Checking {symbol} {interval}, series {place:,} of {len(series):,}"
        checked = _SeriesCheck(conn, DamagedSeries(series_id, symbol, interval))
        for n_new in checked.run():
            n_bars += n_new
            on_progress(Progress(step, n_bars, max(n_bars, total)))
        n_chunks += checked.n_chunks
        if checked.found is not None:
            damaged.append(checked.found)
    return MarketCheck(n_bars, len(series), n_chunks, n_rows, tuple(faults), rows, tuple(damaged))


class _SeriesCheck:
    """The check of one series, part by part. ``found``: its damage, ``None`` when there is none."""

    def __init__(self, conn: Connection, series: DamagedSeries) -> None:
        self._conn = conn
        self._series = series
        self._findings: list[Finding] = []
        self._parts: list[int] = []
        self._comparisons: list[Comparison] = []
        self._fault = ""
        self.n_chunks = 0

    def run(self) -> Iterator[int]:
        """Check the parts; yield the number of bars of each."""
        try:
            with snapshot(self._conn):
                head = read_head(self._conn, self._series.series_id)
                parts = list_parts(self._conn, head)
        except EnvironmentFaultError as error:
            self._fault = str(error)
            return
        if not head.is_exact:
            self._fault = STALE
        for part in parts:
            yield self._check_part(part)

    def _check_part(self, part: int) -> int:
        with snapshot(self._conn):
            head = read_head(self._conn, self._series.series_id)  # a writer may have changed it since
            checked = verify_part(self._conn, head, part)
            for finding in checked.findings:
                if finding.level == 1 and len(self._comparisons) < MAX_COMPARISONS:
                    self._comparisons.append(compare_copies(self._conn, head, finding, MAX_BARS))
        self.n_chunks += checked.n_chunks
        if checked.findings:
            self._findings += checked.findings
            self._parts.append(part)
        return checked.n_bars

    @property
    def found(self) -> DamagedSeries | None:
        if not self._findings and not self._fault:
            return None
        return replace(
            self._series,
            findings=tuple(self._findings),
            parts=tuple(self._parts),
            comparisons=tuple(self._comparisons),
            fault=self._fault,
        )


@translate_faults()
def _count_rows(conn: Connection) -> int:
    """Return the number of rows of the small tables."""
    tables = [name for name in list_tables(conn) if name not in _BARS_OF_ROWS and not name.endswith((SECOND, THIRD))]
    return sum(conn.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)


@translate_faults()
def _count_bars(conn: Connection) -> int:
    """Return about how many bars are stored, from the checksums and the chunks that have none yet."""
    sql = "SELECT total(n) FROM {} WHERE level = 1"
    return int(max(conn.execute(sql.format(table)).fetchone()[0] for table in ("chunk", "chunk_checksum")))
