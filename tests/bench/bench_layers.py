"""One graphics object for all layers against one for each: ``python -m tests.bench.bench_layers``.

The same pan is painted in turns by two views of one chart: the window's own, whose scene holds one pyqtgraph
``GraphicsObject`` that paints all layers, and a view whose scene holds one for each layer. Measured is the CPU time of
a paint on the window's thread, offscreen, beside that of a whole frame. Both paint the same pixels, which is checked.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from time import thread_time

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsView

from candledesk.ui.chart.paint.layers import paint_layers
from candledesk.ui.chart.widget.chart_view import ChartView
from tests.bench.cache_harness import HEIGHT, WIDTH, CacheHarness, temporary_folder

N_ONE_WAY = 25  # frames panned one way before the way back
ONE, EACH = "one object for all layers", "one object for each layer"


class LayerItem(pg.GraphicsObject):
    """Paints one layer of a view's picture."""

    def __init__(self, view, layer):
        super().__init__()
        self.view, self.layers = view, [layer]
        self.setZValue(layer.z)

    def boundingRect(self):
        return self.view.chart_item.boundingRect()

    def paint(self, painter, _option=None, _widget=None):
        paint_layers(painter, self.view._picture, self.layers)


class LayersView(ChartView):
    """A chart whose scene holds one graphics object for each layer."""

    def __init__(self, model):
        super().__init__(model)
        self.scene().removeItem(self.chart_item)
        for layer in model.layers:
            self.addItem(LayerItem(self, layer))

    def paintEvent(self, event):
        QGraphicsView.paintEvent(self, event)


class Bench:
    def __init__(self, folder, n_bars):
        self.harness = CacheHarness(folder, n_bars)
        self.harness.open()
        model = self.harness.model
        self.views = {ONE: self.harness.view, EACH: LayersView(model)}
        for view in self.views.values():
            view.resize(WIDTH, HEIGHT)
            view.show()
        self.harness.go(n_bars // 2, 1_000)
        self.paints, self.frames = {name: [] for name in self.views}, []

    def measure(self, n_frames):
        names, model = list(self.views), self.harness.model
        for turn in range(n_frames):
            start = thread_time()
            model.step(10 if turn % (2 * N_ONE_WAY) < N_ONE_WAY else -10)
            changed = (thread_time() - start) / len(names)  # each view has heard of the change
            first = turn % len(names)
            for name in (*names[first:], *names[:first]):
                viewport = self.views[name].viewport()
                start = thread_time()
                viewport.repaint()
                self.paints[name].append((thread_time() - start) * 1e3)
            self.frames.append(changed * 1e3 + self.paints[ONE][-1])

    def are_equal(self):
        pictures = [view.grab().toImage() for view in self.views.values()]
        return all(picture == pictures[0] for picture in pictures)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--frames", type=int, default=1_500)
    parser.add_argument("--folder", default="", help="keep the database here and use it again")
    arguments = parser.parse_args()
    with temporary_folder() as root:
        bench = Bench(Path(arguments.folder or root), arguments.bars)
        bench.measure(200)  # warms up
        bench.paints, bench.frames = {name: [] for name in bench.views}, []
        bench.measure(arguments.frames)
        say(f"{arguments.bars:,} bars, 1,000 on screen, {WIDTH}x{HEIGHT}, CPU ms of a paint; "
            f"a whole frame: {np.median(bench.frames):.3f}")  # fmt: skip
        base = np.array(bench.paints[ONE])
        for name, values in bench.paints.items():
            ms = np.array(values)
            more = np.median(ms - base)
            say(f"{name:<26} p50 {np.median(ms):.3f}  p99 {np.percentile(ms, 99):.3f}  "
                f"{more:+.3f} a paint, {more / np.median(bench.frames):+.1%} of a frame")  # fmt: skip
        say(f"the same pixels: {bench.are_equal()}")
        sys.stdout.flush()
        os._exit(0 if bench.are_equal() else 1)  # Qt's and Python's teardown do not agree on an order


if __name__ == "__main__":
    main()
