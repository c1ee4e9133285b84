"""Which of the two copies of a bar is used, and what is repaired from which."""

import numpy as np
import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span
from candledesk.store.market import pyramid
from candledesk.store.market.bars import delete_bars, read_bars, read_bars_around, write_bars
from candledesk.store.market.chart_records import read_records
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.chunks.proof import Checksums, Copy, DamagedBarsError, Finding, Verdict, choose_copy
from candledesk.store.market.chunks.repair import repair_chunks, repair_series
from candledesk.store.market.chunks.verification import find_damage, verify_chunks
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import CHUNK_BARS
from candledesk.store.market.rows import read_rows
from tests.store.market.strategies import make_bars

EVER = Span(-(2**40), 2**40)
N = CHUNK_BARS
BARS = make_bars(0, 3 * N)
MIDDLE = Span(N * 60, 2 * N * 60)
RECORDS = pyramid.from_bars(make_bars(0, 4))
OTHER = pyramid.from_bars(make_bars(0, 4, seed=1))
BOTH, CHUNK, ROWS, NEITHER = Verdict.BOTH, Verdict.CHUNK, Verdict.ROWS, Verdict.NEITHER
MISSING = Copy(None, None)


@pytest.mark.parametrize(
    ("chunk", "rows", "checksums", "chosen"),
    [
        # the copies, their checksums, and the checksums that are stored: in chunk, in chunk_checksum
        (Copy(RECORDS, 1), Copy(RECORDS, 1), Checksums(1, 1), BOTH),
        (Copy(RECORDS, 1), Copy(RECORDS, 1), Checksums(1, 9), BOTH),  # one checksum is damaged
        (Copy(RECORDS, 1), Copy(RECORDS, 1), Checksums(8, 9), BOTH),  # both are, and the copies are equal
        (Copy(RECORDS, 1), Copy(RECORDS, 1), Checksums(None, None), BOTH),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(1, 1), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(2, 2), ROWS),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(1, None), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(None, 1), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(2, None), ROWS),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(None, 2), ROWS),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(1, 9), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(9, 2), ROWS),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(1, 2), ROWS),  # one of them is an older page
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(1, 2, is_chunk_newer=True), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(8, 9), NEITHER),
        (Copy(RECORDS, 1, is_proven=True), Copy(OTHER, 2), Checksums(8, 9), CHUNK),
        (Copy(RECORDS, 1, is_proven=True), Copy(OTHER, 2), Checksums(8, 2), ROWS),
        (Copy(RECORDS, 1, is_proven=True), MISSING, Checksums(None, None), CHUNK),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(None, None), NEITHER),
        (Copy(RECORDS, 1), Copy(OTHER, 2), Checksums(None, None, is_required=False), NEITHER),
        (MISSING, Copy(RECORDS, 1), Checksums(1, 1), ROWS),
        (MISSING, Copy(RECORDS, 1), Checksums(9, 9), NEITHER),
        (MISSING, Copy(RECORDS, 1), Checksums(None, None), NEITHER),
        (MISSING, Copy(RECORDS, 1), Checksums(None, None, is_required=False), ROWS),
        (MISSING, Copy(RECORDS, 1), Checksums(None, 9, is_required=False), NEITHER),
        (Copy(RECORDS, 1), MISSING, Checksums(1, 1), CHUNK),
        (Copy(RECORDS, 1), MISSING, Checksums(9, 9), NEITHER),
        (Copy(RECORDS, 1), MISSING, Checksums(None, None, is_required=False), CHUNK),
        (MISSING, MISSING, Checksums(1, 1), NEITHER),
        (MISSING, MISSING, Checksums(None, None, is_required=False), NEITHER),
    ],
)
def test_the_copy_that_agrees_with_a_checksum_is_chosen(chunk, rows, checksums, chosen):
    assert choose_copy(chunk, rows, checksums) is chosen


@pytest.fixture
def stored(writer, series):
    """Three chunks of bars, and that they are known."""
    with transaction(writer):
        write_bars(writer, series, BARS)
        write_coverage(writer, series, [Coverage(Span(0, 3 * N * 60), CoverageState.HAVE, 7)])
    decoded_chunks.clear()
    return series


