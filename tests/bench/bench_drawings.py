"""Frames of a chart with many drawings: ``python -m tests.bench.bench_drawings [--quick]``.

As in ``bench_chart``, a frame is a change of the view and everything that it causes, in CPU time of the window's
thread, offscreen. A thousand drawings of all tools lie over a hundred screens of bars, thirty of them without an end
(rays, levels, VWAPs), which are seen everywhere; frames with and without them are measured in turns. A hundred more on
one screen are drawn over five indicators. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

from pathlib import Path
from time import thread_time

import numpy as np

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.figures import Point
from candledesk.drawings.hit import hit_drawing
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.widget.drawings.drawing_feed import DrawingFeed
from tests.bench.bench_store import FIRST, STEP
from tests.bench.bench_studies import StudyBench
from tests.bench.command import frame_parser, run_in_folder, say
from tests.bench.frames import Times, end_benches

N_MANY, N_FULL, N_UNBOUNDED = 1_000, 100, 30
N_SCREENS, N_ON_SCREEN = 100, 1_000  # screens with drawings, bars of one
LONGEST, HIGHEST = 60, 0.1  # of a drawing: bars, and the share of the prices on screen
MORE_MS = 2.0  # issue 16: what 1,000 drawings may add to a frame
HOVER_MS = 1.0  # issue 16
MOST_MS = {50: 6.0, 99: 12.0}  # WINDOW.md, with 5 indicators in 3 panes


def goes_on(tool):
    return not tool.is_bounded or tool.style.get("extend", "none") != "none"


def make_drawings(n_drawings, first, n_bars, prices):
    """Return drawings of all tools in ``n_bars`` bars from ``first`` and between two prices.

    Each is up to 60 bars long and a tenth of the prices high: a screen holds a hundred of them and can still be read.
    """
    random, tools = np.random.default_rng(5), [tool for tool in TOOLS.values() if not goes_on(tool)]
    unbounded = [tool for tool in TOOLS.values() if goes_on(tool)]
    made = []
    for at in range(n_drawings):
        tool = unbounded[at % len(unbounded)] if at < N_UNBOUNDED else tools[at % len(tools)]
        begin = first + int(random.integers(n_bars))
        bars = sorted(begin + random.integers(0, LONGEST, tool.n_points))
        low = random.uniform(prices[0], prices[1] - HIGHEST * (prices[1] - prices[0]))
        high = low + HIGHEST * (prices[1] - prices[0])
        points = (
            Anchor(FIRST + STEP * int(bar), float(random.uniform(low, high)) if tool.has_prices else None, "1m")
            for bar in bars
        )
        made.append(Drawing(f"{n_drawings}-{at}", tool.id, "BENCH", tuple(points), z=at))
    return tuple(made)


class DrawingBench(StudyBench):
    """Frames of a chart with five indicators and drawings."""

    def __init__(self, folder, n_bars):
        super().__init__(folder, n_bars)
        self.drawing_feed = DrawingFeed(self.harness.cache, self.harness.bridge, self.harness.model)
        self.place("pan")
        self.prices = self.harness.model.frame().price.range

    def show(self, drawings):
        self.harness.model.set_drawings(drawings)
        self.harness.wait(lambda: not self.drawing_feed.is_loading)
        self.harness.settle()

    def compare(self, drawings, n_rounds, n_frames):
        """Return the frames without and with drawings, and how many of these are seen."""
        found = Times(), Times()
        for turn in range(n_rounds + 1):  # the first round warms up
            for shown, times in zip(((), drawings), found, strict=True):
                self.place("pan")
                self.show(shown)
                measured = self.measure_frames(self.changes("pan", n_frames))
                times.ms.extend(measured.ms if turn else [])
        return *found, len(show_drawings(self.harness.model.scene, self.harness.model.frame()))

    def hover(self, n_moves):
        """Return what finding the drawing under the pointer takes, for a pointer on its way over the chart.

        The figures of a frame are made for painting; a pointer only looks at them.
        """
        model, times, n_hits = self.harness.model, Times(), 0
        frame = model.frame()
        show_drawings(model.scene, frame)
        for at in range(n_moves):
            began = thread_time()
            shown = [one for _, one in show_drawings(model.scene, frame)]
            hit = hit_drawing(shown, Point(1_500.0 * at / n_moves, 100.0 + 600.0 * (at * 37 % n_moves) / n_moves))
            times.ms.append((thread_time() - began) * 1e3)
            n_hits += hit is not None
        return times, n_hits


def report(bench, arguments):
    middle = bench.n_bars // 2
    lo, hi = bench.prices.lo, bench.prices.hi
    n_bars = min(N_SCREENS * N_ON_SCREEN, bench.n_bars // 2)
    many = make_drawings(N_MANY, middle - n_bars // 2, n_bars, (lo, hi))
    bare, drawn, n_seen = bench.compare(many, arguments.rounds, arguments.frames)
    for at in (50, 99):
        more = drawn.at(at) - bare.at(at)
        goal = bench.check(more <= MORE_MS, f"p{at} <= +{MORE_MS:g} ms")
        figures = f"p{at} {bare.at(at):.2f} -> {drawn.at(at):.2f} ({more:+.2f})"
        say(f"pan, {N_MANY:,} drawings, {n_seen} seen   {figures}  {goal}")
    times, n_hits = bench.hover(arguments.frames)
    goal = bench.check(times.at(99) <= HOVER_MS, f"p99 <= {HOVER_MS:g} ms")
    say(f"hover over them, {n_hits} of {arguments.frames} hit   p50 {times.at(50):.2f}  p99 {times.at(99):.2f}  {goal}")
    full = make_drawings(N_FULL, middle, N_ON_SCREEN - 200, (lo, hi))
    bare, drawn, n_seen = bench.compare(full, arguments.rounds, arguments.frames)
    for at, most in MOST_MS.items():
        goal = bench.check(drawn.at(at) <= most, f"p{at} <= {most:g} ms")
        say(f"pan, 5 indicators, {n_seen} drawings on screen   p{at} {bare.at(at):.2f} -> {drawn.at(at):.2f}  {goal}")


def run(arguments, root):
    say("A chart with five indicators and drawings, CPU milliseconds of the window's thread")
    bench = DrawingBench(Path(root) / str(arguments.bars), arguments.bars)
    report(bench, arguments)
    return end_benches(bench)


def main():
    run_in_folder(run, frame_parser(__doc__, 5_000_000, n_rounds=2).parse_args())


if __name__ == "__main__":
    main()
