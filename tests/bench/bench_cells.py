"""Frames of a layout of four linked cells: ``python -m tests.bench.bench_cells [--quick]``.

As in ``bench_chart``, a frame is a change and everything that it causes in all four charts, in CPU time of the
window's thread, offscreen. The mouse lies over the chart that moves, so that the crosshairs of the others follow.
Exit code 1 when a goal of CHART.md or of the layouts is missed.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path
from time import thread_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from candledesk.domain.interval import parse_interval
from candledesk.ui.shell.cells.cell_grid import CellGrid
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.theme.themes import DARK
from tests.bench.bench_chart import Times, say
from tests.bench.cache_harness import HEIGHT, WIDTH, CacheHarness, temporary_folder

PAN_MS = 12.0  # a pan of one cell with linked crosshairs
CROSSHAIR_MS = 2.0  # one move in four charts: CHART.md allows a single one 1 ms
SHOWN = ("1m", "1m", "3m", "1m")


class CellBench:
    """Four cells of the same symbol on the real cache; ``misses`` lists the goals that are missed."""

    def __init__(self, folder, n_bars):
        self.n_bars, self.misses = n_bars, []
        self.harness = CacheHarness(folder, n_bars)
        self.harness.view.hide()
        self.n_pages = 1
        self.grid = CellGrid(self.make_page, lambda page: page.close_feed(), DARK)
        self.grid.resize(WIDTH, HEIGHT)
        self.grid.set_grid("4")
        self.grid.show()
        self.harness.settle()
        for page, interval in zip(self.grid.pages(), SHOWN, strict=True):
            page.feed.open("BENCH", parse_interval(interval))
            self.harness.wait(lambda page=page: len(page.model.series.bars) > 0 and page.feed.is_settled)
        self.harness.settle()

    def make_page(self):
        self.n_pages += 1
        return ChartPage(self.harness.cache, self.harness.bridge, self.n_pages, DARK)

    def point_at(self, x, y):
        view, none = self.grid.page.view, Qt.MouseButton.NoButton
        at = QPointF(x, y)
        view.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier))

    def frame(self, change):
        start = thread_time()
        change()
        self.harness.app.processEvents()
        return (thread_time() - start) * 1e3

    def n_paints(self):
        return [page.view.canvas.n_paints for page in self.grid.pages()]

    def measure_pan(self, n_frames, *, is_ranged):
        self.grid.links.set_switch("blue", "range", is_on=is_ranged)
        self.point_at(400.0, 200.0)
        times, model = Times(), self.grid.page.model
        model.go_latest()
        model.step(-600)
        self.harness.wait(lambda: all(page.feed.is_settled for page in self.grid.pages()))
        self.harness.settle()
        before = self.n_paints()
        for turn in range(-n_frames // 4, n_frames):
            ms = self.frame(lambda turn=turn: model.step(-3 if turn % 50 < 25 else 3))
            if turn >= 0:
                times.ms.append(ms)
        return times, [after - at for at, after in zip(before, self.n_paints(), strict=True)]

    def measure_crosshair(self, n_frames):
        times, before = Times(), self.n_paints()
        for turn in range(-n_frames // 4, n_frames):
            at = 60 + 600 * abs(turn) / n_frames, 200 + 120 * math.sin(20 * turn / n_frames)
            ms = self.frame(lambda at=at: self.point_at(*at))
            if turn >= 0:
                times.ms.append(ms)
        return times, [after - at for at, after in zip(before, self.n_paints(), strict=True)]

    def check(self, is_reached, goal):
        if not is_reached:
            self.misses.append(f"{self.n_bars:,} bars: {goal}")
        return goal if is_reached else f"{goal} MISSED"


def report(bench, n_frames):
    for is_ranged in (False, True):
        times, paints = bench.measure_pan(n_frames, is_ranged=is_ranged)
        what = "crosshairs and time" if is_ranged else "crosshairs"
        goal = bench.check(times.at(50) <= PAN_MS, f"pan with linked {what}: p50 <= {PAN_MS:g} ms")
        say(
            f"pan of one cell, linked {what:<20}p50 {times.at(50):.2f}  p99 {times.at(99):.2f}  paints {paints}  {goal}"
        )
    times, paints = bench.measure_crosshair(n_frames)
    goal = bench.check(times.at(99) <= CROSSHAIR_MS, f"crosshair p99 <= {CROSSHAIR_MS:g} ms")
    goals = f"{goal}, {bench.check(not any(paints), 'no chart is painted for it')}"
    say(f"crosshair over one of four cells          p50 {times.at(50):.2f}  p99 {times.at(99):.2f}  {goals}")


def run(arguments, root):
    say(f"Four linked cells in {WIDTH}x{HEIGHT}, offscreen, CPU milliseconds of the window's thread")
    bench = CellBench(Path(root) / str(arguments.bars), arguments.bars)
    report(bench, arguments.frames)
    for miss in bench.misses:
        say(f"MISSED  {miss}")
    return not bench.misses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_const", const=100_000, dest="bars", help="100,000 bars")
    parser.add_argument("--frames", type=int, default=300, help="of each kind")
    parser.add_argument("--folder", default="", help="keep the database here and use it again")
    arguments = parser.parse_args()
    if arguments.folder:
        is_good = run(arguments, arguments.folder)
    else:
        with temporary_folder() as root:
            is_good = run(arguments, root)
    sys.stdout.flush()
    os._exit(0 if is_good else 1)  # Qt's and Python's teardown do not agree on an order


if __name__ == "__main__":
    main()
