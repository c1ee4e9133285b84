"""The charts of a window as a real process keeps them: after kill -9, and after an end whose other parts hang."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from candledesk.store.database_file import transaction
from candledesk.store.user.database import connect_user_reader, open_user_database
from candledesk.store.user.layouts import AUTOSAVED, read_layout, write_layout
from candledesk.ui.shell.layout_autosave import SAVE_MS

ROOT = Path(__file__).parents[1]
NOBODY = "http://127.0.0.1:9"  # a provider that cannot be reached
SCRIPT = """
import sys, time
from candledesk.cache.service import CacheService
from candledesk.ui.shell import layout_autosave
from candledesk.commands.entry import main
layout_autosave.SAVE_MS = layout_autosave.VIEW_SAVE_MS = int(sys.argv.pop(1))
if sys.argv.pop(1) == "hang":
    CacheService.close = lambda self: time.sleep(100)
main()
"""
pytestmark = pytest.mark.timeout(90)


def until(condition, limit_s=60):
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)


class Window:
    """A process with a window on ``home``; ``save_ms`` after a change its charts are stored."""

    def __init__(self, home, *symbols, save_ms=SAVE_MS, end="end"):
        self.home = home
        (home / "endpoint.json").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(save_ms), end, "--home", str(home), "--yahoo-url", NOBODY, "window",
             *symbols],
            cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: (home / "endpoint.json").exists() or self.process.poll() is not None)
        self.endpoint = json.loads((home / "endpoint.json").read_text())

    def open(self, symbol):
        """Let the window show one more chart, as a second start does."""
        headers = {"Authorization": f"Bearer {self.endpoint['token']}", "Content-Type": "application/json"}
        body = json.dumps({"symbol": symbol, "interval": "1d"}).encode()
        request = urllib.request.Request(f"{self.endpoint['url']}/api/v1/window/raise", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def document(self, name=AUTOSAVED):
        """Return a layout as another process reads it."""
        with closing(connect_user_reader(self.home / "user.db")) as conn:
            return read_layout(conn, name)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stored(self):
        """Return the symbols that are in the user database, as another process reads them."""
        with closing(connect_user_reader(self.home / "user.db")) as conn:
            layout = read_layout(conn, AUTOSAVED)
        tabs = [] if layout is None else layout["layouts"]
        return [chart["symbol"] for tab in tabs for chart in tab["charts"] if "symbol" in chart]


@pytest.fixture
def start(tmp_path):
    windows = []

    def begin(*symbols, **how):
        windows.append(Window(tmp_path, *symbols, **how))
        return windows[-1]

    yield begin
    for window in windows:
        window.process.kill()
        window.process.wait()


def test_a_killed_window_loses_no_change_that_is_a_second_old(start):
    assert SAVE_MS <= 500, "the rest of the second is for writing, which a busy machine may not do in time"
    window = start("AAPL")
    until(lambda: window.stored() == ["AAPL"])
    window.open("MSFT")
    until(lambda: window.stored() == ["AAPL", "MSFT"], 20)
    window.kill()
    assert window.stored() == ["AAPL", "MSFT"]
    again = start("TSLA")
    until(lambda: again.stored() == ["AAPL", "MSFT", "TSLA"])


def test_the_last_change_is_stored_at_the_end_though_the_cache_hangs(start):
    window = start("AAPL", save_ms=600_000, end="hang")
    window.open("MSFT")
    time.sleep(0.3)
    assert window.stored() == []
    began = time.monotonic()
    window.process.send_signal(signal.SIGTERM)
    assert window.process.wait(20) == 0
    assert time.monotonic() - began < 15  # the cache would hang for 100 s
    assert window.stored() == ["AAPL", "MSFT"]


def _store(home, **documents):
    """Store layouts before the first start."""
    with closing(open_user_database(home / "user.db", 1_800_000_000).connection) as conn, transaction(conn):
        for name, document in documents.items():
            write_layout(conn, AUTOSAVED if name == "window" else name, document, 1_800_000_000)


def test_a_named_layout_survives_a_kill_with_the_same_json_and_right_edges(start, tmp_path):
    view = {"spacing": 4.5, "right_time": "2026-03-05T00:00:00Z", "right_bars": 0.25}
    cell = {"symbol": "AAPL", "interval": "1d", "view": view, "scale": {"mode": "log"}, "type": "area"}
    grid = {"grid": "2h", "charts": [cell, {"symbol": "NOSUCH", "interval": "1h"}], "front": 1}
    saved = {"name": "Morning", "saved_at": "2027-01-15T08:00:00Z"}
    tabs = [{"format": "candledesk.layout/1", **grid, **saved}, {"format": "candledesk.layout/1", "charts": [{}]}]
    layout = {"format": "candledesk.layout/1", **grid, "options": {}}
    _store(
        tmp_path,
        window={"format": "candledesk.window/1", "layouts": tabs, "front": 0, "options": {}},
        Morning=layout,
    )
    window = start()
    until(lambda: "has_grid" in window.document()["options"])  # it stores by itself
    tab = window.document()["layouts"][0]
    assert (tab["charts"], tab["front"]) == (grid["charts"], 1)
    window.kill()
    again = start()
    again.open("MSFT")
    until(lambda: again.stored() == ["AAPL", "NOSUCH", "MSFT"])
    assert again.document()["layouts"][0] == tab
    assert again.document("Morning") == layout


def test_what_was_changed_in_a_named_layout_survives_a_kill(start, tmp_path):
    empty = {"format": "candledesk.layout/1", "grid": "1", "charts": [{}], "front": 0}
    tab = {**empty, "name": "Morning", "saved_at": "2027-01-15T08:00:00Z"}
    _store(
        tmp_path,
        window={"format": "candledesk.window/1", "layouts": [tab], "front": 0, "options": {}},
        Morning={**empty, "options": {}},
    )
    window = start()
    window.open("MSFT")  # in the empty cell of the layout
    until(lambda: "symbol" in window.document("Morning")["charts"][0] and window.stored() == ["MSFT"])
    window.kill()
    stored = window.document("Morning")
    assert [(chart["symbol"], chart["interval"]) for chart in stored["charts"]] == [("MSFT", "1d")]
    again = start("TSLA")
    until(lambda: again.stored() == ["MSFT", "TSLA"])
    assert again.document("Morning")["charts"] == stored["charts"]
