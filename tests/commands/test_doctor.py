"""The doctor: damaged chunks are named with exit code 5, mended from the rows, and nobody else's home is touched."""

import json
import re
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.commands import doctor
from candledesk.commands.doctor import Check
from candledesk.commands.entry import main
from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.paths import Paths
from candledesk.providers.answers import FaultAnswer, RefusalKind, RefusedAnswer
from candledesk.settings import load_settings
from candledesk.store.lock import HomeLock
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.user.database import open_user_database

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
    monkeypatch.setattr(doctor, "_providers", lambda *_: [Check("yahoo", is_ok=True, text="not asked")])
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
    assert checks["chunks of ETH-USD 1m"]["text"] == "equal to the rows"
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
    monkeypatch.setattr(doctor, "Child", lambda _: child)
    (check,) = doctor._providers(load_settings({}, yahoo_url="http://127.0.0.1:1"), Paths(tmp_path))
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
