"""Every command works while an instance has the home open: it asks that one, with the same output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.commands.messages import without_waits

ROOT = Path(__file__).parents[2]


def call(home, *arguments):
    command = [sys.executable, "-m", "candledesk", "--home", str(home), "--demo", *arguments]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip
    done.stderr = without_waits(done.stderr)
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home of a `serve` that runs."""
    folder = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "candledesk", "--home", str(folder), "--demo", "serve"]
    serving = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert serving.stdout.readline().startswith("http://127.0.0.1:")
    yield folder
    serving.terminate()
    serving.communicate(timeout=30)
    assert serving.returncode == 0


def test_a_picture_of_the_latest_candles(home, tmp_path):
    done = call(home, "snapshot", "AAPL", "1d", "-o", str(tmp_path / "a.png"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "200 bars" in done.stdout
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_doctor_checks_through_it(home):
    done = call(home, "doctor", "--json")
    checks = {row["name"]: row for row in json.loads(done.stdout)}
    assert (done.returncode, [row["name"] for row in checks.values() if not row["is_ok"]]) == (0, [])
    assert "demo market" in checks["provider"]["text"]
    assert "breaker closed" in checks["limiter"]["text"]


def test_bars_are_imported_through_it(home, tmp_path):
    path = tmp_path / "bars.csv"
    path.write_text(
        "timestamp,open,high,low,close,volume\n2026-06-01,1,2,1,1.5,5\n2026-06-02,2,3,2,2.5,6\n2026-06-03,,,,,\n"
    )
    done = call(
        home, "import", str(path), "--symbol", "ACME", "--interval", "1d", "--currency", "EUR", "--name", "Acme"
    )
    assert done.returncode == 3, done.stderr
    assert "stored as the local instrument local:ACME" in done.stdout
    assert "3 bars read, 2 stored (2 new or changed), 1 refused" in done.stdout
    assert list((home / "demo" / "imports").iterdir()) == []
    shown = call(home, "candles", "local:ACME", "1d", "--offline").stdout.splitlines()
    assert [line.split(",")[4] for line in shown] == ["close", "1.5", "2.5"]
    assert "local:ACME" in call(home, "completion", "symbols").stdout.split()


def test_candles_by_number_and_as_they_were_known(home):
    last = call(home, "candles", "MSFT", "1d", "--limit", "3").stdout.splitlines()
    assert len(last) == 4
    time = last[2].split(",")[0].replace("T00:00:00Z", "T23:59:00Z")
    known = call(home, "candles", "MSFT", "1d", "--limit", "2", "--as-of", time)
    assert known.stdout.splitlines()[1:] == last[1:3], known.stderr
    until = call(home, "candles", "MSFT", "1d", "--limit", "1", "--to", last[3].split(",")[0]).stdout.splitlines()
    assert until[1:] == last[2:3]
    future = call(home, "candles", "MSFT", "1d", "--as-of", "2100-01-01")
    assert (future.returncode, future.stdout) == (2, "")
    assert "future" in future.stderr


def test_values_of_an_indicator_into_a_file(home, tmp_path):
    call(home, "candles", "AAPL", "1d", "--limit", "50")
    done = call(home, "indicators", "sma", "AAPL", "1d", "-o", str(tmp_path / "a.parquet"))
    assert done.stdout == ""
    assert pq.read_table(tmp_path / "a.parquet").column_names == ["timestamp", "value", "final", "settled"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverage",),
        ("jobs",),
        ("harvest",),
        ("storage", "--json"),
        ("watchlist",),
        ("layout",),
        ("drawings",),
        ("backup",),
        ("indicators",),
        ("backfill", "AAPL", "--interval", "1d", "--from", "2026-10-01", "--to", "2026-11-01"),
        ("compact",),
    ],
    ids=lambda words: words[0],
)
def test_the_other_commands(home, arguments):
    done = call(home, *arguments)
    assert done.returncode == 0, done.stderr
