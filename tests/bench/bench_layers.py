"""The one painter of a chart's layers against graphics objects: ``python -m tests.bench.bench_layers``.

The same pan is painted in turns by three views of one chart: the window's own, which paints all layers itself, a view
whose scene holds one pyqtgraph ``GraphicsObject`` that paints them, and a view whose scene holds one for each layer.
Measured is the CPU time of a paint on the window's thread, offscreen, beside that of a whole frame: of each the fastest
twentieth, for other work on the machine only adds to it. All paint the same pixels, which is checked.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from time import thread_time

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from candledesk.ui.chart.paint.layers import paint_layers
from candledesk.ui.chart.widget.chart_view import ChartView
from tests.bench.cache_harness import HEIGHT, WIDTH, CacheHarness
from tests.bench.command import say, temporary_folder

N_ONE_WAY = 25  # frames panned one way before the way back
FASTEST = 5  # percent
OWN, ONE, EACH = "the one painter", "one graphics object", "one graphics object per layer"


class LayerItem(pg.GraphicsObject):
    """Paints some layers of a view's picture."""

    def __init__(self, view, layers):
        super().__init__()
        self.view, self.layers = view, layers
        self.setZValue(layers[0].z)

    def boundingRect(self):
        return QRectF(0, 0, self.view.width(), self.view.height())

    def paint(self, painter, _option=None, _widget=None):
        paint_layers(painter, self.view._overlay.picture, self.layers)


class SceneView(ChartView):
    """A chart that its scene paints, as fast as a scene can: ``groups`` of layers, one graphics object each."""

    def hold(self, groups):
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        for layers in groups:
            self.addItem(LayerItem(self, layers))
        return self

    def paintEvent(self, event):
        pg.GraphicsView.paintEvent(self, event)


class Bench:
    def __init__(self, folder, n_bars):
        self.harness = CacheHarness(folder, n_bars)
        self.harness.open()
        model = self.harness.model
        self.views = {
            OWN: self.harness.view,
            ONE: SceneView(model).hold([model.layers]),
            EACH: SceneView(model).hold([[layer] for layer in model.layers]),
        }
        for view in self.views.values():
            view.resize(WIDTH, HEIGHT)
            view.show()
        self.harness.go(n_bars // 2, 1_000)
        self.clear()

    def clear(self):
        self.paints, self.frames = {name: [] for name in self.views}, []

    def measure(self, n_frames):
        names, model = list(self.views), self.harness.model
        for turn in range(n_frames):
            start = thread_time()
            model.step(10 if turn % (2 * N_ONE_WAY) < N_ONE_WAY else -10)
            changed_ms = (thread_time() - start) * 1e3 / len(names)  # every view handles the change
            first = turn % len(names)
            for name in (*names[first:], *names[:first]):
                viewport = self.views[name].viewport()
                start = thread_time()
                viewport.repaint()
                self.paints[name].append((thread_time() - start) * 1e3)
            self.frames.append(changed_ms + self.paints[OWN][-1])

    def are_equal(self):
        pictures = [view.grab().toImage() for view in self.views.values()]
        return all(picture == pictures[0] for picture in pictures)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--frames", type=int, default=1_500)
    parser.add_argument("--folder", default="", help="keep the database here and use it again")
    arguments = parser.parse_args()
    with temporary_folder() as root:
        bench = Bench(Path(arguments.folder or root), arguments.bars)
        bench.measure(200)  # warms up
        bench.clear()
        bench.measure(arguments.frames)
        frame_ms = np.percentile(bench.frames, FASTEST)
        own_ms = np.percentile(bench.paints[OWN], FASTEST)
        say(f"{arguments.bars:,} bars, 1,000 on screen, {WIDTH}x{HEIGHT}: a whole frame {frame_ms:.3f} ms of CPU")
        for name, values in bench.paints.items():
            ms = np.percentile(values, FASTEST)
            say(f"{name:<31} {ms:.3f} ms a paint, {ms - own_ms:+.3f}: {(ms - own_ms) / frame_ms:+.1%} of a frame")
        is_good = bench.are_equal()
        say(f"the same pixels: {is_good}")
        os._exit(0 if is_good else 1)  # Qt's and Python's teardown do not agree on an order


if __name__ == "__main__":
    main()
