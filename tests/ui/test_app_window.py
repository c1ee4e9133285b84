import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
def on_quit():
    print("quit", flush=True)
code = app_window.run_window(cache, home=pathlib.Path(sys.argv[1]), symbols=["AAPL"], interval="1d",
                             open_browser=None, on_quit=on_quit)
print("code", code, flush=True)
os._exit(code)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_and_quits_once(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
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
