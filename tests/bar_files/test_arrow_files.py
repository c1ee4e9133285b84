"""Parquet and Arrow files as pandas, Polars and others write them."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from candledesk.bar_files.messages import ReadOptions
from candledesk.bar_files.reading import read_bar_file
from candledesk.domain.errors import InputError
from candledesk.domain.times import parse_time

PRICES = {"Open": [1.0, 2.0, 3.0], "High": [2.0, 3.0, 4.0], "Low": [0.5, 1.5, 2.5], "Close": [1.5, 2.5, 3.5]}
DAYS = [parse_time(day, "time") for day in ("2026-03-06", "2026-03-09", "2026-03-10")]


def frame(zone, clock="00:00"):
    index = pd.DatetimeIndex([f"{day} {clock}" for day in ("2026-03-06", "2026-03-09", "2026-03-10")], name="Date")
    return pd.DataFrame({**PRICES, "Volume": [10, 20, 30]}, index=index if zone is None else index.tz_localize(zone))


@pytest.mark.parametrize("zone", [None, "America/New_York", "Asia/Tokyo", "Europe/London"])
def test_daily_bars_of_pandas_keep_the_dates_of_their_exchange(tmp_path, zone):
    path = tmp_path / "bars.parquet"
    frame(zone).to_parquet(path)
    found = read_bar_file(path)
    assert found.bars.open_time.tolist() == DAYS
    assert (found.interval.name, found.bars.close.tolist()) == ("1d", [1.5, 2.5, 3.5])


def test_an_index_without_a_name_and_a_feather_file_are_read(tmp_path):
    path = tmp_path / "bars.feather"
    table = pa.Table.from_pandas(frame("UTC").rename_axis(None))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert read_bar_file(path).bars.open_time.tolist() == DAYS


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_minutes_with_a_zone_are_instants_and_without_one_need_it(tmp_path, unit):
    times = [dt.datetime(2026, 3, 5, 15, minute, tzinfo=dt.UTC) for minute in range(3)]
    wanted = [int(time.timestamp()) for time in times]
    aware, naive = tmp_path / "aware.parquet", tmp_path / "naive.parquet"
    columns = {name.lower(): values for name, values in PRICES.items()}
    pq.write_table(pa.table({"timestamp": pa.array(times, pa.timestamp(unit, "UTC")), **columns}), aware)
    walls = pa.array([time.replace(tzinfo=None) for time in times], pa.timestamp(unit))
    pq.write_table(pa.table({"timestamp": walls, **columns}), naive)
    assert read_bar_file(aware).bars.open_time.tolist() == wanted
    with pytest.raises(InputError, match="line 1: the time names no zone"):
        read_bar_file(naive)
    assert read_bar_file(naive, ReadOptions(zone="UTC")).bars.open_time.tolist() == wanted


def test_a_file_that_is_no_parquet_or_lacks_prices_is_refused(tmp_path):
    path = tmp_path / "bars.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="not a Parquet file"):
        read_bar_file(path)
    pq.write_table(pa.table({"timestamp": [1], "open": [1.0]}), path)
    with pytest.raises(InputError, match="columns are missing: high, low, close"):
        read_bar_file(path)
