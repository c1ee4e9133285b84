"""What is read of a database file without SQLite is what SQLite reads: values, pages of the log, and trees."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candledesk.store.salvage.log import read_log
from candledesk.store.salvage.pages import PageFile
from candledesk.store.salvage.tables import choose_tables, describe_tables
from candledesk.store.salvage.transport import move_tables, read_schema
from candledesk.store.salvage.trees import TreeWalk

PAGE = 1_024
FRAME = 24 + PAGE
TABLES = """
CREATE TABLE note (note_id INTEGER PRIMARY KEY, title TEXT, size REAL, data BLOB) STRICT;
CREATE TABLE tick (series INTEGER, time INTEGER, price REAL NOT NULL, PRIMARY KEY (series, time)) WITHOUT ROWID, STRICT;
CREATE INDEX note_by_title ON note (title);
"""
notes = st.tuples(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3_000) | st.none(),
    st.floats(allow_nan=False) | st.integers(-(2**50), 2**50).map(float) | st.none(),
    st.binary(max_size=5_000) | st.none(),
)
ticks = st.dictionaries(
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1)),
    st.floats(allow_nan=False, allow_infinity=False),
    max_size=120,
)


def create(path, script=TABLES):
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute(f"PRAGMA page_size = {PAGE}")
    conn.executescript(script)
    return conn


def fill(conn, seed=0, n=3_000):
    conn.execute("BEGIN")
    for at in range(n):
        text, blob = f"note {at * 7_919 % n} of {seed}", bytes([at % 256]) * (at * 37 % 2_500 if at % 50 == 0 else 9)
        conn.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?)", (at, text, at / 8, blob))
        conn.execute("INSERT OR REPLACE INTO tick VALUES (?, ?, ?)", (at % 3, at, at * 1.5 + seed))
    conn.execute("COMMIT")


def content(conn):
    return [conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("note", "tick")]


def keys(rows):
    """Return what is not stored in overflow pages: a lost one costs a part of a value, which its reader must notice."""
    return [row[:2] for row in rows]


def moved(path):
    """Move the rows of the file at ``path`` into a database in memory; return its content and what was moved."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        new.executescript(TABLES)
        with PageFile(path, PAGE) as pages:
            found = move_tables(pages, read_schema(pages), new, lambda _: None)
        return content(new), found


@given(st.lists(notes, max_size=12), ticks)
@settings(deadline=None, max_examples=60)
def test_every_value_is_read_as_sqlite_reads_it(tmp_path_factory, note_rows, tick_rows):
    path = tmp_path_factory.mktemp("values") / "x.db"
    with closing(create(path)) as conn:
        conn.executemany("INSERT INTO note (title, size, data) VALUES (?, ?, ?)", note_rows)
        conn.executemany("INSERT INTO tick VALUES (?, ?, ?)", [(*key, price) for key, price in tick_rows.items()])
        truth = content(conn)
    rows, found = moved(path)
    assert rows == truth
    assert all(table.is_whole for table in found.values())


@pytest.fixture
def path(tmp_path):
    """A file of some hundred pages, with pages that were freed."""
    with closing(create(tmp_path / "x.db")) as conn:
        fill(conn)
        conn.execute("DELETE FROM note WHERE note_id BETWEEN 500 AND 1500")
        conn.execute("DELETE FROM tick WHERE time BETWEEN 500 AND 1500")
    return tmp_path / "x.db"


def truth_of(path):
    with closing(sqlite3.connect(path)) as conn:
        return content(conn)


def test_deleted_rows_do_not_come_back(path):
    rows, found = moved(path)
    assert rows == truth_of(path)
    assert all(table.is_whole for table in found.values())


