"""A fresh database with one instrument and one series, shared by the store's tests."""

from __future__ import annotations

from contextlib import closing

import pytest

from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument

AAPL = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "candledesk.db"
    create_or_open(file)
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
