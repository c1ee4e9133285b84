"""Sixteen readers, two streams and backfills at once: no error, and every answer whole."""

import contextlib
import itertools
import json
import random
import threading
import time

import pytest

from tests.faults.http_served import IS_FULL, serving

N_READERS = 16
LASTS_S = 300 if IS_FULL else 12
SYMBOLS = ("AAPL", "MSFT", "BTC-USD", "VOD.L")
BACKFILLS = [{"symbol": symbol, "interval": interval} for symbol in SYMBOLS for interval in ("1d", "1h", "5m")]
PATHS = (
    "/api/v1/candles?symbol={}&interval=1d&fill=none",
    "/api/v1/candles?symbol={}&interval=1h&fill=none&from=2026-01-01&format=columns",
    "/api/v1/candles?symbol={}&interval=5m&fill=none",
    "/api/v1/candles?symbol={}&interval=1wk&fill=none&from=2000-01-01&limit=500",
    "/api/v1/candles?symbol={}&interval=4h&fill=none&from=2026-01-01&adjust=none",
    "/api/v1/coverage?symbol={}&interval=1h",
    "/api/v1/symbols?query={}",
    "/api/v1/jobs?limit=20",
    "/api/v1/limiter",
    "/openapi.json",
)


class Reader:
    """Sends requests over one connection until it is stopped; ``errors`` holds what should not have come."""

    def __init__(self, served, seed, stop):
        self.served, self.dice, self.stop = served, random.Random(seed), stop
        self.n_answers, self.errors = 0, []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with contextlib.closing(self.served.connect()) as connection:
            while not self.stop.is_set():
                path = self.dice.choice(PATHS).format(self.dice.choice(SYMBOLS))
                try:
                    self.check(path, *self.served.ask(connection, "GET", path))
                except Exception as error:  # noqa: BLE001 whatever it is, the test reports it
                    self.errors.append((path, repr(error)))
                    return

    def check(self, path, status, body):
        self.n_answers += 1
        answer = json.loads(body)
        if status != 200:
            self.errors.append((path, status, answer))
        elif "/candles" in path and isinstance(answer["candles"], list):
            times = [row["time"] for row in answer["candles"]]
            if any(later <= earlier for earlier, later in itertools.pairwise(times)):
                self.errors.append((path, "not ascending"))


def look_up(served, connection, symbol):
    """Ask until the instrument is known: the first answers may be of a fetch process that has yet to start."""
    deadline = time.monotonic() + 90
    path = f"/api/v1/candles?symbol={symbol}&interval=1d&limit=5"
    while not json.loads(served.ask(connection, "GET", path)[1])["exchange"]:
        assert time.monotonic() < deadline, symbol


def wait_for_end(served, connection, job_ids):
    deadline = time.monotonic() + LASTS_S + 60
    while time.monotonic() < deadline:
        states = [json.loads(served.ask(connection, "GET", f"/api/v1/jobs/{one}")[1])["state"] for one in job_ids]
        if not {"queued", "running"} & set(states):
            return states
        time.sleep(0.2)  # a poll with a deadline
    return states


@pytest.mark.timeout(LASTS_S + 120)
def test_readers_and_backfills_at_once(tmp_path, figures):
    stop = threading.Event()
    with serving(tmp_path) as served, contextlib.closing(served.connect()) as connection:
        for symbol in SYMBOLS:
            look_up(served, connection, symbol)
        begun = time.monotonic()
        readers = [Reader(served, seed, stop) for seed in range(N_READERS)]
        started = [served.ask(connection, "POST", "/api/v1/candles/backfill", row) for row in BACKFILLS]
        assert {status for status, _ in started} == {202}
        states = wait_for_end(served, connection, [json.loads(body)["job_id"] for _, body in started])
        stop.wait(max(0.0, begun + LASTS_S - time.monotonic()))
        stop.set()
        for reader in readers:
            reader.thread.join(20)
        took = time.monotonic() - begun
        errors = [error for reader in readers for error in reader.errors]
        n_answers = sum(reader.n_answers for reader in readers)
        figures(f"{n_answers} answers in {took:.0f} s to {N_READERS} readers; {len(errors)} errors; jobs {states}")
        assert errors == []
        assert set(states) == {"succeeded"}
        assert n_answers > 10 * N_READERS
