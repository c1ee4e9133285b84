"""The candles of an answer as CSV, JSON, Parquet and Arrow: what the command writes and the HTTP API sends.

Columns: ``timestamp`` (UTC), ``open``, ``high``, ``low``, ``close`` (empty or null: not sent), ``volume``, ``final``,
and ``odd`` (the reasons of a flagged candle, separated by blanks, or empty). Texts have the digits that were sent,
Parquet and Arrow the stored doubles.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.prices.digits import short_bars
from candledesk.domain.prices.oddity import odd_tokens
from candledesk.domain.times import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from candledesk.cache.messages import BarsReply

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume", "final", "odd")


def finals_of(reply: BarsReply) -> Sequence[bool]:
    """Return of each candle whether it is final."""
    return (True,) * len(reply.bars) if reply.is_final is None else reply.is_final


def without_provisional(reply: BarsReply) -> BarsReply:
    """Return an answer without the candles that may still change."""
    final = np.array(finals_of(reply), dtype=bool)
    return replace(reply, bars=reply.bars.take(np.flatnonzero(final)), is_final=(True,) * int(final.sum()))


def csv_text(reply: BarsReply, decimals: int | None = None) -> str:
    """Return CSV with a header; ``decimals``: digits after the point of prices, ``None`` for as many as they have."""
    lines = [",".join(COLUMNS)]
    lines += [
        ",".join((time, *(_price(price, decimals) for price in prices), _number(volume), str(is_final).lower(), odd))
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return "\n".join(lines) + "\n"


def json_text(reply: BarsReply, decimals: int | None = None) -> str:
    """Return a JSON array of an object per candle; ``decimals`` as in ``csv_text``."""
    rows = [
        (time, *(_rounded(price, decimals) for price in prices), volume, is_final, odd)
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], indent=1) + "\n"


def arrow_table(reply: BarsReply) -> pa.Table:
    """Return a table of ``COLUMNS``: ``timestamp[s, UTC]``, doubles, a boolean and a string."""
    import pyarrow as pa

    bars = reply.bars
    columns = [pa.array(bars.open_time, pa.timestamp("s", tz="UTC"))]
    columns += [pa.array(column, from_pandas=True) for column in (bars.open, bars.high, bars.low, bars.close)]
    columns += [pa.array(bars.volume), pa.array(finals_of(reply), pa.bool_()), pa.array(_odd(reply), pa.string())]
    return pa.Table.from_arrays(columns, names=list(COLUMNS))


def parquet_bytes(reply: BarsReply) -> bytes:
    """Return the table as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(arrow_table(reply), sink)
    return bytes(sink.getvalue())


def arrow_bytes(reply: BarsReply) -> bytes:
    """Return the table as a stream of Arrow's IPC format."""
    import pyarrow as pa

    table, sink = arrow_table(reply), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _rows(reply: BarsReply) -> Iterator[tuple[str, list[float], float, bool, str]]:
    """Yield time, prices (NaN: not sent), volume, whether it is final, and why it is flagged."""
    bars = short_bars(reply.bars)
    columns = (bars.open, bars.high, bars.low, bars.close)
    prices = zip(*(column.tolist() for column in columns), strict=True)
    shown = zip(bars.open_time.tolist(), prices, bars.volume.tolist(), finals_of(reply), _odd(reply), strict=True)
    for open_time, values, volume, is_final, odd in shown:
        yield iso_time(open_time), list(values), volume, is_final, odd


def _odd(reply: BarsReply) -> list[str]:
    return [odd_tokens(reply.odd.get(time_s, 0)) for time_s in reply.bars.open_time.tolist()]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _price(value: float, decimals: int | None) -> str:
    if math.isnan(value):
        return ""
    return repr(value) if decimals is None else f"{value:.{decimals}f}"


def _rounded(value: float, decimals: int | None) -> float | None:
    if math.isnan(value):
        return None
    return value if decimals is None else round(value, decimals)
