"""Bars as an Arrow table: written as Parquet, read back, and as a Polars frame where polars is installed."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc
import pyarrow.parquet as pq

import candledesk as cd

with cd.open() as cache:
    bars = cache.candles("BTC-USD", "1d", start="2025-01-01", end="2026-01-01")

table = bars.to_arrow()
with TemporaryDirectory() as folder:
    file = Path(folder) / "btc.parquet"
    pq.write_table(table, file)
    again = pq.read_table(file)
print(again.num_rows, "rows,", again.schema.names)
print("highest close:", round(pc.max(again["close"]).as_py(), 2))

try:
    print(bars.to_polars().tail(3))
except ImportError as error:
    print(error, file=sys.stderr)
