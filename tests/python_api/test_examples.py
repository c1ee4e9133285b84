"""The examples run as they are, each in a process of its own, against the demo market."""

import contextlib
import gc
import io
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from candledesk.demo import DemoMarket
from tests.python_api.conftest import yfinance

ROOT = Path(__file__).parents[2]
CLOSING_LIMIT_S = 5  # three seconds (DESIGN.md, "Threads"), and what a busy machine takes; here nothing hangs
OWN_INDICATOR = "distance.py"  # no script: the window and the commands run it
EXAMPLES = sorted(path for path in (ROOT / "resources" / "examples").glob("*.py") if path.name != OWN_INDICATOR)
FOR_YFINANCE = [path for path in EXAMPLES if path.stem.startswith("yfinance_")]
WORDS = {
    "arrow_and_parquet": "365 rows, ['timestamp', 'open', 'high', 'low', 'close', 'volume', 'final', 'odd']",
    "fill_and_check": "VOD.L 253 bars, complete",
    "oversold_days": " of 502 days",
    "yfinance_correlations": "104 weeks",
    "yfinance_returns": "splits: {Timestamp('2026-09-14 09:30:00-0400', tz='America/New_York'): 4.0}",
}


@pytest.fixture(scope="module")
def live():
    with DemoMarket() as running:
        yield running


@pytest.fixture(scope="module")
def run(live, tmp_path_factory):
    """Run a script with the home of the examples; return its output."""
    environment = {
        **os.environ,
        "CANDLEDESK_HOME": str(tmp_path_factory.mktemp("home")),
        "CANDLEDESK_YAHOO_URL": live.url,
        "CANDLEDESK_REQUESTS_PER_MINUTE": "6000",
        "CANDLEDESK_REQUEST_BURST": "600",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
    }

    def run_script(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_script


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_a_second_run_sends_no_request(run, live, path):
    first = run(path)
    assert WORDS[path.stem] in first
    if path.stem == "fill_and_check":  # it prints its progress, and its last hours may still change
        return
    n_requests = len(live.chart_log())
    assert run(path) == first
    assert len(live.chart_log()) == n_requests


@pytest.mark.parametrize("path", FOR_YFINANCE, ids=lambda path: path.stem)
def test_a_script_for_yfinance_is_unchanged_but_for_the_import(run, yahoo, live, path, monkeypatch):
    source = path.read_text(encoding="utf-8")
    assert source.count("candledesk") == 1
    monkeypatch.setattr(yahoo.session, "base", live.url)
    monkeypatch.setattr(yfinance.multi, "new_session", lambda: yahoo.session)
    monkeypatch.setattr(yfinance.multi._multitasking, "set_max_threads", lambda _: None)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source.replace("import candledesk as yf", "import yfinance as yf"), path.name, "exec"), {})
        gc.collect()  # yfinance's threads leave their databases open, of which Python 3.13 warns
    assert run(path) == printed.getvalue()


def test_a_script_that_ends_within_a_with_statement_ends_at_once(run):
    code = (
        "import sys, time, atexit, candledesk as cd\n"
        "atexit.register(lambda: print(time.monotonic() - began))\n"
        "cd.history('MSFT', period='5d')\n"
        "cache = cd.open()\n"
        "began = time.monotonic()\n"
        "sys.exit(0)\n"
    )
    assert float(run("-c", code)) < CLOSING_LIMIT_S


def test_the_package_imports_in_60_ms(run):
    code = "import time; t = time.process_time(); import candledesk; print(time.process_time() - t)"
    assert min(float(run("-c", code)) for _ in range(3)) < 0.06
