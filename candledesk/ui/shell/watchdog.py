"""Says where every thread stands when the window stops answering, and after a crash, in the log."""

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
_BEAT_MS = 500


class Watchdog(QObject):
    """A heart that beats on the GUI thread: when it stops for ``FREEZE_S``, the stacks are written, once a freeze.

    ``faulthandler`` waits in a thread of its own that needs no GIL, so that a freeze inside C code is seen too; it
    writes to a descriptor, hence the log file is opened beside the logging handler and reopened when that rotates it.
    """

    def __init__(self, log_file: Path, freeze_s: float = FREEZE_S, parent: QObject | None = None) -> None:
        """Start to beat; the event loop must run within ``freeze_s``. ``OSError`` when the log cannot be opened."""
        super().__init__(parent)
        self._path, self._freeze_s = log_file, freeze_s
        self._file = self._open()
        self._beaten_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)
        self._arm()

    def _open(self) -> IO[bytes]:
        file = self._path.open("ab", buffering=0)
        faulthandler.enable(file)
        return file

    def _arm(self) -> None:
        faulthandler.dump_traceback_later(self._freeze_s, repeat=False, file=self._file)

    def _beat(self) -> None:
        now = time.monotonic()
        frozen_s, self._beaten_at = now - self._beaten_at, now
        if frozen_s >= self._freeze_s + _BEAT_MS / 1000:
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
