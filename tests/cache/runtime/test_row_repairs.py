"""Damaged rows that a reader or a task of the writer finds are restored on the writer thread, and reported once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import partial

import pytest

from candledesk.cache.events import EntriesRestored
from candledesk.cache.runtime.readers import Readers
from candledesk.cache.runtime.row_repairs import RowRepairs
from candledesk.cache.runtime.writer import Writer
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.store.file_guard import FileGuard
from candledesk.store.market import instruments
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, transaction

AAPL = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")
WAIT_S = 20
pytestmark = pytest.mark.allow_logs


class Runtime:
    """A writer and readers of a database, and the texts that were emitted."""

    def __init__(self, path):
        self.path, self.texts, self.is_emitted = path, [], threading.Event()
        self.repairs = repairs = RowRepairs(self._on_event)
        guard = FileGuard(path, is_written=False)  # it does not notice what the tests write to the file
        self.writer = Writer(partial(connect_writer, path), lambda _: 0, guard=guard, run=repairs.run)
        after_task = partial(repairs.submit, self.writer)
        self.readers = Readers(partial(connect_reader, path), guard.check, n_threads=1, after_task=after_task)

    def _on_event(self, event):
        assert isinstance(event, EntriesRestored)
        self.texts.append(event.text)
        self.is_emitted.set()

    def read(self, function, *values):
        return self.readers.submit(lambda conn: function(conn, *values)).result(WAIT_S)

    def damage(self, sql):
        with closing(sqlite3.connect(self.path)) as other, other:
            other.execute(sql)

    def rows(self, sql):
        with closing(sqlite3.connect(self.path)) as other:
            return other.execute(sql).fetchall()


@pytest.fixture
def runtime(tmp_path):
    path = tmp_path / "candles.db"
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        instruments.write_instrument(conn, AAPL, "XNYS", "XNYS", 1)
        instruments.ensure_series(conn, [("AAPL", INTERVALS["1d"])])
    runtime = Runtime(path)
    yield runtime
    runtime.readers.close(WAIT_S)
    assert runtime.writer.close(WAIT_S)


def test_what_a_reader_finds_is_restored_and_reported_once(runtime):
    runtime.damage("UPDATE instrument SET currency = 'EUR'")
    assert runtime.read(instruments.read_instrument, "AAPL").currency == "USD"
    assert runtime.is_emitted.wait(WAIT_S)
    assert runtime.rows("SELECT currency FROM instrument") == [("USD",)]
    assert runtime.read(instruments.read_instrument, "AAPL").currency == "USD"
    assert runtime.writer.submit(lambda _: 1).result(WAIT_S) == 1
    assert len(runtime.texts) == 1
    assert "the instrument AAPL" in runtime.texts[0]


def test_a_write_that_a_damaged_row_refuses_is_repeated_after_the_repair(runtime):
    calls = []

    def write(conn):
        calls.append(1)
        with transaction(conn):
            return conn.execute("UPDATE series SET rev = rev + 1").rowcount

    runtime.damage("UPDATE series SET interval = '1h'")
    assert runtime.writer.submit(write).result(WAIT_S) == 1
    assert len(calls) == 2
    assert runtime.rows("SELECT interval, rev FROM series") == [("1d", 1)]
    assert runtime.read(instruments.series_id, "AAPL", INTERVALS["1d"]) == 1
    assert len(runtime.texts) == 1


def test_a_write_on_a_page_of_zeros_succeeds(runtime):
    page = runtime.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'instrument'")[0][0]
    with closing(sqlite3.connect(runtime.path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    with runtime.path.open("r+b") as file:
        file.seek((page - 1) * 8_192)
        file.write(bytes(8_192))

    def write(conn):
        with transaction(conn):
            return instruments.write_instrument(conn, AAPL, "XNYS", "XNYS", 2)

    assert runtime.writer.submit(write).result(WAIT_S) == 1
    assert runtime.rows("SELECT spelling, meta_fetched_at FROM instrument") == [("AAPL", 2)]
    assert len(runtime.texts) == 1


def test_another_failure_of_a_task_is_not_repeated(runtime):
    calls = []

    def fail(_conn):
        calls.append(1)
        raise ValueError

    assert isinstance(runtime.writer.submit(fail).exception(WAIT_S), ValueError)
    assert (len(calls), runtime.texts) == (1, [])


def test_what_cannot_be_restored_is_left_alone_for_a_minute(runtime):
    """Else each read would begin a repair, and each repair would make charts read again."""
    writes = []
    runtime.damage("UPDATE instrument SET currency = 'EUR'")
    runtime.damage("UPDATE instrument_second SET currency = 'GBP'")
    for _ in range(5):
        with pytest.raises(EnvironmentFaultError, match="doctor --repair"):
            runtime.read(instruments.read_instrument, "AAPL")
        writes.append(runtime.writer.submit(lambda conn: conn.total_changes).result(WAIT_S))
    assert writes[1:] == writes[1:2] * 4
    assert runtime.texts == []


def test_a_repair_that_a_person_asks_for_does_not_wait(runtime):
    runtime.damage("UPDATE instrument SET currency = 'EUR'")
    runtime.damage("UPDATE instrument_second SET currency = 'GBP'")
    assert not runtime.writer.submit(runtime.repairs.repair).result(WAIT_S)
    runtime.damage("UPDATE instrument_second SET currency = 'USD'")
    assert not runtime.writer.submit(runtime.repairs.repair).result(WAIT_S)
    assert runtime.writer.submit(runtime.repairs.repair_now).result(WAIT_S)
    assert runtime.rows("SELECT currency FROM instrument") == [("USD",)]
