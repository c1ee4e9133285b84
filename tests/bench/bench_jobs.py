"""Ten thousand jobs: ``python -m tests.bench.bench_jobs``. The cache with a scripted provider, and the real job panel.

The obvious way is one call, and so one transaction, a job. Wall-clock milliseconds; the frame gap is the longest time
between two ticks of a 4 ms timer of the GUI thread, beside the same timer with nothing to do. Exit code 1 when ten
thousand take longer than 0.5 s, pause or cancel longer than 100 ms, or a scroll waits for more than one window.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from candledesk.domain.interval import INTERVALS
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import write_instrument
from candledesk.ui.bridge import Bridge
from candledesk.ui.panels.jobs.panel import JobsPanel
from tests.cache.conftest import NOW, WAIT_S, CacheHarness, FakeYahoo, instrument, wait_until
from tests.event_loop import qt_event_loop

N_JOBS = 10_000
N_SINGLE = 300
N_STOPS = 60
GOAL_MS, STOP_GOAL_MS = 500.0, 100.0


def milliseconds(function):
    started = perf_counter()
    result = function()
    return (perf_counter() - started) * 1_000, result


def fresh_harness(folder):
    """Return a cache that knows ten thousand symbols and whose provider hangs."""
    folder.mkdir()
    create_or_open(folder / "candles.db")
    connection = connect_writer(folder / "candles.db")
    with transaction(connection):
        for number in range(N_JOBS):
            write_instrument(connection, instrument(f"S{number:05d}"), "XTST", "XTST", NOW)
    connection.close()
    yahoo = FakeYahoo()
    harness = CacheHarness(folder, yahoo)
    harness.service.jobs.resume_previous()
    harness.backfill("1d", symbol="S00000")  # the calendar is known
    yahoo.gate.clear()
    return harness


SERIES = [(f"S{number:05d}", INTERVALS["1h"]) for number in range(N_JOBS)]


@contextmanager
def hearttick(gaps):
    """Note the time between ticks of the GUI thread, in ms."""
    timer, last = QTimer(), [perf_counter()]

    def tick():
        now = perf_counter()
        gaps.append((now - last[0]) * 1_000)
        last[0] = now

    timer.timeout.connect(tick)
    timer.start(4)
    yield
    timer.stop()


def spin(app, is_done, at_least_s=0.3):
    started = perf_counter()
    while not is_done() or perf_counter() - started < at_least_s:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def start_in_the_window(app, harness):
    """Start ten thousand from the GUI thread with the panel open; return ms, idle gaps, gaps, events."""
    gc.collect()
    gc.freeze()  # as the window does when it has settled
    bridge = Bridge(harness.cache)
    panel = JobsPanel(harness.cache, bridge)
    panel.resize(1_200, 400)
    panel.show()
    idle, gaps = [], []
    with hearttick(idle):
        spin(app, lambda: True, 0.5)
    harness.events.clear()
    done_at = []
    with hearttick(gaps):
        started, used = perf_counter(), process_time()
        future = harness.cache.start_backfills(SERIES, None)
        future.add_done_callback(lambda _: done_at.extend((perf_counter(), process_time())))
        spin(app, lambda: done_at and panel.model.rowCount() >= N_JOBS)
    n_rows = panel.model.rowCount()
    panel.close()
    bridge.close()
    took = [(done_at[0] - started) * 1_000, (done_at[1] - used) * 1_000]
    return took, idle, gaps, len(harness.events), n_rows


def stop_latencies(harness):
    """Pause and cancel jobs whose fetches hang, while the writer is busy; return ms until the event and the reply."""
    latencies = []
    busy = threading.Event()

    def keep_busy():
        with transaction_of(harness) as write:
            while not busy.is_set():
                write()

    thread = threading.Thread(target=keep_busy)
    thread.start()
    for number in range(N_STOPS):
        verb = harness.cache.pause_job if number % 2 else harness.cache.cancel_job
        running = harness.cache.list_jobs(state="running", limit=1).result(WAIT_S)
        latencies.append(milliseconds(lambda verb=verb, running=running: verb(running[0].job_id).result(WAIT_S))[0])
        wait_until(lambda: len(harness.cache.list_jobs(state="running").result(WAIT_S)) >= 4)
    busy.set()
    thread.join()
    return latencies


@contextmanager
def transaction_of(harness):
    """Give a function that stores a few rows through the writer, as a fill does, and waits."""

    def write(connection):
        with transaction(connection):
            connection.executemany(
                "INSERT OR REPLACE INTO candle VALUES (999999, ?, 1, 1, 1, 1, 1)", [(ts,) for ts in range(5_000)]
            )

    yield lambda: harness.service._writer.submit(write).result(WAIT_S)


def windows_before_a_scroll(harness):
    """Return how many windows of backfills were asked between a scroll's request and its fetch."""
    n = len(harness.yahoo.requests)
    harness.view("1d", symbol="S00001", anchor=NOW - 400 * 86_400)
    wait_until(lambda: any(r.interval.name == "1d" for r in harness.yahoo.requests[n:]))
    return [r.interval.name for r in harness.yahoo.requests[n:]].index("1d")


