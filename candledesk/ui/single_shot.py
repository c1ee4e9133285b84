"""Timers that call once, some time after they were started last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


def single_shot_timer(owner: QObject, wait_ms: int, call: object) -> QTimer:
    """Return a stopped timer of ``owner`` that calls ``call`` once, ``wait_ms`` after each start.

    ``start(ms)`` sets another wait, for the later starts as well: a timer that has several names one at each start.
    """
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(call)
    return timer
