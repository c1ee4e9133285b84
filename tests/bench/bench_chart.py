"""The chart's frames on a real cache, and others' frames: ``python -m tests.bench.bench_chart [--quick]``.

A frame is a change of the view and everything it causes until all paints are done. Measured is the CPU time of the
window's thread, offscreen; the floor is a widget that fills an image of the same size and copies it to the screen, in
turns with the chart, so that a busy machine slows both. finplot is measured in an environment of its own, which
``make bench`` makes, pyqtgraph's ``QPicture`` example on the smallest series only: it takes 90 s
and 3.6 GB for 5M bars. Exit code 1 when a goal of CHART.md is missed.
"""

from __future__ import annotations

import gc
import json
import math
import os
import subprocess
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time, time_ns

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from candledesk.domain.interval import INTERVALS
from tests.bench.cache_harness import HEIGHT, WIDTH
from tests.bench.command import frame_parser, run_in_folder, say
from tests.bench.frames import FrameBench, Times, end_benches
from tests.bench.peer_picture import measure_picture

KINDS = {"pan": "pan, 1,000 bars on screen", "half": "pan, half the series", "zoom": "zoom 100 to all and back"}
RATIOS = {100_000: 10, 1_000_000: 25, 5_000_000: 50}
FIRST_PAINT_MS = {100_000: 100, 1_000_000: 300, 5_000_000: 300}
N_BACKFILLS = 40
PEER_PYTHON = str(Path(__file__).parents[2] / ".venv-bench" / "bin" / "python")
N_ONE_WAY = 25  # frames panned one way before the way back


class Floor(QWidget):
    """Fills and copies an image of the chart's size, nothing else."""

    def __init__(self):
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        self.resize(WIDTH, HEIGHT)
        self.show()

    def paintEvent(self, _event):
        self.image.fill(0x131722)
        painter = QPainter(self)
        painter.drawImage(0, 0, self.image)
        painter.end()