@pytest.mark.parametrize("first", [1, 17])
def test_a_lost_page_costs_its_own_rows_only(path, first):
    """Each page of the file in turn, in steps; inner pages and the page with the schema cost at most their own."""
    truth, data = truth_of(path), path.read_bytes()
    for number in range(first, len(data) // PAGE + 1, 31):
        path.write_bytes(data[: (number - 1) * PAGE] + bytes(PAGE) + data[number * PAGE :])
        rows, found = moved(path)
        for mine, all_of_them in zip(map(keys, rows), map(keys, truth), strict=True):
            assert set(all_of_them) >= set(mine) or number == 1  # without it, freed pages are not known
            assert len(set(all_of_them) - set(mine)) <= 60, number
        is_missing = sum(map(len, rows)) < sum(map(len, truth))
        assert not is_missing or not all(table.is_whole for table in found.values())


def test_the_places_of_missing_rows_are_known(path):
    with closing(sqlite3.connect(path)) as conn:
        root = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tick'").fetchone()[0]
    with PageFile(path, PAGE) as pages:
        leaf = next(number for number in _leaves(pages, root) if _times(pages, number))
        times = _times(pages, leaf)
    data = path.read_bytes()
    path.write_bytes(data[: (leaf - 1) * PAGE] + bytes(PAGE) + data[leaf * PAGE :])
    _, found = moved(path)
    ((before, after),) = found["tick"].breaks
    assert before is None or before[:2] < times[0]
    assert after is None or after[:2] > times[-1]


def _leaves(pages, root):
    walk = TreeWalk(pages)
    list(walk.walk(root, is_table=False))
    return sorted(walk.visited - {root})


def _times(pages, number):
    return [cell.record[:2] for cell in TreeWalk(pages).read_cells(pages.read(number), number) if cell is not None]


@pytest.fixture
def logged(tmp_path):
    """A file whose newest rows are in the log, as a killed process leaves both; and its content."""
    with closing(create(tmp_path / "live.db")) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        fill(conn, n=400)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        for seed in range(1, 4):
            fill(conn, seed, n=400)
        truth = content(conn)
        path = tmp_path / "x.db"
        for suffix in ("", "-wal"):
            path.with_name(path.name + suffix).write_bytes((tmp_path / f"live.db{suffix}").read_bytes())
    return path, truth


def log_of(path):
    return path.with_name(path.name + "-wal")


def test_the_log_is_applied(logged):
    path, truth = logged
    assert moved(path)[0] == truth


def test_a_transaction_without_a_commit_is_not_applied(logged):
    path, truth = logged
    log = log_of(path)
    log.write_bytes(log.read_bytes()[:-FRAME])
    rows = moved(path)[0]
    with closing(sqlite3.connect(path)) as conn:
        assert rows == content(conn)
    assert rows != truth


@pytest.mark.parametrize("at", [0, 3, 17, 25, 40, FRAME // 2])
def test_a_damaged_frame_costs_its_own_page_only(logged, at):
    """``at``: a byte of the header of the log, or of a frame in the middle. SQLite drops all frames from there on."""
    path, _ = logged
    log = log_of(path)
    data, before = bytearray(log.read_bytes()), read_log(log, PAGE)
    n_frames = (len(data) - 32) // FRAME
    data[at if at < 25 else 32 + n_frames // 2 * FRAME + at] ^= 4
    log.write_bytes(data)
    after = read_log(log, PAGE)
    changed = {page for page, place in before.places.items() if after.places.get(page) != place}
    assert len(changed) <= 1
    assert before.n_damaged == 0
    assert after.n_damaged == (0 if at < 25 else 1)


def test_frames_of_an_older_log_are_not_applied(tmp_path):
    with closing(sqlite3.connect(tmp_path / "y.db", isolation_level=None)) as conn:
        conn.executescript(TABLES)
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        fill(conn, n=400)
        conn.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        conn.execute("INSERT INTO note (title) VALUES ('new')")
        log = read_log(tmp_path / "y.db-wal", 4_096)
        assert 1 <= len(log.places) < 10
        assert log.n_damaged == 0


def test_a_page_without_an_owner_is_recognised_by_its_rows(path):
    with closing(sqlite3.connect(path)) as conn:
        tables = describe_tables(conn)
    by_name = {table.name: table for table in tables}
    assert [table.name for table in tables if table.is_index] == ["note_by_title"]
    note, tick, index = (None, "title", 1.5, b"x"), (1, 2, 3.5), ("title", 7)
    assert choose_tables(tables, [note, note, tick], 13) == [by_name["note"]]
    assert choose_tables(tables, [tick, tick, index], 10) == [by_name["tick"]]
    assert choose_tables(tables, [index], 10) == [by_name["note_by_title"]]
    assert choose_tables(tables, [(1,)], 10) == []
    assert choose_tables(tables, [tick], 13) == []


COPIED = """
CREATE TABLE tick_2 (series INTEGER, time INTEGER, price REAL, PRIMARY KEY (series, time)) WITHOUT ROWID, STRICT;
CREATE TABLE tick_3 (series INTEGER, time INTEGER, price REAL, PRIMARY KEY (series, time)) WITHOUT ROWID, STRICT;
CREATE TRIGGER copy_tick AFTER INSERT ON tick BEGIN
    INSERT INTO tick_2 VALUES (new.series, new.time, new.price);
    INSERT INTO tick_3 VALUES (new.series, new.time, new.price);
END;
"""


def test_the_pages_of_copies_of_a_table_stay_copies_when_nothing_says_whose_they_are(tmp_path):
    path = tmp_path / "x.db"
    script = TABLES.replace("price REAL NOT NULL", "price REAL") + COPIED
    with closing(create(path, script)) as conn:
        conn.executemany("INSERT INTO tick VALUES (1, ?, ?)", [(at, at / 2) for at in range(40)])
        truth = conn.execute("SELECT * FROM tick").fetchall()
    path.write_bytes(bytes(PAGE) + path.read_bytes()[PAGE:])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        new.executescript(script[: script.index("CREATE TRIGGER")])
        with PageFile(path, PAGE) as pages:
            move_tables(pages, read_schema(pages), new, lambda _: None)
        for table in ("tick", "tick_2", "tick_3"):
            assert new.execute(f"SELECT * FROM {table}").fetchall() == truth
