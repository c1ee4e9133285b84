"""An hour of use in minutes: switches of symbol and interval, live updates, pans and zooms (``make soak``).

Memory, file handles and threads must stay flat after a tenth of the work (resident memory <= +10 %). Updates are
committed by the cache's writer and emitted as events, in bursts as from a lively market; each burst is read again and
painted. Exit code 1 when something grew.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import threading
from functools import partial
from pathlib import Path
from time import monotonic

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from candledesk.cache.events import BarsStored
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars_around, write_bars
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import series_id
from tests.bench.cache_harness import CacheHarness
from tests.bench.command import temporary_folder

N_BARS = 200_000
SYMBOLS = [f"SOAK{at}" for at in range(6)]
FETCHED = [INTERVALS[name] for name in ("5m", "1h", "1d")]
SHOWN = [*FETCHED, INTERVALS["4h"], INTERVALS["1wk"]]
MOST_GROWTH = 1.10
N_CHECKS = 10
N_BURST = 10
PAGE = os.sysconf("SC_PAGE_SIZE")


def _count(what):
    return sum(1 for _ in Path("/proc/self", what).iterdir())


def resources():
    """Return resident megabytes, open files and threads."""
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6
    return resident, _count("fd"), _count("task")


class Soak:
    """A chart, its cache, and a user who scrolls without end."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.harness = CacheHarness(folder, N_BARS)
        self.harness.market.is_open = True
        jobs = [
            self.harness.cache.start_backfill(symbol, interval, None).result(60)
            for symbol in SYMBOLS
            for interval in FETCHED
        ]
        for job in jobs:
            self.harness.cache.wait_job(job.job_id).result(120)
        self.shown = SYMBOLS[0], FETCHED[0]
        self.switch()

    def switch(self):
        """Open another symbol or interval and move about in it."""
        self.shown = symbol, interval = self.random.choice(SYMBOLS), self.random.choice(SHOWN)
        harness, model = self.harness, self.harness.model
        harness.feed.open(symbol, interval)
        harness.wait(lambda: (model.series.symbol, model.series.interval) == self.shown and not harness.feed.is_loading)
        move = self.random.choice((model.fit, model.go_latest, model.reset, lambda: model.page(-3)))
        move()
        model.zoom(self.random.uniform(0, 1_500), self.random.choice((0.7, 1.3)))
        harness.app.processEvents()

    def update(self, n):
        """Let the forming bar of the shown series change ``n`` times, as live prices do, and wait for the picture."""
        symbol, interval = self.shown[0], self.shown[1].base
        service = self.harness.service
        for _ in range(n):
            by = self.random.choice((-0.01, 0.01))
            written = service._writer.submit(partial(change_last_bar, symbol=symbol, interval=interval, by=by))
            written.add_done_callback(lambda done: service.emit(BarsStored(symbol, interval, done.result(), 0)))
        written.result(30)
        self.harness.settle()
        self.harness.wait(lambda: not self.harness.feed.is_loading)
        self.harness.app.processEvents()


def change_last_bar(connection, symbol, interval, by):
    """Move the newest bar's close; return its span."""
    with transaction(connection):
        found = series_id(connection, symbol, interval)
        last = read_bars_around(connection, found, None, 1, 0)
        close = last.close + by
        high, low = np.maximum(last.high, close), np.minimum(last.low, close)
        write_bars(connection, found, Bars(last.open_time, last.open, high, low, close, last.volume + 1))
    return Span(int(last.open_time[0]), int(last.open_time[0]) + 1)


def run(arguments, folder):
    soak = Soak(folder, seed=7)
    n_each = arguments.updates // arguments.switches
    started, first, is_flat = monotonic(), None, True
    sys.stdout.write(f"{'switches':>9}{'updates':>9}{'RSS MB':>9}{'files':>7}{'threads':>9}{'paints':>9}{'s':>7}\n")
    for turn in range(1, arguments.switches + 1):
        soak.switch()
        for first_of in range(0, n_each, N_BURST):
            soak.update(min(N_BURST, n_each - first_of))
        if turn % max(1, arguments.switches // N_CHECKS) == 0:
            gc.collect()
            resident, n_files, n_threads = resources()
            first = first or (resident, n_files, n_threads)
            is_flat &= resident <= first[0] * MOST_GROWTH and n_files <= first[1] and n_threads <= first[2]
            n_paints = soak.harness.view.canvas.n_paints
            line = f"{turn:>9,}{turn * n_each:>9,}{resident:>9.1f}{n_files:>7}{n_threads:>9}{n_paints:>9,}"
            sys.stdout.write(f"{line}{monotonic() - started:>7.0f}\n")
            sys.stdout.flush()
    growth = resident / first[0] - 1
    sys.stdout.write(
        f"resident memory {growth:+.1%} after the first tenth, {threading.active_count()} Python threads\n"
    )
    sys.stdout.write("flat\n" if is_flat else "MISSED: something grew\n")
    soak.harness.close()
    return is_flat


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--switches", type=int, default=5_000)
    parser.add_argument("--updates", type=int, default=100_000)
    arguments = parser.parse_args()
    with temporary_folder() as folder:
        is_flat = run(arguments, folder)
    sys.stdout.flush()
    os._exit(0 if is_flat else 1)


if __name__ == "__main__":
    main()
