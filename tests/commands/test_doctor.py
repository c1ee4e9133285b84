"""The doctor names damage with exit code 5, repairs it, and saves what can be read of a file that SQLite refuses."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.cache.maintenance.damage_texts import CheckLine
from candledesk.commands.doctor import installation
from candledesk.commands.entry import main
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.paths import Paths
from candledesk.providers.answers import FaultAnswer, RefusalKind, RefusedAnswer
from candledesk.settings import load_settings
from candledesk.store.lock import HomeLock
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.user.database import open_user_database
from candledesk.store.user.watchlists import WATCHLISTS

N_BARS = 5_000
EVER = Span(0, 2**40)
ROWS = "SELECT * FROM candle ORDER BY series_id, ts"


def fill_home(path):
    create_or_open(path)
    with closing(connect_writer(path)) as writer, transaction(writer):
        for symbol in ("BTC-USD", "ETH-USD"):
            instrument = Instrument(symbol, "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, None)
            write_instrument(writer, instrument, "XCRY", "", 0)
            close = 100 + np.arange(N_BARS) % 7 * 1.0
            bars = Bars(1_700_000_040 + 60 * np.arange(N_BARS), close, close + 1, close - 1, close, close)
            write_bars(writer, series_id(writer, symbol, INTERVALS["1m"], create=True), bars)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with two series, and no Yahoo to ask."""
    monkeypatch.setattr(installation, "check_providers", lambda *_: [CheckLine("yahoo", is_ok=True, text="not asked")])
    fill_home(tmp_path / "candles.db")
    return tmp_path


def run(monkeypatch, capsys, home, *arguments):
    """Run the real command line; return the exit code, the checks that were printed, and stderr."""
    codes = []
    monkeypatch.setattr("candledesk.commands.entry.signal.signal", lambda *_: None)
    monkeypatch.setattr("candledesk.commands.entry.os._exit", codes.append)
    main_with(monkeypatch, ["--home", str(home), "doctor", "--json", *arguments])
    printed = capsys.readouterr()
    return codes[0], {check["name"]: check for check in json.loads(printed.out or "[]")}, printed.err


def main_with(monkeypatch, arguments):
    monkeypatch.setattr("sys.argv", ["candledesk", *arguments])
    main()


def execute(home, sql):
    with closing(sqlite3.connect(home / "candles.db")) as conn, conn:
        return conn.execute(sql).fetchall()


DAMAGES = [
    "UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = 1 AND level = 1",
    "UPDATE chunk SET data = substr(data, 9) WHERE series_id = 1 AND level = 8",
    "DELETE FROM chunk WHERE series_id = 1",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_chunks_are_named_and_mended_and_the_rows_stay(monkeypatch, capsys, home, damage):
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["database"]["text"].split(", ")[-1]) == (0, "2 of 2 series exact")
    rows = execute(home, ROWS)

    execute(home, damage)
    for _ in range(2):  # without --repair it only looks
        code, checks, _ = run(monkeypatch, capsys, home)
        assert (code, checks["chunks of BTC-USD 1m"]["is_ok"]) == (5, False)
        assert "doctor --repair" in checks["chunks of BTC-USD 1m"]["text"]
        assert "chunks of ETH-USD 1m" not in checks

    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert code == 0
    assert checks["chunks of BTC-USD 1m"]["text"].startswith("rebuilt from the rows")
    assert "chunks of ETH-USD 1m" not in checks
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["database"]["text"].split(", ")[-1]) == (0, "2 of 2 series exact")
    assert execute(home, ROWS) == rows
    with closing(connect_writer(home / "candles.db")) as conn:
        assert len(read_bars(conn, 1, EVER)) == N_BARS


def test_a_home_in_use_is_not_repaired(monkeypatch, capsys, home):
    execute(home, DAMAGES[0])
    lock = HomeLock(home / "instance.lock")
    try:
        code, checks, words = run(monkeypatch, capsys, home, "--repair")
    finally:
        lock.release()
    assert (code, checks) == (5, {})
    assert "uses this home already" in words


CLOSES = "UPDATE candle SET close = close + 0.25 WHERE series_id = 1 AND ts BETWEEN 1700000040 AND 1700000400"
BLANK = (
    "UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = 1 AND level = 1"
    " AND start = (SELECT min(start) FROM chunk WHERE series_id = 1 AND level = 1)"
)
CLAIM = Coverage(Span(1_700_000_040, 1_700_300_040), CoverageState.HAVE, 7)


