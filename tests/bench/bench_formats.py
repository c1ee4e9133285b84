"""Chunks of codec 1 with checksums against the former ones: ``python -m tests.bench.bench_formats --bars 500000``.

The former format had 8 bytes a value and no checksum. Reads and writes of both are measured in turns; then the former
database is converted as the application does it, while windows of it are read and single bars are stored. Exit code 1
when a target of issue 13, part 2, is missed.
"""

from __future__ import annotations

import sys
from contextlib import closing
from itertools import chain
from threading import Thread
from time import perf_counter, sleep

import numpy as np

from candledesk.cache.maintenance.conversion import IDLE_SHARE, N_CHUNKS, PAUSE_S
from candledesk.cache.runtime.writer import Writer
from candledesk.store.file_guard import FileGuard
from candledesk.store.market import pyramid
from candledesk.store.market.bars import write_bars
from candledesk.store.market.chunks.codec import encode
from candledesk.store.market.chunks.conversion import convert_chunks
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.database import checkpoint, connect_writer, transaction
from tests.bench.bench_store import BATCH, CHUNK_BYTES, STEP, WINDOW, Ours, Result, in_turns, make_bars, timed
from tests.bench.command import run_on_bars, say
from tests.store.market.chunks.samples import session_bars
from tests.store.market.older_versions import write_as_before_checksums

MAX_CHUNK_BYTES = 16.0  # a bar, with the pyramid
SLOWEST = 0.77  # of the former speed: 1.3 times as long
N_DECODED = 1_000_000  # bars that stay decoded
APART = 1 << 21  # bars; beyond the longest chunk, so that the former format needs no merging
N_BESIDE = 300  # bars that are stored, and windows that are read, while a conversion runs


class Former(Ours):
    """The same store with chunks as they were before, which are read as they were then."""

    def __init__(self, path, bars):
        super().__init__(path)
        self.write_former(bars)
        self.writer.execute("UPDATE series SET is_unchecked = 1")
        self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def write_former(self, bars):
        """Store bars where there are none yet, without the comparison with stored ones that ``Ours`` makes."""
        with transaction(self.writer):
            write_as_before_checksums(self.writer, self.series, bars)


def compare_reads(former, ours, n_bars):
    rng = np.random.default_rng(7)
    wide = min(N_DECODED, n_bars)

    def window(side):
        lo = int(rng.integers(0, n_bars - WINDOW))
        return side.read(lo, lo + WINDOW)

    def first_window(side):
        decoded_chunks.clear()
        return window(side)

    for name, work, n, max_ms in (
        (f"read {WINDOW:,} bars for the first time", first_window, 500, 1.0),
        (f"read {WINDOW:,} bars", window, 3_000, 1.0),
        (f"read {wide:,} bars", lambda side: side.read(0, wide), 15, float("inf")),
        (f"read all {n_bars:,} bars", lambda side: side.read(0, n_bars), 5, float("inf")),
        (f"all {n_bars:,} bars, zoomed out", lambda side: side.zoomed_out(n_bars), 200, 3.0),
    ):
        slow, fast = in_turns(lambda work=work: work(former), lambda work=work: work(ours), n, n)
        yield Result(name, slow, fast, min_ratio=SLOWEST, max_ms=max_ms)


def compare_writes(former, ours, n_bars):
    slow, fast = [], []
    for turn in range(9):
        bars = make_bars(n_bars + (turn + 1) * APART, BATCH)
        slow.append(timed(lambda bars=bars: former.write_former(bars)))
        fast.append(timed(lambda bars=bars: ours.write(bars)))
    yield Result(f"store {BATCH:,} new bars", slow, fast, min_ratio=SLOWEST)


class Conversion:
    """A conversion as the application does it: on the writer's thread, in small steps with pauses."""

    def __init__(self, former):
        guard = FileGuard(former.path, is_written=True)
        guard.adopt()
        self.writer = Writer(lambda: connect_writer(former.path), checkpoint, guard=guard)
        self.steps = []
        self.thread = Thread(target=self._run)

    def _run(self):
        is_done = False
        while not is_done:
            began = perf_counter()
            is_done = self.writer.submit(self._step).result()
            sleep(max(PAUSE_S, IDLE_SHARE * (perf_counter() - began)))

    def _step(self, connection):
        began = perf_counter()
        with transaction(connection):
            is_done = convert_chunks(connection, N_CHUNKS).is_done
        self.steps.append(perf_counter() - began)
        return is_done


