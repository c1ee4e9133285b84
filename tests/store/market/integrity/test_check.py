"""The check counts what it compares, finds damage of every kind without changing anything, and never holds the log."""

from contextlib import closing
from functools import partial

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.progress import Progress
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.chunks.proof import Verdict
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import checkpoint, transaction
from candledesk.store.market.instruments import series_id
from candledesk.store.market.integrity.check import MAX_BARS, check_market
from candledesk.store.market.integrity.repair import repair_damaged
from tests.store.market.chunks.samples import session_bars

EVER = Span(-(2**40), 2**40)
BARS = session_bars(6_000)
FIRST = "start = (SELECT min(start) FROM chunk WHERE series_id = 1 AND level = 1)"
WORSE_ROWS = "UPDATE candle SET close = close + 1, high = high + 1 WHERE series_id = 1 AND ts < 1700001000"
MOVED = "INSERT INTO chunk SELECT series_id, 8, 7, n, codec, rev, data, crc, data_crc FROM chunk WHERE level = 64"
BLANK = f"UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = 1 AND level = 1 AND {FIRST}"


@pytest.fixture
def stored(writer, series):
    """Two series of 6,000 bars; returns how many chunks they have."""
    with transaction(writer):
        other = series_id(writer, "AAPL", INTERVALS["5m"], create=True)
        for number in (series, other):
            write_bars(writer, number, BARS)
            write_coverage(writer, number, [Coverage(Span(int(BARS.open_time[0]), 2**33), CoverageState.HAVE, 7)])
    decoded_chunks.clear()
    return writer.execute("SELECT count(*) FROM chunk").fetchone()[0]


def writes(writer):
    def write(change):
        with transaction(writer):
            return change(writer)

    return write


def test_everything_is_counted(reader, stored):
    check = check_market(reader)
    assert check.is_good
    assert (check.n_bars, check.n_series, check.n_chunks, check.n_rows) == (12_000, 2, stored, 6)


def test_progress_counts_bars_and_series_to_the_end(reader, stored):
    steps: list[Progress] = []
    check_market(reader, steps.append)
    assert steps[0].total == 0
    assert [step.done for step in steps[1:]] == sorted(step.done for step in steps[1:])
    assert (steps[-1].done, steps[-1].total) == (12_000, 12_000)
    assert "series 2 of 2" in steps[-1].step


def test_what_the_progress_raises_ends_the_check(reader, stored):
    def stop(progress):
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_market(reader, stop)
    assert not reader.in_transaction


def test_a_writer_can_empty_the_log_between_two_steps(reader, writer, stored):
    left = []

    def write(progress):
        if progress.done:
            with transaction(writer):
                writer.execute("UPDATE series SET rev = rev + 1, chunk_rev = chunk_rev + 1")
            left.append(checkpoint(writer))

    assert check_market(reader, write).is_good
    assert left
    assert set(left) == {0}


@pytest.mark.parametrize(
    ("damage", "verdicts", "repaired"),
    [
        ([WORSE_ROWS], {(1, Verdict.CHUNK)}, (0, 1)),
        ([BLANK], {(1, Verdict.ROWS)}, (1, 0)),
        ([f"DELETE FROM chunk WHERE series_id = 1 AND level = 1 AND {FIRST}"], {(1, Verdict.ROWS)}, (1, 0)),
        (["UPDATE chunk SET crc = crc + 1 WHERE series_id = 1 AND level = 1"], {(1, Verdict.BOTH)}, (0, 0)),
        (["UPDATE chunk SET data = zeroblob(9) WHERE series_id = 1 AND level = 64"], {(64, Verdict.ROWS)}, (0, 0)),
        (["UPDATE chunk_checksum SET crc = 1 WHERE level = 512"], {(512, Verdict.ROWS)}, (0, 0)),
        ([MOVED],
         {(8, Verdict.ROWS)}, (0, 0)),
    ],
)  # fmt: skip
def test_damage_is_found_left_alone_and_repaired_without_a_loss(reader, writer, stored, damage, verdicts, repaired):
    with transaction(writer):
        for statement in damage:
            writer.execute(statement)
    for _ in range(2):
        check = check_market(reader)
        assert not check.faults
        assert {(one.level, one.verdict) for series in check.damaged for one in series.findings} >= verdicts
    found = repair_damaged(check.damaged, reader, writes(writer))
    assert sum(one.n_from_rows for one in found) == repaired[0]
    assert sum(one.n_from_chunks for one in found) == repaired[1]
    assert all(not one.lost and not one.left and not one.n_lost for one in found)
    assert check_market(reader).is_good
    for number in (1, 2):
        assert read_bars(reader, number, EVER).equals(BARS)


