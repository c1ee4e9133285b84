"""The chart's frames against the obvious way, in one run: ``python -m tests.bench.bench_chart``.

The obvious way is pyqtgraph's example: one ``QPicture`` of all candles in a ``PlotWidget``, crosshair by two
``InfiniteLine``. The floor is a widget that fills an image of the same size and copies it to the screen. A frame is
the change and everything it causes until all paints are done; measured is the CPU time of the window's thread,
offscreen, in turns. Exit code 1 when a goal of CHART.md is missed.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import sys
from dataclasses import dataclass, field
from time import thread_time

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPicture
from PySide6.QtWidgets import QApplication, QWidget

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.model import ChartModel
from candledesk.ui.chart.scene import Series
from candledesk.ui.chart.ticks import build_calendar
from candledesk.ui.chart.view import ChartView
from candledesk.ui.chart.wants import MAX_ROWS as MAX_BARS
from tests.ui.fakes import make_bars, make_instrument

WIDTH, HEIGHT = 1600, 900
N_VISIBLE = 1_000
FLOOR_LIMIT = 6.0
KINDS = ("pan", "zoom", "crosshair")


class Ours:
    """CandleDesk's chart: candles, volume, grid, axes, legend, last price."""

    def __init__(self, bars, interval):
        self.model = ChartModel()
        self.view = ChartView(self.model)
        self.view.resize(WIDTH, HEIGHT)
        calendar = build_calendar(bars.open_time, "America/New_York", is_daily=interval.is_daily)
        self.model.show_series(
            Series("AAPL", interval, bars, calendar, instrument=make_instrument(), edge=EdgeState.START)
        )
        self.view.show()
        self.reset()

    def look(self, lo, n_visible):
        """Show ``n_visible`` bars from row ``lo`` on."""
        placed = self.model.placed
        self.model._look(placed.moved(lo + n_visible, placed.view.width / n_visible))

    def reset(self):
        self.look(MAX_BARS // 2, N_VISIBLE)

    def crosshair(self, x, y):
        at, kind, none = QPointF(x, y), QEvent.Type.MouseMove, Qt.MouseButton.NoButton
        self.view.mouseMoveEvent(QMouseEvent(kind, at, at, none, none, Qt.KeyboardModifier.NoModifier))


class PictureItem(pg.GraphicsObject):
    """All candles in one picture, as pyqtgraph's ``customGraphicsItem.py`` shows."""

    def __init__(self, bars):
        super().__init__()
        self.picture = QPicture()
        painter = QPainter(self.picture)
        painter.setPen(pg.mkPen("w"))
        half = 1 / 3
        rows = zip(*(getattr(bars, name).tolist() for name in ("open", "high", "low", "close")), strict=True)
        for at, (opening, high, low, close) in enumerate(rows):
            if high > low:
                painter.drawLine(QPointF(at, low), QPointF(at, high))
            painter.setBrush(pg.mkBrush("r" if opening > close else "g"))
            painter.drawRect(QRectF(at - half, opening, half * 2, close - opening))
        painter.end()
        self.rect = QRectF(self.picture.boundingRect())

    def paint(self, painter, *_):
        painter.drawPicture(0, 0, self.picture)

    def boundingRect(self):
        return self.rect


class Naive:
    """The picture in a stock plot: no volume, no grid."""

    def __init__(self, bars):
        self.bars = bars
        self.view = pg.PlotWidget()
        self.view.resize(WIDTH, HEIGHT)
        self.view.addItem(PictureItem(bars))
        self.lines = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=0)
        for line in self.lines:
            self.view.addItem(line, ignoreBounds=True)
        self.view.show()
        self.reset()

    def look(self, lo, n_visible):
        rows = slice(max(0, math.floor(lo)), math.ceil(lo + n_visible) + 1)
        low, high = self.bars.low[rows].min(), self.bars.high[rows].max()
        self.view.setRange(xRange=(lo, lo + n_visible), yRange=(low, high), padding=0)

    def reset(self):
        self.look(MAX_BARS // 2, N_VISIBLE)

    def crosshair(self, x, y):
        at = self.view.getPlotItem().vb.mapSceneToView(QPointF(x, y))
        self.lines[0].setPos(at.x())
        self.lines[1].setPos(at.y())


class Floor(QWidget):
    """Fills and copies an image of the chart's size, nothing else."""

    def __init__(self):
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        self.resize(WIDTH, HEIGHT)
        self.view = self
        self.show()

    def paintEvent(self, _event):
        self.image.fill(0x131722)
        painter = QPainter(self)
        painter.drawImage(0, 0, self.image)
        painter.end()

    def look(self, *_):
        self.update()

    crosshair = look

    def reset(self):
        self.update()


@dataclass
class Times:
    """CPU milliseconds of every frame of one side at one kind of work."""

    ms: list[float] = field(default_factory=list)

    def at(self, percent):
        return float(np.percentile(self.ms, percent))


def moves(kind, n_frames):
    """Yield the arguments of each frame's change."""
    for turn in range(n_frames):
        share = turn / n_frames
        if kind == "pan":
            yield "look", (MAX_BARS // 2 + 7.3 * turn, N_VISIBLE)
        elif kind == "zoom":  # in and out again, from 50 bars to all
            n_visible = 50 * (MAX_BARS / 50) ** (1 - abs(2 * share - 1))
            yield "look", ((MAX_BARS - n_visible) / 2, n_visible)
        else:
            yield "crosshair", (100 + 1300 * share, 350 + 250 * math.sin(20 * share))


def measure(app, side, kind, n_frames, times):
    side.reset()
    settle(app)
    for name, arguments in moves(kind, n_frames):
        start = thread_time()
        getattr(side, name)(*arguments)
        app.processEvents()
        times.ms.append((thread_time() - start) * 1e3)


def settle(app):
    for _ in range(10):
        app.processEvents()


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


GOALS_MS = {"pan": 3.0, "zoom": 3.0, "crosshair": 1.0}
NAMES = {
    "pan": f"pan, {N_VISIBLE:,} bars on screen",
    "zoom": f"zoom, 50 to {MAX_BARS:,} bars and back",
    "crosshair": "move the crosshair",
}


def line_of(kind, naive, ours, floor):
    """Return the table's line, and whether the goals are met."""
    p50, p99, least = ours.at(50), ours.at(99), floor.at(50)
    goal, n_floors = GOALS_MS[kind], p50 / least
    is_met = p99 <= goal and (kind == "crosshair" or n_floors <= FLOOR_LIMIT)
    wanted = f"p99 <= {goal:g} ms" + (f", <= {FLOOR_LIMIT:g}x floor" if kind != "crosshair" else "")
    left = f"{NAMES[kind]:<34}{naive.at(50):>12,.2f}{p50:>10.2f}{p99:>8.2f}{least:>8.2f}"
    return f"{left}{naive.at(50) / p50:>8.1f}x{n_floors:>8.1f}x   {wanted}{'' if is_met else '  MISSED'}", is_met


def run(n_rounds, n_frames):
    app = QApplication.instance() or QApplication([])
    interval = INTERVALS["5m"]
    bars = make_bars(MAX_BARS, interval)
    sides = {"naive": Naive(bars), "ours": Ours(bars, interval), "floor": Floor()}
    settle(app)
    times = {(kind, name): Times() for kind in KINDS for name in sides}
    for name, side in sides.items():  # fonts, caches, first paints
        for kind in KINDS:
            measure(app, side, kind, 3 if name == "naive" else 30, Times())
    gc.collect()
    gc.freeze()
    n_before = sides["ours"].view.chart_item.n_paints
    for _ in range(n_rounds):
        for kind in KINDS:
            for name, side in sides.items():
                measure(app, side, kind, n_frames // 10 if name == "naive" else n_frames, times[kind, name])
    n_paints = sides["ours"].view.chart_item.n_paints - n_before
    say(f"{MAX_BARS:,} bars, {WIDTH}×{HEIGHT}, {n_rounds * n_frames} frames: CPU milliseconds of the window's thread")
    say(f"{'':<34}{'naive p50':>12}{'ours p50':>10}{'p99':>8}{'floor':>8}{'ratio':>9}{'floors':>9}   goal")
    lines = [line_of(kind, *(times[kind, name] for name in ("naive", "ours", "floor"))) for kind in KINDS]
    for line, _ in lines:
        say(line)
    n_changes = n_rounds * (2 * n_frames + len(KINDS))
    say(f"paints of the whole chart per change of the view: {n_paints / n_changes:.2f}")
    for side in sides.values():
        side.view.hide()
    return all(is_met for _, is_met in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=200, help="per round and kind; the naive way does a tenth")
    arguments = parser.parse_args()
    is_good = run(max(arguments.rounds, 1), max(arguments.frames, 30))
    sys.stdout.flush()
    os._exit(0 if is_good else 1)  # pyqtgraph's widgets and Python's teardown do not agree on an order


if __name__ == "__main__":
    main()
