"""Round trips of instruments, series and stored calendars."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields, replace

import numpy as np
import pytest

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.store.market.calendars import read_calendar, write_calendar
from candledesk.store.market.corporate_actions import StoredAction, read_actions, write_actions
from candledesk.store.market.database import connect_reader, transaction
from candledesk.store.market.instruments import (
    list_instruments,
    read_instrument,
    series_id,
    series_rev,
    write_instrument,
)

APPLE = Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")
COIN = Instrument("BTC-USD", "CCC", "CRYPTOCURRENCY", "UTC", None, 2, None, "")


def _write(conn, *instruments):
    with transaction(conn):
        return [write_instrument(conn, one, f"X{one.exchange}", "", 1) for one in instruments]


def test_round_trip(writer, reader):
    first, second = _write(writer, APPLE, COIN)
    assert first != second
    assert read_instrument(reader, "AAPL") == APPLE
    assert read_instrument(reader, "BTC-USD") == COIN
    assert read_instrument(reader, "NONE") is None


def test_a_second_write_updates_and_keeps_what_is_missing_in_it(writer):
    first = _write(writer, APPLE)
    assert _write(writer, replace(APPLE, currency=None, first_open_time=None, name="Apple")) == first
    assert read_instrument(writer, "AAPL") == replace(APPLE, name="Apple")


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("", ["AAPL", "BTC-USD", "PLT"]),
        ("apple", ["AAPL"]),
        ("pl", ["PLT", "AAPL"]),
        ("btc-usd", ["BTC-USD"]),
        ("%", []),
        ("gs", ["^GSPC", "0700.HK"]),
    ],
)
def test_search(writer, query, symbols):
    _write(writer, APPLE, COIN, replace(COIN, symbol="PLT"))
    if query == "gs":
        _write(writer, replace(APPLE, symbol="^GSPC", name="S&P 500"))
        _write(writer, replace(APPLE, symbol="0700.HK", name="Tencent Holdings"))
    assert [one.symbol for one in list_instruments(writer, query, 10)] == symbols


@pytest.mark.parametrize("query", ["", "a", "A", "aa", "bank", "zzz"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_of_instruments_join_to_the_whole_list(writer, query, limit):
    names = ["A", "AA", "AAA", "BA", "B", "XA", "ZZ", "BANK", "1A", "AB", "Q"]
    _write(writer, *(replace(APPLE, symbol=name, name=f"Bank {name[::-1]}") for name in names))
    whole = [row.symbol for row in list_instruments(writer, query)]
    found, after = [], None
    while page := list_instruments(writer, query, limit, after):
        assert len(page) <= limit
        found += [row.symbol for row in page]
        after = found[-1]
    assert found == whole
    assert (len(whole) > 1) is (query != "zzz")


def test_series_are_made_once(writer):
    _write(writer, APPLE)
    minute = INTERVALS["1m"]
    assert series_id(writer, "AAPL", minute) is None
    with transaction(writer):
        made = series_id(writer, "AAPL", minute, create=True)
        assert series_id(writer, "AAPL", minute, create=True) == made
        assert series_id(writer, "AAPL", INTERVALS["1d"], create=True) != made
        with pytest.raises(LookupError):
            series_id(writer, "MSFT", minute, create=True)
    assert series_rev(writer, made) == 0


def test_a_stored_calendar_is_read_back_unchanged(path, writer):
    arrays = [np.arange(3, dtype=np.int64) * 86_400 + i for i in range(5)]
    calendar = SessionCalendar("XTKS", "Asia/Tokyo", *arrays, settle_s=1200, is_24h=False)
    with transaction(writer):
        write_calendar(writer, "JPX/EQUITY/Asia/Tokyo", calendar, 99)
    with closing(connect_reader(path)) as conn:
        assert read_calendar(conn, "other") is None
        found, valid_until = read_calendar(conn, "JPX/EQUITY/Asia/Tokyo")
    assert valid_until == 99
    for field in fields(SessionCalendar):
        assert np.array_equal(getattr(found, field.name), getattr(calendar, field.name))


def test_an_empty_calendar_is_read_back(writer):
    empty = [np.empty(0, np.int64)] * 5
    with transaction(writer):
        write_calendar(writer, "key", SessionCalendar("XXXX", "UTC", *empty, is_24h=True), 1)
    found, _ = read_calendar(writer, "key")
    assert (len(found), found.is_24h) == (0, True)


def test_actions_are_stored_once(writer):
    _write(writer, APPLE)
    split = StoredAction(np.int64(1_598_832_000), "split", np.float64(4.0))
    dividend = StoredAction(1_604_620_800, "dividend", 0.205)
    with transaction(writer):
        assert write_actions(writer, "AAPL", [split, dividend], 5) == 2
        assert write_actions(writer, "AAPL", [split, dividend], 6) == 0
        assert write_actions(writer, "AAPL", [dividend._replace(value=0.21)], 7) == 1
        with pytest.raises(LookupError):
            write_actions(writer, "MSFT", [split], 5)
    assert read_actions(writer, "AAPL") == [
        (1_598_832_000, "split", 4.0, None),
        (1_604_620_800, "dividend", 0.21, None),
    ]
