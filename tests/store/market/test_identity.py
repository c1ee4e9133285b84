"""A symbol that is another company's now: what is stored of the former one stays, under a symbol of its own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.symbols import is_symbol
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.corporate_actions import StoredAction, read_actions, write_actions
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import read_instrument, retire_instrument, series_id, write_instrument
from candledesk.store.market.jobs import JobKey, insert_or_join_jobs, list_jobs
from tests.store.market.conftest import AAPL

UNTIL = 1_795_824_000  # 2026-11-28
NEW = replace(AAPL, name="Applied Pencils", first_open_time=UNTIL)
ROWS = [(60 * i, 1.0, 2.0, 0.5, 1.5, 10.0) for i in range(3)]
DIVIDEND = StoredAction(0, "dividend", 0.5, "USD")


def test_bars_actions_and_jobs_follow_the_company(writer, series):
    with transaction(writer):
        write_bars(writer, series, Bars.from_rows(ROWS))
        write_actions(writer, "AAPL", [DIVIDEND], 1)
        insert_or_join_jobs(writer, [JobKey(series, "backfill", 0, 60, 1)], 1)
        retired = retire_instrument(writer, "AAPL", UNTIL)
        assert read_instrument(writer, "AAPL") is None
        write_instrument(writer, NEW, "XNYS", "XNYS", 1)
        fresh = series_id(writer, "AAPL", INTERVALS["1m"], create=True)
        write_bars(writer, fresh, Bars.from_rows(ROWS[:1]))
    assert retired == "AAPL_2026-11-28"
    previous = replace(AAPL, symbol=retired, name="Apple Inc. (AAPL until 2026-11-28)")
    assert (read_instrument(writer, retired), read_instrument(writer, "AAPL")) == (previous, NEW)
    assert series_id(writer, retired, INTERVALS["1m"]) == series
    assert len(read_bars(writer, series, Span(0, 999))) == 3
    assert len(read_bars(writer, fresh, Span(0, 999))) == 1
    assert (read_actions(writer, retired), read_actions(writer, "AAPL")) == ([DIVIDEND], [])
    assert [job.symbol for job in list_jobs(writer)] == [retired]


def test_two_companies_can_be_retired_on_one_day(writer, series):
    with transaction(writer):
        retire_instrument(writer, "AAPL", UNTIL)
        write_instrument(writer, NEW, "XNYS", "XNYS", 1)
        second = retire_instrument(writer, "AAPL", UNTIL + 3_600)
    assert second == "AAPL_2026-11-28_2"
    assert is_symbol(second)


def test_the_retired_name_survives_a_long_one(writer):
    with transaction(writer):
        write_instrument(writer, replace(AAPL, name="N" * 300), "XNYS", "XNYS", 1)
        retired = retire_instrument(writer, "AAPL", UNTIL)
    found = read_instrument(writer, retired)
    assert found.name == "N" * 276 + " (AAPL until 2026-11-28)"


def test_only_a_stored_symbol_is_retired_and_only_inside_a_transaction(writer, series):
    with pytest.raises(RuntimeError, match="transaction"):
        retire_instrument(writer, "AAPL", UNTIL)
    with transaction(writer), pytest.raises(LookupError, match="MSFT"):
        retire_instrument(writer, "MSFT", UNTIL)


def test_texts_that_an_older_version_stored_are_cleaned(writer, series):
    meta = {"exchange": "N\x1bMS", "name": "\u202eApple\x00\r\n" + "x" * 1_000, "tz": "America/New_York"}
    with transaction(writer):
        writer.execute("UPDATE instrument SET meta_json = ?, currency = 'US\x07D'", (json.dumps(meta),))
        writer.execute("UPDATE instrument SET first_ts = ?", (-(10**18),))
    found = read_instrument(writer, "AAPL")
    assert found == replace(AAPL, name="Apple " + "x" * 294, first_open_time=None)
