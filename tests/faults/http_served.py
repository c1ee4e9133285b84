"""``candledesk serve`` as a process of its own, and what it costs the machine."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from candledesk.demo import DemoMarket

ROOT = Path(__file__).parents[2]
IS_FULL = os.environ.get("FAULTS_FULL", os.environ.get("FULL", "")) not in {"", "0"}
PATIENCE_S = 20
LIMITS = {"CANDLEDESK_REQUESTS_PER_MINUTE": "6000", "CANDLEDESK_REQUEST_BURST": "600"}


class Served:
    """One instance on ``home``; ``address``, ``host`` (as the header has it) and ``token`` as it states them."""

    def __init__(self, home, yahoo_url):
        command = [sys.executable, "-m", "candledesk", "--home", str(home), "--yahoo-url", yahoo_url, "serve"]
        self.home = home
        self._errors = home.parent / f"{home.name}.stderr"
        with self._errors.open("ab") as errors:
            environment = {**os.environ, **LIMITS}
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert self.process.stdout.readline().startswith("http://127.0.0.1:"), self._errors.read_text()
        endpoint = json.loads((home / "endpoint.json").read_text())
        self.url, self.token = endpoint["url"], endpoint["token"]
        self.host = self.url.removeprefix("http://")
        self.address = ("127.0.0.1", int(self.host.rpartition(":")[2]))

    @property
    def rss_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    @property
    def n_handles(self):
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)

    def ask(self, connection, method, path, body=None):
        """Return the answer's status and body, over a connection that is kept."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def time_request(self):
        """Return the milliseconds of a normal request with a connection of its own."""
        begun = time.perf_counter()
        with contextlib.closing(self.connect()) as connection:
            status, _ = self.ask(connection, "GET", "/api/v1/limiter")
        assert status == 200
        return (time.perf_counter() - begun) * 1_000

    def said(self):
        """Return all that it has logged and complained."""
        logs = "".join(file.read_text(errors="replace") for file in sorted(self.home.glob("**/*.log*")))
        return logs + self._errors.read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


@contextlib.contextmanager
def serving(folder):
    """Serve the demo market's bars; at the end nothing may have gone wrong unseen."""
    with DemoMarket() as market:
        served = Served(folder / "home", market.url)
        try:
            yield served
        finally:
            code = served.stop()
    said = served.said()
    assert code in {0, -15}
    assert "Traceback" not in said, said[-3000:]
    assert " ERROR " not in said, said[-3000:]
    assert served.token not in said
