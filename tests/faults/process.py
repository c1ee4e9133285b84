"""One real CandleDesk process, driven and watched from outside: command line, signals, HTTP, event stream, /proc."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parents[2]
START_S = 60
PROBE = ("-m", "tests.faults.window_probe")  # the program whose window answers to ``report`` and ``close_window``
LIVE = {"queued", "running"}
ENVIRONMENT = {
    "CANDLEDESK_REQUESTS_PER_MINUTE": "6000",
    "CANDLEDESK_REQUEST_BURST": "600",
    "CANDLEDESK_BREAKER_PAUSE_S": "0.05",
    "QT_QPA_PLATFORM": "offscreen",
}


def wait_until(condition, timeout_s=START_S, what="it", pause_s=0.02):
    """Poll until the condition is true and return its value."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(pause_s)
    return value


class Instance:
    """``python -m candledesk`` with a home of the test's and the demo market as its Yahoo."""

    def __init__(self, home, yahoo_url, *arguments, program=("-m", "candledesk"), before=(), **environment):
        self.home = Path(home)
        self.started_at = time.monotonic()
        self.stderr_path = self.home.parent / f"{self.home.name}.stderr"
        command = [
            *before,
            sys.executable,
            *program,
            *(arguments or ("serve",)),
            "--home",
            str(home),
            "--yahoo-url",
            yahoo_url,
        ]
        with self.stderr_path.open("ab") as stderr:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=ROOT,
                env=os.environ | ENVIRONMENT | environment,
            )
        self.events = []
        self._end = None
        self._reader = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def ready(self):
        """Wait until the endpoint answers; return self."""
        self._end = wait_until(self._endpoint, what=f"the endpoint; {self.stderr()[-2000:]}")
        return self

    def _endpoint(self):
        assert self.is_running, f"exit code {self.process.returncode}: {self.stderr()[-2000:]}"
        with contextlib.suppress(OSError, ValueError):
            end = json.loads((self.home / "endpoint.json").read_text())
            return end if end["pid"] == self.pid else None
        return None

    def use_endpoint(self, chart_url):
        """Take the address and the token from the chart's URL, where ``endpoint.json`` cannot be written."""
        parts = urlsplit(chart_url)
        self._end = {"url": f"{parts.scheme}://{parts.netloc}", "token": parts.fragment.rpartition("=")[2]}

    def stderr(self):
        return self.stderr_path.read_text(errors="replace")

    # --- HTTP ---------------------------------------------------------------------------------------------------

    def _open(self, method, path, query=None, body=None, timeout=60):
        parts = urlsplit(self._end["url"])
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {self._end['token']}", "Content-Type": "application/json"}
        target = f"/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        data = json.dumps({} if body is None else body) if method == "POST" else None
        connection.request(method, target, data, headers)
        return connection, connection.getresponse()

    def ask(self, method, path, query=None, body=None):
        """Return the status and the JSON of the answer; ``OSError`` or ``HTTPException`` when the process is gone."""
        connection, response = self._open(method, path, query, body)
        with contextlib.closing(connection):
            return response.status, json.loads(response.read() or b"null")

    def get(self, path, **query):
        status, answer = self.ask("GET", path, query)
        assert status == 200, (status, answer)
        return answer

    def post(self, path, **body):
        status, answer = self.ask("POST", path, body=body)
        assert status in {200, 202}, (status, answer)
        return answer

    def backfill(self, symbol, interval, start, end):
        """Start a backfill of UTC seconds ``[start, end)`` and return its job's number."""
        return self.post("candles/backfill", symbol=symbol, interval=interval, **span_text(start, end))["job_id"]

    def candles(self, symbol, interval, start, end, **options):
        query = {"fill": "none", "format": "columns", "digits": "stored", "limit": 5_000, **options}
        return self.get("candles", symbol=symbol, interval=interval, **span_text(start, end), **query)

    def jobs(self, **query):
        return self.get("jobs", limit=500, **query)["jobs"]

    def live_jobs(self):
        return [job for job in self.jobs() if job["state"] in LIVE]

    def listen(self):
        """Collect the event stream into ``events``: (name, data) in order, each as soon as it has arrived."""
        connection, response = self._open("GET", "events")
        self._reader = threading.Thread(target=self._read_events, args=(connection, response), daemon=True)
        self._reader.start()

    def _read_events(self, connection, response):
        name = ""
        with contextlib.closing(connection), response, contextlib.suppress(OSError, http.client.HTTPException):
            while line := response.readline():
                field, _, text = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = text
                elif field == "data":
                    self.events.append((name, json.loads(text)))

    # --- processes and signals ------------------------------------------------------------------------------------

    def children(self):
        """Return the numbers of its child processes."""
        path = Path(f"/proc/{self.pid}/task")
        with contextlib.suppress(OSError):
            return [int(pid) for task in path.iterdir() for pid in (task / "children").read_text().split()]
        return []

    def kill(self):
        """End it as a power cut would; return the numbers of the children it had."""
        children = self.children()
        self.process.kill()
        self.wait()
        return children

    def wait(self, timeout_s=30):
        code = self.process.wait(timeout_s)
        if self._reader is not None:
            self._reader.join()  # it ends with the process; then ``events`` is whole
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        return code

    def quit(self, number=signal.SIGTERM):
        """Send a signal; return the exit code and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        return self.wait(), time.monotonic() - started

    def say(self, line):
        """Write a line to its standard input (the window probe listens there)."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def read_lines(self):
        """Read a JSON line from its standard output."""
        return json.loads(self.process.stdout.readline())


def is_alive(pid):
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def span_text(start, end):
    words = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) for at in (start, end))
    return dict(zip(("from", "to"), words, strict=True))


def report(instance):
    """Return what the probe of a window has noted since the last report."""
    instance.say("report")
    return instance.read_lines()
