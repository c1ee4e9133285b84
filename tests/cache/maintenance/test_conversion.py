"""Chunks of older versions are converted in the background, from where the last run ended, and nobody waits for it."""

from contextlib import closing

import pytest

from candledesk.cache.events import DamageFound, MaintenanceChanged
from candledesk.cache.maintenance import conversion
from candledesk.cache.maintenance.conversion import N_CHUNKS, PAUSE_S, STEP, convert_stored_bars
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.store.market.chunks.conversion import has_unconverted
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import connect_reader, transaction
from tests.cache.conftest import NOW, WAIT_S, same, wait_until
from tests.store.market.older_versions import write_as_before_checksums

MIDNIGHT = NOW // DAY_S * DAY_S
SPAN = Span(MIDNIGHT - 25 * DAY_S, MIDNIGHT)


class InterruptedForTestError(Exception):
    pass


def make_older(harness, name="1m"):
    """Turn the chunks of a series into those of a version without checksums; return how many there are.

    By the cache's own writer, which takes the writes of any other for those of a foreign program.
    """

    def write(conn):
        with transaction(conn):
            return write_older(conn, harness.yahoo.truth("AAA", name, SPAN), name)

    return harness.service._context.writer.submit(write).result(WAIT_S)


def write_older(conn, bars, name):
    (series,) = conn.execute("SELECT series_id FROM series WHERE interval = ?", (name,)).fetchone()
    for table in ("chunk", "chunk_checksum", "candle"):
        conn.execute(f"DELETE FROM {table} WHERE series_id = ?", (series,))
    write_as_before_checksums(conn, series, bars)
    conn.execute("UPDATE series SET is_unchecked = 1 WHERE series_id = ?", (series,))
    decoded_chunks.clear()
    return conn.execute("SELECT count(*) FROM chunk WHERE level = 1 AND series_id = ?", (series,)).fetchone()[0]


@pytest.fixture
def older(harness):
    """A running cache on a database with chunks of an older version."""
    harness.backfill("1m", SPAN)
    harness.n_chunks = make_older(harness)
    harness.events.clear()
    return harness


def convert(harness, on_progress=lambda *_: None, pause=lambda _: None):
    convert_stored_bars(harness.service._context, on_progress, pause)


def is_converted(harness):
    with closing(connect_reader(harness.folder / "candles.db")) as conn:
        series = [row[0] for row in conn.execute("SELECT series_id FROM series").fetchall()]
        return not has_unconverted(conn) and not [text for one in series for text in verify_chunks(conn, one)]


def test_every_chunk_is_converted_in_small_steps_with_progress_and_pauses(older, yahoo):
    progress, pauses = [], []
    convert(older, lambda *step: progress.append(step), pauses.append)
    assert progress == [
        (min(n, older.n_chunks), older.n_chunks) for n in range(N_CHUNKS, older.n_chunks + N_CHUNKS, N_CHUNKS)
    ]
    assert len(pauses) == len(progress) - 1
    assert min(pauses) >= PAUSE_S
    assert is_converted(older)
    assert same(older.bars("1m", SPAN, fill="none").bars, yahoo.truth("AAA", "1m", SPAN))
    assert older.events == []


def test_a_conversion_that_was_interrupted_goes_on_from_there(older, yahoo):
    def interrupt(n_done, _n_total):
        if n_done >= 2 * N_CHUNKS:
            raise InterruptedForTestError

    with pytest.raises(InterruptedForTestError):
        convert(older, interrupt)
    assert not is_converted(older)
    assert same(older.bars("1m", SPAN, fill="none").bars, yahoo.truth("AAA", "1m", SPAN))
    older.service.close()
    older.open()
    progress = []
    convert(older, lambda *step: progress.append(step))
    assert progress[0][0] == 3 * N_CHUNKS
    assert is_converted(older)


def test_bars_are_read_and_stored_while_a_conversion_runs(older, yahoo):
    def use(*_progress):
        assert same(older.bars("1m", SPAN, fill="none").bars, yahoo.truth("AAA", "1m", SPAN))
        yahoo.now += 60
        assert older.bars("1m", Span(NOW, yahoo.now)).complete

    convert(older, use)
    assert is_converted(older)
    assert same(older.bars("1m", Span(NOW, yahoo.now - 60)).bars, yahoo.truth("AAA", "1m", Span(NOW, yahoo.now - 60)))


@pytest.mark.allow_logs
def test_damage_that_a_conversion_finds_is_repaired_and_reported(older):
    damage = "UPDATE chunk SET data = zeroblob(7) WHERE rowid = (SELECT min(rowid) FROM chunk WHERE level = 1)"
    older.service._context.writer.submit(lambda conn: conn.execute(damage).rowcount).result(WAIT_S)
    convert(older)
    assert [event.is_lost for event in older.events if isinstance(event, DamageFound)] == [False]
    assert is_converted(older)
    assert older.bars("1m", SPAN, fill="none").complete


@pytest.mark.allow_logs
def test_a_home_that_cannot_be_written_is_not_converted(older):
    older.service.close()
    older.open(refusal=EnvironmentFaultError("read-only"))
    with pytest.raises(EnvironmentFaultError, match="read-only"):
        convert(older)


def test_an_empty_database_has_nothing_to_convert(harness):
    harness.bars("1d")
    with closing(connect_reader(harness.folder / "candles.db")) as conn:
        assert not has_unconverted(conn)


def test_a_round_of_housekeeping_converts_what_is_left_and_shows_the_progress(older, yahoo):
    older.service.housekeeping.run_round().result(WAIT_S)
    (task,) = older.cache.list_maintenance().result(WAIT_S)
    assert task.kind is MaintenanceKind.CONVERT
    ended = older.cache.wait_maintenance(task.task_id).result(WAIT_S)
    assert (ended.state, ended.done, ended.total) == (MaintenanceState.SUCCEEDED, older.n_chunks, older.n_chunks)
    assert [event.task.step for event in older.events if isinstance(event, MaintenanceChanged)].count(STEP) > 0
    assert is_converted(older)
    older.service.housekeeping.run_round().result(WAIT_S)
    assert older.cache.list_maintenance().result(WAIT_S) == [ended]
    assert same(older.bars("1m", SPAN, fill="none").bars, yahoo.truth("AAA", "1m", SPAN))


def test_a_conversion_waits_for_a_backup_and_goes_on_after_it(older, monkeypatch):
    monkeypatch.setattr(conversion, "PAUSE_S", 0.05)
    (converting,) = [older.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.CONVERT)).result(WAIT_S)]
    wait_until(lambda: older.cache.read_maintenance(converting.task_id).result(WAIT_S).done >= N_CHUNKS)
    backup = older.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.BACKUP)).result(WAIT_S)
    ended = older.cache.wait_maintenance(backup.task_id).result(WAIT_S)
    converted = older.cache.wait_maintenance(converting.task_id).result(WAIT_S)
    assert (ended.state, converted.state) == (MaintenanceState.SUCCEEDED, MaintenanceState.SUCCEEDED)
    assert is_converted(older)
