"""Python's passes over unreachable objects, on the GUI thread only.

An automatic pass runs on whichever thread happens to allocate. Widgets in a circle of references would be destroyed
there, on a thread of the cache for example, and Qt allows that on the GUI thread only: the process crashes.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD_MS = 1_000
REST_S = 0.5  # since the last movement of a chart: longer than the pause between two notches of a wheel
MOST_S = 10.0  # a pass takes about 20 ms, a frame that a drag may lose once in this time


class GarbageTimer(QObject):
    """Runs the passes that are due by Python's own thresholds, once a second; the automatic ones are switched off.

    While a mouse button is held or a chart moves no pass is run, for ``MOST_S`` at the most.
    """

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Switch the automatic passes off and start; ``clock`` returns seconds."""
        super().__init__(parent)
        gc.disable()
        self._clock = clock
        self._checked_at = clock()
        self._moved_at = self._checked_at - REST_S
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(PERIOD_MS)

    def put_off(self) -> None:
        """Run no pass for ``REST_S``: a chart moves."""
        self._moved_at = self._clock()

    def _on_timeout(self) -> None:
        now = self._clock()
        is_moving = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton or now - self._moved_at < REST_S
        if not is_moving or now - self._checked_at >= MOST_S:
            self._checked_at = now
            collect_due()

    def close(self) -> None:
        """Stop, and switch the automatic passes on again."""
        self._timer.stop()
        gc.enable()


def collect_due() -> int | None:
    """Run the oldest generation's pass that is due, and return its number; ``None`` when none is due."""
    counts, limits = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > limits[generation]:
            gc.collect(generation)
            return generation
    return None