def say(work, *values, goal=""):
    sys.stdout.write(f"{work:<52}{'  '.join(values):<42}{goal}\n")
    sys.stdout.flush()


def main():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory(prefix="candledesk-bench-") as folder:
        harness = fresh_harness(Path(folder) / "a")
        singly, _ = milliseconds(
            lambda: [harness.cache.start_backfill(*one, None).result(WAIT_S) for one in SERIES[:N_SINGLE]]
        )
        singly *= N_JOBS / N_SINGLE
        harness.yahoo.close()
        harness.service.close()
        harness = fresh_harness(Path(folder) / "b")
        with qt_event_loop(app):
            (first, cpu), idle, gaps, n_events, n_rows = start_in_the_window(app, harness)
        again, _ = milliseconds(lambda: harness.cache.start_backfills(SERIES, None).result(WAIT_S))
        listed, _ = milliseconds(lambda: harness.cache.list_jobs(limit=200).result(WAIT_S))
        wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= 3)
        n_live = len(harness.service._fill_scheduler._live)
        n_waited = windows_before_a_scroll(harness)
        stops = stop_latencies(harness)
        harness.yahoo.close()
        harness.service.close()
        harness.yahoo.gate.clear()
        opened, _ = milliseconds(harness.open)
        taken, n_queued = milliseconds(harness.service.jobs.resume_previous)
        wait_until(lambda: harness.service._fill_scheduler.n_in_flight >= 3)
        harness.yahoo.close()
        harness.service.close()
    p99 = quantiles(stops, n=100)[98]
    say(
        f"queue {N_JOBS:,} jobs",
        f"{first:.0f} ms (CPU {cpu:.0f})",
        f"singly {singly:,.0f} ms",
        f"{singly / first:.0f}×",
        goal="≤ 500 ms",
    )
    say("join them all again", f"{again:.0f} ms")
    say("events sent, fill tasks alive, rows in the panel", f"{n_events}", f"{n_live}", f"{n_rows:,}")
    say("longest frame gap meanwhile, idle beside it", f"{max(gaps):.0f} ms", f"{max(idle):.0f} ms")
    say("list the newest 200", f"{listed:.1f} ms")
    say("pause or cancel beside a busy writer, p50, p99", f"{median(stops):.1f} ms", f"{p99:.1f} ms", goal="≤ 100 ms")
    say("windows asked before a scroll's", f"{n_waited}", goal="≤ 1")
    say(f"open with {n_queued:,} queued, take them up", f"{opened:.1f} ms", f"{taken:.1f} ms")
    return int(first > GOAL_MS or p99 > STOP_GOAL_MS or n_waited > 1)


if __name__ == "__main__":
    sys.exit(main())
