"""Exporting stored bars as a Parquet dataset; of an earlier export only what changed since is written again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from candledesk.cache.dataset.folder import COVERAGE, DatasetFolder
from candledesk.cache.dataset.manifest import DatasetFile, DatasetSeries, file_path
from candledesk.cache.dataset.tables import (
    bars_parquet,
    coverage_parquet,
    coverage_rows,
    read_coverage_rows,
    rows_checksum,
)
from candledesk.cache.maintenance.task import TaskKind
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.series_reader import describe_series
from candledesk.cache.rules.coverage_rules import final_mask, is_final_mask
from candledesk.domain.coverage import CoverageState
from candledesk.domain.errors import CandleDeskError, InputError, NothingStoredError
from candledesk.domain.interval import parse_interval
from candledesk.domain.progress import Progress
from candledesk.domain.span import Span
from candledesk.domain.texts import count_text
from candledesk.domain.times import iso_time
from candledesk.store.market import bars as bar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.chunks.proof import lost_spans
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.dataset.tables import CoverageRow
    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.domain.bars import Bars, BoolArray
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

N_TAIL = 64  # newest bars of which it is looked whether they are final: that changes by time alone
MAX_NAMED = 20  # series that are named in the result; more are counted


@dataclass(slots=True)
class _Run:
    """One export under way: what was read and written so far."""

    context: MaintenanceContext
    connection: Connection
    folder: DatasetFolder
    rows: list[CoverageRow] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=lambda: Progress("Exporting", 0, 0))
    n_written: int = 0
    n_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Stored:
    """What decides the rows of one series: its state, flags by open time, and the extent of its bars."""

    known: SeriesState
    interval: Interval
    series_id: int
    odd: dict[int, int]
    extent: Span | None
    findings: list[Finding]


def find_error(_context: MaintenanceContext, request: MaintenanceRequest) -> CandleDeskError | None:
    """Return why nothing can be exported by this request, as far as that can be seen before."""
    if not request.path or not Path(request.path).is_absolute():
        return InputError("path", f"{request.path!r} must be an absolute path of a folder")
    for interval in request.intervals:
        if interval.base is not interval:
            base = interval.base.name
            return InputError("intervals", f"{interval.name} is made from stored {base} bars: export {base}")
    return None


def run_export(context: MaintenanceContext, request: MaintenanceRequest, report: TaskReport) -> None:
    """Write the files of series that changed, and then publish them all at once (``dataset.folder``)."""
    report(Progress("Looking what is stored", 0, 0))
    with closing(context.connect_reader()) as connection:
        series = _find(connection, request)
        folder = DatasetFolder(Path(request.path))
        run = _Run(context, connection, folder)
        manifest = dict(folder.manifest)
        try:
            for n_done, (series_id, symbol, name) in enumerate(series):
                run.progress = Progress("Exporting", n_done, len(series))
                with snapshot(connection):
                    manifest[symbol, name] = _export_series(run, series_id, symbol, name, report)
            report(Progress("Putting the files in their places", len(series), len(series)))
            _publish(run, manifest, {(symbol, name) for _, symbol, name in series})
        except BaseException:
            folder.discard()
            raise
        for line in _describe(run, manifest, series):
            report.add_line(line)


def _find(connection: Connection, request: MaintenanceRequest) -> list[tuple[int, str, str]]:
    """Return id, symbol and interval of each series that is meant; ``NothingStoredError`` for a symbol without any."""
    names = {interval.name for interval in request.intervals}
    found = [row for row in instrument_store.list_series(connection) if not names or row[2] in names]
    for symbol in request.symbols:
        if not any(row[1] == symbol for row in found):
            raise NothingStoredError(symbol, " ".join(sorted(names)))
    return [row for row in found if not request.symbols or row[1] in request.symbols]


def _export_series(run: _Run, series_id: int, symbol: str, name: str, report: TaskReport) -> DatasetSeries:
    """Write the years of a series whose rows changed; the reader is inside a snapshot."""
    interval = parse_interval(name)
    catalog = run.context.catalog
    known = catalog.read(run.connection, symbol, interval)
    findings: list[Finding] = []
    rows: list[CoverageRow] = []

    def describe(found: list[Finding]) -> _Stored:
        whole = catalog.without_lost(known, found)
        described = describe_series(run.connection, whole, interval, found)
        rows[:] = coverage_rows(symbol, name, described)
        return _Stored(whole, interval, series_id, _flags(run.connection, series_id), _extent(run, series_id), found)

    report(run.progress)
    stored = read_proven(describe, findings)
    run.context.cache.damage.report(run.connection, findings)
    run.rows += rows
    former = run.folder.manifest.get((symbol, name))
    series = DatasetSeries(symbol, name, instrument_store.series_rev(run.connection, series_id), _state_of(run, stored))
    if former is not None and _is_unchanged(run, former, series):
        return former
    for year in _years(stored.extent):
        report(run.progress)
        _export_year(run, stored, series, former, year)
    if former is not None:
        run.removed += [former.path_of(year) for year in former.files if year not in series.files]
    if lost_spans(findings, series_id):
        run.lost.append(f"{symbol} {name}")
    return series


def _export_year(run: _Run, stored: _Stored, series: DatasetSeries, former: DatasetSeries | None, year: int) -> None:
    """Write the file of one year unless it is there as it would be written."""
    span = Span(_year_start(year), _year_start(year + 1))
    bars = bar_store.read_bars(run.connection, stored.series_id, span, stored.findings)
    if not len(bars):
        return
    final = _final(run, stored, bars)
    crc, key = rows_checksum(bars, final, stored.odd), str(year)
    old = None if former is None else former.files.get(key)
    path = file_path(series.symbol, series.interval, key)
    if old is not None and old.crc == crc and run.folder.has_file(path, old.n_bytes):
        series.files[key] = old
        return
    data = bars_parquet(bars, final, stored.odd)
    run.folder.write(path, data)
    series.files[key] = DatasetFile(len(bars), len(data), crc)
    run.n_written, run.n_bytes = run.n_written + 1, run.n_bytes + len(data)
    name = f"{series.symbol} {series.interval}"
    if run.changed[-1:] != [name]:
        run.changed.append(name)


def _is_unchanged(run: _Run, former: DatasetSeries, series: DatasetSeries) -> bool:
    is_same = (former.revision, former.state) == (series.revision, series.state)
    return is_same and all(run.folder.has_file(former.path_of(year), one.n_bytes) for year, one in former.files.items())


def _state_of(run: _Run, stored: _Stored) -> int:
    """Return a checksum of what decides the rows of a series beside the revision of its bars."""
    coverage = coverage_store.read_coverage(run.connection, stored.series_id)
    provisional = [(row.span.start, row.span.end) for row in coverage if row.state is CoverageState.PROVISIONAL]
    tail = bar_store.read_bars_around(run.connection, stored.series_id, None, N_TAIL, 0, stored.findings)
    facts = (
        stored.series_id,
        stored.extent,
        sorted(stored.odd.items()),
        provisional,
        _final(run, stored, tail).tolist(),
        lost_spans(stored.findings, stored.series_id),
    )
    return crc32(repr(facts).encode())


def _final(run: _Run, stored: _Stored, bars: Bars) -> BoolArray:
    """Tell of each bar whether it can no longer change."""
    facts = stored.known.readable
    if facts is None:  # no calendar was ever loaded
        return is_final_mask(coverage_store.read_coverage(run.connection, stored.series_id), bars)
    return final_mask(facts.coverage, bars, facts.calendar, stored.interval, facts.now)


def _flags(connection: Connection, series_id: int) -> dict[int, int]:
    every = Span(-(2**53), 2**53)
    return {bar.open_time: bar.flags for bar in odd_store.read_odd(connection, series_id, every)}


def _extent(run: _Run, series_id: int) -> Span | None:
    return bar_store.bars_extent(run.connection, series_id)


def _years(extent: Span | None) -> range:
    """Return the calendar years (UTC) in which bars of an extent open."""
    if extent is None:
        return range(0)
    first, last = (int(np.datetime64(time, "s").astype("M8[Y]").astype(int)) for time in (extent.start, extent.end - 1))
    return range(1970 + first, 1970 + last + 1)


def _year_start(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _publish(run: _Run, manifest: dict[tuple[str, str], DatasetSeries], exported: set[tuple[str, str]]) -> None:
    """Publish what is new; where nothing is, the dataset stays as it is, but for what is known of it."""
    folder = run.folder
    rows = read_coverage_rows(folder.root / COVERAGE, exported) + run.rows
    data = coverage_parquet(rows)
    path = folder.root / COVERAGE
    is_known = path.exists() and path.read_bytes() == data
    if is_known and not run.n_written and not run.removed and folder.manifest == manifest:
        folder.discard()
        return
    if not is_known:
        folder.write(COVERAGE, data)
    folder.publish(manifest, run.removed, iso_time(run.context.cache.now()))


def _describe(
    run: _Run, manifest: dict[tuple[str, str], DatasetSeries], series: Sequence[tuple[int, str, str]]
) -> list[str]:
    own = [manifest[symbol, name] for _, symbol, name in series]
    n_files, n_bars = sum(len(one.files) for one in own), sum(one.n_bars for one in own)
    n_unchanged = n_files - run.n_written
    files, bars = count_text(n_files, "file"), count_text(n_bars, "bar")
    lines = [f"{run.folder.root}: {len(series):,} series, {files}, {bars}."]
    lines.append(f"{run.n_written:,} written ({run.n_bytes / 1e3:,.0f} kB), {n_unchanged:,} unchanged.")
    if run.changed:
        more = len(run.changed) - MAX_NAMED
        named = ", ".join(run.changed[:MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        lines.append(f"Written: {named}.")
    if run.removed:
        lines.append(f"{len(run.removed):,} files of years that have no bars any more were deleted.")
    if run.lost:
        lines.append(f"Damaged bars were left out of {', '.join(run.lost)}: run `candledesk doctor --repair`.")
    cached = {(symbol, name) for _, symbol, name in instrument_store.list_series(run.connection)}
    n_kept = len(manifest.keys() - cached)
    if n_kept:
        lines.append(f"{n_kept:,} series of the dataset are no longer in the cache; their files were kept.")
    return lines


EXPORT = TaskKind(run_export, find_error, is_written=False)
