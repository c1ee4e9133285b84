"""Databases from before checksums: their bars are read as before, and conversion checks and shrinks them bit by bit."""

from contextlib import closing

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import migrations
from candledesk.store.market.bars import bars_extent, count_bars, read_bars, read_bars_around, write_bars
from candledesk.store.market.chart_records import read_records
from candledesk.store.market.chunks.conversion import convert_chunks
from candledesk.store.market.chunks.proof import Finding, Verdict
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.rows import read_rows
from tests.store.market.chunks.samples import session_bars
from tests.store.market.conftest import insert_old_series
from tests.store.market.older_versions import write_as_before_checksums

NAME = "chunks and rows have checksums"
WHOLE = migrations.MIGRATIONS
AT = next(place for place, step in enumerate(WHOLE) if step.name == NAME)
BARS = session_bars(6_000)
EVER = Span(-(2**40), 2**40)
N_CHUNK_TIMESS = "SELECT count(*) FROM chunk WHERE level = 1"


def make_old(path, monkeypatch, version):
    """Make a database of an older version with two series, and migrate it; return the series."""
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE[:version])
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        first = insert_old_series(conn, INTERVALS["1m"])
        owner = conn.execute("SELECT instrument_id FROM series").fetchone()[0]
        row = (owner, "5m", 300, 2_048 * 300)
        second = conn.execute("INSERT INTO series (instrument_id, interval, step, span) VALUES (?, ?, ?, ?)", row)
        write_as_before_checksums(conn, first, BARS)
        write_as_before_checksums(conn, second.lastrowid, BARS.take(slice(0, None, 5)), 300)
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE)
    create_or_open(path)
    return first, second.lastrowid


@pytest.fixture
def old(tmp_path, monkeypatch):
    path = tmp_path / "old.db"
    series = make_old(path, monkeypatch, AT)
    with closing(connect_writer(path)) as conn:
        yield conn, *series


def convert(conn, max_chunks=2):
    """Convert to the end; return the progress of each call."""
    progress = []
    while not progress or not progress[-1].is_done:
        with transaction(conn):
            progress.append(convert_chunks(conn, max_chunks))
    return progress


def assert_converted(conn, series):
    for number, bars in zip(series, (BARS, BARS.take(slice(0, None, 5))), strict=True):
        assert verify_chunks(conn, number) == []
        findings: list[Finding] = []
        assert read_bars(conn, number, EVER, findings).equals(bars)
        assert findings == []
        assert read_rows(conn, number, EVER.start, EVER.end).equals(bars)
    assert conn.execute("SELECT DISTINCT codec FROM chunk").fetchall() == [(1,)]
    assert (
        conn.execute("SELECT count(*) FROM chunk").fetchone()
        == conn.execute("SELECT count(*) FROM chunk_checksum").fetchone()
    )
    assert conn.execute("SELECT max(is_unchecked) FROM series").fetchone() == (0,)


@pytest.mark.parametrize("version", range(1, AT + 1))
def test_bars_of_every_older_version_are_read_and_converted(tmp_path, monkeypatch, version):
    series = make_old(tmp_path / "old.db", monkeypatch, version)
    with closing(connect_writer(tmp_path / "old.db")) as conn:
        assert read_bars(conn, series[0], EVER).equals(BARS)
        convert(conn, 50)
        assert_converted(conn, series)


def test_unconverted_bars_are_read_as_before(old):
    conn, first, _ = old
    assert read_bars(conn, first, EVER).equals(BARS)
    assert read_bars_around(conn, first, None, 2_500, 0).equals(BARS.take(slice(3_500, None)))
    assert count_bars(conn, first) == len(BARS)
    assert bars_extent(conn, first) == Span(int(BARS.open_time[0]), int(BARS.open_time[-1]) + 1)
    assert read_records(conn, first, EVER, 512).n_bars.sum() == len(BARS)
    assert verify_chunks(conn, first) == []


