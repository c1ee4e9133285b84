"""Whether bars can be stored: one retry at a time after a refusal, and one message for people."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from candledesk.cache.events import FaultRaised

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.events import Event
    from candledesk.domain.errors import EnvironmentFaultError


class StorageHealth:
    """The last refusal of disk or database, until something is stored again; safe from any thread."""

    def __init__(
        self, pause_s: float, emit: Callable[[Event], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start without a fault; after a refusal nothing is tried for ``pause_s``."""
        self._pause_s = pause_s
        self._emit = emit
        self._clock = clock
        self._lock = threading.Lock()
        self._error: EnvironmentFaultError | None = None
        self._until = 0.0
        self._refused_at = 0.0
        self._is_read_only = False
        self._lost: EnvironmentFaultError | None = None

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be stored for as long as this process runs."""
        return self._is_read_only

    def set_lost(self, error: EnvironmentFaultError | None) -> None:
        """Set why the database is not the file that was opened; ``None``: it is. Emits an event for each change.

        What was refused before is forgotten: a file that is back is tried again.
        """
        with self._lock:
            if error is None and self._lost is None:
                return
            before, self._lost, self._error = str(self._lost or self._error or ""), error, None
        if before != str(error or ""):
            self._emit(FaultRaised(str(error or "")))

    def mark_read_only(self, error: EnvironmentFaultError) -> None:
        """Refuse from now on and for ever: a read-only home needs no try to be known."""
        self._error, self._until, self._is_read_only = error, math.inf, True

    @property
    def error(self) -> EnvironmentFaultError | None:
        """Return why nothing could be stored at the last try; ``None`` since something was stored."""
        return self._lost or self._error

    def fault(self) -> EnvironmentFaultError | None:
        """Return why nothing can be stored just now; ``None`` also when it is time to try again."""
        with self._lock:
            return self._lost or (self._error if self._clock() < self._until else None)

    def refusal(self) -> EnvironmentFaultError | None:
        """Return why a task must wait; after each pause exactly one caller gets ``None`` and may try."""
        with self._lock:
            if self._lost is not None:
                return self._lost
            if self._error is None or self._clock() < self._until:
                return self._error
            self._until = self._clock() + self._pause_s
            return None

    def note(self, error: EnvironmentFaultError) -> None:
        """Remember a refusal, and emit one event about it until something is stored again."""
        with self._lock:
            if self._is_read_only or self._lost is not None:
                return
            is_new_fact = self._error is None or str(self._error) != str(error)
            self._error, self._refused_at = error, self._clock()
            self._until = self._refused_at + self._pause_s
        if is_new_fact:
            self._emit(FaultRaised(str(error)))

    def note_success(self) -> None:
        """Forget the fault, for something was stored, and emit an event that it is over.

        A small write that succeeds within the pause after a refusal does not end the fault: it may have used the last
        room on a full disk.
        """
        with self._lock:
            is_in_pause = self._error is not None and self._clock() < self._refused_at + self._pause_s
            if is_in_pause or self._lost is not None:
                return
            was_refusing = self._error is not None
            self._error, self._until = None, 0.0
        if was_refusing:
            self._emit(FaultRaised(""))
