import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from candledesk.app import run_window

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys, threading, pathlib
from candledesk.ui import app_window
from tests.ui.fakes import FakeCache, make_bars
heavy = {"pandas", "yfinance", "sqlite3", "sqlite_utils", "exchange_calendars"} & set(sys.modules)
cache = FakeCache()
cache.add("AAPL", "1d", make_bars(300))
load = cache.load_viewport
def told(request):
    print("asked", request.symbol, sorted(heavy), flush=True)
    return load(request)
cache.load_viewport = told
update = cache.start_update
def updated(series):
    print("updated", series[0][0], flush=True)
    return update(series)
cache.start_update = updated
def on_quit():
    print("quit", flush=True)
code = app_window.run_window(cache, home=pathlib.Path(sys.argv[1]), symbols=["AAPL"], interval="1d",
                             open_browser=None, on_quit=on_quit)
print("code", code, flush=True)
os._exit(code)
"""


def _start(home):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_latest_bars_are_asked_for_after_the_stored_ones_are_shown(tmp_path):
    with _start(tmp_path) as process:
        try:
            assert process.stdout is not None
            lines = list(iter(process.stdout.readline, "updated AAPL\n"))
        finally:
            process.kill()
    assert lines[0] == "asked AAPL []\n"


def test_the_window_takes_up_the_jobs_of_the_last_run(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr("candledesk.ui.app_window.run_window", lambda *_, **__: done.append("shown") or 0)
    desk = SimpleNamespace(
        cache=None,
        paths=SimpleNamespace(home=tmp_path),
        service=SimpleNamespace(child=SimpleNamespace(warm_up=lambda: None)),
        start_web=lambda: None,
        resume_jobs=lambda: done.append("resumed"),
        open_browser=None,
    )
    assert run_window(desk, ["AAPL"], "1d") == 0
    assert done == ["resumed", "shown"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_and_quits_once(tmp_path, number):
    process = _start(tmp_path)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked AAPL []\n"
        time.sleep(0.5)
        started = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - started < 3
    finally:
        process.kill()
        process.wait()
    assert out.splitlines()[-2:] == ["quit", "code 0"], err
    assert (tmp_path / "window.ini").exists()
    assert "Traceback" not in err
