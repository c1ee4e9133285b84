"""Damage of a row, of its copies or of an index: what is read stays true, and it is noticed and repaired."""

from collections import Counter

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import transaction
from candledesk.store.market.jobs import JobKey, insert_or_join_jobs
from candledesk.store.market.row_copies.repair import check_rows, repair_rows
from candledesk.store.market.row_copies.tables import COPIED_TABLES, SECOND, SIDES, TABLES, read_layout
from candledesk.store.market.row_copies.voting import read_side, read_votes
from tests.store.market.row_copies.samples import (
    PAGE_SIZE,
    answers_of,
    bits_of,
    fill_every_table,
    flipped,
    image_of,
    opened,
    pages_of,
    root_of,
)

NAMES = [table.name for table in COPIED_TABLES]


@pytest.fixture
def sample(writer):
    """The image of a database, the series in it, and what is read of each table."""
    series = fill_every_table(writer)
    assert check_rows(writer) == []
    return image_of(writer), series, {name: answers_of(name, writer, series) for name in NAMES}


@pytest.mark.parametrize("table", NAMES)
def test_one_flipped_bit_never_changes_an_answer(sample, table):
    """Bits of the pages of the rows, of their indexes and of their second copies, which are read together."""
    data, series, truth = sample
    with opened(data) as conn:
        pages = pages_of(conn, table) | pages_of(conn, table + SECOND)
    for page in pages.values():
        for place, bit in bits_of(data, page, 40):
            with flipped(data, place, bit) as conn:
                assert answers_of(table, conn, series) == truth[table], (table, page, place, bit)


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("side", SIDES)
def test_one_flipped_bit_of_a_row_is_found_and_repaired(sample, table, side):
    data, series, truth = sample
    with opened(data) as conn:
        page = root_of(conn, table + side)
    ends = Counter()
    for place, bit in bits_of(data, page, 25):
        with flipped(data, place, bit) as conn:
            findings = repair_rows(conn)
            assert answers_of(table, conn, series) == truth[table], (place, bit)
            assert check_rows(conn) == []
            ends["repaired" if findings else "harmless"] += 1
    assert ends["repaired"] > 0.4 * ends.total(), ends  # the others are bytes of former rows


@pytest.mark.parametrize("table", NAMES)
def test_a_page_of_zeros_changes_no_answer(sample, table):
    data, series, truth = sample
    with opened(data) as conn:
        pages = {page for side in SIDES for page in pages_of(conn, table + side).values()}
    for page in pages:
        damaged = bytearray(data)
        damaged[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] = bytes(PAGE_SIZE)
        with opened(damaged) as conn:
            assert answers_of(table, conn, series) == truth[table], (table, page)
            assert any(finding.table == table for finding in check_rows(conn)), (table, page)
            repair_rows(conn)
            assert check_rows(conn) == []
            assert answers_of(table, conn, series) == truth[table], (table, page)


@pytest.mark.parametrize(("table", "ends"), [("coverage", (1,)), ("backfill_job", (1,)), ("backfill_job", (1, 7))])
def test_a_page_in_the_middle_of_a_larger_table_costs_only_its_own_rows(writer, table, ends):
    """All three copies have such pages in other places, and all rows are proven all the same."""
    _, days = fill_every_table(writer)
    with transaction(writer):
        if table == "coverage":
            pieces = [Coverage(Span(10**6 + 9 * k, 10**6 + 9 * k + 5), CoverageState.HAVE, k) for k in range(3_000)]
            write_coverage(writer, days, pieces)
        else:
            insert_or_join_jobs(writer, [JobKey(days, "backfill", k, k + 1, 1) for k in range(1, 3_000)], 1)
    count, sql = writer.execute(f"SELECT count(*) FROM {table}").fetchone()[0], f"SELECT * FROM {table} ORDER BY 1, 2"
    truth = set(writer.execute(sql).fetchall())
    data = bytearray(image_of(writer))
    with opened(data) as conn:
        for place, side in enumerate(SIDES):
            leaves = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
            pages = [page for (page,) in conn.execute(leaves, (table + side,))]
            for at in ends:
                page = pages[len(pages) * (at + 2 * place) // 12]
                data[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] = bytes(PAGE_SIZE)
    with opened(data) as conn:
        layout = read_layout(conn, TABLES[table])
        for side in SIDES:
            read = read_side(conn, layout, side)
            assert not read.is_whole
            assert count * (1 - 0.15 * len(ends)) < len(read.rows) < count, side
        votes = read_votes(conn, TABLES[table])
        assert set(votes.proven.values()) == truth
        repair_rows(conn)
        assert set(conn.execute(sql).fetchall()) == truth
        assert check_rows(conn) == []
