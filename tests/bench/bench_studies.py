"""Frames of a chart with five indicators in three panes: ``python -m tests.bench.bench_studies [--quick]``.

As in ``bench_chart``, a frame is a change of the view and everything that it causes, in CPU time of the window's
thread, offscreen. The values come from the real cache. Exit code 1 when a goal of CHART.md is missed.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from candledesk.ui.chart.widget.chart_studies import ChartStudies
from candledesk.ui.chart.widget.study_feed import StudyFeed
from tests.bench.bench_chart import KINDS, Bench
from tests.bench.cache_harness import MINUTE
from tests.bench.command import frame_parser, run_in_folder, say
from tests.bench.frames import end_benches

ADDED = ("rsi", "macd", "bollinger", "supertrend", "ema")
CROSSHAIR_MS = 2.0  # CHART.md, a move on a full chart
MOST_MS = {50: 6.0, 99: 12.0}  # CHART.md, full chart
FIRST_MS = 300.0  # CHART.md, first visible indicator columns
MEASURED = ("pan", "half", "zoom")


class StudyBench(Bench):
    """Frames of a chart with indicators."""

    def __init__(self, folder, n_bars):
        super().__init__(folder, n_bars)
        harness = self.harness
        self.studies = StudyFeed(harness.cache, harness.bridge, harness.model)
        chart = ChartStudies(harness.model)
        start = perf_counter()
        for name in ADDED:
            chart.add(name)
        harness.wait(lambda: len(harness.model.scene.study_values) == len(ADDED))
        harness.settle()
        self.first_values_ms = (perf_counter() - start) * 1e3
        self.wait_for_values()

    def wait_for_values(self):
        model = self.harness.model

        def is_there():
            values = model.scene.study_values
            suiting = [one.stride == model.series.axis.stride for one in values.values()]
            return not self.studies.is_loading and len(suiting) == len(ADDED) and all(suiting)

        self.harness.wait(is_there)
        self.harness.settle()

    def place(self, kind):
        super().place(kind)
        self.harness.wait(lambda: self.harness.model.series.axis.stride == self.harness.model.stride_of(MINUTE))
        start = perf_counter()
        self.wait_for_values()
        self.load_ms = (perf_counter() - start) * 1e3


def report(bench):
    say(f"{bench.n_bars:>10,}  first values of {len(ADDED)} indicators after {bench.first_values_ms:.0f} ms  "
        f"{bench.check(bench.first_values_ms <= FIRST_MS, f'<= {FIRST_MS:.0f} ms')}")  # fmt: skip
    cross = bench.times.pop("crosshair")
    goal = bench.check(cross.at(99) <= CROSSHAIR_MS, f"p99 <= {CROSSHAIR_MS:g} ms")
    say(f"{bench.n_bars:>10,}  crosshair                   p50 {cross.at(50):.2f}  p99 {cross.at(99):.2f}  {goal}")
    for kind, times in bench.times.items():
        goals = [bench.check(times.at(at) <= most, f"p{at} <= {most:g} ms") for at, most in MOST_MS.items()]
        say(f"{bench.n_bars:>10,}  {KINDS[kind]:<28}p50 {times.at(50):.2f}  p99 {times.at(99):.2f}  {', '.join(goals)}")
    goal = bench.check(bench.n_paints == 1.0, "one paint for each change")
    say(f"{bench.n_bars:>10,}  paints for each change: {bench.n_paints:.3f}  {goal}")


def run(arguments, root):
    say("A chart with five indicators in three panes and volume, CPU milliseconds of the window's thread")
    bench = StudyBench(Path(root) / str(arguments.bars), arguments.bars)
    bench.measure(arguments.rounds, arguments.frames, MEASURED)
    bench.measure_crosshair(arguments.frames)
    report(bench)
    return end_benches(bench)


def main():
    run_in_folder(run, frame_parser(__doc__, 5_000_000, n_rounds=2).parse_args())


if __name__ == "__main__":
    main()
