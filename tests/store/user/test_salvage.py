"""What a person made is saved row by row from a damaged user.db, and the damaged file is kept."""

from contextlib import closing

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import transaction
from candledesk.store.user.database import PAGE_SIZE, find_damage, open_user_database, user_schema
from candledesk.store.user.layouts import write_layout
from candledesk.store.user.salvage import salvage_user_data
from candledesk.store.user.watchlists import WATCHLISTS
from tests.store.user.conftest import NOW

N_LISTS = 150
KEPT = "user.damaged-20270115T080000Z.db"


@pytest.fixture
def filled(user_path):
    """A file of several pages; and its watchlists and layouts."""
    with closing(open_user_database(user_path, NOW).connection) as conn, transaction(conn):
        for at in range(N_LISTS):
            WATCHLISTS.write(conn, f"list {at}", {"name": f"list {at}", "sections": [{"title": "x" * at}]}, NOW)
        for at in range(5):
            write_layout(conn, "mine", {"format": "candledesk.layout/1", "at": at}, NOW + at)
    return user_path, content(user_path)


def content(path):
    """Return all rows but the times of their writing."""
    with closing(open_user_database(path, NOW).connection) as conn:
        lists = conn.execute("SELECT name, document FROM watchlist").fetchall()
        return set(lists) | set(conn.execute("SELECT name, document FROM layout").fetchall())


def test_a_whole_file_comes_out_whole(filled):
    path, truth = filled
    before = path.read_bytes()
    saved = salvage_user_data(path, user_schema(), NOW)
    assert (saved.is_whole, saved.kept.name) == (True, KEPT)
    assert saved.kept.read_bytes() == before
    assert str(saved).startswith(f"{N_LISTS} watchlists, 1 layout, 4 former layouts")
    assert content(path) == truth
    assert path.stat().st_mode & 0o077 == 0


def test_each_page_costs_its_own_rows_at_most(filled):
    path, truth = filled
    data = path.read_bytes()
    for number in range(1, len(data) // PAGE_SIZE + 1):
        path.write_bytes(data[: (number - 1) * PAGE_SIZE] + bytes(PAGE_SIZE) + data[number * PAGE_SIZE :])
        saved = salvage_user_data(path, user_schema(), NOW)
        assert find_damage(path) == []
        found = content(path)
        assert found <= truth
        assert len(truth - found) <= 40, number
        assert found == truth or not saved.is_whole
        saved.kept.unlink()


def test_the_file_of_a_newer_version_is_not_replaced(filled):
    path, _ = filled
    with closing(open_user_database(path, NOW).connection) as conn:
        conn.execute("CREATE TABLE newer (x INTEGER) STRICT")
        conn.execute("PRAGMA user_version = 99")
    with pytest.raises(EnvironmentFaultError, match="written by a newer CandleDesk"):
        salvage_user_data(path, user_schema(), NOW)
    assert not path.with_name(KEPT).exists()