def test_both_sides_of_a_damage_are_kept_for_the_report(reader, writer, stored):
    with transaction(writer):
        writer.execute(WORSE_ROWS)
    ((series,),) = (check_market(reader).damaged,)
    ((comparison,),) = (series.comparisons,)
    assert (comparison.n_differing, len(comparison.rows), len(comparison.chunk)) == (16, MAX_BARS, MAX_BARS)
    assert (comparison.is_rows_proven, comparison.is_chunk_proven) == (False, True)
    assert comparison.chunk.equals(BARS.take(slice(MAX_BARS)))
    assert (comparison.rows.close - comparison.chunk.close).round(6).tolist() == [1.0] * MAX_BARS


def test_bars_that_neither_side_proves_are_a_gap_and_the_rest_stays(reader, writer, stored):
    with transaction(writer):
        writer.execute(WORSE_ROWS)
        writer.execute(BLANK)
    (one,) = repair_damaged(check_market(reader).damaged, reader, writes(writer))
    assert (len(one.lost), one.n_lost + one.n_bars, one.left) == (1, 6_000, ())
    bars = read_bars(reader, 1, EVER)
    assert bars.equals(BARS.take(slice(one.n_lost, None)))
    (gap, have) = read_coverage(reader, 1)
    assert (gap.state, gap.reason, gap.span.end) == (CoverageState.FAILED, "damaged", one.lost[0].end)
    assert have.state is CoverageState.HAVE
    assert check_market(reader).is_good
    assert read_bars(reader, 2, EVER).equals(BARS)


def test_chunks_that_are_older_than_their_rows_are_built_anew(reader, writer, stored):
    with transaction(writer):
        writer.execute("UPDATE series SET chunk_rev = rev - 1 WHERE series_id = 1")
    (series,) = check_market(reader).damaged
    assert series.fault
    (one,) = repair_damaged([series], reader, writes(writer))
    assert not one.left
    assert check_market(reader).is_good


def test_a_row_without_its_series_is_a_fault_of_the_file(reader, writer, stored):
    writer.execute("PRAGMA foreign_keys = OFF")
    with transaction(writer):
        writer.execute("DELETE FROM series WHERE series_id = 2")
    check = check_market(reader)
    assert any("rows without their series" in fault for fault in check.faults)
    assert (check.n_bars, check.damaged) == (0, ())


def test_a_repair_is_made_in_short_transactions(reader, writer, stored):
    """Each damaged part is written by itself, so that a running instance can write between them."""
    calls = []

    def write(change):
        calls.append(change)
        with transaction(writer):
            return change(writer)

    with transaction(writer):
        writer.execute(WORSE_ROWS)
        writer.execute(WORSE_ROWS.replace("series_id = 1", "series_id = 2"))
    repair_damaged(check_market(reader).damaged, reader, write)
    assert [call.func.__name__ for call in calls] == ["repair_part", "repair_part"]
    assert all(isinstance(call, partial) for call in calls)
    with closing(reader.execute("SELECT count(*) FROM candle")) as found:
        assert found.fetchone() == (12_000,)
