"""Frames of a layout of four linked cells: ``python -m tests.bench.bench_cells [--quick]``.

As in ``bench_chart``, a frame is a change and everything that it causes in all four charts, in CPU time of the
window's thread, offscreen. The mouse lies over the chart that moves, so that the crosshairs of the others follow.
Exit code 1 when a goal of CHART.md or of the layouts is missed.
"""

from __future__ import annotations

import math
import os
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from candledesk.domain.interval import parse_interval
from candledesk.ui.shell.cells.cell_grid import CellGrid
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.theme.themes import DARK
from tests.bench.bench_chart import N_ONE_WAY
from tests.bench.cache_harness import HEIGHT, WIDTH
from tests.bench.command import frame_parser, run_in_folder, say
from tests.bench.frames import FrameBench, end_benches

PAN_MS = 12.0  # a pan of one cell with linked crosshairs
CROSSHAIR_MS = 2.0  # one move in four charts: CHART.md allows a single one 1 ms
SHOWN = ("1m", "1m", "3m", "1m")


class CellBench(FrameBench):
    """Four cells of the same symbol on the real cache."""

    def __init__(self, folder, n_bars):
        super().__init__(folder, n_bars)
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

    def n_paints(self):
        return [page.view.canvas.n_paints for page in self.grid.pages()]

    def measure_pan(self, n_frames, *, is_ranged):
        self.grid.links.set_switch("blue", "range", is_on=is_ranged)
        self.point_at(400.0, 200.0)
        model = self.grid.page.model
        model.go_latest()
        model.step(-600)
        self.harness.wait(lambda: all(page.feed.is_settled for page in self.grid.pages()))
        self.harness.settle()
        before, n_warm_up = self.n_paints(), n_frames // 4
        steps = (-3 if turn % 50 < N_ONE_WAY else 3 for turn in range(-n_warm_up, n_frames))
        times = self.measure_frames((partial(model.step, by) for by in steps), n_warm_up)
        return times, [after - at for at, after in zip(before, self.n_paints(), strict=True)]

    def measure_crosshair(self, n_frames):
        before, n_warm_up = self.n_paints(), n_frames // 4
        turns = range(-n_warm_up, n_frames)
        places = [(60 + 600 * abs(at) / n_frames, 200 + 120 * math.sin(20 * at / n_frames)) for at in turns]
        times = self.measure_frames((partial(self.point_at, *place) for place in places), n_warm_up)
        return times, [after - at for at, after in zip(before, self.n_paints(), strict=True)]

    def close(self):
        for page in self.grid.pages():
            page.close_feed()
        super().close()


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
    return end_benches(bench)


def main():
    run_in_folder(run, frame_parser(__doc__, 1_000_000).parse_args())


if __name__ == "__main__":
    main()