def measure_conversion(former, n_bars):
    """Convert the former database; return its results and a line about the steps."""
    conversion, rng, reads, writes = Conversion(former), np.random.default_rng(8), [], []
    bars = [make_bars(n_bars + 20 * APART + row, 1) for row in range(N_BESIDE)]

    def write(connection, bar):
        with transaction(connection):
            write_bars(connection, former.series, bar)

    began = perf_counter()
    conversion.thread.start()
    for bar in bars:
        lo = int(rng.integers(0, n_bars - WINDOW))
        writes.append(timed(lambda bar=bar: conversion.writer.submit(lambda c: write(c, bar)).result()))
        reads.append(timed(lambda lo=lo: former.read(lo, lo + WINDOW)))
    conversion.thread.join()
    steps, seconds = conversion.steps, perf_counter() - began
    conversion.writer.close(10)
    n_steps = f"{len(steps):,} steps, median {np.median(steps) * 1e3:,.0f} ms, longest {max(steps) * 1e3:,.0f} ms"
    line = f"conversion of {n_bars:,} bars: {sum(steps):,.1f} s of work within {seconds:,.0f} s, {n_steps}"
    results = (
        Result(f"read {WINDOW:,} beside a conversion", [], reads, max_p99_ms=20.0),
        Result("store one bar beside a conversion", [], writes, max_p99_ms=150.0),
    )
    return results, line


def bytes_as_sent(n_bars):
    """Return the bytes a bar of chunks and pyramid for sessions of prices as Yahoo sends them: 32-bit floats."""
    records, n_bytes = pyramid.from_bars(session_bars(n_bars)), 0
    for level in pyramid.LEVELS:
        records = records if level == 1 else pyramid.coarsen(records, STEP * level)
        keys = records[pyramid.TIME] // (2_048 * STEP * level)
        n_bytes += sum(len(encode(part)[1]) for part in np.split(records, pyramid.run_starts(keys)[1:], axis=1))
    return n_bytes / n_bars


def run(n_bars, folder):
    ours = Ours(folder / "ours.db")
    say(f"filling two databases with {n_bars:,} bars ...")
    for start in range(0, n_bars, BATCH):
        ours.write(make_bars(start, min(BATCH, n_bars - start)))
    ours.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    former = Former(folder / "former.db", ours.read(0, n_bars))
    say(f"{'':<34}{'former ms':>12}{'ours ms':>11}{'p99':>10}{'ratio':>12}   target")
    is_good = True
    with closing(former.writer), closing(former.reader), closing(ours.writer), closing(ours.reader):
        files = [side.path.stat().st_size / n_bars for side in (former, ours)]
        chunks = ours.reader.execute(CHUNK_BYTES).fetchone()
        sent = bytes_as_sent(min(n_bars, 200_000))
        is_good &= max(chunks[1], sent) <= MAX_CHUNK_BYTES
        say(f"{'chunks and pyramid, bytes a bar':<34}{chunks[0]:>12.1f}{chunks[1]:>11.1f}{'':>22}   <= 16")
        say(f"{'the same, prices as Yahoo sends':<34}{chunks[0]:>12.1f}{sent:>11.1f}{'':>22}   <= 16")
        say(f"{'file, bytes a bar':<34}{files[0]:>12.1f}{files[1]:>11.1f}")
        for result in chain(compare_reads(former, ours, n_bars), compare_writes(former, ours, n_bars)):
            line, is_reached = result.line()
            is_good &= is_reached
            say(line)
        results, line = measure_conversion(former, n_bars)
        for result in results:
            text, is_reached = result.line()
            is_good &= is_reached
            say(text)
        say(line)
        is_good &= former.read(0, n_bars).equals(ours.read(0, n_bars))
    return is_good


if __name__ == "__main__":
    sys.exit(run_on_bars(run, __doc__, 500_000))