class Bench(FrameBench):
    """Frames of one series length; ``misses`` lists the goals that are missed."""

    def __init__(self, folder, n_bars):
        super().__init__(folder, n_bars)
        self.times, self.floor_ms = {}, Times()
        self.floor = Floor()
        start = perf_counter()
        self.harness.open()
        self.first_ms = (perf_counter() - start) * 1e3
        gc.collect()
        gc.freeze()

    def place(self, kind):
        middle = self.n_bars // 2
        first, n_visible = {"pan": (middle, 1_000), "half": (self.n_bars // 4, middle), "zoom": (middle, 100)}[kind]
        self.harness.go(first, n_visible)

    def changes(self, kind, n_frames):
        """Yield each frame's change."""
        model, width = self.harness.model, self.harness.model.placed.view.width
        factor = (self.n_bars / 100) ** (2 / n_frames)
        for turn in range(n_frames):
            is_out = turn < n_frames / 2
            if kind == "zoom":
                yield partial(model.zoom, width / 2, 1 / factor if is_out else factor)
            else:
                by = 10 if kind == "pan" else self.n_bars / 300
                yield partial(model.step, by if turn % 50 < N_ONE_WAY else -by)

    def measure(self, n_rounds, n_frames, kinds=tuple(KINDS)):
        n_paints = n_changes = 0
        for turn in range(n_rounds + 1):  # the first round warms up
            for kind in kinds:
                self.place(kind)
                before = self.harness.view.canvas.n_paints
                times = self.measure_frames(self.changes(kind, n_frames))
                n_changes += n_frames
                n_paints += self.harness.view.canvas.n_paints - before
                if turn:
                    self.times.setdefault(kind, Times()).ms.extend(times.ms)
                    self.floor_ms.ms.extend(self.frame(self.floor.update) for _ in range(n_frames // 2))
        self.n_paints = n_paints / n_changes

    def measure_crosshair(self, n_frames):
        self.place("pan")
        view, none = self.harness.view, Qt.MouseButton.NoButton
        n_warm_up = n_frames // 4
        changes = []
        for turn in range(-n_warm_up, n_frames):
            at = QPointF(100 + 1_300 * abs(turn) / n_frames, 350 + 250 * math.sin(20 * turn / n_frames))
            event = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
            changes.append(partial(view.mouseMoveEvent, event))
        self.times["crosshair"] = self.measure_frames(changes, n_warm_up)
        self.harness.app.sendEvent(view, QEvent(QEvent.Type.Leave))

    def measure_beside_backfill(self, n_frames):
        """Pan while other series are fetched, checked and stored as fast as the machine can; wall-clock time."""
        harness = self.harness
        harness.market.is_open = True
        run = time_ns() // 1_000_000  # other symbols than in a former run on the same database
        for at in range(N_BACKFILLS):
            harness.cache.start_backfill(f"F{run}X{at}", INTERVALS["1h"], None)
        self.place("pan")
        times, cpu = Times(), Times()
        before = harness.market.n_answers
        for change in self.changes("pan", n_frames):
            began = thread_time()
            times.ms.append(self.frame(change, perf_counter))
            cpu.ms.append((thread_time() - began) * 1e3)
        self.n_answers = harness.market.n_answers - before
        self.times["backfill"], self.times["backfill cpu"] = times, cpu


def measure_finplot(python, n_bars):
    """Return finplot's frames, or ``None`` without an environment that has it."""
    if not Path(python).exists():
        return None
    command = [python, "-m", "tests.bench.peer_finplot", "--bars", str(n_bars), "--frames", "40"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def report(bench, finplot, small):
    """Print the lines of one series length; ``small``: the shortest series' bench."""
    floor, n = bench.floor_ms.at(50), bench.n_bars
    for kind, name in KINDS.items():
        ours = bench.times[kind]
        p50, p99 = ours.at(50), ours.at(99)
        peer = np.median(finplot[kind]) if finplot else math.nan
        goals = [bench.check(p50 <= 6 * floor, f"{name}: <= 6x floor")]
        goals += [bench.check(p99 <= 3, f"{name}: p99 <= 3 ms")] if n >= 5_000_000 else []
        goals += [bench.check(p50 <= 2 * small.times[kind].at(50), f"{name}: <= 2x 100k")] if n >= 5_000_000 else []
        goals += [bench.check(peer / p50 >= RATIOS[n], f"{name}: >= {RATIOS[n]}x finplot")] if finplot else []
        beside = f"{peer:>9.1f}{peer / p50:>7.0f}x" if finplot else f"{'-':>9}{'-':>8}"
        missed = "; ".join(goal for goal in goals if "MISSED" in goal)
        say(f"{n:>10,}  {name:<28}{p50:>7.2f}{p99:>7.2f}{floor:>7.2f}{p50 / floor:>7.1f}x{beside}  {missed}")
    goal = bench.check(bench.first_ms <= FIRST_PAINT_MS[n], f"first paint <= {FIRST_PAINT_MS[n]} ms")
    beside = f" (finplot {finplot['first_ms']:,.0f} ms, its bars in memory)" if finplot else ""
    say(f"{n:>10,}  first paint from the database {bench.first_ms:.0f} ms{beside}  {goal}")
    say(f"{n:>10,}  paints per change {bench.n_paints:.3f}  {bench.check(bench.n_paints == 1, 'exactly one')}")


def report_rest(bench):
    cross, wall, cpu = (bench.times[name] for name in ("crosshair", "backfill", "backfill cpu"))
    goal = bench.check(cross.at(99) <= 1, "crosshair p99 <= 1 ms")
    say(f"{bench.n_bars:>10,}  crosshair p50 {cross.at(50):.2f} p99 {cross.at(99):.2f}  {goal}")
    say(
        f"{bench.n_bars:>10,}  pan beside a backfill flat out ({bench.n_answers} windows): wall p50 {wall.at(50):.2f} "
        f"p99 {wall.at(99):.2f} max {max(wall.ms):.2f} (CPU p99 {cpu.at(99):.2f})  "
        f"{bench.check(wall.at(99) <= 10, 'p99 <= 10 ms')}, {bench.check(max(wall.ms) <= 33, 'max <= 33 ms')}"
    )


def run(arguments, root):
    sizes = [100_000, 1_000_000, *([] if arguments.quick else [5_000_000])]
    say(f"{WIDTH}x{HEIGHT}, offscreen, CPU milliseconds of the window's thread")
    say(f"{'bars':>10}  {'':<28}{'p50':>7}{'p99':>7}{'floor':>7}{'floors':>8}{'finplot':>9}{'ratio':>8}")
    benches = []
    for n_bars in sizes:
        bench = Bench(Path(root) / str(n_bars), n_bars)
        benches.append(bench)
        bench.measure(arguments.rounds, arguments.frames)
        if n_bars == sizes[-1]:
            bench.measure_crosshair(arguments.frames)
        report(bench, measure_finplot(arguments.peer_python, n_bars), benches[0])
    bench.measure_beside_backfill(arguments.frames)
    report_rest(bench)
    first_ms, pan_ms = measure_picture(sizes[0])
    say(f"{sizes[0]:>10,}  pyqtgraph's QPicture example: first paint {first_ms:,.0f} ms, pan p50 {pan_ms:,.0f} ms")
    if not Path(arguments.peer_python).exists():
        say("finplot is not measured here: make bench installs it in an environment of its own")
    return end_benches(*benches)


def main():
    parser = frame_parser(__doc__, n_rounds=2)
    parser.add_argument("--quick", action="store_true", help="without 5,000,000 bars")
    parser.add_argument("--peer-python", default=PEER_PYTHON, help="a Python that has finplot")
    run_in_folder(run, parser.parse_args())


if __name__ == "__main__":
    main()
