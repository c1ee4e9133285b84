"""Decoded chunks are kept within bounds, the last records of a place alone, and never given out for others."""

import numpy as np
import pytest

from candledesk.store.market.chunks.decoded import N_NOTED, DecodedChunks

RECORDS = np.arange(60).reshape(6, 10)


def test_records_come_back_for_their_place_number_and_checksum_alone():
    chunks = DecodedChunks()
    chunks.put((1, 1, 5), 77, RECORDS)
    assert np.array_equal(chunks.get((1, 1, 5), 10, 77), RECORDS)
    for place, n, crc in [((1, 1, 6), 10, 77), ((1, 1, 5), 9, 77), ((1, 1, 5), 10, 78)]:
        assert chunks.get(place, n, crc) is None
    chunks.clear()
    assert chunks.get((1, 1, 5), 10, 77) is None


def test_what_is_kept_cannot_be_changed_from_outside():
    chunks = DecodedChunks()
    mine = RECORDS.copy()
    chunks.put((1, 1, 5), 77, mine)
    for records in (mine, chunks.get((1, 1, 5), 10, 77)):
        with pytest.raises(ValueError, match="read-only"):
            records[0, 0] = 1


def test_newer_records_replace_those_of_their_place():
    chunks = DecodedChunks(max_bytes=2 * RECORDS.nbytes)
    for crc in range(50):
        chunks.put((1, 1, 5), crc, RECORDS)
    chunks.put((1, 1, 6), 1, RECORDS)
    assert chunks.get((1, 1, 5), 10, 49) is not None
    assert chunks.get((1, 1, 5), 10, 48) is None
    assert chunks.get((1, 1, 6), 10, 1) is not None


def test_the_longest_unused_records_make_room():
    chunks = DecodedChunks(max_bytes=3 * RECORDS.nbytes)
    for start in range(3):
        chunks.put((1, 1, start), 1, RECORDS)
    assert chunks.get((1, 1, 0), 10, 1) is not None
    chunks.put((1, 1, 3), 1, RECORDS)
    assert [chunks.get((1, 1, start), 10, 1) is not None for start in range(4)] == [True, False, True, True]


def test_what_is_read_again_is_kept_and_what_was_read_long_ago_is_not():
    chunks = DecodedChunks()
    chunks.offer((1, 1, 5), 77, RECORDS.copy())
    assert chunks.get((1, 1, 5), 10, 77) is None
    chunks.offer((1, 1, 5), 77, RECORDS.copy())
    assert chunks.get((1, 1, 5), 10, 77) is not None
    chunks.offer((1, 1, 6), 78, RECORDS.copy())
    for key in range(100, 100 + N_NOTED):
        chunks.offer((1, 1, key), 79, RECORDS.copy())
    chunks.offer((1, 1, 6), 78, RECORDS.copy())
    assert chunks.get((1, 1, 6), 10, 78) is None