CHUNK_BYTE = "UPDATE chunk SET data = zeroblob(length(data)) WHERE level = 1 AND start = 1"
CHUNK_GONE = "DELETE FROM chunk WHERE level = 1 AND start = 1"
CHUNK_CRC = "UPDATE chunk SET crc = crc + 1 WHERE level = 1 AND start = 1"
CHUNK_N = "UPDATE chunk SET n = n - 1 WHERE level = 1 AND start = 1"
CHUNK_CODEC = "UPDATE chunk SET codec = 0 WHERE level = 1 AND start = 1"
CHUNK_MOVED = "UPDATE chunk SET start = 5 WHERE level = 1 AND start = 1"
CHUNK_IDLE_BYTE = (  # the last byte of the header of a packed chunk has no meaning at level 1
    "UPDATE chunk SET data = CAST(substr(data, 1, 35) || x'01' || substr(data, 37) AS BLOB)"
    " WHERE level = 1 AND start = 1"
)
CHECKSUM_GONE = "DELETE FROM chunk_checksum WHERE level = 1 AND start = 1"
CHECKSUM_CRC = "UPDATE chunk_checksum SET crc = crc + 1 WHERE level = 1 AND start = 1"
CHUNK_DATA_CRC = "UPDATE chunk SET data_crc = data_crc + 1 WHERE level = 1 AND start = 1"
CHECKSUM_DATA_CRC = "UPDATE chunk_checksum SET data_crc = data_crc + 1 WHERE level = 1 AND start = 1"
CHECKSUM_N = "UPDATE chunk_checksum SET n = n + 1 WHERE level = 1 AND start = 1"
CHECKSUM_MOVED = "UPDATE chunk_checksum SET start = 5 WHERE level = 1 AND start = 1"
ROW_VALUE = f"UPDATE candle SET close = close + 0.01 WHERE ts = {60 * (N + 9)}"
ROW_TIME = f"UPDATE candle SET ts = ts + 1 WHERE ts = {60 * (N + 9)}"
ROW_MOVED = f"UPDATE candle SET ts = ts + 100000000 WHERE ts = {60 * (N + 9)}"
ROW_GONE = f"DELETE FROM candle WHERE ts = {60 * (N + 9)}"
ROW_ADDED = f"INSERT INTO candle VALUES (1, {60 * (N + 9) + 1}, 1, 1, 1, 1, 1)"
COARSE = [
    f"UPDATE chunk SET {change} WHERE level = {level}"
    for level in (8, 64, 512)
    for change in (
        "data = zeroblob(length(data))",
        "crc = crc + 1",
        "data_crc = data_crc + 1",
        "n = n - 1",
        "start = start + 7",
    )
]
SINGLE = [
    *((sql, ROWS) for sql in (CHUNK_BYTE, CHUNK_GONE, CHUNK_N, CHUNK_CODEC, CHUNK_MOVED)),
    *((sql, BOTH) for sql in (CHUNK_CRC, CHECKSUM_GONE, CHECKSUM_CRC, CHECKSUM_N, CHECKSUM_MOVED)),
    *((sql, BOTH) for sql in (CHUNK_DATA_CRC, CHECKSUM_DATA_CRC, CHUNK_IDLE_BYTE)),
    *((sql, CHUNK) for sql in (ROW_VALUE, ROW_TIME, ROW_MOVED, ROW_GONE, ROW_ADDED)),
]
ROW_DAMAGES = (ROW_VALUE, ROW_TIME, ROW_MOVED, ROW_GONE, ROW_ADDED)


@pytest.mark.parametrize(("damage", "verdict"), SINGLE)
def test_one_damaged_copy_costs_nothing_and_is_repaired(writer, stored, damage, verdict):
    writer.execute(damage)
    findings: list[Finding] = []
    assert read_bars(writer, stored, EVER, findings).equals(BARS)
    assert not any(finding.lost for finding in findings)
    if damage not in ROW_DAMAGES:  # the rows are not read while the chunks hold
        assert Finding(stored, 1, 1, verdict) in findings
    assert read_bars_around(writer, stored, None, 3_000, 0).equals(BARS.take(slice(-3_000, None)))
    found = verify_chunks(writer, stored)
    assert any("chunk 1 of level 1 " in text for text in found)
    with transaction(writer):
        assert Finding(stored, 1, 1, verdict) in repair_series(writer, stored)
    assert_whole(writer, stored)


