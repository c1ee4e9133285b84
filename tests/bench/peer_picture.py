"""pyqtgraph's ``customGraphicsItem.py`` example: all candles in one ``QPicture`` in a stock plot."""

from __future__ import annotations

from time import perf_counter, thread_time

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QApplication

from tests.bench.bench_store import make_bars
from tests.bench.cache_harness import HEIGHT, WIDTH

N_FRAMES = 5
N_VISIBLE = 1_000


class PictureItem(pg.GraphicsObject):
    """The whole history in one picture."""

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


def measure_picture(n_bars):
    """Return the milliseconds of the first paint and the median of a panned frame (no volume, no grid)."""
    app, bars = QApplication.instance(), make_bars(0, n_bars)
    start = perf_counter()
    view = pg.PlotWidget()
    view.resize(WIDTH, HEIGHT)
    view.addItem(PictureItem(bars))
    view.show()
    app.processEvents()
    first_ms = (perf_counter() - start) * 1e3
    times = []
    for turn in range(N_FRAMES):
        lo = n_bars // 2 + 10 * turn
        low, high = bars.low[lo : lo + N_VISIBLE].min(), bars.high[lo : lo + N_VISIBLE].max()
        start = thread_time()
        view.setRange(xRange=(lo, lo + N_VISIBLE), yRange=(low, high), padding=0)
        app.processEvents()
        times.append((thread_time() - start) * 1e3)
    view.hide()
    return first_ms, float(np.median(times))
