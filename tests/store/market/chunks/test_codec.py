"""Codec 1 gives back every bit of every array, and notices bytes that it has not made."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from candledesk.domain.bars import Bars
from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import PACKED, RAW, checksum, data_checksum, decode_into, encode
from candledesk.store.market.chunks.packed_integers import is_zero, pack, unpack_into
from tests.store.market.chunks.samples import as_single, session_bars

LARGE = 2**62
BITS = st.integers(-(2**63), 2**63 - 1)
ODD = [0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1.5e308, -37.63, 1e15 + 0.5, 2.0**53, 0.1 + 0.2]
TICKS = st.integers(-(10**7), 10**7)
COLUMNS = {
    "cents": TICKS.map(lambda tick: tick / 100),
    "single": TICKS.map(lambda tick: float(np.float32(tick / 10_000))),
    "any single": st.floats(width=32),
    "eight decimals": TICKS.map(lambda tick: tick / 10**8),
    "whole": st.integers(-(2**40), 2**40).map(float),
    "odd": st.sampled_from(ODD),
    "any": st.floats(),
}
values = st.sampled_from(sorted(COLUMNS)).flatmap(
    lambda name: st.integers(0, 40).flatmap(lambda n: arrays.arrays(np.float64, (5, n), elements=COLUMNS[name]))
)


def records_of(times, columns, level=1):
    records = pyramid.empty(level, len(times))
    records[pyramid.TIME] = times
    records.view(np.float64)[pyramid.OPEN : pyramid.VOLUME + 1] = columns
    if level > 1:
        records[pyramid.COUNT] = np.arange(len(times)) % level + 1
    return records


def unpack(data, at, n, dtype=np.int64):
    out = np.empty(n, dtype)
    return out, unpack_into(out, data, at)


def round_trip(records):
    codec, data = encode(records)
    out = pyramid.empty(1 if len(records) == pyramid.COUNT else 8, records.shape[1])
    decode_into(out, codec, data)
    return out, codec, data


@given(values, st.data(), st.sampled_from([1, 8]))
@settings(deadline=None, max_examples=300)
def test_every_bit_comes_back(columns, data, level):
    n = columns.shape[1]
    times = data.draw(st.one_of(arrays.arrays(np.int64, n, elements=BITS), st.just(np.arange(n) * 60)))
    records = records_of(times, columns, level)
    assert np.array_equal(round_trip(records)[0], records)


@given(st.lists(st.one_of(st.integers(-200, 200), BITS), max_size=60), st.integers(0, 9))
@example([-128, 127], 0)
@example([-129], 1)
@example([0, 255, 256], 0)
@example([2**23 - 1, -(2**23)] * 30, 0)
@settings(deadline=None, max_examples=300)
def test_a_column_of_whole_numbers_comes_back(numbers, n_before):
    column = np.array(numbers, np.int64)
    found, at = unpack(bytes(n_before) + pack(column) + b"rest", n_before, len(column))
    assert found.tolist() == numbers
    assert at == n_before + len(pack(column))
    assert is_zero(pack(column), 0) is not any(numbers)


@given(st.lists(st.integers(-(2**50), 2**50), max_size=60))
@settings(deadline=None)
def test_a_column_can_be_read_as_floats(numbers):
    column = pack(np.array(numbers, np.int64))
    assert unpack(column, 0, len(numbers), np.float64)[0].tolist() == numbers


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 6, 8])
@pytest.mark.parametrize("is_signed", [True, False])
def test_a_column_is_as_narrow_as_its_numbers_allow(width, is_signed):
    limit = 2 ** (8 * width - 1) - 1 if is_signed or width == 8 else 2 ** (8 * width) - 1
    numbers = np.array([limit, -limit - 1 if is_signed else limit - 1] * 100, np.int64)
    assert unpack(pack(numbers), 0, 200)[0].tolist() == numbers.tolist()
    assert len(pack(numbers)) == 6 + 200 * width


def test_a_few_large_numbers_do_not_widen_the_rest():
    numbers = np.full(1_000, 7)
    numbers[[3, 500]] = [2**60, -(2**60)]
    assert unpack(pack(numbers), 0, 1_000)[0].tolist() == numbers.tolist()
    assert len(pack(numbers)) == 6 + 1_000 + 2 * 12


@pytest.mark.parametrize(
    ("name", "bars", "n_bytes"),
    [
        ("four decimals as singles", session_bars(2_048), 11.5),
        ("cents", Bars(np.arange(2_048) * 60, *(np.round(np.arange(2_048) % 97 / 9 + 50, 2) for _ in range(5))), 7),
        ("any singles", Bars(np.arange(2_048) * 60, *([as_single(np.arange(2_048) / 7)] * 4), np.zeros(2_048)), 6),
    ],
)
def test_prices_as_they_are_sent_take_few_bytes(name, bars, n_bytes):
    records = pyramid.from_bars(bars)
    out, codec, data = round_trip(records)
    assert codec == PACKED, name
    assert len(data) <= n_bytes * len(bars)
    assert np.array_equal(out, records)


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_value_among_ordinary_ones_costs_no_bit(odd):
    records = pyramid.from_bars(session_bars(500)).copy()
    for row in range(pyramid.OPEN, pyramid.VOLUME + 1):
        records.view(np.float64)[row, 77 * row] = odd
    assert np.array_equal(round_trip(records)[0], records)


def test_what_would_not_come_back_is_stored_raw():
    records = pyramid.from_bars(session_bars(10)).copy()
    records.view(np.float64)[pyramid.VOLUME, 4] = -0.0
    out, codec, data = round_trip(records)
    assert (codec, len(data)) == (RAW, records.nbytes)
    assert np.array_equal(out, records)


def test_the_raw_codec_stays_readable():
    records = pyramid.from_bars(session_bars(10))
    out = pyramid.empty(1, 10)
    decode_into(out, RAW, records.astype("<i8").tobytes())
    assert np.array_equal(out, records)
    with pytest.raises(ValueError, match="reshape"):
        decode_into(out, RAW, records.astype("<i8").tobytes()[8:])


def test_a_codec_of_the_future_is_refused():
    with pytest.raises(ValueError, match="no codec 2"):
        decode_into(pyramid.empty(1, 1), 2, b"")


def test_damaged_bytes_are_refused_or_change_the_checksum():
    """Every bit of a small chunk, each cut and some appended bytes; nothing but ``ValueError`` comes out."""
    records = pyramid.from_bars(session_bars(12))
    codec, data = encode(records)
    assert codec == PACKED
    crc = checksum(records, 1, 1, 5)
    damaged = [data[:place] for place in range(len(data))] + [data + b"\0"]
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(flipped))
    for blob in damaged:
        out = pyramid.empty(1, 12)
        try:
            decode_into(out, codec, blob)
        except ValueError:
            continue
        assert np.array_equal(out, records) == (checksum(out, 1, 1, 5) == crc)


def test_the_checksum_differs_for_another_place_and_another_bit():
    records = pyramid.from_bars(session_bars(1_500))
    known = {checksum(records, 1, 1, 5)}
    for place in [(2, 1, 5), (1, 8, 5), (1, 1, 6)]:
        known.add(checksum(records, *place))
    for row, column, bit in [(0, 0, 0), (0, 1_499, 62), (5, 511, 1), (5, 512, 1), (3, 900, 51)]:
        other = records.copy()
        other[row, column] ^= 1 << bit
        known.add(checksum(other, 1, 1, 5))
    assert len(known) == 9
    wide = np.empty((6, 3_000), np.int64)
    wide[:, 700:2_200] = records
    assert checksum(wide[:, 700:2_200], 1, 1, 5) == checksum(records, 1, 1, 5)
    assert checksum(records.T.copy().T, 1, 1, 5) == checksum(records, 1, 1, 5)


def test_the_checksum_of_the_bytes_differs_for_another_bit_codec_or_place():
    data = encode(pyramid.from_bars(session_bars(2_000)))[1]
    assert len(data) > 3 * 4_096
    known = {data_checksum(data, PACKED, (1, 1, 5, 2_000)), data_checksum(data, RAW, (1, 1, 5, 2_000))}
    for place in [(2, 1, 5, 2_000), (1, 8, 5, 2_000), (1, 1, 6, 2_000), (1, 1, 5, 1_999)]:
        known.add(data_checksum(data, PACKED, place))
    for at in (0, 4_095, 4_096, len(data) - 1):
        other = bytearray(data)
        other[at] ^= 4
        known.add(data_checksum(bytes(other), PACKED, (1, 1, 5, 2_000)))
    assert len(known) == 10


@pytest.mark.parametrize(("data", "codec"), [("text", 1), (7, 1), (b"x", "1"), (b"x", None), (b"x", 2**70)])
def test_what_no_chunk_has_is_refused(data, codec):
    with pytest.raises((TypeError, ValueError)):
        data_checksum(data, codec, (1, 1, 5, 1))
