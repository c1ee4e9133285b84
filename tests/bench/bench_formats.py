"""Chunks of codec 1 with checksums against the former ones: ``python -m tests.bench.bench_formats --bars 500000``.

The former format had 8 bytes a value and no checksum. Reads of both are measured in turns; then the former database is
converted as the application does it. Exit code 1 when a target of issue 13, part 2, is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import encode
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.chunks.repair import convert_chunks
from candledesk.store.market.database import transaction
from tests.bench.bench_store import BATCH, CHUNK_BYTES, STEP, WINDOW, Ours, Result, in_turns, make_bars, say
from tests.store.market.chunks.samples import session_bars
from tests.store.market.older_versions import write_as_before_checksums

MAX_CHUNK_BYTES = 16.0  # a bar, with the pyramid
SLOWEST = 0.77  # of the former speed, as long as a series stays decoded
N_DECODED = 1_000_000  # bars that stay decoded
N_CONVERTED = 8  # chunks in one transaction, as the application does


class Former(Ours):
    """The same store with chunks as they were before, which are read as they were then."""

    def __init__(self, path, bars):
        super().__init__(path)
        with transaction(self.writer):
            write_as_before_checksums(self.writer, self.series, bars)
            self.writer.execute("UPDATE series SET is_unchecked = 1")
        self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def compare_reads(former, ours, n_bars):
    rng = np.random.default_rng(7)
    wide = min(N_DECODED, n_bars)
    least = SLOWEST if n_bars <= N_DECODED else 0.0

    def window(side):
        lo = int(rng.integers(0, n_bars - WINDOW))
        return side.read(lo, lo + WINDOW)

    def first_window(side):
        decoded_chunks.clear()
        return window(side)

    for name, work, n, min_ratio, max_ms in (
        (f"read {WINDOW:,} bars for the first time", first_window, 200, 0.0, 1.0),
        (f"read {WINDOW:,} bars", window, 3_000, least, 1.0),
        (f"read {wide:,} bars", lambda side: side.read(0, wide), 15, least, float("inf")),
        (f"all {n_bars:,} bars, zoomed out", lambda side: side.zoomed_out(n_bars), 200, least, 3.0),
    ):
        slow, fast = in_turns(lambda work=work: work(former), lambda work=work: work(ours), n, n)
        yield Result(name, slow, fast, min_ratio=min_ratio, max_ms=max_ms)


def convert(former):
    """Convert a database of the former format; return the seconds of each step."""
    steps, is_done = [], False
    while not is_done:
        start = perf_counter()
        with transaction(former.writer):
            is_done = convert_chunks(former.writer, N_CONVERTED).is_done
        steps.append(perf_counter() - start)
    return steps


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
        for result in compare_reads(former, ours, n_bars):
            line, is_reached = result.line()
            is_good &= is_reached
            say(line)
        files = [side.path.stat().st_size / n_bars for side in (former, ours)]
        chunks = ours.reader.execute(CHUNK_BYTES).fetchone()
        sent = bytes_as_sent(min(n_bars, 200_000))
        is_good &= max(chunks[1], sent) <= MAX_CHUNK_BYTES
        say(f"{'chunks and pyramid, bytes a bar':<34}{chunks[0]:>12.1f}{chunks[1]:>11.1f}{'':>22}   <= 16")
        say(f"{'the same, prices as Yahoo sends':<34}{chunks[0]:>12.1f}{sent:>11.1f}{'':>22}   <= 16")
        say(f"{'file, bytes a bar':<34}{files[0]:>12.1f}{files[1]:>11.1f}")
        steps = convert(former)
        longest = f"{len(steps):,} steps, median {np.median(steps) * 1e3:,.0f} ms, longest {max(steps) * 1e3:,.0f} ms"
        say(f"conversion of {n_bars:,} bars: {sum(steps):,.1f} s in {longest}")
        is_good &= former.read(0, n_bars).equals(ours.read(0, n_bars))
    return is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=500_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="candledesk-bench-") as folder:
        return 0 if run(max(arguments.bars, 10_000), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
