"""Single flipped bits of the file: every bar that is read is true, and what is damaged is noticed and repaired."""

import sqlite3
from collections import Counter
from contextlib import closing

import numpy as np
import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.span import Span
from candledesk.store.market.bars import bars_extent, has_older, read_bars, read_bars_around, write_bars
from candledesk.store.market.chart_records import has_bars, read_records
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.chunks.repair import repair_series
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import transaction
from candledesk.store.market.rows import read_rows
from tests.store.market.chunks.samples import session_bars

EVER = Span(-(2**40), 2**40)
TRUTH = session_bars(4)
CHUNK_TIMES = int(TRUTH.open_time[0]) // 122_880 * 122_880, (int(TRUTH.open_time[0]) // 122_880 + 1) * 122_880
PAGE_SIZE = 8_192
ROOT = "SELECT rootpage FROM sqlite_schema WHERE name = ?"


def image_of(writer):
    """Return the bytes of the database in the form that SQLite opens in memory."""
    with closing(sqlite3.connect(":memory:")) as copy:
        writer.backup(copy)
        data = bytearray(copy.serialize())
    data[18:20] = b"\1\1"  # a database in memory has no write-ahead log
    return data


def opened(data):
    """Open the image of a database in memory."""
    decoded_chunks.clear()
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.deserialize(bytes(data))
    return closing(conn)


@pytest.fixture
def image(writer, series):
    """The image of a database with one chunk of each level, and the page of each table."""
    with transaction(writer):
        write_bars(writer, series, TRUTH)
    tables = ("candle", "chunk", "chunk_checksum", "sqlite_autoindex_chunk_1")
    pages = {name: writer.execute(ROOT, (name,)).fetchone()[0] for name in tables}
    return image_of(writer), pages


def used_bits(data, page):
    """Return bits of all bytes of a leaf page that mean something: ``(place, bit)``.

    Every bit of its header and its pointers; of each byte of its cells two, other ones than of the byte before.
    """
    start = (page - 1) * PAGE_SIZE
    n_cells = int.from_bytes(data[start + 3 : start + 5], "big")
    first_cell = int.from_bytes(data[start + 5 : start + 7], "big")
    head, cells = range(start, start + 8 + 2 * n_cells), range(start + first_cell, start + PAGE_SIZE)
    return [
        *((place, bit) for place in head for bit in range(8)),
        *((at, (at + n) % 8) for at in cells for n in (0, 4)),
    ]


def flipped(data, place, bit):
    """Open the database with one bit changed."""
    damaged = bytearray(data)
    damaged[place] ^= 1 << bit
    return opened(damaged)


@pytest.mark.parametrize("table", ["candle", "chunk", "chunk_checksum", "sqlite_autoindex_chunk_1"])
def test_one_flipped_bit_costs_no_bar_and_never_goes_unnoticed(image, series, table):
    """In every byte of a table's page: what is read stays true, damage is noticed, and repair makes nothing worse."""
    data, pages = image
    with opened(data) as conn:
        coarse = {stride: read_records(conn, series, EVER, stride).bars for stride in (8, 512)}
    ends: Counter[str] = Counter()
    for place, bit in used_bits(data, pages[table]):
        with flipped(data, place, bit) as conn:
            require_truth(conn, series, coarse)
            ends[check_and_repair(conn, series)] += 1
            decoded_chunks.clear()
            require_truth(conn, series, coarse)
    # The rest are pages that SQLite cannot write or search any more: their bars are read, and moved to a new file.
    assert ends["repaired"] + ends["harmless"] > 0.6 * ends.total(), ends


def require_truth(conn, series, coarse):
    assert read_bars(conn, series, EVER).equals(TRUTH)
    assert read_bars_around(conn, series, None, 3, 0).equals(TRUTH.take(slice(1, 4)))
    assert bars_extent(conn, series) == Span(int(TRUTH.open_time[0]), int(TRUTH.open_time[-1]) + 1)
    for stride, expected in coarse.items():
        assert read_records(conn, series, EVER, stride).bars.equals(expected)


def check_and_repair(conn, series):
    """Return what became of the damage; what is not noticed must be harmless."""
    if not verify_chunks(conn, series):
        assert read_rows(conn, series, *CHUNK_TIMES).equals(TRUTH)
        return "harmless"
    try:
        with transaction(conn):
            repair_series(conn, series)
    except EnvironmentFaultError:
        return "not writable"  # the page itself is damaged: only a new file helps
    if verify_chunks(conn, series):
        return "not repaired"
    assert read_rows(conn, series, *CHUNK_TIMES).equals(TRUTH)
    return "repaired"


@pytest.mark.parametrize("kind", ["zeros", "random bytes", "one bit"])
def test_a_damaged_page_of_a_larger_file_costs_no_bar(writer, series, kind):
    """Every page in turn but those of the schema, without which nothing is known."""
    bars = session_bars(9_000)
    with transaction(writer):
        write_bars(writer, series, bars)
    data = image_of(writer)
    skipped = {page for (page,) in writer.execute("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")}
    rng = np.random.default_rng(3)
    for page in sorted({*range(1, len(data) // PAGE_SIZE + 1)} - skipped):
        damaged = bytearray(data)
        start = (page - 1) * PAGE_SIZE
        place = start + int(rng.integers(PAGE_SIZE - 8))
        if kind == "zeros":
            damaged[start : start + PAGE_SIZE] = bytes(PAGE_SIZE)
        elif kind == "random bytes":
            damaged[place : place + 8] = rng.bytes(8)
        else:
            damaged[place] ^= 1 << int(rng.integers(8))
        with opened(damaged) as conn:
            assert read_bars(conn, series, EVER).equals(bars), page
            assert read_bars_around(conn, series, None, 500, 0).equals(bars.take(slice(8_500, 9_000))), page
            assert read_records(conn, series, EVER, 64).n_bars.sum() == 9_000, page
            assert has_older(conn, series, int(bars.open_time[1])), page
            assert not has_older(conn, series, int(bars.open_time[0])), page
            assert has_bars(conn, series, Span(*bars.open_time[7:9].tolist())), page
            assert not has_bars(conn, series, Span(0, int(bars.open_time[0]))), page
