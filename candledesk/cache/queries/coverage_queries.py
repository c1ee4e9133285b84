"""What is known of one series, and of every stored series."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.fetching.catalog import calendar_key
from candledesk.cache.messages import SeriesCoverage
from candledesk.cache.queries.proven_reads import read_proven
from candledesk.cache.queries.series_reader import describe_series
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.errors import EnvironmentFaultError, NotCachedError
from candledesk.domain.interval import INTERVALS
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.messages import SeriesReport
    from candledesk.cache.queries.missing_calendars import MissingCalendars
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.bars import SeriesSummary
    from candledesk.store.market.chunks.proof import Finding

N_AT_ONCE = 50  # series that one reader task describes; viewports are read in between


class CoverageReader:
    """Describes series on the reader threads."""

    def __init__(self, context: CacheContext, catalog: Catalog, calendars: MissingCalendars) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._calendars = calendars

    def describe(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return what is known of a series; ``NotCachedError`` when nothing of the symbol is stored."""
        return start_coroutine(self._describe_one(symbol, interval))

    async def _describe_one(self, symbol: str, interval: Interval) -> SeriesReport:
        task = partial(self._describe, symbol=symbol, interval=interval)
        report, lacking = await wait_for(self._context.readers.submit(task))
        if lacking is not None and await wait_for(self._calendars.load(symbol, interval)):
            report, _ = await wait_for(self._context.readers.submit(task))
        return report

    def list_all(self, limit: int | None, after: tuple[str, Interval] | None) -> Future[list[SeriesCoverage]]:
        """Return what is known of every stored series, by symbol and step; see ``CacheApi.list_coverage``."""
        return start_coroutine(self._list(limit, after))

    def list_intervals(self, symbol: str) -> Future[list[Interval]]:
        """Return the intervals of which bars of a symbol are stored, the shortest first."""

        def read(connection: Connection) -> list[Interval]:
            with snapshot(connection):
                series = instrument_store.series_of(connection, symbol)
                return [
                    INTERVALS[name] for found, name in series if bar_store.bars_extent(connection, found) is not None
                ]

        return self._context.readers.submit(read)

    async def _list(self, limit: int | None, after: tuple[str, Interval] | None) -> list[SeriesCoverage]:
        stored = await wait_for(self._context.readers.submit(_list_stored))
        first = 0 if after is None else bisect_right(stored, (after[0], after[1].step_s), key=lambda row: row[:2])
        wanted = stored[first : None if limit is None else first + limit]
        if not wanted:
            return []
        summaries = await wait_for(self._context.readers.submit(bar_store.summarize_series))
        sizes = await wait_for(self._context.readers.submit(_read_sizes))
        found: list[SeriesCoverage] = []
        tried: set[str] = set()
        for at in range(0, len(wanted), N_AT_ONCE):
            task = partial(self._describe_all, rows=wanted[at : at + N_AT_ONCE], summaries=summaries, sizes=sizes)
            rows, lacking = await wait_for(self._context.readers.submit(task))
            new = {key: series for key, series in lacking.items() if key not in tried}
            for symbol, interval in new.values():
                await wait_for(self._calendars.load(symbol, interval))
            if new:
                tried |= new.keys()
                rows, _ = await wait_for(self._context.readers.submit(task))
            found += rows
        return found

    def _describe_all(
        self,
        connection: Connection,
        *,
        rows: Sequence[tuple[str, int, int]],
        summaries: Mapping[int, SeriesSummary],
        sizes: Mapping[int, int],
    ) -> tuple[list[SeriesCoverage], dict[str, tuple[str, Interval]]]:
        """Describe stored series; return with them a series for each calendar that is missing, by its key."""
        with snapshot(connection):
            return self._describe_each(connection, rows, summaries, sizes)

    def _describe_each(
        self,
        connection: Connection,
        rows: Sequence[tuple[str, int, int]],
        summaries: Mapping[int, SeriesSummary],
        sizes: Mapping[int, int],
    ) -> tuple[list[SeriesCoverage], dict[str, tuple[str, Interval]]]:
        found, lacking = [], {}
        for symbol, step_s, series_id in rows:
            interval, summary = _BY_STEP[step_s], summaries.get(series_id)
            n_bars = None if summary is None else summary.n_bars
            try:
                report, key = self._describe(connection, symbol=symbol, interval=interval, n_bars=n_bars)
            except NotCachedError:  # it was deleted after the list was read
                continue
            if key is not None:
                lacking[key] = symbol, interval
            first, last = _ends(connection, series_id) if summary is None else (summary.first, summary.last)
            found.append(SeriesCoverage(symbol, interval, first, last, sizes.get(series_id, 0), report))
        return found, lacking

    def _describe(
        self, connection: Connection, *, symbol: str, interval: Interval, n_bars: int | None = None
    ) -> tuple[SeriesReport, str | None]:
        """Describe a series; return with the report the key of its calendar if that is missing."""
        findings: list[Finding] = []
        with snapshot(connection):  # a repair deletes lost bars: their coverage must be read as it was then
            known = self._catalog.read(connection, symbol, interval.base)
            if known.instrument is None:
                raise NotCachedError(symbol)

            def describe(found: list[Finding]) -> SeriesReport:
                return describe_series(connection, self._catalog.without_lost(known, found), interval, found, n_bars)

            report = read_proven(describe, findings)
        self._context.damage.report(connection, findings)
        lacking = calendar_key(known.instrument) if known.readable is None else None
        waiting = self._context.active.waiting(symbol, interval)
        if waiting is None:
            return report, lacking
        lag_s = 0 if waiting.since is None else max(0, self._context.now() - waiting.since)
        return replace(report, lag_s=lag_s, updated_at=waiting.asked_at or None), lacking


_BY_STEP = {row.step_s: row for row in INTERVALS.values() if row.base is row}


def _list_stored(connection: Connection) -> list[tuple[str, int, int]]:
    """Return symbol, step and id of every stored series, in this order."""
    rows = instrument_store.list_series(connection)
    return sorted((symbol, INTERVALS[name].step_s, series_id) for series_id, symbol, name in rows)


def _ends(connection: Connection, series_id: int) -> tuple[int | None, int | None]:
    """Return when the oldest and the newest stored bar open."""
    extent = bar_store.bars_extent(connection, series_id)
    return (None, None) if extent is None else (extent.start, extent.end - 1)


def _read_sizes(connection: Connection) -> dict[int, int]:
    """Return about how many bytes each series takes, by its id; nothing of a damaged file."""
    from candledesk.store.market.maintenance.sizes import read_sizes  # here: no chart waits for its import

    try:
        return {row.series_id: row.n_bytes for row in read_sizes(connection).series}
    except EnvironmentFaultError:
        return {}
