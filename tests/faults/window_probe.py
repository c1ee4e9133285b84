"""The real program, with a probe on its GUI thread: ``close`` shuts the window, ``report`` gives the longest stall.

Runs as a process of its own; commands come on standard input, answers go to standard output, one JSON line each.
"""

import itertools
import json
import sys
import threading
import time

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from candledesk.commands.entry import main

TICK_MS = 5


def _window():
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow)), None)


class Probe(QObject):
    """Lives on the GUI thread and notes the seconds between its ticks."""

    def __init__(self):
        super().__init__()
        self.gaps = []
        self.last = 0.0

    @Slot()
    def begin(self):
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)
        self.last = time.monotonic()
        self.timer.start(TICK_MS)

    @Slot()
    def tick(self):
        now = time.monotonic()
        self.gaps.append(now - self.last)
        self.last = now

    @Slot()
    def report(self):
        gaps, self.gaps = self.gaps or [0.0], []
        series = _window().charts.page.model.series
        answer = {
            "n_ticks": len(gaps),
            "longest_s": max(gaps),
            "p99_s": sorted(gaps)[int(0.99 * (len(gaps) - 1))],
            "n_bars": len(series.bars),
            "banner": _window().status.state.text(),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    @Slot()
    def close_window(self):
        _window().close()


def _listen():
    while QApplication.instance() is None or _window() is None:
        time.sleep(0.01)
    probe = Probe()
    probe.moveToThread(QApplication.instance().thread())
    for line in itertools.chain(["begin"], sys.stdin):
        QMetaObject.invokeMethod(probe, line.strip(), Qt.ConnectionType.QueuedConnection)


if __name__ == "__main__":
    threading.Thread(target=_listen, daemon=True).start()
    main()