def test_conversion_goes_on_where_it_stopped_and_says_how_far_it_is(old):
    conn, *series = old
    n_total = conn.execute(N_CHUNK_TIMESS).fetchone()[0]
    size = conn.execute("SELECT sum(length(data)) FROM chunk").fetchone()[0]
    coarse = read_records(conn, series[0], EVER, 64).bars
    with transaction(conn):
        part = convert_chunks(conn, 3)
    assert (part.n_done, part.n_total, part.is_done, part.findings) == (3, n_total, False, ())
    assert read_bars(conn, series[0], EVER).equals(BARS)  # of both kinds
    assert read_records(conn, series[0], EVER, 64).bars.equals(coarse)
    progress = convert(conn, 2)
    assert [part.n_done for part in progress] == [*range(5, n_total, 2), n_total]
    assert {part.n_total for part in progress} == {n_total}
    assert_converted(conn, series)
    assert conn.execute("SELECT sum(length(data)) FROM chunk").fetchone()[0] < size / 3
    n_changes = conn.total_changes
    with transaction(conn):
        assert convert_chunks(conn).is_done
    assert conn.total_changes == n_changes


def test_a_stopped_conversion_leaves_nothing_half_done(old):
    conn, first, _ = old
    before = conn.execute("SELECT * FROM chunk ORDER BY 1, 2, 3").fetchall()
    conn.execute("BEGIN IMMEDIATE")
    convert_chunks(conn, 3)
    conn.execute("ROLLBACK")
    assert conn.execute("SELECT * FROM chunk ORDER BY 1, 2, 3").fetchall() == before
    assert read_bars(conn, first, EVER).equals(BARS)


def test_a_write_converts_the_chunk_that_it_touches(old):
    conn, *series = old
    with transaction(conn):
        assert write_bars(conn, series[0], session_bars(3, seed=5)) == 3
        assert write_bars(conn, series[0], BARS.take(slice(0, 3))) == 3
    assert conn.execute("SELECT count(*) FROM chunk_checksum WHERE level = 1").fetchone() == (1,)
    convert(conn)
    assert_converted(conn, series)


@pytest.mark.parametrize("damage", ["DELETE FROM chunk", "UPDATE chunk SET data = x'00'"])
def test_a_chunk_that_was_lost_before_there_were_checksums_is_made_from_its_rows(old, damage):
    conn, *series = old
    span = 2_048 * 60
    start = int(BARS.open_time[1_000]) // span
    conn.execute(f"{damage} WHERE series_id = ? AND level = 1 AND start = ?", (series[0], start))
    findings = [finding for part in convert(conn) for finding in part.findings]
    assert findings == [Finding(series[0], 1, start, Verdict.ROWS)]
    assert_converted(conn, series)


def test_bars_that_differed_before_there_were_checksums_become_a_gap(old):
    conn, first, _ = old
    place = 1_000
    time = int(BARS.open_time[place])
    known = Coverage(Span(int(BARS.open_time[0]), int(BARS.open_time[-1]) + 60), CoverageState.HAVE, 7)
    with transaction(conn):
        write_coverage(conn, first, [known])
    conn.execute("UPDATE candle SET close = close + 0.01 WHERE series_id = ? AND ts = ?", (first, time))
    (finding,) = [finding for part in convert(conn) for finding in part.findings]
    assert (finding.verdict, finding.lost) == (Verdict.NEITHER, (Span(time, time + 60),))
    left = read_bars(conn, first, EVER)
    assert left.open_time.tolist() == [at for at in BARS.open_time.tolist() if at != time]
    gap = Coverage(Span(time, time + 60), CoverageState.FAILED, 7, 7, "damaged")
    assert gap in read_coverage(conn, first)
    assert verify_chunks(conn, first) == []


def test_a_series_whose_chunks_were_older_than_its_rows_is_made_from_the_rows(old):
    conn, *series = old
    conn.execute("UPDATE series SET chunk_rev = 0 WHERE series_id = ?", (series[0],))
    conn.execute("UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = ?", (series[0],))
    assert read_bars(conn, series[0], EVER).equals(BARS)
    convert(conn)
    assert_converted(conn, series)
