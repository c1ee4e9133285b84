"""The store against the obvious way, in one run: ``python -m tests.bench.bench_store --bars 5000000``.

The obvious way is sqlite-utils on a table with a text key: ``rows_where`` → DataFrame to read, ``upsert_all`` to
write. Both sides are measured in turns, so that a busy machine slows both; medians are printed, with the 99th
percentile where there are enough samples. Exit code 1 when a target of issue 3, part 1, is missed.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from threading import Event, Thread
from time import perf_counter

import numpy as np
import pandas as pd
from sqlite_utils import Database

from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.chart_records import count_beside, find_around, read_records
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.market.pyramid import LEVELS
from tests.bench.command import run_on_bars, say

STEP = 60
BATCH = 100_000
WINDOW = 2_000
FIRST = 1_300_000_020 // STEP * STEP
PK = ("symbol", "interval", "timestamp")
# Of every level, per bar: in the former format, which took 8 bytes a value, and as they are.
CHUNK_BYTES = """
SELECT sum(n * iif(level = 1, 48.0, 56.0)) / sum(n) FILTER (WHERE level = 1),
    sum(length(data) * 1.0) / sum(n) FILTER (WHERE level = 1) FROM chunk
"""


def make_bars(start, n, seed=0):
    """Make a random walk with two decimals and whole volumes; ``start`` counts bars."""
    rng = np.random.default_rng([seed, start])
    close = np.round(100 + np.cumsum(rng.normal(0, 0.02, n)) % 50, 2)
    open_ = np.append(close[:1], close[:-1])
    high = np.round(np.maximum(open_, close) + rng.random(n) / 10, 2)
    low = np.round(np.minimum(open_, close) - rng.random(n) / 10, 2)
    time = FIRST + STEP * np.arange(start, start + n, dtype=np.int64)
    return Bars(time, open_, high, low, close, rng.integers(0, 100_000, n) * 1.0)


def iso(seconds):
    return pd.Timestamp(seconds, unit="s").strftime("%Y-%m-%dT%H:%M:%SZ")


class Naive:
    """One table with a text key, through sqlite-utils and pandas."""

    def __init__(self, path):
        self.db = Database(path)
        self.db.conn.execute("PRAGMA journal_mode = WAL")
        columns = dict.fromkeys(PK, str) | dict.fromkeys(("open", "high", "low", "close", "volume"), float)
        self.db.table("candles").create(columns, pk=PK)

    @staticmethod
    def dicts(bars):
        times = pd.to_datetime(bars.open_time, unit="s").strftime("%Y-%m-%dT%H:%M:%SZ").tolist()
        values = [getattr(bars, name).tolist() for name in ("open", "high", "low", "close", "volume")]
        names = (*PK, "open", "high", "low", "close", "volume")
        return [dict(zip(names, ("BENCH", "1m", *row), strict=True)) for row in zip(times, *values, strict=True)]

    def fill(self, bars):
        """Fill quickly: only what follows is measured."""
        rows = [tuple(row.values()) for row in self.dicts(bars)]
        with self.db.atomic():
            self.db.conn.executemany("INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def upsert(self, rows):
        self.db.table("candles").upsert_all(rows, pk=PK)

    def read(self, lo, hi):
        where = "symbol = ? AND interval = ? AND timestamp >= ? AND timestamp < ?"
        found = self.db.table("candles").rows_where(
            where, ["BENCH", "1m", iso(FIRST + STEP * lo), iso(FIRST + STEP * hi)], order_by="timestamp"
        )
        frame = pd.DataFrame(found)
        frame["timestamp"] = pd.to_datetime(frame["timestamp"])
        return frame.set_index("timestamp")

    def zoomed_out(self, n_bars):
        """Aggregate as many bars to a row as the coarsest level of the pyramid."""
        frame = self.read(0, n_bars)
        how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
        return frame.groupby(np.arange(len(frame)) // LEVELS[-1]).agg(how)


class Ours:
    """The store, as the cache uses it."""

    def __init__(self, path):
        self.path = path
        create_or_open(path)
        self.writer, self.reader = connect_writer(path), connect_reader(path)
        with transaction(self.writer):
            instrument = Instrument("BENCH", "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, None)
            write_instrument(self.writer, instrument, "XCRY", "", 0)
            self.series = series_id(self.writer, "BENCH", INTERVALS["1m"], create=True)

    def write(self, bars):
        """Store bars and their coverage in one transaction, as a fill does."""
        span = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + STEP)
        with transaction(self.writer):
            n_changed = write_bars(self.writer, self.series, bars)
            write_coverage(self.writer, self.series, [Coverage(span, CoverageState.HAVE, 0)])
        return n_changed

    def read(self, lo, hi):
        return read_bars(self.reader, self.series, Span(FIRST + STEP * lo, FIRST + STEP * hi))

    def zoomed_out(self, n_bars):
        """Read the whole series as a chart does that is zoomed out to it: found, read in rows, counted beside."""
        span = find_around(self.reader, self.series, None, n_bars, 0)
        rows = read_records(self.reader, self.series, span, LEVELS[-1])
        return rows, count_beside(self.reader, self.series, span)


@dataclass
class Result:
    """Seconds of both sides for one kind of work, and what issue 3 asks of it."""

    name: str
    naive: list[float]
    ours: list[float]
    min_ratio: float = 0.0
    max_ms: float = float("inf")
    max_p99_ms: float = float("inf")

    def line(self):
        ours, p99 = np.median(self.ours) * 1e3, np.percentile(self.ours, 99) * 1e3
        naive = np.median(self.naive) * 1e3 if self.naive else float("nan")
        ratio = naive / ours
        is_reached = not (ratio < self.min_ratio or ours > self.max_ms or p99 > self.max_p99_ms)
        wanted = [f">= {self.min_ratio:g}x"] * (self.min_ratio > 0)
        wanted += [f"<= {self.max_ms:g} ms"] * (self.max_ms < float("inf"))
        wanted += [f"p99 <= {self.max_p99_ms:g} ms"] * (self.max_p99_ms < float("inf"))
        beside = (f"{naive:,.2f}", f"{ratio:,.1f}x") if self.naive else ("", "")
        left = f"{self.name:<34}{beside[0]:>12}{ours:>11,.3f}{p99:>10,.2f}{beside[1]:>12}"
        return f"{left}   {', '.join(wanted)}{'' if is_reached else '  MISSED'}", is_reached


def timed(work):
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turns(naive, ours, n_naive, n_ours):
    """Measure both in turns: ``n_naive`` rounds of one naive call and an equal share of ours."""
    slow, fast = [], []
    for _ in range(n_naive):
        slow.append(timed(naive))
        fast += [timed(ours) for _ in range(n_ours // n_naive)]
    return slow, fast


def measure_reads(naive, ours, n_bars):
    rng = np.random.default_rng(5)

    def window(side):
        lo = int(rng.integers(0, n_bars - WINDOW))
        return side.read(lo, lo + WINDOW)

    wide = min(1_000_000, n_bars)
    yield Result(
        f"read {WINDOW:,} bars", *in_turns(lambda: window(naive), lambda: window(ours), 20, 400), 15, max_ms=1.0
    )
    yield Result(f"read {wide:,} bars", *in_turns(lambda: naive.read(0, wide), lambda: ours.read(0, wide), 3, 9), 80)
    yield Result(
        f"all {n_bars:,} bars, zoomed out",
        *in_turns(lambda: naive.zoomed_out(n_bars), lambda: ours.zoomed_out(n_bars), 1, 50),
        max_ms=3.0,
    )


def measure_writes(naive, ours, n_bars):
    slow, fast, again_slow, again_fast, n_changed = [], [], [], [], 0
    log = ours.path.with_name(ours.path.name + "-wal")
    for turn in range(3):
        bars = make_bars(n_bars + turn * BATCH, BATCH)
        rows = naive.dicts(bars)
        slow.append(timed(lambda rows=rows: naive.upsert(rows)))
        fast.append(timed(lambda bars=bars: ours.write(bars)))
        again_slow.append(timed(lambda rows=rows: naive.upsert(rows)))
        ours.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        start = perf_counter()
        n_changed += ours.write(bars)
        again_fast.append(perf_counter() - start)
    yield Result(f"upsert {BATCH:,} new bars", slow, fast, 10)
    name = f"the same again: {n_changed} changes, {log.stat().st_size} bytes"
    yield Result(name, again_slow, again_fast, max_ms=float("inf") if n_changed == log.stat().st_size == 0 else 0.0)
    end = n_bars + 3 * BATCH
    live = [[row] for row in naive.dicts(make_bars(end, 100))]
    slow = [timed(lambda row=row: naive.upsert(row)) for row in live]
    one = [make_bars(end + i, 1) for i in range(100)]
    yield Result("append one live bar", slow, [timed(lambda bar=bar: ours.write(bar)) for bar in one])


def measure_contention(ours, n_bars):
    """Read windows while another thread commits without pause."""
    stop, n_commits = Event(), 0
    versions = [make_bars(n_bars - 1_000, 1_000, seed) for seed in (1, 2)]

    def write_on():
        nonlocal n_commits
        while not stop.is_set():
            n_commits += 1
            ours.write(versions[n_commits % 2])

    thread = Thread(target=write_on)
    thread.start()
    rng = np.random.default_rng(6)
    starts = rng.integers(0, n_bars - WINDOW, 1_000).tolist()
    times = [timed(lambda lo=lo: ours.read(lo, lo + WINDOW)) for lo in starts]
    stop.set()
    thread.join()
    yield Result(f"read {WINDOW:,} beside {n_commits} commits", [], times, max_p99_ms=10.0)


def run(n_bars, folder):
    naive, ours = Naive(folder / "naive.db"), Ours(folder / "ours.db")
    say(f"filling two databases with {n_bars:,} bars ...")
    for start in range(0, n_bars, BATCH):
        bars = make_bars(start, min(BATCH, n_bars - start))
        naive.fill(bars)
        ours.write(bars)
    ours.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    say(f"{'':<34}{'naive ms':>12}{'ours ms':>11}{'p99':>10}{'ratio':>12}   target")
    is_good = True
    with closing(ours.writer), closing(ours.reader), closing(naive.db.conn):
        for result in chain(
            measure_reads(naive, ours, n_bars), measure_contention(ours, n_bars), measure_writes(naive, ours, n_bars)
        ):
            line, is_reached = result.line()
            is_good &= is_reached
            say(line)
        chunks = ours.reader.execute(CHUNK_BYTES).fetchone()
    sizes = [(folder / name).stat().st_size / n_bars for name in ("naive.db", "ours.db")]
    say(f"{'file, bytes a bar':<34}{sizes[0]:>12.1f}{sizes[1]:>11.1f}")
    say(f"{'chunks and pyramid, bytes a bar':<46}{chunks[1]:>11.1f}   {chunks[0]:.1f} in the former format")
    return is_good


if __name__ == "__main__":
    sys.exit(run_on_bars(run, __doc__, 1_000_000))
