"""Copies follow every change, outvote what differs from them, and keep damage from being copied."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import archive, corporate_actions, coverage, instruments, jobs
from candledesk.store.market.calendars import read_calendar, write_calendar
from candledesk.store.market.chunks.table import read_head
from candledesk.store.market.database import connect_reader, connect_writer, transaction
from candledesk.store.market.maintenance.forgetting import delete_claims, delete_instrument, delete_series
from candledesk.store.market.row_copies.repair import RowVerdict, check_rows, pop_damage, repair_rows
from candledesk.store.market.row_copies.tables import COPIED_TABLES, SIDES, read_layout
from candledesk.store.market.row_copies.triggers import create_triggers, drop_triggers
from candledesk.store.market.row_copies.voting import Side, count_votes
from candledesk.store.sqlite_errors import DamagedRowsError
from tests.store.market.conftest import insert_old_series, versions_before
from tests.store.market.row_copies.samples import NOW, PAGE_SIZE, fill_every_table

NAME = "rows of the small tables have copies"
NAMES = [table.name for table in COPIED_TABLES]


def rows_of(conn, table):
    """Return the rows of a table and of its copies, each sorted."""
    names = ", ".join(name for (name,) in conn.execute("SELECT name FROM pragma_table_info(?)", (f"{table}_third",)))
    return [sorted(conn.execute(f"SELECT {names} FROM {table}{ending}").fetchall(), key=repr) for ending in SIDES]


def damage(conn, *statements):
    """Change single copies, as no function of the store does."""
    drop_triggers(conn)
    for statement in statements:
        conn.execute(statement)
    create_triggers(conn)


@pytest.fixture
def filled(writer):
    return fill_every_table(writer)


def test_every_change_reaches_both_copies(writer, filled):
    minutes, days = filled
    for table in NAMES:
        first, second, third = rows_of(writer, table)
        assert first, table
        assert first == second == third, table
    with transaction(writer):
        coverage.write_coverage(writer, days, [Coverage(Span(40_000, 90_000), CoverageState.KNOWN_EMPTY, NOW)])
        coverage.forget_coverage(writer, days, Span(300_000, 310_000), [CoverageState.PROVISIONAL])
        jobs.delete_jobs(writer, ["failed"])
        jobs.move_jobs(writer, ["queued"], "paused", NOW)
        archive.remove_from_archive(writer, minutes)
        corporate_actions.write_actions(writer, "AAPL", [corporate_actions.StoredAction(86_400, "split", 7.0)], NOW)
        instruments.retire_instrument(writer, "AAPL", NOW)
    for table in NAMES:
        first, second, third = rows_of(writer, table)
        assert first == second == third, table
    assert check_rows(writer) == []


def test_a_change_that_is_rolled_back_is_rolled_back_in_the_copies(writer, filled):
    writer.execute("BEGIN IMMEDIATE")
    jobs.delete_jobs(writer, ["failed"])
    writer.execute("ROLLBACK")
    assert check_rows(writer) == []


@pytest.mark.parametrize("version", versions_before(NAME))
def test_rows_of_every_older_version_get_their_copies(old_database, version):
    with old_database.made_by(version) as conn:
        series = insert_old_series(conn, INTERVALS["1d"])
        conn.execute(
            "INSERT INTO coverage (series_id, lo, hi, state, source, fetched_at)"
            " VALUES (?, 0, 86400, 'have', 'provider', 1)",
            (series,),
        )
        conn.execute(
            "INSERT INTO backfill_job (series_id, kind, lo, hi, state, created_at, updated_at)"
            " VALUES (?, 'backfill', 0, 86400, 'queued', 1, 1)",
            (series,),
        )
        conn.execute(
            "INSERT INTO corporate_action (instrument_id, ts, kind, value, seen_at) VALUES (1, 5, 'x', 0.1, 1)"
        )
    with old_database.upgraded() as conn:
        assert check_rows(conn) == []
        for table in ("venue", "instrument", "series", "coverage", "backfill_job", "corporate_action"):
            first, second, third = rows_of(conn, table)
            assert len(first) == 1
            assert first == second == third
        assert [piece.span for piece in coverage.read_coverage(conn, series)] == [Span(0, 86_400)]
        assert instruments.series_id(conn, "AAPL", INTERVALS["1d"]) == series
        with transaction(conn):
            jobs.move_jobs(conn, ["queued"], "paused", NOW)
        assert check_rows(conn) == []


def test_calendars_of_older_versions_get_their_checksum(old_database):
    with old_database.made_by(versions_before(NAME)[-1]) as conn:
        conn.execute("INSERT INTO calendar_cache VALUES ('NMS/EQUITY/UTC', 'XNAS', 'UTC', 0, 0, 1, x'')")
    with old_database.upgraded() as conn:
        assert read_calendar(conn, "NMS/EQUITY/UTC") is not None
        for change in ("mic = 'XNYS'", "settle_s = 1", "valid_until = 2", "data = zeroblob(40)", "crc = NULL"):
            conn.execute("BEGIN")
            conn.execute(f"UPDATE calendar_cache SET {change}")
            assert read_calendar(conn, "NMS/EQUITY/UTC") is None, change
            conn.execute("ROLLBACK")


def test_a_change_by_another_program_is_noticed_and_taken_back(path, writer, filled):
    before = coverage.read_coverage(writer, filled[1])
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE coverage SET hi = hi + 86400 WHERE lo = 0")
        other.execute("DELETE FROM coverage WHERE lo = 259200")
        other.execute(
            "INSERT INTO coverage SELECT series_id, 900000, 986400, 'have', '', 1, NULL, '' FROM coverage LIMIT 1"
        )
    with closing(connect_reader(path)) as reader:
        assert coverage.read_coverage(reader, filled[1]) == before
        assert pop_damage(reader)
        assert not pop_damage(reader)
    findings = repair_rows(writer)
    assert sorted(finding.verdict for finding in findings) == [RowVerdict.COPIES, RowVerdict.COPIES, RowVerdict.DELETED]
    assert any(
        str(finding)
        == "the coverage of AAPL 1d from 1970-01-01T00:00:00Z to 1970-01-03T00:00:00Z (table coverage): the row is"
        " damaged, and its copies are used; the row says hi = 172800; the second copy says hi = 86400; the third copy"
        " says hi = 86400"
        for finding in findings
    ), [str(finding) for finding in findings]
    assert coverage.read_coverage(writer, filled[1]) == before
    assert check_rows(writer) == []


@pytest.mark.parametrize("ending", SIDES)
def test_a_damaged_row_is_not_changed_before_it_is_repaired(writer, filled, ending):
    """Else a change of one of its columns would copy the damage of the others."""
    minutes, _ = filled
    damage(writer, f"UPDATE series{ending} SET interval = '5m' WHERE series_id = {minutes}")
    writer.execute("DELETE FROM harvest")
    for statement in ("UPDATE series SET rev = rev + 1", f"DELETE FROM series WHERE series_id = {minutes}"):
        with pytest.raises(DamagedRowsError, match="doctor --repair"), transaction(writer):
            writer.execute(statement)
    assert [finding.subject for finding in repair_rows(writer)] == ["the series AAPL 1m"]
    assert instruments.list_series(writer)[0] == (minutes, "AAPL", "1m")
    with transaction(writer):
        writer.execute("UPDATE series SET rev = rev + 1")
    assert check_rows(writer) == []


def test_a_row_that_was_lost_is_not_stored_a_second_time(writer, filled):
    damage(writer, "DELETE FROM coverage WHERE lo = 0")
    with pytest.raises(DamagedRowsError), transaction(writer):
        writer.execute("INSERT INTO coverage SELECT series_id, 0, 1, 'have', '', 1, NULL, '' FROM coverage LIMIT 1")


VITAL = {
    "instrument": ("currency", "'ZZ'", "'YY'", lambda conn: instruments.read_instrument(conn, "AAPL")),
    "series": ("step", "7", "8", lambda conn: read_head(conn, 1)),
    "corporate_action": ("value", "9.0", "8.0", lambda conn: corporate_actions.read_actions(conn, "AAPL")),
}


@pytest.mark.parametrize("table", VITAL)
def test_an_answer_that_depends_on_a_vital_row_without_proof_is_refused(writer, filled, table):
    column, one, other, read = VITAL[table]
    key = "instrument_id = 1 AND ts = 86400" if table == "corporate_action" else f"{table}_id = 1"
    damage(
        writer,
        f"UPDATE {table} SET {column} = {one} WHERE {key}",
        f"UPDATE {table}_second SET {column} = {other} WHERE {key}",
    )
    for _ in range(2):  # a repair cannot know either
        with pytest.raises(EnvironmentFaultError, match="doctor --repair"):
            read(writer)
        (finding,) = repair_rows(writer)
        assert (finding.table, finding.verdict) == (table, RowVerdict.NEITHER)
    assert instruments.read_instrument(writer, "other:BTC-USD") is not None


def test_other_rows_without_proof_are_not_used_and_deleted(writer, filled):
    _, days = filled
    damage(writer, "UPDATE coverage SET hi = 90 WHERE lo = 0", "UPDATE coverage_second SET hi = 80 WHERE lo = 0")
    assert [piece.span.start for piece in coverage.read_coverage(writer, days)] == [86_400, 259_200]
    (finding,) = repair_rows(writer)
    assert finding.verdict is RowVerdict.NEITHER
    assert [piece.span.start for piece in coverage.read_coverage(writer, days)] == [86_400, 259_200]
    assert check_rows(writer) == []


A, B, C, KEY = (1, "a", "x"), (1, "b", "x"), (1, "c", "y"), (1,)
D = (1, "a", "y")


@pytest.mark.parametrize(
    ("versions", "is_whole", "proven", "n_contested", "n_damaged"),
    [
        ((A, A, A), (True, True, True), A, 0, 0),
        ((A, A, B), (True, True, True), A, 0, 1),
        ((A, B, A), (True, True, True), A, 0, 1),
        ((B, A, A), (True, True, True), A, 0, 1),
        ((None, A, A), (True, True, True), A, 0, 1),
        ((A, None, None), (True, True, True), None, 0, 1),
        ((A, B, C), (True, True, True), None, 1, 1),
        ((A, B, D), (True, True, True), A, 0, 1),
        ((D, A, B), (True, True, True), A, 0, 1),
        ((None, B, D), (True, True, True), None, 1, 1),
        ((A, B, None), (True, True, True), None, 1, 1),
        ((None, None, A), (False, False, True), None, 1, 1),
        ((None, None, A), (True, False, True), None, 1, 1),
        ((None, A, A), (False, True, True), A, 0, 1),
        ((None, None, A), (True, True, False), None, 0, 1),
    ],
)
def test_two_equal_versions_outvote_the_third(writer, versions, is_whole, proven, n_contested, n_damaged):
    """What is missing in a table that cannot be read to the end says nothing."""
    layout = read_layout(writer, COPIED_TABLES[0])
    sides = [Side({} if row is None else {KEY: row}, whole) for row, whole in zip(versions, is_whole, strict=True)]
    votes = count_votes(layout, sides)
    assert votes.proven.get(KEY) == proven
    assert (len(votes.contested), len(votes.damaged)) == (n_contested, n_damaged)


def test_a_vital_row_of_which_one_version_is_left_is_used_after_a_repair(path, writer, filled):
    """Both tables with copies are damaged, so that what they lack is unknown."""
    overwrite_with_zeros(path, writer, "instrument_second", "instrument_third")
    with closing(connect_writer(path)) as conn:
        with pytest.raises(EnvironmentFaultError, match="doctor --repair"):
            instruments.read_instrument(conn, "AAPL")
        findings = repair_rows(conn)
        assert {finding.verdict for finding in findings if finding.versions} == {RowVerdict.LAST}
        assert instruments.read_instrument(conn, "AAPL").name == "Apple Inc."
        assert check_rows(conn) == []


def test_coverage_of_which_one_version_is_left_is_not_used(path, writer, filled):
    overwrite_with_zeros(path, writer, "coverage_second", "coverage_third")
    with closing(connect_writer(path)) as conn:
        assert coverage.read_coverage(conn, filled[1]) == []
        findings = repair_rows(conn)
        assert {finding.verdict for finding in findings if finding.versions} == {RowVerdict.NEITHER}
        assert coverage.read_coverage(conn, filled[1]) == []
        assert check_rows(conn) == []


def test_what_was_proven_is_compared_again_after_a_change(path, writer, filled):
    _, days = filled
    with closing(connect_reader(path)) as reader:
        for state in (CoverageState.KNOWN_EMPTY, CoverageState.REFUSED):
            with transaction(writer):
                coverage.write_coverage(writer, days, [Coverage(Span(0, 400_000), state, NOW)])
            with closing(sqlite3.connect(path)) as other, other:
                other.execute("UPDATE coverage SET state = 'have'")
            for _ in range(2):
                assert [piece.state for piece in coverage.read_coverage(reader, days)] == [state]
            repair_rows(writer)


def test_a_shell_reads_the_file_as_before(path, writer, filled):
    with closing(sqlite3.connect(path)) as shell:
        assert shell.execute("SELECT count(*) FROM candles").fetchone() == (0,)
        assert shell.execute("SELECT spelling FROM instrument ORDER BY 1").fetchall() == [("AAPL",), ("other:BTC-USD",)]


def test_a_damaged_calendar_is_not_used_and_makes_room_for_a_new_one(path, writer, filled):
    days = np.arange(3) * 86_400
    calendar = SessionCalendar("XNYS", "America/New_York", days, days + 1, days + 2, days, days, settle_s=0)
    for mode in ("a value", "its page"):
        with transaction(writer):
            write_calendar(writer, "damaged", calendar, 5)
            write_calendar(writer, "whole", calendar, 5)
        assert check_rows(writer) == []
        if mode == "a value":
            writer.execute("UPDATE calendar_cache SET valid_until = 6 WHERE key = 'damaged'")
        else:
            overwrite_with_zeros(path, writer, "calendar_cache")
            writer = connect_writer(path)
        assert read_calendar(writer, "damaged") is None
        assert pop_damage(writer)
        assert {finding.table for finding in repair_rows(writer)} == {"calendar_cache"}
        assert check_rows(writer) == []
        assert (read_calendar(writer, "whole") is None) == (mode == "its page")
    writer.close()


def test_new_jobs_are_stored_after_the_page_of_their_numbers_was_damaged(path, writer, filled):
    overwrite_with_zeros(path, writer, "sqlite_sequence")
    with closing(connect_writer(path)) as conn:
        assert [finding.table for finding in repair_rows(conn)] == ["backfill_job"]
        with transaction(conn):
            (job,) = jobs.insert_or_join_jobs(conn, [jobs.JobKey(filled[1], "update", 7, 8, 1)], NOW)
        assert job.job_id == 3
        assert check_rows(conn) == []


def overwrite_with_zeros(path, writer, *names):
    """Close the writer and overwrite the first page of each table."""
    sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
    pages = [writer.execute(sql, (name,)).fetchone()[0] for name in names]
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    writer.close()
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE_SIZE)
            file.write(bytes(PAGE_SIZE))


@pytest.mark.parametrize("lost", ["coverage", "odd_bar", "dropped_row"])
def test_copies_of_a_lost_row_are_deleted_with_its_series(writer, filled, lost):
    """Else a repair would bring the row back, for whichever series gets the number next."""
    damage(writer, f"DELETE FROM {lost}")
    with transaction(writer):
        for series in filled:
            delete_claims(writer, series)
    for table in ("coverage", "odd_bar", "dropped_row", "backfill_job", "harvest"):
        assert rows_of(writer, table) == [[], [], []]
    assert check_rows(writer) == []
    with transaction(writer):
        for number, *_ in instruments.list_series(writer):
            delete_claims(writer, number)
            delete_series(writer, number)
        delete_instrument(writer, "AAPL")
    assert [len(side) for side in rows_of(writer, "instrument")] == [1, 1, 1]
    assert rows_of(writer, "series") == rows_of(writer, "corporate_action") == [[], [], []]
    assert check_rows(writer) == []
