"""Databases from before odd bars were kept: nothing is lost, and what was refused for its rows is asked for again."""

from contextlib import closing
from dataclasses import replace

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import migrations
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.calendars import read_sessions
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.odd_bars import count_dropped, read_odd
from tests.domain.strategies import bars_at, column
from tests.store.market.conftest import insert_old_series

NAME = "odd bars are kept and flagged"
WHOLE = migrations.MIGRATIONS
AT = next(place for place, step in enumerate(WHOLE) if step.name == NAME)
FIRST_WITH_SESSIONS = 3  # migrations until stated sessions are remembered
HAVE = Coverage(Span(0, 600), CoverageState.HAVE, 1)
BARS = bars_at(column(range(0, 600, 60)))
EVER = Span(-(2**40), 2**40)


@pytest.mark.parametrize("version", range(1, AT + 1))
def test_bars_stay_and_only_failures_are_forgotten(tmp_path, monkeypatch, version):
    path = tmp_path / "old.db"
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE[:version])
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        series = insert_old_series(conn, INTERVALS["1m"])
        write_bars(conn, series, BARS)
        refused = Coverage(Span(600, 900), CoverageState.FAILED, 1, 2**39, "refused: prices are about 100 times off")
        write_coverage(conn, series, [replace(HAVE, source="yahoo"), replace(refused, source="yahoo")])
        if version >= FIRST_WITH_SESSIONS:
            conn.execute(
                "INSERT INTO stated_session (key, open, close) VALUES ('NMS/EQUITY/UTC', 7, 9), ('GONE', 1, 2)"
            )
            conn.execute("INSERT INTO calendar_cache VALUES ('NMS/EQUITY/UTC', 'XNAS', 'UTC', 0, 0, 1, x'')")
    monkeypatch.setattr(migrations, "MIGRATIONS", WHOLE)
    create_or_open(path)
    with closing(connect_writer(path)) as conn:
        assert read_bars(conn, series, EVER).equals(BARS)
        assert read_coverage(conn, series) == [HAVE]
        assert read_odd(conn, series, EVER) == []
        assert count_dropped(conn, series, EVER) == {}
        sessions = read_sessions(conn, "XNAS/UTC", "stated")
        assert sessions == ([(7, 9)] if version >= FIRST_WITH_SESSIONS else [])
        assert read_sessions(conn, "XNAS/UTC", "observed") == []