def test_both_sides_of_a_damage_are_shown_before_the_proven_one_wins(monkeypatch, capsys, home):
    rows = execute(home, ROWS)
    execute(home, CLOSES)
    expected = [
        "the chunk is right",
        "2023-11-14T22:14:00Z row O 100 H 101 L 99 C 100.25 V 100 | chunk O 100 H 101 L 99 C 100 V 100",
        "and 3 more bars that differ",
    ]
    for arguments, code in (((), 5), (("--repair",), 0), ((), 0)):
        found, checks, _ = run(monkeypatch, capsys, home, *arguments)
        assert found == code
        if code == 5 or arguments:
            lines = checks["chunks of BTC-USD 1m"]["details"]
            assert all(any(text in line for line in lines) for text in expected)
    assert execute(home, ROWS) == rows


def test_bars_that_neither_side_proves_become_a_gap_that_is_listed_with_code_3(monkeypatch, capsys, home):
    with closing(connect_writer(home / "candles.db")) as writer, transaction(writer):
        write_coverage(writer, 1, [CLAIM])
    execute(home, CLOSES)
    execute(home, BLANK)
    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    check = checks["chunks of BTC-USD 1m"]
    assert (code, check["has_lost"], check["is_ok"]) == (3, True, True)
    n_lost = 2 * N_BARS - len(execute(home, ROWS))
    assert f"lost: {n_lost:,} bars" in check["text"]
    (line,) = [line for line in check["details"] if line.startswith("lost ")]
    assert "cannot be fetched again" in line
    assert "candledesk backup --list" in line
    states = execute(home, "SELECT state, reason FROM coverage WHERE series_id = 1 ORDER BY lo")
    assert states == [("failed", "damaged"), ("have", "")]
    assert run(monkeypatch, capsys, home)[0] == 0  # it is a gap now, and nothing is damaged


def without_page(home, number):
    path = home / "candles.db"
    data = bytearray(path.read_bytes())
    data[(number - 1) * 8_192 : number * 8_192] = bytes(8_192)
    path.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize("table", ["sqlite_schema", "candle", "chunk", "chunk_checksum", "backfill_job"])
def test_a_file_with_a_lost_page_is_saved_into_a_new_one(monkeypatch, capsys, home, table):
    rows = execute(home, ROWS)
    root = (
        1
        if table == "sqlite_schema"
        else execute(home, f"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")[0][0]
    )
    damaged = without_page(home, root)
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["database"]["is_ok"]) == (5, False)
    assert "candledesk doctor --repair" in checks["database"]["text"]
    assert (home / "candles.db").read_bytes() == damaged

    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert (code, checks["database"]["is_ok"]) == (0, True)
    assert "saved into a new file: 10,000 bars in 2 series" in checks["database"]["text"]
    (kept,) = home.glob("candles.db.damaged-*")
    assert kept.read_bytes() == damaged
    assert str(kept) in checks["database"]["details"][0]
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["database"]["text"].split(", ")[-1]) == (0, "2 of 2 series exact")
    assert execute(home, ROWS) == rows


def test_bars_whose_series_has_no_name_any_more_are_counted_as_lost(monkeypatch, capsys, home):
    for place, table in enumerate(("instrument", "instrument_second", "instrument_third")):
        execute(home, f"UPDATE {table} SET currency = 'X{place}' WHERE symbol = 'ETH-USD'")
    without_page(home, execute(home, "SELECT rootpage FROM sqlite_schema WHERE name = 'chunk'")[0][0])
    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert code == 3
    assert checks["database"]["text"].endswith("0 bars lost of them, and whole series without a name")
    assert any("restore a backup (`candledesk backup --list`)" in line for line in checks["database"]["details"])


def test_a_file_whose_owner_cannot_be_read_is_ours_by_its_tables(monkeypatch, capsys, home):
    execute(home, "PRAGMA application_id = 7")
    assert "another program" in run(monkeypatch, capsys, home)[1]["database"]["text"]
    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert (code, checks["database"]["is_ok"]) == (0, True)
    assert execute(home, "PRAGMA application_id")[0][0] != 7


def test_a_file_of_another_program_is_left_alone(monkeypatch, capsys, home):
    path = home / "candles.db"
    path.unlink()
    execute_on(path, "CREATE TABLE theirs (x)")
    before = path.read_bytes()
    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert (code, checks["database"]["is_ok"]) == (5, False)
    assert path.read_bytes() == before


