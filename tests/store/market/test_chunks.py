"""Chunks of every level equal the rows after any changes; reads of chunks equal reads of the rows."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.store.market.bars import bars_extent, count_bars, delete_bars, read_bars, read_bars_around, write_bars
from candledesk.store.market.chart_records import read_records
from candledesk.store.market.chunks.proof import Verdict
from candledesk.store.market.chunks.repair import repair_series
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import connect_reader, transaction
from candledesk.store.market.rows import read_rows
from tests.store.market.chunks.samples import session_bars
from tests.store.market.strategies import CHUNK_BARS, EVER, FEW, apply_history, histories, make_bars, starts


def _chunks(conn):
    return conn.execute("SELECT series_id, level, start, n, codec, data FROM chunk ORDER BY 1, 2, 3").fetchall()


@given(histories)
@FEW
def test_chunks_and_pyramid_equal_the_rows(writer, series, history):
    apply_history(writer, series, history)
    assert verify_chunks(writer, series) == []
    kept = _chunks(writer)
    with transaction(writer):
        repair_series(writer, series)
    assert _chunks(writer) == kept


@given(histories, st.lists(starts, min_size=1, max_size=5), st.integers(0, 3_000), st.integers(0, 3_000))
@FEW
def test_reads_through_chunks_equal_reads_of_rows(writer, series, history, minutes, n_before, n_after):
    apply_history(writer, series, history)
    truth = read_rows(writer, series, EVER.start, EVER.end)
    assert read_bars(writer, series, EVER).equals(truth)
    assert count_bars(writer, series) == len(truth)
    newest = truth.take(slice(max(0, len(truth) - n_before), len(truth)))
    assert read_bars_around(writer, series, None, n_before, n_after).equals(newest)
    for minute in minutes:
        time = minute * 60
        at = int(np.searchsorted(truth.open_time, time))
        around = truth.take(slice(max(0, at - n_before), at + n_after))
        assert read_bars_around(writer, series, time, n_before, n_after).equals(around)
        span = Span(time, time + 60 * (n_after + 1))
        assert read_bars(writer, series, span).equals(truth.within(span))
        assert count_bars(writer, series, span) == len(truth.within(span))


def test_fractional_volumes_rebuild_to_the_same_bytes(writer, series):
    bars = make_bars(0, 5_000)
    volume = np.random.default_rng(1).random(5_000) / 3
    with transaction(writer):
        for part in np.array_split(np.random.default_rng(2).permutation(5_000), 9):
            chosen = bars.take(np.sort(part))
            values = (chosen.open, chosen.high, chosen.low, chosen.close, volume[np.sort(part)])
            write_bars(writer, series, Bars(chosen.open_time, *values))
    kept = _chunks(writer)
    assert verify_chunks(writer, series) == []
    with transaction(writer):
        repair_series(writer, series)
    assert _chunks(writer) == kept


def test_stale_chunks_are_not_read_and_the_next_write_rebuilds_them(writer, reader, series):
    bars = make_bars(0, 5_000)
    with transaction(writer):
        write_bars(writer, series, bars)
    with transaction(writer):
        writer.execute("DELETE FROM chunk WHERE start = 1")
        writer.execute("UPDATE series SET chunk_rev = -1")
    assert verify_chunks(reader, series) == [f"series {series}: the chunks are older than the rows"]
    assert read_bars(reader, series, EVER).equals(bars)
    assert read_bars_around(reader, series, None, 3_000, 0).equals(bars.take(slice(2_000, 5_000)))
    assert count_bars(reader, series) == 5_000
    assert read_records(reader, series, EVER, 1).bars.equals(bars)
    assert read_records(reader, series, EVER, 512).n_bars.sum() == 5_000
    with transaction(writer):
        assert write_bars(writer, series, bars.take(slice(0, 9))) == 0
    assert verify_chunks(writer, series) == []
    with transaction(writer):
        writer.execute("UPDATE series SET chunk_rev = -1")
        assert delete_bars(writer, series, Span(0, 600)) == 10
    assert verify_chunks(writer, series) == []


def test_damage_is_found_named_and_repaired(writer, series):
    bars = make_bars(0, 5_000)
    with transaction(writer):
        write_bars(writer, series, bars)
    writer.execute("UPDATE chunk SET data = substr(data, 9) WHERE level = 1 AND start = 1")
    writer.execute("UPDATE chunk SET data = zeroblob(length(data)) WHERE level = 64")
    writer.execute("DELETE FROM chunk WHERE level = 512")
    writer.execute("UPDATE candle SET volume = volume + 1 WHERE ts = 60")
    assert verify_chunks(writer, series) == [
        f"series {series}: the rows of chunk 0 of level 1 are damaged, and the chunk is not",
        f"series {series}: chunk 1 of level 1 is damaged, and its rows are not",
        f"series {series}: chunk 0 of level 64 is damaged, and its rows are not",
        f"series {series}: chunk 0 of level 512 is damaged, and its rows are not",
    ]
    assert len(verify_chunks(writer, series, max_findings=2)) == 2
    assert read_bars(writer, series, EVER).equals(bars)
    with transaction(writer):
        findings = repair_series(writer, series)
    assert [(finding.key, finding.verdict) for finding in findings] == [(0, Verdict.CHUNK), (1, Verdict.ROWS)]
    assert verify_chunks(writer, series) == []
    assert read_bars(writer, series, EVER).equals(bars)
    assert read_rows(writer, series, EVER.start, EVER.end).equals(bars)


def test_a_minus_zero_is_stored_as_zero(writer, series):
    zero = Bars(np.array([60]), *(np.array([value]) for value in (0.0, 1.0, -0.0, 0.5, -0.0)))
    with transaction(writer):
        assert write_bars(writer, series, zero) == 1
        assert write_bars(writer, series, zero) == 0
    assert verify_chunks(writer, series) == []


@pytest.mark.parametrize("order", [[1, 0], [0, 0]])
def test_disorder_and_doubles_are_refused(writer, series, order):
    with pytest.raises(ValueError, match="ascending and unique"), transaction(writer):
        write_bars(writer, series, make_bars(0, 2).take(np.array(order)))


def test_an_unknown_series_raises_a_lookup_error(reader):
    with pytest.raises(LookupError):
        read_bars(reader, 99, EVER)


def _with_volume(value):
    bars = make_bars(0, 3 * CHUNK_BARS)
    return Bars(bars.open_time, bars.open, bars.high, bars.low, bars.close, np.full(len(bars), float(value)))


def test_a_reader_sees_whole_transactions_while_the_writer_works_without_pause(path, writer, series):
    stop = Event()

    def write(value):
        with transaction(writer):
            write_bars(writer, series, _with_volume(value))

    def write_on():
        value = 0
        while not stop.is_set():
            value += 1
            write(value)

    write(0)
    thread = Thread(target=write_on)
    thread.start()
    try:
        with closing(connect_reader(path)) as conn:
            for _ in range(50):
                assert len(set(read_bars(conn, series, EVER).volume.tolist())) == 1
                rows = read_records(conn, series, EVER, 64)
                assert (rows.bars.volume / rows.n_bars == rows.rev - 1).all()
    finally:
        stop.set()
        thread.join()
    assert bars_extent(writer, series) == Span(0, (3 * CHUNK_BARS - 1) * 60 + 1)
    assert verify_chunks(writer, series) == []


def test_chunks_and_pyramid_take_at_most_16_bytes_a_bar(writer, series):
    with transaction(writer):
        write_bars(writer, series, session_bars(60_000))
    size, codecs = writer.execute("SELECT sum(length(data)), group_concat(DISTINCT codec) FROM chunk").fetchone()
    assert codecs == "1"
    assert size <= 16 * 60_000
