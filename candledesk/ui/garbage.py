"""Python's passes over unreachable objects, on the GUI thread only.

An automatic pass runs on whichever thread happens to allocate. Widgets in a circle of references would be destroyed
there, on a thread of the cache for example, and Qt allows that on the GUI thread only: the process crashes.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer

PERIOD_MS = 1_000


class GarbageTimer(QObject):
    """Runs the passes that are due by Python's own thresholds, once a second; the automatic ones are switched off."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Switch the automatic passes off and start."""
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(collect_due)
        self._timer.start(PERIOD_MS)

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
