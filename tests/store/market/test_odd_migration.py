"""Databases from before odd bars were kept: nothing is lost, and what was refused for its rows is asked for again."""

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars
from candledesk.store.market.calendars import read_sessions
from candledesk.store.market.coverage import read_coverage
from candledesk.store.market.odd_bars import count_dropped, read_odd
from tests.domain.strategies import bars_at, column
from tests.store.market.conftest import insert_old_series, versions_before
from tests.store.market.older_versions import write_as_before_checksums

NAME = "odd bars are kept and flagged"
FIRST_WITH_SESSIONS = 3  # migrations until stated sessions are remembered
HAVE = Coverage(Span(0, 600), CoverageState.HAVE, 1)
BARS = bars_at(column(range(0, 600, 60)))
EVER = Span(-(2**40), 2**40)


@pytest.mark.parametrize("version", versions_before(NAME))
def test_bars_stay_and_only_failed_coverage_is_deleted(old_database, version):
    with old_database.made_by(version) as conn:
        series = insert_old_series(conn, INTERVALS["1m"])
        write_as_before_checksums(conn, series, BARS)
        conn.executemany(
            "INSERT INTO coverage (series_id, lo, hi, state, source, fetched_at, reason)"
            " VALUES (?, ?, ?, ?, 'yahoo', 1, ?)",
            [(series, 0, 600, "have", ""), (series, 600, 900, "failed", "refused: prices are about 100 times off")],
        )
        if version >= FIRST_WITH_SESSIONS:
            conn.execute(
                "INSERT INTO stated_session (key, open, close) VALUES ('NMS/EQUITY/UTC', 7, 9), ('GONE', 1, 2)"
            )
            conn.execute("INSERT INTO calendar_cache VALUES ('NMS/EQUITY/UTC', 'XNAS', 'UTC', 0, 0, 1, x'')")
    with old_database.upgraded() as conn:
        assert read_bars(conn, series, EVER).equals(BARS)
        assert read_coverage(conn, series) == [HAVE]
        assert read_odd(conn, series, EVER) == []
        assert count_dropped(conn, series, EVER) == {}
        sessions = read_sessions(conn, "XNAS/UTC", "stated")
        assert sessions == ([(7, 9)] if version >= FIRST_WITH_SESSIONS else [])
        assert read_sessions(conn, "XNAS/UTC", "observed") == []
