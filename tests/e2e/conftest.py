"""The real process against the demo market, and Debian's chromium on its page."""

import json
import os
import shutil
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from candledesk.demo import DemoMarket
from tests.e2e.page_actions import wait_until_settled

ROOT = Path(__file__).parents[2]
BROWSER = shutil.which("chromium") or "/usr/bin/chromium"
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LIMITS = {
    "CANDLEDESK_REQUESTS_PER_MINUTE": "600",
    "CANDLEDESK_REQUEST_BURST": "100",
    "CANDLEDESK_BREAKER_PAUSE_S": "2",
    "CANDLEDESK_REQUEST_TIMEOUT_S": "10",
}


_FIGURES = []


@pytest.fixture
def figures():
    """Sentences with what was measured, shown below the test results."""
    return _FIGURES


def pytest_terminal_summary(terminalreporter):
    for line in _FIGURES:
        terminalreporter.write_line(line)


class ServerProcess:
    """``candledesk serve`` as a process of its own; ``url`` is the line that it prints.

    ``clock``: a ``MovedClock`` that the process and its children follow.
    """

    def __init__(self, home, yahoo_url, clock=None, port=0):
        command = [
            sys.executable,
            "-m",
            "candledesk",
            "--home",
            str(home),
            "--yahoo-url",
            yahoo_url,
            "serve",
            "--port",
            str(port),
        ]
        self.home = home
        self._log = (home.parent / f"{home.name}.stderr").open("ab")
        env = {**os.environ, **LIMITS, **(clock.environment() if clock else {})}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), Path(self._log.name).read_text()
        self.endpoint = json.loads((home / "endpoint.json").read_text())

    def chart_url(self, symbol, interval):
        """Return an address for a page; unlike the one that was printed it can be opened as often as wanted."""
        return f"{self.endpoint['url']}/#token={self.endpoint['token']}&symbol={symbol}&interval={interval}"

    def call(self, path, body=None):
        """Ask the API as a script does; ``body`` makes it a POST."""
        headers = {"Authorization": f"Bearer {self.endpoint['token']}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.endpoint["url"] + path, data, headers)) as answer:
            return json.load(answer)

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
        code = self._process.wait(10)
        self._process.stdout.close()
        self._log.close()
        return code


class MovedClock:
    """A clock that runs ahead of the real one: the server follows it through a file, the market by its own clock."""

    def __init__(self, file, market):
        self._file, self._market = file, market
        self._file.write_bytes(struct.pack("d", 0.0))
        self.shift = 0.0

    def environment(self):
        folders = [str(Path(__file__).parent / "clock"), os.environ.get("PYTHONPATH", "")]
        return {"DESK_CLOCK": str(self._file), "PYTHONPATH": os.pathsep.join(filter(None, folders))}

    def advance(self, seconds):
        self.shift += seconds
        self._market.clock.advance(seconds)
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", self.shift))


@pytest.fixture
def market():
    with DemoMarket() as market:
        yield market


@pytest.fixture
def start_server(tmp_path, market):
    """Start server processes on one home; each is ended with the test at the latest."""
    started = []

    def start(yahoo_url=None, home="home", clock=None, port=0):
        server = ServerProcess(tmp_path / home, yahoo_url or market.url, clock, port)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    """The name ``rebound.test`` leads to this machine, as a hostile name server would have it."""
    options = [*BROWSER_OPTIONS, "--host-resolver-rules=MAP rebound.test 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=BROWSER, args=options)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser):
    """Open pages whose console must stay empty."""
    noise, contexts = [], []

    def open_page(url, *, width=1280, height=800, scheme="dark"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert noise == []


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def symbol():
    """The symbol of ``chart``; the tests of a file may ask for another one."""
    return "AAPL"


@pytest.fixture
def chart(server, open_page, symbol):
    page = open_page(server.chart_url(symbol, "1d"))
    wait_until_settled(page)
    return page
