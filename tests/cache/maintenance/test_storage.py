"""What takes how much room, and which bars the provider has no longer."""

from contextlib import closing

import numpy as np
import pytest

from candledesk.cache.messages import Listing
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market.database import connect_reader
from candledesk.store.market.maintenance.sizes import read_sizes
from tests.cache.conftest import DAY_S, NOW, WAIT_S, days_back, make_bars

MINUTE = INTERVALS["1m"]


def read(harness):
    return harness.cache.read_storage().result(WAIT_S)


def row_of(harness, symbol, name):
    return next(row for row in read(harness).series if (row.symbol, row.interval.name) == (symbol, name))


def test_series_have_their_bars_and_extent_and_the_largest_comes_first(harness):
    harness.bars("1d", days_back(300))
    days = harness.bars("1d", Span(HISTORY_START, NOW), fill="none").bars  # one request brings all of them
    minutes = harness.bars("1m", days_back(5)).bars
    report = read(harness)
    assert [(row.interval.name, row.n_bars) for row in report.series] == [("1m", len(minutes)), ("1d", len(days))]
    row = report.series[0]
    assert (row.first_open, row.last_open) == (int(minutes.open_time[0]), int(minutes.open_time[-1]))


def test_the_estimates_add_up_to_the_file(harness):
    harness.bars("1d", days_back(300))
    harness.bars("1m", days_back(5))
    report = read(harness)
    tables = sum(table.n_bytes for table in report.tables)
    assert tables + report.free_bytes == pytest.approx(report.n_bytes, rel=0.1)
    large = sum(table.n_bytes for table in report.tables if table.name in {"candle", "chunk"})
    assert sum(row.n_bytes for row in report.series) == pytest.approx(large, rel=0.02)
    assert report.n_bytes + report.log_bytes >= (harness.folder / "candles.db").stat().st_size
    assert report.is_estimate


def test_bars_of_recent_days_can_be_fetched_again(harness):
    harness.bars("1d", days_back(300))
    harness.bars("1m", days_back(5))
    assert not any(row.is_irreplaceable for row in read(harness).series)


def test_bars_older_than_what_the_provider_keeps_are_irreplaceable(harness, yahoo):
    harness.bars("1m", days_back(20))
    yahoo.now += 20 * DAY_S  # the oldest lie 40 days back now, and the provider keeps 30
    row = row_of(harness, "AAA", "1m")
    floor = row.irreplaceable_until
    assert yahoo.now - 31 * DAY_S < floor < yahoo.now - 28 * DAY_S
    times = harness.bars("1m", days_back(60, yahoo.now), fill="none").bars.open_time
    assert row.n_irreplaceable == int(np.count_nonzero(times < floor))
    assert 0 < row.n_irreplaceable < row.n_bars


def test_an_archived_series_is_marked(harness):
    harness.bars("1m", days_back(5))
    harness.cache.set_archived("AAA", MINUTE, is_on=True).result(WAIT_S)
    assert row_of(harness, "AAA", "1m").is_archived


def test_imported_bars_are_irreplaceable(harness):
    harness.bars("1d", days_back(5))
    times = (NOW // DAY_S - 900) * DAY_S + 52_200 + 60 * np.arange(100, dtype=np.int64)
    harness.cache.import_bars("AAA", MINUTE, make_bars(times)).result(WAIT_S)
    assert row_of(harness, "AAA", "1m").n_irreplaceable == 100


def test_a_local_series_is_irreplaceable(harness, yahoo):
    yahoo.unknown.add("ACME")
    times = (NOW // DAY_S - 3) * DAY_S + 52_200 + 60 * np.arange(50, dtype=np.int64)
    harness.cache.import_bars("ACME", MINUTE, make_bars(times), Listing("XNYS", "USD")).result(WAIT_S)
    row = row_of(harness, "local:ACME", "1m")
    assert (row.n_irreplaceable, row.is_irreplaceable) == (50, True)


def test_free_pages_and_the_log_can_be_given_back(harness):
    harness.bars("1m", days_back(5))
    report = read(harness)
    assert report.reclaimable_bytes == report.free_bytes + report.log_bytes
    log = harness.folder / "candles.db-wal"
    assert report.log_bytes == log.stat().st_size


def test_series_without_checksums_are_counted_by_their_chunks(harness):
    n_bars = len(harness.bars("1m", days_back(5)).bars)

    def forget_checksums(connection):
        connection.execute("DELETE FROM chunk_checksum")
        connection.execute("UPDATE series SET is_unchecked = 1")

    harness.service._writer.submit(forget_checksums).result(WAIT_S)
    row = row_of(harness, "AAA", "1m")
    assert row.n_bars == n_bars
    assert row.first_open < row.last_open
    with closing(connect_reader(harness.folder / "candles.db")) as connection:
        assert read_sizes(connection).series[0].n_bytes > 0
