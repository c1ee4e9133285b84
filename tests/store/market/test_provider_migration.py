"""Databases from before there were several providers: all that they hold is the first one's, and no bar changes."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from candledesk.domain.coverage import FETCHED, IMPORTED, Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.coverage import read_coverage
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import known_symbols, read_instrument, series_id, write_instrument
from candledesk.store.market.providers import read_limiter, read_limits, write_limiter
from tests.domain.strategies import bars_at, column
from tests.store.market.conftest import AAPL, insert_old_series, versions_before
from tests.store.market.older_versions import write_as_before_checksums

NAME = "an instrument is a provider's"
WITH_LIMITER, WITH_LIMITS = 2, 4  # migrations until the limiter and stated limits are remembered
BARS = bars_at(column(range(0, 600, 60)))
EVER = Span(-(2**40), 2**40)
SHOWN = "SELECT symbol, interval, timestamp, open, high, low, close, volume FROM candles ORDER BY timestamp"


def make_old(old_database, version):
    with old_database.made_by(version) as conn:
        series = insert_old_series(conn, INTERVALS["1m"])
        write_as_before_checksums(conn, series, BARS)
        for lo, source in ((0, "yahoo"), (600, "import")):
            conn.execute(
                "INSERT INTO coverage (series_id, lo, hi, state, source, fetched_at) VALUES (?, ?, ?, 'have', ?, 1)",
                (series, lo, lo + 600, source),
            )
        if version >= WITH_LIMITER:
            conn.execute("INSERT INTO limiter VALUES (1, 2.5, 9.0, 3, 7.0)")
        if version >= WITH_LIMITS:
            conn.execute("INSERT INTO learnt_limit VALUES ('1m', 'span_too_wide', 86400)")
    with closing(sqlite3.connect(old_database.path)) as conn:
        return series, conn.execute(SHOWN).fetchall()


@pytest.mark.parametrize("version", versions_before(NAME))
def test_what_is_stored_belongs_to_the_first_provider_from_every_older_version(old_database, version):
    series, shown = make_old(old_database, version)
    assert len(shown) == len(BARS)
    with old_database.upgraded() as conn:
        assert read_bars(conn, series, EVER).equals(BARS)
        assert conn.execute(SHOWN).fetchall() == shown
        assert read_instrument(conn, "AAPL") == AAPL
        assert series_id(conn, "AAPL", INTERVALS["1m"]) == series
        have = Coverage(Span(0, 600), CoverageState.HAVE, 1, source=FETCHED)
        foreign = replace(have, span=Span(600, 1200), source=IMPORTED)
        assert read_coverage(conn, series) == [have, foreign]
        assert read_limiter(conn, "yahoo") == ((2.5, 9.0, 3, 7.0) if version >= WITH_LIMITER else None)
        limits = [("yahoo", "1m", "span_too_wide", 86_400)] if version >= WITH_LIMITS else []
        assert read_limits(conn) == limits


def test_one_symbol_of_two_providers_is_two_instruments(writer):
    other = replace(AAPL, symbol="local:AAPL", name="Another")
    with transaction(writer):
        first = write_instrument(writer, AAPL, "XNAS", "XNAS", 1)
        second = write_instrument(writer, other, "XNAS", "XNAS", 1)
        assert first != second
        assert write_instrument(writer, replace(other, currency="EUR"), "XNAS", "XNAS", 2) == second
        series = [series_id(writer, symbol, INTERVALS["1d"], create=True) for symbol in ("AAPL", "local:AAPL")]
        write_bars(writer, series[1], BARS)
    assert read_instrument(writer, "AAPL") == AAPL
    assert read_instrument(writer, "local:AAPL") == replace(other, currency="EUR")
    assert known_symbols(writer, ["AAPL", "local:AAPL", "local:MSFT"]) == {"AAPL", "local:AAPL"}
    assert {row[0] for row in writer.execute(SHOWN).fetchall()} == {"local:AAPL"}


def test_each_provider_has_a_limiter_of_its_own(writer):
    with transaction(writer):
        write_limiter(writer, "one", (1.0, 2.0, 3, 4.0))
        write_limiter(writer, "two", (5.0, 6.0, 7, 8.0))
        write_limiter(writer, "one", (0.5, 2.0, 3, 4.0))
    assert read_limiter(writer, "one") == (0.5, 2.0, 3, 4.0)
    assert read_limiter(writer, "two") == (5.0, 6.0, 7, 8.0)
    assert read_limiter(writer, "three") is None
