"""``candledesk indicators files``, ``allow`` and ``forbid`` as a user runs them, and values of an own indicator."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from candledesk.demo import DemoMarket
from tests.commands.messages import without_waits

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "distance.py"


@pytest.fixture
def run(tmp_path):
    bare = {"HOME", "PATH", "PYTHONPATH", "LANG", "TMPDIR"}
    environment = {key: value for key, value in os.environ.items() if key in bare}
    with DemoMarket() as market:
        environment["CANDLEDESK_YAHOO_URL"] = market.url

        def run(*arguments):
            command = [sys.executable, "-m", "candledesk", *arguments, "--home", str(tmp_path / "home")]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            done.stderr = without_waits(done.stderr)
            return done

        yield run


def test_a_file_is_allowed_listed_computed_drawn_and_forbidden(run, tmp_path):
    assert run("indicators", "files").stdout == ""
    done = run("indicators", "allow", str(EXAMPLE))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("own:distance: Distance from average (")
    assert "allowed" in run("indicators", "files").stdout
    assert "length=20" in run("indicators").stdout.splitlines()[-1]
    assert "1 to 5000" in run("indicators", "own:distance").stdout

    assert run("candles", "MSFT", "1d", "-o", str(tmp_path / "x.csv")).returncode == 0
    done = run("indicators", "own:distance", "MSFT", "1d", "--param", "length=7")
    assert (done.returncode, done.stderr) == (0, "")
    values = [float(row["value"]) for row in csv.DictReader(io.StringIO(done.stdout)) if row["value"]]
    assert len(values) > 50
    assert all(abs(value) < 50 for value in values)

    drawn = tmp_path / "drawn.svg"
    done = run("snapshot", "MSFT", "1d", "-o", str(drawn), "--indicator", "own:distance:length=7")
    assert done.returncode == 0, done.stderr
    assert "Distance from average 7" in drawn.read_text()

    copy = tmp_path / "home" / "indicators" / "distance.py"
    copy.write_text(copy.read_text().replace("100 *", "1 / 0 *"))
    done = run("indicators", "own:distance", "MSFT", "1d")
    assert (done.returncode, done.stdout) == (2, "")
    assert "has changed since it was allowed" in done.stderr
    assert run("indicators", "allow", "distance.py").returncode == 0
    done = run("indicators", "own:distance", "MSFT", "1d")
    assert "distance.py, line 17: ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr

    assert run("indicators", "forbid", "distance.py").returncode == 0
    assert run("indicators", "own:distance", "MSFT", "1d").returncode == 2


def test_a_file_that_is_not_there_and_one_that_is_no_indicator_are_refused(run, tmp_path):
    assert "There is no file" in run("indicators", "allow", "nothing.py").stderr
    assert "Name a file" in run("indicators", "allow").stderr
    bad = tmp_path / "bad.py"
    bad.write_text("x = 1\nprint(y)\n")
    done = run("indicators", "allow", str(bad))
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.py, line 2: NameError" in done.stderr
