"""An end that hangs, as real processes: it ends by itself with its code, and a second signal ends it at once."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from candledesk.demo import DemoMarket

ROOT = Path(__file__).parents[1]
SCRIPT = """
import sys, time
from candledesk import app
from candledesk.cache.service import CacheService
if sys.argv.pop(1) == "patient":
    app.EXIT_S, app.ABORT_S = 60.0, 10.0  # a busy machine must not be the reason of what a test sees
def hang(self):
    print("closing", flush=True)
    time.sleep(100)
CacheService.close = hang
from candledesk.commands.entry import main
main()
"""
pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def market():
    with DemoMarket() as market:
        yield market


class Run:
    """A process whose cache never closes, with a backfill under way that hangs."""

    def __init__(self, home, market, command, limits):
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, limits, "--home", str(home), "--yahoo-url", market.url, *command],
            cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        endpoint = home / "endpoint.json"
        until(lambda: endpoint.exists() or self.process.poll() is not None)
        self.endpoint = json.loads(endpoint.read_text())

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.endpoint['token']}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint['url']}/api/v1/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def begin_to_hang(self, market):
        self.ask("candles?symbol=MSFT&interval=1d&timeout=20")
        market.faults.add("hang")
        self.ask("candles/backfill", {"symbol": "MSFT", "interval": "1h"})
        until(lambda: any(job["state"] == "running" for job in self.ask("jobs")["jobs"]))

    def send(self, number):
        """Send a signal and wait until the end has begun."""
        self.process.send_signal(number)
        assert "closing\n" in iter(self.process.stdout.readline, "")


def until(condition, limit_s=60):
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(params=[("serve",), ("window", "MSFT")], ids=["serve", "window"])
def start(request, tmp_path, market):
    """Return what starts the process: with the product's ``limits`` of an end that hangs, or with patient ones."""
    market.reset()
    made = []

    def begin(limits="usual"):
        made.append(Run(tmp_path, market, request.param, limits))
        return made[-1]

    yield begin
    for run in made:
        run.process.kill()
        run.process.communicate()
    market.faults.clear()


def test_an_end_that_hangs_ends_by_itself_with_its_code(start):
    run = start()
    run.send(signal.SIGTERM)
    assert run.process.wait(20) == 0


def test_a_second_signal_ends_at_once_and_leaves_no_job_running(start, market):
    run = start("patient")
    run.begin_to_hang(market)
    run.send(signal.SIGTERM)
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(20) == 130
    with contextlib.closing(sqlite3.connect(run.home / "candles.db")) as connection:
        states = [state for (state,) in connection.execute("SELECT state FROM backfill_job WHERE kind = 'backfill'")]
    assert states == ["queued"]
