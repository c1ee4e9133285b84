import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from candledesk.app import run_window
from candledesk.ui.shell.app_window import _application
from candledesk.ui.shell.watchdog import Watchdog

ROOT = Path(__file__).parents[3]
SCRIPT = """
import os, sys, threading, pathlib
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.shell import app_window
from tests.fake_cache import FakeCache
from tests.fake_data import make_bars
heavy = {"pandas", "yfinance", "sqlite3", "sqlite_utils", "exchange_calendars"} & set(sys.modules)
cache = FakeCache()
cache.add("AAPL", "1d", make_bars(300))
load = cache.load_viewport
def announced(request):
    print("asked", request.symbol, sorted(heavy), flush=True)
    return load(request)
cache.load_viewport = announced
update = cache.start_update
def updated(series):
    print("updated", series[0][0], flush=True)
    return update(series)
cache.start_update = updated
def on_quit():
    print("quit", flush=True)
def on_shown():
    print("shown", flush=True)
def on_abort():
    os.write(1, b"abort\\n")  # the signal may come while another print is under way, which a second one may not enter
home = pathlib.Path(sys.argv[1])
options = app_window.WindowOptions(home, ("AAPL",), "1d", log_file=home / "log")
exec(sys.argv[2])
code = app_window.run_window(cache, options, app_window.WindowEnds(on_quit, on_shown, on_abort), features=FEATURES)
print("code", code, flush=True)
os._exit(code)
"""


def _start(home, prelude=""):
    """Start a real window on a fake cache; ``prelude`` is run in its process before it opens."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), prelude],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(40)
def test_the_latest_bars_are_asked_for_after_the_stored_ones_are_shown(tmp_path):
    with _start(tmp_path) as process:
        try:
            assert process.stdout is not None
            lines = list(iter(process.stdout.readline, "updated AAPL\n"))
        finally:
            process.kill()
    assert lines[0] == "asked AAPL []\n"


@pytest.mark.timeout(40)
def test_the_window_takes_up_the_jobs_of_the_last_run(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr("candledesk.ui.shell.app_window.run_window", lambda *_, **__: done.append("shown") or 0)
    application = MagicMock()
    application.resume_jobs.side_effect = lambda: done.append("resumed")
    assert run_window(application, ["AAPL"], "1d") == 0
    assert done == ["resumed", "shown"]


def test_the_windows_have_the_icon_of_the_application(qapp):
    application = _application()
    assert application is qapp
    image = application.windowIcon().pixmap(32, 32).toImage()
    assert {image.pixelColor(x, y).name() for x in range(0, 32, 2) for y in range(0, 32, 2)} != {"#000000"}
    assert not image.isNull()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_and_quits_once(tmp_path, number):
    process = _start(tmp_path)
    try:
        assert process.stdout is not None
        assert "shown\n" in iter(process.stdout.readline, "")
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


NO_ANSWER = """
import asyncio
from concurrent.futures import Future
cache.list_jobs = lambda **_: Future()
def end(code, leave=os._exit):
    print("still waiting:", len(asyncio.all_tasks(asyncio.get_event_loop())), flush=True)
    leave(code)
os._exit = end
"""


def test_what_the_window_still_waits_for_ends_with_it(tmp_path):
    process = _start(tmp_path, NO_ANSWER)
    try:
        assert process.stdout is not None
        assert "shown\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert out.splitlines()[-3:] == ["quit", "code 0", "still waiting: 0"], err
    assert "pending" not in err
    assert "Traceback" not in err


def _count_stacks(log, function):
    """Return how often the watchdog has written stacks with a function; a slow machine may add those of the start."""
    return sum(f"in {function}" in stacks for stacks in log.read_text().split("Timeout (0:00:02)!")[1:])


FREEZE = """
import time
from PySide6.QtCore import QTimer
def block_the_window():
    time.sleep(3.5)
    print("answers again", flush=True)
app_window._application()
QTimer.singleShot(300, block_the_window)
"""


@pytest.mark.timeout(40)
def test_the_stacks_of_a_frozen_window_are_in_the_log_once(tmp_path):
    with _start(tmp_path, FREEZE) as process:
        try:
            assert process.stdout is not None
            assert "answers again\n" in iter(process.stdout.readline, "")
        finally:
            process.kill()
    assert _count_stacks(tmp_path / "log", "block_the_window") == 1


BUSY = """
import time
from PySide6.QtCore import QTimer
started = time.monotonic()
def work_a_little():
    time.sleep(0.4)
    if time.monotonic() - started > 4:
        print("enough", flush=True)
    QTimer.singleShot(0, work_a_little)
app_window._application()
QTimer.singleShot(0, work_a_little)
"""


@pytest.mark.timeout(40)
def test_a_busy_window_that_answers_is_left_alone(tmp_path):
    with _start(tmp_path, BUSY) as process:
        try:
            assert process.stdout is not None
            assert "enough\n" in iter(process.stdout.readline, "")
        finally:
            process.kill()
    assert _count_stacks(tmp_path / "log", "work_a_little") == 0


@pytest.mark.timeout(40)
def test_the_watchdog_follows_a_log_that_is_rotated(qtbot, tmp_path):
    path = tmp_path / "log"
    dog = Watchdog(path)
    try:
        path.rename(tmp_path / "log.1")
        qtbot.waitUntil(path.exists)
    finally:
        dog.close()


HANGING_END = """
import time
def on_quit():
    print("quit", flush=True)
    time.sleep(60)
"""


@pytest.mark.timeout(40)
def test_a_second_signal_ends_a_shutdown_that_hangs(tmp_path):
    process = _start(tmp_path, HANGING_END)
    try:
        assert process.stdout is not None
        assert "shown\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        assert "quit\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        out, _err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (out, process.returncode) == ("abort\n", 130)
