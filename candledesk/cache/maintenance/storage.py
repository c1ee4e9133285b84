"""What takes how much room in a home, and which of it the provider could not send again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from candledesk.cache.maintenance.backup import find_backups
from candledesk.cache.maintenance_messages import SeriesStorage, StorageReport, TableStorage
from candledesk.domain.coverage import IMPORTED
from candledesk.domain.identity import is_retired
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import HISTORY_START, Span, merge_spans
from candledesk.store.market.bars import count_bars
from candledesk.store.market.coverage import list_spans_from
from candledesk.store.market.maintenance.sizes import read_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from candledesk.cache.fetching.provider_limits import ProviderLimits
    from candledesk.paths import Paths
    from candledesk.store import Connection
    from candledesk.store.market.maintenance.sizes import SeriesSize

FOREVER = 2**62


def read_report(connection: Connection, *, limits: ProviderLimits, paths: Paths, now: int) -> StorageReport:
    """Return the report; sizes of series and tables are estimates, those of files are exact."""
    sizes = read_sizes(connection)
    imports = list_spans_from(connection, IMPORTED)
    return StorageReport(
        str(paths.database),
        sizes.n_bytes,
        sizes.free_bytes,
        _size_of(paths.database.with_name(f"{paths.database.name}-wal")),
        sum(_size_of(paths.user_database.with_name(paths.user_database.name + end)) for end in ("", "-wal")),
        sum(_size_of(file) for file in paths.log.parent.glob(f"{paths.log.name}*")),
        shutil.disk_usage(paths.home).free,
        tuple(_series(connection, row, limits, imports.get(row.series_id, ()), now) for row in sizes.series),
        tuple(TableStorage(row.name, row.n_rows, row.n_bytes) for row in sizes.tables),
        tuple(find_backups(paths)),
        schema_version=sizes.schema_version,
    )


def _series(
    connection: Connection, row: SeriesSize, limits: ProviderLimits, imports: Sequence[Span], now: int
) -> SeriesStorage:
    interval = parse_interval(row.interval)
    lost = lost_spans(limits, row.symbol, row.interval, imports, now)
    n_lost = sum(_count(connection, row, span) for span in lost)
    return SeriesStorage(
        row.symbol,
        interval,
        row.n_bars,
        row.n_bytes,
        row.first,
        row.last,
        row.is_archived,
        n_lost,
        min(lost[-1].end, row.last + interval.step_s) if n_lost and row.last is not None else None,
    )


def _count(connection: Connection, row: SeriesSize, span: Span) -> int:
    """Return how many bars of the series open in ``span``."""
    if row.first is None or row.last is None or not span.overlaps(Span(row.first, row.last + 1)):
        return 0
    is_whole = span.start <= row.first and row.last < span.end
    return row.n_bars if is_whole else count_bars(connection, row.series_id, span)


def lost_spans(limits: ProviderLimits, symbol: str, interval: str, imports: Sequence[Span], now: int) -> list[Span]:
    """Return the spans of a series whose bars the provider could not send again; ``interval``: its name."""
    asked = limits.of(symbol, parse_interval(interval))
    if asked is None or is_retired(symbol):
        return [Span(HISTORY_START, FOREVER)]
    old = [] if asked.lookback_s is None else [Span(HISTORY_START, now - asked.lookback_s)]
    return merge_spans([*imports, *old])


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
