"""Reading and writing user.db from any thread: futures, one thread, refusals."""

import os
import sqlite3
import tempfile
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from candledesk.domain.errors import ClosingError, EnvironmentFaultError
from candledesk.store.user.watchlists import WATCHLISTS
from candledesk.workspace.user_data import UserData
from tests.workspace.conftest import NOW, START_THREAD

LIST = {"name": "mine", "sections": []}


def _write(name, document=LIST):
    return lambda conn: WATCHLISTS.write(conn, name, document, NOW)


def _names(conn):
    return [row.name for row in WATCHLISTS.list_rows(conn)]


def test_written_data_are_read_now_and_at_the_next_start(user_data, open_user_data):
    assert user_data.write(_write("mine")).result(5)
    assert user_data.read(_names).result(5) == ["mine"]
    assert user_data.close(5)
    assert open_user_data().read(_names).result(5) == ["mine"]


def test_nothing_is_opened_before_the_first_task(user_data, user_path):
    assert not user_path.exists()
    user_data.read(_names).result(5)
    assert user_path.exists()


def test_tasks_run_on_the_thread_of_the_user_data(user_data):
    assert user_data.read(lambda _conn: threading.current_thread().name).result(5) == "candledesk-user-data"
    assert user_data.write(lambda _conn: threading.current_thread().name).result(5) == "candledesk-user-data"


def test_a_task_that_fails_stores_nothing_and_the_next_one_runs(user_data):
    def fail(conn):
        _write("half")(conn)
        raise ValueError("our bug")

    with pytest.raises(ValueError, match="our bug"):
        user_data.write(fail).result(5)
    user_data.write(_write("whole")).result(5)
    assert user_data.read(_names).result(5) == ["whole"]


def test_a_read_task_cannot_change_the_database(user_data):
    with pytest.raises(RuntimeError, match=r"transaction"):
        user_data.read(lambda conn: (conn.rollback(), _write("x")(conn))).result(5)
    assert user_data.read(_names).result(5) == []


def test_closing_finishes_queued_tasks_and_takes_no_more(user_data, user_path):
    written = [user_data.write(_write(f"list {at}")) for at in range(20)]
    assert user_data.close(5)
    assert all(future.done() for future in written)
    with pytest.raises(ClosingError):
        user_data.write(_write("late")).result(5)
    with closing(sqlite3.connect(user_path)) as conn:
        assert conn.execute("SELECT count(*) FROM watchlist").fetchone() == (20,)


def test_closing_does_not_wait_longer_than_it_may(open_user_data):
    user_data, may_end = open_user_data(), threading.Event()
    user_data.read(lambda _conn: may_end.wait(10))
    assert not user_data.close(0.05)
    may_end.set()
    assert user_data.close(5)


@pytest.mark.allow_logs
def test_a_damaged_file_is_renamed_and_the_notice_names_it(open_user_data, user_path):
    user_path.write_text("nonsense" * 500)
    user_data = open_user_data()
    assert user_data.read(_names).result(5) == []
    (kept,) = user_path.parent.glob("user.damaged-*.db")
    assert kept.read_text() == "nonsense" * 500
    assert kept.name in user_data.notice


def test_damage_that_is_found_later_does_not_replace_the_file(user_data, user_path):
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def fail(_conn):
        raise error

    for run in (user_data.read, user_data.write):
        with pytest.raises(EnvironmentFaultError, match=r"user\.db is damaged .*start CandleDesk again") as caught:
            run(fail).result(5)
        assert "move" not in str(caught.value)


def test_a_file_of_a_newer_program_ends_every_task_with_the_reason_and_stays_as_it_was(open_user_data, user_path):
    first = open_user_data()
    first.write(_write("mine")).result(5)
    first.close(5)
    with closing(sqlite3.connect(user_path)) as conn:
        conn.execute("PRAGMA user_version = 99")
    before = user_path.read_bytes()
    second = open_user_data()
    for future in (second.read(_names), second.write(_write("x")), second.read(_names)):
        with pytest.raises(EnvironmentFaultError, match="newer CandleDesk"):
            future.result(5)
    assert second.close(5)
    assert user_path.read_bytes() == before


def test_a_full_disk_fails_the_write_and_a_later_one_succeeds(user_data):
    def set_pages(number):
        return lambda conn: conn.execute(f"PRAGMA max_page_count = {number}").fetchall()

    user_data.write(_write("first")).result(5)
    user_data.read(set_pages(1)).result(5)
    with pytest.raises(EnvironmentFaultError, match="disk is full"):
        user_data.write(_write("large", LIST | {"text": "x" * 100_000})).result(5)
    user_data.read(set_pages(1_000_000)).result(5)
    user_data.write(_write("large", LIST | {"text": "x" * 100_000})).result(5)
    assert user_data.read(_names).result(5) == ["first", "large"]


@pytest.fixture
def read_only_home(open_user_data):
    """A home that the present user cannot write, outside pytest's own private folders, with one watchlist."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        user_data = open_user_data(home / "user.db")
        user_data.write(_write("mine")).result(5)
        user_data.close(5)
        (home / "user.db").chmod(0o644)  # whatever the umask was
        home.chmod(0o555)
        is_root = os.geteuid() == 0  # root may write everywhere: become nobody for a moment
        if is_root:
            os.seteuid(65_534)
        try:
            yield home
        finally:
            if is_root:
                os.seteuid(0)
            home.chmod(0o755)


@contextmanager
def _read_only(path):
    user_data = UserData(path, START_THREAD, refusal=EnvironmentFaultError("The home is read-only"))
    yield user_data
    assert user_data.close(5)


def test_a_read_only_home_is_read_and_every_write_ends_with_the_reason(read_only_home):
    with _read_only(read_only_home / "user.db") as user_data:
        assert user_data.read(_names).result(5) == ["mine"]
        with pytest.raises(EnvironmentFaultError, match="The home is read-only"):
            user_data.write(_write("x")).result(5)
    assert [file.name for file in read_only_home.iterdir()] == ["user.db"]


def test_an_unfinished_log_is_read_where_nothing_may_be_written(open_user_data, user_path):
    writing = open_user_data()
    writing.write(_write("mine")).result(5)
    with _read_only(user_path) as user_data:
        assert user_data.read(_names).result(5) == ["mine"]


def test_in_a_read_only_home_without_user_data_reading_ends_with_the_reason_too(tmp_path):
    with _read_only(tmp_path / "user.db") as user_data, pytest.raises(EnvironmentFaultError, match="read-only"):
        user_data.read(_names).result(5)
    assert list(tmp_path.iterdir()) == []
