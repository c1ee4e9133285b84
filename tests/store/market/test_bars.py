"""Bars: round trips, idempotence, and refused bars."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.store.market.bars import (
    bars_extent,
    count_bars,
    delete_bars,
    has_older,
    is_checked_count,
    read_bars,
    read_bars_around,
    summarize_series,
    write_bars,
)
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import series_rev

T0 = 1_700_000_040
EVER = Span(-(2**40), 2**40)


def make_bars(n, start=T0, step=60, seed=0):
    rng = np.random.default_rng(seed)
    low = rng.random(n) * 100 + 1
    return Bars(
        np.arange(n, dtype=np.int64) * step + start, low + 0.25, low + 1, low, low + 0.5, rng.integers(0, 9, n) * 1.0
    )


def _store(conn, series, bars):
    with transaction(conn):
        return write_bars(conn, series, bars)


def test_round_trip(writer, reader, series):
    bars = make_bars(1_000)
    assert _store(writer, series, bars) == 1_000
    assert read_bars(reader, series, EVER).equals(bars)
    assert read_bars(reader, series, Span(T0 + 60, T0 + 180)).equals(bars.take(slice(1, 3)))
    assert len(read_bars(reader, series, Span(0, 60))) == 0
    assert count_bars(reader, series) == 1_000
    assert count_bars(reader, series, Span(T0, T0 + 120)) == 2
    assert bars_extent(reader, series) == Span(T0, T0 + 999 * 60 + 1)
    assert not has_older(reader, series, T0)
    assert has_older(reader, series, T0 + 1)


def test_an_empty_series_reads_as_empty(reader, series):
    assert bars_extent(reader, series) is None
    assert count_bars(reader, series) == 0
    assert not has_older(reader, series, T0)
    assert len(read_bars(reader, series, EVER)) == len(read_bars_around(reader, series, None, 9, 0)) == 0


@pytest.mark.parametrize("anchor", [None, T0 - 60, T0, T0 + 1, T0 + 50 * 60, T0 + 99 * 60, T0 + 100 * 60])
@pytest.mark.parametrize(("n_before", "n_after"), [(0, 0), (0, 7), (7, 0), (500, 500)])
def test_read_around(writer, reader, series, anchor, n_before, n_after):
    bars = make_bars(100)
    _store(writer, series, bars)
    split = 100 if anchor is None else int(np.searchsorted(bars.open_time, anchor))
    after = 0 if anchor is None else n_after
    expected = bars.take(slice(max(0, split - n_before), split + after))
    assert read_bars_around(reader, series, anchor, n_before, n_after).equals(expected)


def test_a_repeated_write_changes_nothing_and_writes_no_log(path, writer, series):
    bars = make_bars(20_000)
    _store(writer, series, bars)
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size == 0
    assert _store(writer, series, bars) == 0
    assert log.stat().st_size == 0
    assert series_rev(writer, series) == 1


def test_only_changed_bars_are_counted(writer, series):
    bars = make_bars(100)
    _store(writer, series, bars)
    close = bars.close.copy()
    close[[3, 70]] += 0.125
    changed = Bars(bars.open_time, bars.open, bars.high, bars.low, close, bars.volume)
    assert _store(writer, series, changed) == 2
    assert read_bars(writer, series, EVER).equals(changed)
    assert _store(writer, series, make_bars(50, T0 + 80 * 60, seed=1)) == 50
    assert series_rev(writer, series) == 3


def test_deleted_bars_are_gone(writer, series):
    bars = make_bars(10)
    _store(writer, series, bars)
    with transaction(writer):
        assert delete_bars(writer, series, Span(T0 + 60, T0 + 180)) == 2
        assert delete_bars(writer, series, Span(T0 + 60, T0 + 180)) == 0
    assert read_bars(writer, series, EVER).equals(bars.take(np.array([0, 3, 4, 5, 6, 7, 8, 9])))
    assert series_rev(writer, series) == 2


def test_invalid_bars_are_refused_whole(writer, series):
    bars = make_bars(10)
    close = bars.close.copy()
    close[4] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        _store(writer, series, Bars(bars.open_time, bars.open, bars.high, bars.low, close, bars.volume))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        _store(writer, series, Bars(bars.open_time, bars.open, bars.low, bars.high, bars.close, bars.volume))
    assert count_bars(writer, series) == 0


def test_a_numpy_integer_never_becomes_a_key(writer, series):
    with pytest.raises(sqlite3.IntegrityError, match="BLOB"), transaction(writer):
        writer.execute("INSERT INTO candle VALUES (?, ?, 1, 1, 1, 1, 1)", (series, np.int64(T0)))
    assert _store(writer, np.int64(series), make_bars(3)) == 3
    assert writer.execute("SELECT DISTINCT typeof(ts) FROM candle").fetchall() == [("integer",)]


def test_writes_outside_a_transaction_are_refused(writer, series):
    with pytest.raises(RuntimeError, match="transaction"):
        write_bars(writer, series, make_bars(1))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(0, 3)), max_size=8))
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_order_of_writes_ends_in_the_last_value_of_each_bar(writer, series, pieces):
    with transaction(writer):
        delete_bars(writer, series, EVER)
    truth = {}
    for start, n, seed in pieces:
        bars = make_bars(n, T0 + start * 60, seed=seed)
        rows = list(zip(*(getattr(bars, name).tolist() for name in Bars.__slots__), strict=True))
        n_new = sum(truth.get(row[0]) != row for row in rows)
        truth.update({row[0]: row for row in rows})
        assert _store(writer, series, bars) == n_new
        assert _store(writer, series, bars) == 0
    assert read_bars(writer, series, EVER).equals(Bars.from_rows([truth[key] for key in sorted(truth)]))


def test_a_summary_has_the_number_and_the_ends_of_the_bars(writer, reader, series):
    assert summarize_series(reader) == {}
    _store(writer, series, make_bars(5_000))
    found = summarize_series(reader)[series]
    assert (found.n_bars, found.first, found.last) == (5_000, T0, T0 + 4_999 * 60)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunk_checksum SET n = n + 1 WHERE level = 1",
        "UPDATE chunk_checksum SET last_ts = last_ts + 60 WHERE level = 1",
        "DELETE FROM chunk_checksum WHERE level = 1 AND first_ts = (SELECT min(first_ts) FROM chunk_checksum)",
        "DELETE FROM chunk WHERE level = 1 AND start = (SELECT min(start) FROM chunk WHERE level = 1)",
        "UPDATE series SET rev = rev + 1",
        "UPDATE series SET is_unchecked = 1",
    ],
)
def test_a_series_whose_chunks_and_checksums_do_not_agree_has_no_summary(writer, reader, series, damage):
    _store(writer, series, make_bars(5_000))
    with transaction(writer):
        assert writer.execute(damage).rowcount
    assert summarize_series(reader) == {}


def test_a_count_is_compared_with_the_checksums(writer, reader, series):
    assert is_checked_count(reader, series, 0)  # no checksum says otherwise
    _store(writer, series, make_bars(5_000))
    assert is_checked_count(reader, series, 5_000)
    assert not is_checked_count(reader, series, 4_999)
