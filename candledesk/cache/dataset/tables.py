"""The rows of a dataset as Parquet: the bars of a year of a series, and what is known of every series."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from candledesk.domain.prices.oddity import odd_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from candledesk.cache.messages import SeriesReport
    from candledesk.domain.bars import Bars, BoolArray

GAP = "gap"
"""The ``state`` of a span whose bars are expected and missing; other states are ``domain.coverage.CoverageState``."""
_COVERAGE_COLUMNS = ("symbol", "interval", "from", "to", "state", "reason", "fetched_at", "retry_at")
CoverageRow = tuple[str, str, int, int, str, str, int | None, int | None]
"""A row of ``_coverage.parquet``; times in UTC seconds."""


def rows_checksum(bars: Bars, final: BoolArray, odd: Mapping[int, int]) -> int:
    """Return the CRC-32 of the rows that ``bars_parquet`` writes."""
    crc = 0
    for column in (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume, final):
        crc = crc32(np.ascontiguousarray(column).tobytes(), crc)
    return crc32(repr([(time, odd[time]) for time in bars.open_time.tolist() if time in odd]).encode(), crc)


def bars_parquet(bars: Bars, final: BoolArray, odd: Mapping[int, int]) -> bytes:
    """Return a Parquet file of bars: the columns of ``candle_files``, ``timestamp`` in microseconds, UTC.

    ``final``: whether a bar can no longer change; ``odd``: flags by open time.
    """
    import pyarrow as pa

    flags = [odd_tokens(odd.get(time, 0)) for time in bars.open_time.tolist()]
    columns = [
        pa.array(bars.open_time * 1_000_000, pa.timestamp("us", tz="UTC")),
        *(pa.array(column, from_pandas=True) for column in (bars.open, bars.high, bars.low, bars.close)),
        pa.array(bars.volume),
        pa.array(final, pa.bool_()),
        pa.array(flags, pa.string()),
    ]
    names = ["timestamp", "open", "high", "low", "close", "volume", "final", "odd"]
    return _parquet_bytes(pa.Table.from_arrays(columns, names=names))


def coverage_rows(symbol: str, interval: str, report: SeriesReport) -> Iterable[CoverageRow]:
    """Yield the spans of the ledger, then the gaps with their reasons."""
    for row in report.coverage:
        known = row.state.value, row.reason, row.fetched_at, row.expires_at
        yield symbol, interval, row.span.start, row.span.end, *known
    for gap in report.gaps:
        yield symbol, interval, gap.span.start, gap.span.end, GAP, gap.reason, None, gap.retry_at


def coverage_parquet(rows: Sequence[CoverageRow]) -> bytes:
    """Return a Parquet file of coverage, sorted by symbol, interval and time."""
    import pyarrow as pa

    instant, text = pa.timestamp("us", tz="UTC"), pa.string()
    kinds = (text, text, instant, instant, text, text, instant, instant)
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[4]))
    columns = [
        pa.array([_microseconds(row[at]) if kind is instant else row[at] for row in ordered], kind)
        for at, kind in enumerate(kinds)
    ]
    return _parquet_bytes(pa.Table.from_arrays(columns, names=list(_COVERAGE_COLUMNS)))


def read_coverage_rows(path: Path, left_out: set[tuple[str, str]]) -> list[CoverageRow]:
    """Return the rows of a coverage file without the series ``left_out`` (symbol and interval); none of no file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        return []
    table = pq.read_table(path, partitioning=None)
    columns = []
    for name in _COVERAGE_COLUMNS:
        column = table.column(name)
        is_time = pa.types.is_timestamp(column.type)
        columns.append(column.cast(pa.timestamp("s", "UTC")).cast(pa.int64()) if is_time else column)
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return [row for row in rows if (row[0], row[1]) not in left_out]


def _microseconds(value: object) -> int | None:
    return value * 1_000_000 if isinstance(value, int) else None


def _parquet_bytes(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())
