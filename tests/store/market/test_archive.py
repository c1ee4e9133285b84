"""The list of archived series."""

import sqlite3

import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.store.market.archive import (
    ArchiveRow,
    add_to_archive,
    list_archive,
    note_archive_run,
    remove_from_archive,
)
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import series_id

T0 = 1_700_000_000


def test_adding_a_series_twice_keeps_its_row(writer, reader, series):
    with transaction(writer):
        add_to_archive(writer, series, T0)
        note_archive_run(writer, series, T0 + 5, "")
        add_to_archive(writer, series, T0 + 9)
    assert list_archive(reader) == [ArchiveRow("AAPL", "1m", T0 + 5, "")]


def test_a_failed_run_keeps_the_time_of_the_last_complete_one(writer, reader, series):
    with transaction(writer):
        add_to_archive(writer, series, T0)
        note_archive_run(writer, series, T0 + 5, "")
        note_archive_run(writer, series, None, "Yahoo cannot be reached")
    assert list_archive(reader) == [ArchiveRow("AAPL", "1m", T0 + 5, "Yahoo cannot be reached")]


def test_removing_a_series_from_the_list_keeps_its_bars(writer, reader, series):
    with transaction(writer):
        add_to_archive(writer, series, T0)
        remove_from_archive(writer, series)
        remove_from_archive(writer, series)
    assert list_archive(reader) == []
    assert series_id(reader, "AAPL", INTERVALS["1m"]) == series


def test_the_list_is_sorted_by_interval(writer, reader, series):
    with transaction(writer):
        add_to_archive(writer, series_id(writer, "AAPL", INTERVALS["1h"], create=True), T0)
        add_to_archive(writer, series, T0)
    assert [row.interval for row in list_archive(reader)] == ["1m", "1h"]


def test_only_a_stored_series_can_be_on_it(writer):
    with pytest.raises(sqlite3.IntegrityError), transaction(writer):
        add_to_archive(writer, 999, T0)
