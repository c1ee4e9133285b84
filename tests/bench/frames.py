"""Frames of charts on a real cache, offscreen: what they take, and the goals that they miss.

A frame is a change and everything that it causes until all paints are done, in CPU time of the window's thread.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from time import thread_time

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.cache_harness import CacheHarness
from tests.bench.command import say


@dataclass
class Times:
    """Milliseconds of every frame of one kind."""

    ms: list[float] = field(default_factory=list)

    def at(self, percent):
        return float(np.percentile(self.ms, percent))


class FrameBench:
    """Frames of one series length; ``misses`` lists the goals that are missed."""

    def __init__(self, folder, n_bars):
        self.n_bars, self.misses = n_bars, []
        self.harness = CacheHarness(folder, n_bars)

    def frame(self, change, clock=thread_time):
        start = clock()
        change()
        self.harness.app.processEvents()
        return (clock() - start) * 1e3

    def measure_frames(self, changes, n_warm_up=0):
        """Return the times of a frame for each change, without those of the first ``n_warm_up``."""
        return Times([self.frame(change) for change in changes][n_warm_up:])

    def check(self, is_reached, goal):
        if not is_reached:
            self.misses.append(f"{self.n_bars:,} bars: {goal}")
        return goal if is_reached else f"{goal} MISSED"

    def close(self):
        self.harness.close()


def end_benches(*benches):
    """Print what was missed and close the benches; return whether nothing was."""
    misses = [miss for bench in benches for miss in bench.misses]
    for miss in misses:
        say(f"MISSED  {miss}")
    for bench in benches:
        bench.close()
    return not misses