def test_a_damaged_log_is_noticed_and_what_follows_the_damage_is_saved(monkeypatch, capsys, home):
    """As a killed process leaves it: SQLite would drop all transactions after the damaged page."""
    path, other = home / "candles.db", home / "other"
    other.mkdir()
    with closing(connect_writer(path)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        for at in range(1, 4):
            with transaction(writer):
                close = 200.0 + np.arange(500)
                bars = Bars(1_800_000_000 * at + 60 * np.arange(500), close, close + 1, close - 1, close, close)
                write_bars(writer, series_id(writer, "BTC-USD", INTERVALS["1m"]), bars)
        for name in ("candles.db", "candles.db-wal"):
            (other / name).write_bytes((home / name).read_bytes())
    log = bytearray((other / "candles.db-wal").read_bytes())
    log[32 + 24 + 8_192 // 2] ^= 1  # the first frame
    (other / "candles.db-wal").write_bytes(log)
    code, checks, _ = run(monkeypatch, capsys, other)
    assert (code, checks["log of the database"]["is_ok"]) == (5, False)
    assert (other / "candles.db-wal").read_bytes() == log
    code, checks, _ = run(monkeypatch, capsys, other, "--repair")
    assert (code, checks["database"]["is_ok"]) == (3, True)
    assert "1 pages of the log were damaged" in "".join(checks["database"]["details"])
    with closing(connect_writer(other / "candles.db")) as conn:
        assert len(read_bars(conn, 1, Span(1_800_000_000, 2**40))) == 1_500
    assert run(monkeypatch, capsys, other)[0] == 0


@pytest.mark.parametrize(
    "command", [("candles", "BTC-USD", "1m", "--offline"), ("serve", "--port", "0"), ("coverage",)]
)
def test_a_damaged_file_is_named_with_what_saves_it_when_it_is_opened(home, command):
    without_page(home, 1)
    line = [sys.executable, "-m", "candledesk", *command, "--home", str(home)]
    found = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 5
    assert "run `candledesk doctor --repair`" in found.stderr
    assert "fetched anew" not in found.stderr


def test_damaged_user_data_are_saved(monkeypatch, capsys, home):
    path = home / "user.db"
    with closing(open_user_database(path, 0).connection) as conn, transaction(conn):
        for at in range(300):
            WATCHLISTS.write(conn, f"list {at}", {"name": f"list {at}", "sections": []}, 0)
    data = path.read_bytes()
    path.write_bytes(data[:-8_192] + bytes(4_096) + data[-4_096:])
    code, checks, _ = run(monkeypatch, capsys, home, "--repair")
    assert (code, checks["user data"]["has_lost"]) == (3, True)
    n_saved = int(re.search(r"(\d+) watchlists", checks["user data"]["text"])[1])
    assert 200 < n_saved < 300
    (kept,) = home.glob("user.damaged-*.db")
    assert str(kept) in checks["user data"]["details"][0]
    assert run(monkeypatch, capsys, home)[0] == 0


@pytest.mark.parametrize(
    ("answer", "is_ok", "words"),
    [
        (RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "No data found, symbol may be delisted"), True, "knows no AAPL"),
        (RefusedAnswer(RefusalKind.BAD_REQUEST, "Invalid input"), False, "Invalid input"),
        (FaultAnswer("Yahoo answered HTTP 500"), False, "HTTP 500"),
    ],
)
def test_a_mirror_that_lacks_the_probes_symbol_is_reached(monkeypatch, tmp_path, answer, is_ok, words):
    child = SimpleNamespace(fetch=lambda _: answer, close=lambda: None)
    monkeypatch.setattr(installation, "Child", lambda _: child)
    (check,) = installation.check_providers(load_settings({}, yahoo_url="http://127.0.0.1:1"), Paths(tmp_path))
    assert check.is_ok == is_ok
    assert words in check.text


def test_user_data_are_checked_where_there_are_some(monkeypatch, capsys, home):
    _code, checks, _ = run(monkeypatch, capsys, home)
    assert "user data" not in checks
    open_user_database(home / "user.db", 0).connection.close()
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["user data"]["is_ok"]) == (0, True)
    assert "integrity ok" in checks["user data"]["text"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_text("nonsense" * 500), "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:5_000]), "is damaged|malformed"),
        (lambda path: execute_on(path, "PRAGMA user_version = 99"), "newer CandleDesk"),
        (lambda path: execute_on(path, "PRAGMA application_id = 7"), "another program"),
    ],
)
def test_user_data_that_cannot_be_used_are_named_and_left_alone(monkeypatch, capsys, home, spoil, words):
    path = home / "user.db"
    open_user_database(path, 0).connection.close()
    spoil(path)
    before = path.read_bytes()
    code, checks, _ = run(monkeypatch, capsys, home)
    assert (code, checks["user data"]["is_ok"]) == (5, False)
    assert re.search(words, checks["user data"]["text"])
    assert path.read_bytes() == before


def execute_on(path, sql):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(sql)


def test_the_doctor_says_whether_an_instance_runs(tmp_path):
    paths = Paths(tmp_path)
    assert installation.check_instance(paths, is_answering=False).text == "none runs"
    paths.endpoint.write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "t", "pid": 77}))
    check = installation.check_instance(paths, is_answering=True)
    assert (check.is_ok, check.text) == (True, "process 77 answers at http://127.0.0.1:9")
    held = HomeLock(paths.lock)
    check = installation.check_instance(paths, is_answering=False)
    held.release()
    assert not check.is_ok
    assert check.text.startswith(f"process {os.getpid()} uses this home and does not answer")
