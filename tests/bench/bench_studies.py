"""Frames of a chart with five indicators in three panes: ``python -m tests.bench.bench_studies [--quick]``.

As in ``bench_chart``, a frame is a change of the view and everything that it causes, in CPU time of the window's
thread, offscreen. The values come from the real cache. Exit code 1 when a goal of CHART.md is missed.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QEventLoop, Qt, QTimer

from candledesk.ui.chart.widget.chart_studies import ChartStudies
from candledesk.ui.chart.widget.study_feed import StudyFeed
from candledesk.ui.garbage import GarbageTimer
from tests.bench.bench_chart import KINDS, Bench
from tests.bench.cache_harness import MINUTE
from tests.bench.command import frame_parser, run_in_folder, say
from tests.bench.frames import end_benches

ADDED = ("rsi", "macd", "bollinger", "supertrend", "ema")
CROSSHAIR_MS = 2.0  # CHART.md, a move on a full chart
MOST_MS = {50: 6.0, 99: 12.0}  # CHART.md, full chart
FIRST_MS = 300.0  # CHART.md, first visible indicator columns
ALL_MS, MOST_GAP_MS = 2_000.0, 33.0  # WORKBENCH.md §1.10, speed
TICK_MS = 4  # of the timer that looks for gaps of the window's thread
MEASURED = ("pan", "half", "zoom")


class Gaps:
    """The longest time in which the window's thread did not come to its events."""

    def __init__(self):
        self._at, self._longest_s = perf_counter(), 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(TICK_MS)

    def _on_timeout(self):
        now = perf_counter()
        self._longest_s, self._at = max(self._longest_s, now - self._at), now

    def longest_ms(self):
        self._on_timeout()
        self._timer.stop()
        return self._longest_s * 1e3


def anonymous_mb():
    """Return the memory of this process that no file stands for."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e3


class StudyBench(Bench):
    """Frames of a chart with indicators."""

    def __init__(self, folder, n_bars):
        super().__init__(folder, n_bars)
        harness = self.harness
        self.garbage = GarbageTimer()  # as in the window: no pass over unreachable objects inside of a frame
        harness.model.viewport_changed.connect(self.garbage.put_off)
        self.studies = StudyFeed(harness.cache, harness.bridge, harness.model)
        self.chart = ChartStudies(harness.model)
        self.first_values_ms, _ = self.add_studies()

    def add_studies(self):
        """Add the indicators; return the milliseconds until each has values, and until each has all of them."""
        start, gaps = perf_counter(), Gaps()
        for name in ADDED:
            self.chart.add(name)
        first_ms = self.wait_asleep(self.has_values, start)
        all_ms = self.wait_asleep(lambda: self.has_values() and not self.studies.is_loading, start)
        self.longest_gap_ms = gaps.longest_ms()
        self.wait_for_values()
        return first_ms, all_ms

    def wait_asleep(self, is_done, start):
        """Run the event loop as a window does, asleep until the next event; return the milliseconds since ``start``."""
        while not is_done():
            self.harness.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return (perf_counter() - start) * 1e3

    def measure_long(self):
        """Add the indicators to a chart that is zoomed out over the series."""
        self.chart.remove_all()
        super().place("half")
        self.wait_for_stride()
        used = anonymous_mb()
        self.long_first_ms, self.long_all_ms = self.add_studies()
        self.long_gap_ms, self.long_mb = self.longest_gap_ms, anonymous_mb() - used

    def has_values(self):
        model = self.harness.model
        suiting = [one.stride == model.series.axis.stride for one in model.scene.study_values.values()]
        return len(suiting) == len(ADDED) and all(suiting)

    def wait_for_values(self):
        self.harness.wait(lambda: self.has_values() and not self.studies.is_loading)
        self.harness.settle()

    def wait_for_stride(self):
        self.harness.wait(lambda: self.harness.model.series.axis.stride == self.harness.model.stride_of(MINUTE))

    def place(self, kind):
        super().place(kind)
        self.wait_for_stride()
        start = perf_counter()
        self.wait_for_values()
        self.load_ms = (perf_counter() - start) * 1e3


def report(bench):
    say(f"{bench.n_bars:>10,}  first values of {len(ADDED)} indicators after {bench.first_values_ms:.0f} ms  "
        f"{bench.check(bench.first_values_ms <= FIRST_MS, f'<= {FIRST_MS:.0f} ms')}")  # fmt: skip
    goals = (
        bench.check(bench.long_first_ms <= FIRST_MS, f"first <= {FIRST_MS:.0f} ms"),
        bench.check(bench.long_all_ms <= ALL_MS, f"all <= {ALL_MS:.0f} ms"),
        bench.check(bench.long_gap_ms <= MOST_GAP_MS, f"gap <= {MOST_GAP_MS:.0f} ms"),
    )
    say(f"{bench.n_bars:>10,}  zoomed out over the series: first {bench.long_first_ms:.0f} ms, all "
        f"{bench.long_all_ms:.0f} ms, longest gap {bench.long_gap_ms:.0f} ms, memory +{bench.long_mb:.0f} MB with what "
        f"the store keeps of the bars  {', '.join(goals)}")  # fmt: skip
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
    bench.measure_long()
    bench.measure(arguments.rounds, arguments.frames, MEASURED)
    bench.measure_crosshair(arguments.frames)
    report(bench)
    return end_benches(bench)


def main():
    run_in_folder(run, frame_parser(__doc__, 5_000_000, n_rounds=2).parse_args())


if __name__ == "__main__":
    main()
