"""The time until which the splits of an instrument are known, and its oldest and newest bar."""

import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.store.market.bars import write_bars
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.market.split_basis import newest_bar, oldest_bar, read_basis, write_basis
from tests.store.market.conftest import AAPL


def test_the_checked_time_never_decreases(writer, series):
    assert read_basis(writer, "AAPL") == 0
    for known_until, expected in ((500, 500), (400, 500), (500, 500), (501, 501)):
        with transaction(writer):
            write_basis(writer, "AAPL", known_until)
        assert read_basis(writer, "AAPL") == expected
    assert read_basis(writer, "MSFT") == 0


def test_only_inside_a_transaction(writer, series):
    with pytest.raises(RuntimeError, match="transaction"):
        write_basis(writer, "AAPL", 1)


def test_the_checked_time_survives_a_new_description(writer, series):
    with transaction(writer):
        write_basis(writer, "AAPL", 500)
        write_instrument(writer, AAPL, "XNYS", "XNYS", 1_800_000_000)
    assert read_basis(writer, "AAPL") == 500


def test_the_ends_of_all_series_of_an_instrument(writer, series):
    assert (oldest_bar(writer, "AAPL"), newest_bar(writer, "AAPL")) == (None, None)
    with transaction(writer):
        write_bars(writer, series, Bars.from_rows([(60 * i, 1.0, 2.0, 0.5, 1.5, 10.0) for i in (5, 9)]))
    assert (oldest_bar(writer, "AAPL"), newest_bar(writer, "AAPL")) == (300, 540)
    with transaction(writer):
        daily = series_id(writer, "AAPL", INTERVALS["1d"], create=True)
        write_bars(writer, daily, Bars.from_rows([(-86_400 * i, 1.0, 2.0, 0.5, 1.5, 10.0) for i in (3, -2)]))
    assert (oldest_bar(writer, "AAPL"), newest_bar(writer, "AAPL")) == (-259_200, 172_800)
    assert (oldest_bar(writer, "MSFT"), newest_bar(writer, "MSFT")) == (None, None)
