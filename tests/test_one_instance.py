"""One instance per home, as real processes: a second start shows the first window, and no lock outlives its holder."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from candledesk.demo import DemoMarket

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.timeout(150)


@pytest.fixture(scope="module")
def market():
    with DemoMarket() as market:
        yield market


class Home:
    """A home and the processes that were started on it."""

    def __init__(self, path, url):
        self.path, self.url = path, url
        self.started = []

    def start(self, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "candledesk", "--home", str(self.path), "--yahoo-url", self.url, *arguments],
            cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def wait_for(self, process):
        """Wait until ``process`` is the instance of this home."""
        until(lambda: self.holder() == process.pid or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]

    def holder(self):
        try:
            return json.loads((self.path / "endpoint.json").read_text())["pid"]
        except (OSError, ValueError):
            return None

    def close(self):
        for process in self.started:
            process.kill()
            process.communicate()


def until(condition, limit_s=60):
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def home(tmp_path, market):
    market.reset()
    made = Home(tmp_path / "home", market.url)
    yield made
    made.close()


def test_a_second_start_opens_its_chart_in_the_first_window_and_ends_well(home, market):
    first = home.start("MSFT")
    home.wait_for(first)
    second = home.start("AAPL", "--interval", "1h")
    out, errors = second.communicate(timeout=60)
    assert (second.returncode, out, errors) == (0, "", "")
    until(lambda: any(row.query.get("interval") in {"1h", "60m"} for row in market.chart_log("AAPL")))
    assert (first.poll(), home.holder()) == (None, first.pid)
    first.send_signal(signal.SIGHUP)  # its terminal was closed
    assert first.wait(20) == 0
    assert home.holder() is None


def test_a_home_that_is_served_without_a_window_names_its_holder(home):
    first = home.start("serve")
    home.wait_for(first)
    second = home.start("AAPL")
    _out, errors = second.communicate(timeout=60)
    assert second.returncode == 5
    assert f"Process {first.pid} serves this home without a window" in errors
    printed = [home.start("address", "aapl", "60m").communicate(timeout=60)[0].strip() for _ in range(2)]
    assert len({*printed}) == 2
    for address in printed:
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/#token=[\w-]{43}&symbol=AAPL&interval=1h", address)
    first.send_signal(signal.SIGHUP)
    assert first.wait(20) == 0
    assert home.holder() is None
    nobody = home.start("address")
    assert "No CandleDesk runs on this home" in nobody.communicate(timeout=60)[1]
    assert nobody.returncode == 5


@pytest.mark.parametrize("first_command", [("MSFT",), ("serve",)])
def test_a_killed_instance_leaves_no_lock_behind(home, first_command):
    first = home.start(*first_command)
    home.wait_for(first)
    first.kill()
    first.communicate()
    assert home.holder() == first.pid  # its file is still there
    second = home.start("MSFT")
    home.wait_for(second)
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_a_holder_that_hangs_is_named(home):
    first = home.start("MSFT")
    home.wait_for(first)
    first.send_signal(signal.SIGSTOP)
    try:
        second = home.start("AAPL")
        _out, errors = second.communicate(timeout=60)
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 5
    assert f"Process {first.pid} uses this home already" in errors
