"""Writes the stacks of all threads to the log when the window stops answering, and after a crash."""

from __future__ import annotations

import faulthandler
import logging
import os
import time
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
FREEZE_S = 2.0
_CHECK_MS = 500


class Watchdog(QObject):
    """Re-arms a timer from the GUI thread; when that stops for ``FREEZE_S``, the stacks are written, once per freeze.

    ``faulthandler`` waits in a thread of its own that needs no GIL, so a freeze inside C code is found too. It writes
    to a descriptor, so the log file is opened a second time, and again whenever the logging handler rotates it.
    """

    def __init__(self, log_file: Path, freeze_s: float = FREEZE_S, parent: QObject | None = None) -> None:
        """Start watching; the event loop must run within ``freeze_s``. ``OSError`` when the log cannot be opened."""
        super().__init__(parent)
        self._path, self._freeze_s = log_file, freeze_s
        self._file = self._open()
        self._checked_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._check)
        self._timer.start(_CHECK_MS)
        self._arm()

    def _open(self) -> IO[bytes]:
        file = self._path.open("ab", buffering=0)
        faulthandler.enable(file)
        return file

    def _arm(self) -> None:
        faulthandler.dump_traceback_later(self._freeze_s, repeat=False, file=self._file)

    def _check(self) -> None:
        now = time.monotonic()
        frozen_s, self._checked_at = now - self._checked_at, now
        if frozen_s >= self._freeze_s + _CHECK_MS / 1000:
            _log.warning("the window did not answer for %.1f s; the stacks of that time are above", frozen_s)
        if self._is_rotated():
            previous = self._file
            self._file = self._open()
            self._arm()
            previous.close()
        else:
            self._arm()

    def _is_rotated(self) -> bool:
        try:
            return not os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Stop watching."""
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()
        faulthandler.disable()
        self._file.close()
