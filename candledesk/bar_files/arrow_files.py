"""Bars in Parquet and Arrow files, as pandas, Polars and other programs write them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from candledesk.bar_files.assembling import assemble
from candledesk.bar_files.columns import PRICES, Columns, Role, find_columns
from candledesk.bar_files.moments import Moment
from candledesk.bar_files.text_table import Row
from candledesk.bar_files.times import Times, offset_at, read_times, zone_named
from candledesk.bar_files.tools import Tool
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from candledesk.bar_files.messages import BarFile, ReadOptions
    from candledesk.domain.bars import FloatArray


def is_arrow(start: bytes) -> bool:
    """Tell whether a file begins as Parquet, or as a file or a stream of Arrow does."""
    return start.startswith((b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"))


def read_arrow(path: Path, options: ReadOptions) -> BarFile:
    """Read Parquet or Arrow; ``ValueError`` for a file that is neither or lacks a column.

    A time with a zone is an instant, one without is as written; of a daily bar with a zone its date there is taken.
    """
    import pyarrow as pa

    try:
        table = _read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"it is not a Parquet file, and no Arrow file either: {error}") from None
    names = ["date" if name.startswith("__index_level_") else name for name in table.column_names]
    columns = find_columns([Row(1, tuple(names))])
    if Role.SYMBOL in columns.places:
        table = _of_one_symbol(table, columns.places[Role.SYMBOL], options.symbol)
    if not table.num_rows:
        raise ValueError("it has no bars")
    times = _times(table, columns, options)
    volume = columns.places.get(Role.VOLUME)
    values = [_numbers(table, columns.places[role]) for role in PRICES]
    values.append(np.zeros(table.num_rows) if volume is None else _numbers(table, volume))
    facts = [("columns", ", ".join(f"{role.value} = {columns.names[role]}" for role in columns.places))]
    if columns.left_out:
        facts.append(("left out", ", ".join(columns.left_out)))
    notes = ["The file has no volume."] if volume is None else []
    title = "CandleDesk" if {"final", "odd"} <= set(columns.header) else "Parquet or Arrow"
    return assemble(path.name, Tool(title), times, np.stack(values), options, facts, notes)


def _read_table(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"ARROW1"):
        with pa.OSFile(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    if start.startswith(b"\xff\xff\xff\xff"):
        with pa.OSFile(str(path)) as source:
            return pa.ipc.open_stream(source).read_all()
    return pq.ParquetFile(path).read()


def _of_one_symbol(table: pa.Table, at: int, symbol: str) -> pa.Table:
    import pyarrow.compute as pc

    column = pc.utf8_upper(table.column(at).cast("string"))
    found = column.unique().to_pylist()
    if len(found) <= 1:
        return table
    if symbol not in found:
        raise ValueError(f"it has bars of {len(found)} symbols ({', '.join(found[:5])} …): name one by --symbol")
    return table.filter(pc.equal(column, symbol))


def _times(table: pa.Table, columns: Columns, options: ReadOptions) -> Times:
    import pyarrow as pa

    at = columns.places.get(Role.MOMENT, columns.places.get(Role.DATE, columns.places.get(Role.CLOCK, 0)))
    column = table.column(at)
    kind = column.type
    if column.null_count:
        raise ValueError(f"its column {table.column_names[at]} has empty times")
    if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return read_times(((row + 1, str(value)) for row, value in enumerate(column.to_pylist())), options)
    lines = list(range(1, table.num_rows + 1))
    if pa.types.is_date(kind):
        days = column.cast(pa.date32()).cast(pa.int32()).to_pylist()
        return Times(lines, [_moment(day * DAY_S, None) for day in days])
    seconds = column.cast(pa.timestamp("s", kind.tz), safe=False).cast(pa.int64()).to_numpy()
    if kind.tz is None:
        return Times(lines, [_moment(value, None) for value in seconds.tolist()])
    zone = zone_named(kind.tz)
    return Times(lines, [_moment_in(value, zone) for value in seconds.tolist()])


def _moment(wall: int, offset: int | None) -> Moment:
    day = _date(wall // DAY_S)
    return Moment(day.year, (day.month, day.day), wall % DAY_S, offset)


@lru_cache(maxsize=4096)
def _date(days: int) -> date:
    return date(1970, 1, 1) + timedelta(days=days)


def _moment_in(seconds: int, zone: ZoneInfo | None) -> Moment:
    offset = 0 if zone is None else offset_at(zone, seconds)
    return _moment(seconds + offset, offset)


def _numbers(table: pa.Table, at: int) -> FloatArray:
    import pyarrow as pa

    try:
        values = table.column(at).cast(pa.float64()).to_numpy()
    except pa.ArrowException as error:
        raise ValueError(f"its column {table.column_names[at]} is no column of numbers: {error}") from None
    return np.array(values, np.float64)