@pytest.mark.parametrize("damage", [damage for damage, _ in SINGLE])
def test_a_quick_check_finds_the_damage_that_a_read_finds(writer, stored, damage):
    assert find_damage(writer, stored, EVER) == []
    writer.execute(damage)
    findings: list[Finding] = []
    read_bars(writer, stored, EVER, findings)
    assert set(find_damage(writer, stored, EVER)) == set(findings)
    assert bool(findings) is (damage not in ROW_DAMAGES)
    assert find_damage(writer, stored, Span(0, MIDDLE.start)) == []


@pytest.mark.parametrize("damage", [damage for damage, _ in SINGLE if damage not in ROW_DAMAGES])
def test_a_write_repairs_the_chunk_that_it_touches(writer, stored, damage):
    writer.execute(damage)
    again = BARS.take(slice(N + 5, N + 8))
    with transaction(writer):
        assert write_bars(writer, stored, again) == 0
    if damage in {CHUNK_MOVED, CHECKSUM_MOVED}:  # what turned up elsewhere is repaired when that chunk is read
        assert read_bars(writer, stored, MIDDLE).equals(BARS.within(MIDDLE))
    else:
        assert_whole(writer, stored)


@pytest.mark.parametrize("damage", [ROW_VALUE, ROW_TIME, ROW_GONE, ROW_ADDED])
def test_a_write_beside_damaged_rows_does_not_hide_the_damage(writer, stored, damage):
    writer.execute(damage)
    changed = make_bars(N + 5, 3, seed=9)
    with transaction(writer):
        assert write_bars(writer, stored, changed) == 3
    found = verify_chunks(writer, stored)
    assert found == [f"series {stored}: the rows of chunk 1 of level 1 are damaged, and the chunk is not"]
    with transaction(writer):
        repair_chunks(writer, stored, [1])
    assert verify_chunks(writer, stored) == []
    assert (
        read_rows(writer, stored, *ends(MIDDLE))
        .within(Span(60 * (N + 9), 60 * (N + 10)))
        .equals(BARS.take(slice(N + 9, N + 10)))
    )


@pytest.mark.parametrize("damage", COARSE)
def test_a_damaged_coarser_level_is_made_from_the_bars_again(writer, stored, damage):
    expected = {stride: read_records(writer, stored, EVER, stride) for stride in (8, 64, 512)}
    decoded_chunks.clear()
    writer.execute(damage)
    for stride, rows in expected.items():
        found = read_records(writer, stored, EVER, stride, [])
        assert found.bars.equals(rows.bars)
        assert np.array_equal(found.n_bars, rows.n_bars)
    assert verify_chunks(writer, stored) != []
    with transaction(writer):
        assert repair_series(writer, stored) == []
    assert_whole(writer, stored)


def test_bars_that_are_equal_in_both_copies_survive_when_no_checksum_agrees(writer, stored):
    for damage in (CHUNK_CRC, CHECKSUM_CRC, CHUNK_DATA_CRC, CHECKSUM_DATA_CRC, ROW_VALUE):
        writer.execute(damage)
    lost = Span(60 * (N + 9), 60 * (N + 10))
    with pytest.raises(DamagedBarsError, match="second copy") as caught:
        read_bars(writer, stored, EVER)
    assert caught.value.findings == (Finding(stored, 1, 1, NEITHER, (lost,)),)
    findings: list[Finding] = []
    left = BARS.take(np.delete(np.arange(len(BARS)), N + 9))
    assert read_bars(writer, stored, EVER, findings).equals(left)
    assert findings == list(caught.value.findings)
    assert read_bars(writer, stored, Span(0, MIDDLE.start)).equals(BARS.take(slice(0, N)))


