"""finplot 1.9.7 at the same work as our chart; prints its frames as JSON: ``python -m tests.bench.peer_finplot``.

Runs in an environment of its own (``requirements-bench.lock``), because finplot brings another binding of Qt. It draws
candles only: no volume, no grid.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from time import perf_counter, thread_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import finplot as fplt
import numpy as np
import pandas as pd
import pyqtgraph as pg

WIDTH, HEIGHT = 1600, 900


def make_frame(n):
    """Make the same random walk of minutes as ``bench_store``."""
    rng = np.random.default_rng(0)
    close = np.round(100 + np.cumsum(rng.normal(0, 0.02, n)) % 50, 2)
    opening = np.append(close[:1], close[:-1])
    high = np.round(np.maximum(opening, close) + rng.random(n) / 10, 2)
    low = np.round(np.minimum(opening, close) - rng.random(n) / 10, 2)
    time = pd.to_datetime(1_300_000_020 + 60 * np.arange(n), unit="s")
    return pd.DataFrame({"open": opening, "close": close, "high": high, "low": low}, index=time)


def moves(kind, n_bars, n_frames):
    """Yield the range of each frame."""
    for turn in range(n_frames):
        if kind == "pan":
            first = n_bars // 2 + 10 * turn
            yield first, first + 1_000
        elif kind == "half":
            first = n_bars // 4 * (turn / n_frames)
            yield first, first + n_bars // 2
        else:
            n_visible = 100 * (n_bars / 100) ** (turn / n_frames)
            yield (n_bars - n_visible) / 2, (n_bars + n_visible) / 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--frames", type=int, default=30)
    arguments = parser.parse_args()
    frame = make_frame(arguments.bars)
    start = perf_counter()
    axes = fplt.create_plot("", init_zoom_periods=1_000)
    fplt.candlestick_ochl(frame)
    fplt.show(qt_exec=False)
    window = fplt.windows[0]
    window.resize(WIDTH, HEIGHT)
    app = pg.mkQApp()
    app.processEvents()
    result = {"first_ms": (perf_counter() - start) * 1e3}
    for kind in ("pan", "half", "zoom"):
        times = []
        for x0, x1 in moves(kind, arguments.bars, arguments.frames):
            began = thread_time()
            axes.vb.update_y_zoom(x0, x1)
            app.processEvents()
            times.append((thread_time() - began) * 1e3)
        result[kind] = times
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
