"""A fresh database with one instrument and one series, shared by the store's tests."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager

import pytest

from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.store.market import migrations
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import CHUNK_BARS, series_id, write_instrument
from tests.empty_candles import write_empty_candles

AAPL = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "candledesk.db"
    write_empty_candles(file)
    return file


@pytest.fixture
def writer(path):
    with closing(connect_writer(path)) as conn:
        yield conn


@pytest.fixture
def reader(path):
    with closing(connect_reader(path)) as conn:
        yield conn


@pytest.fixture
def series(writer):
    with transaction(writer):
        write_instrument(writer, AAPL, "XNYS", "XNYS", 1_700_000_000)
        return series_id(writer, "AAPL", INTERVALS["1m"], create=True)


def insert_old_instrument(conn):
    """Store AAPL in a database of an older schema version, and return the id of its instrument."""
    conn.execute("INSERT INTO venue (mic, calendar, tz) VALUES ('XNAS', 'XNAS', ?)", (AAPL.tz,))
    meta = json.dumps({"exchange": AAPL.exchange, "name": AAPL.name, "tz": AAPL.tz})
    sql = (
        "INSERT INTO instrument (symbol, venue_id, quote_type, currency, price_decimals, first_ts, meta_json,"
        " meta_fetched_at) VALUES ('AAPL', 1, ?, ?, ?, ?, ?, 1)"
    )
    row = AAPL.quote_type, AAPL.currency, AAPL.price_decimals, AAPL.first_open_time, meta
    return conn.execute(sql, row).lastrowid


def insert_old_series(conn, interval):
    """Store AAPL and one of its series in a database of an older schema version; return the id of the series."""
    row = insert_old_instrument(conn), interval.name, interval.step_s, CHUNK_BARS * interval.step_s
    return conn.execute("INSERT INTO series (instrument_id, interval, step, span) VALUES (?, ?, ?, ?)", row).lastrowid


def versions_before(name):
    """Return the numbers of the schema versions that lack the migration ``name``: how many migrations they have."""
    place = next(place for place, step in enumerate(migrations.MIGRATIONS) if step.name == name)
    return range(1, place + 1)


class OldDatabase:
    """A database that is made by an older version of the program and then opened by this one."""

    def __init__(self, path, monkeypatch):
        self.path, self._monkeypatch, self._whole = path, monkeypatch, migrations.MIGRATIONS

    @contextmanager
    def made_by(self, version):
        """Create it with the first ``version`` migrations; yields a connection inside a transaction."""
        self._monkeypatch.setattr(migrations, "MIGRATIONS", self._whole[:version])
        create_or_open(self.path)
        with closing(connect_writer(self.path)) as conn, transaction(conn):
            yield conn

    @contextmanager
    def upgraded(self):
        """Open it with all migrations; yields a connection."""
        self._monkeypatch.setattr(migrations, "MIGRATIONS", self._whole)
        create_or_open(self.path)
        with closing(connect_writer(self.path)) as conn:
            yield conn


@pytest.fixture
def old_database(tmp_path, monkeypatch):
    return OldDatabase(tmp_path / "old.db", monkeypatch)