def test_a_chunk_is_proven_by_the_checksum_of_its_bytes_alone(writer, stored):
    for damage in (CHUNK_CRC, CHECKSUM_GONE, ROW_VALUE):
        writer.execute(damage)
    findings: list[Finding] = []
    assert read_bars(writer, stored, EVER, findings).equals(BARS)
    assert findings == [Finding(stored, 1, 1, CHUNK)]
    with transaction(writer):
        repair_series(writer, stored)
    assert_whole(writer, stored)


@pytest.mark.parametrize("damages", [(CHUNK_BYTE, ROW_VALUE), (CHUNK_GONE, ROW_GONE), (CHUNK_CODEC, ROW_TIME)])
@pytest.mark.parametrize("how", ["series", "chunk_checksum", "write", "delete"])
def test_bars_that_are_damaged_in_both_copies_become_a_gap(writer, stored, damages, how):
    for damage in damages:
        writer.execute(damage)
    new = make_bars(N + 100, 50, seed=4)
    with transaction(writer):
        if how == "series":
            repair_series(writer, stored)
        elif how == "chunk_checksum":
            assert repair_chunks(writer, stored, [1]) == [Finding(stored, 1, 1, NEITHER, (MIDDLE,))]
        elif how == "write":
            assert write_bars(writer, stored, new) == 50
        else:
            delete_bars(writer, stored, Span(MIDDLE.start - 60, MIDDLE.start + 60))
    ledger = read_coverage(writer, stored, MIDDLE)
    assert [piece for piece in ledger if piece.span == MIDDLE] == [
        Coverage(MIDDLE, CoverageState.FAILED, 7, 7, "damaged")
    ]
    assert {piece.state for piece in read_coverage(writer, stored) if piece.span != MIDDLE} == {CoverageState.HAVE}
    assert verify_chunks(writer, stored) == []
    if how != "delete":
        assert read_bars(writer, stored, MIDDLE).equals(new if how == "write" else BARS.take(slice(0, 0)))
        assert read_bars(writer, stored, Span(0, MIDDLE.start)).equals(BARS.take(slice(0, N)))


def test_a_row_without_a_chunk_and_a_checksum_is_not_a_bar(writer, stored):
    writer.execute("INSERT INTO candle VALUES (?, 6000000000, 1, 1, 1, 1, 1)", (stored,))
    assert read_bars(writer, stored, EVER).equals(BARS)
    assert read_bars_around(writer, stored, None, 5, 0).equals(BARS.take(slice(-5, None)))
    with transaction(writer):
        repair_series(writer, stored)
    assert_whole(writer, stored)


def test_what_is_decoded_already_is_not_read_from_a_damaged_chunk(writer, stored):
    for _ in range(2):
        assert read_bars(writer, stored, MIDDLE).equals(BARS.within(MIDDLE))
    writer.execute(CHUNK_BYTE)
    findings: list[Finding] = []
    assert read_bars(writer, stored, MIDDLE, findings).equals(BARS.within(MIDDLE))
    assert findings == []
    decoded_chunks.clear()
    assert read_bars(writer, stored, MIDDLE, findings).equals(BARS.within(MIDDLE))
    assert findings == [Finding(stored, 1, 1, ROWS)]


@pytest.mark.parametrize("damage", [CHUNK_CRC, CHECKSUM_CRC, CHECKSUM_N, CHUNK_DATA_CRC, CHECKSUM_DATA_CRC])
def test_the_checksums_of_what_is_decoded_already_are_compared(writer, stored, damage):
    for _ in range(2):
        read_bars(writer, stored, MIDDLE)
    writer.execute(damage)
    findings: list[Finding] = []
    assert read_bars(writer, stored, MIDDLE, findings).equals(BARS.within(MIDDLE))
    assert findings == [Finding(stored, 1, 1, BOTH)]


def ends(span):
    return span.start, span.end


def assert_whole(writer, series):
    decoded_chunks.clear()
    assert verify_chunks(writer, series) == []
    findings: list[Finding] = []
    assert read_bars(writer, series, EVER, findings).equals(BARS)
    assert findings == []
    assert read_rows(writer, series, EVER.start, EVER.end).equals(BARS)
    assert {piece.state for piece in read_coverage(writer, series)} == {CoverageState.HAVE}
