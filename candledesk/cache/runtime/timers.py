"""Delayed calls: one thread for everything that happens later."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING

from candledesk.cache.runtime.threads import start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class DelayedCalls:
    """One thread that calls short functions after a delay; monotonic, so clock changes do not move it."""

    def __init__(self) -> None:
        """Start the thread."""
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closing = False
        self._thread = start_daemon("candledesk-delayed-calls", self._run)

    def call_later(self, delay_s: float, function: Callable[[], None]) -> None:
        """Call ``function`` once, about ``delay_s`` seconds from now."""
        with self._condition:
            if self._closing:
                return
            heapq.heappush(self._heap, (time.monotonic() + max(0.0, delay_s), next(self._order), function))
            self._condition.notify()

    def close(self) -> None:
        """Drop what is waiting and stop."""
        with self._condition:
            self._closing = True
            self._heap.clear()
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._closing and (not self._heap or self._heap[0][0] > time.monotonic()):
                    self._condition.wait(self._heap[0][0] - time.monotonic() if self._heap else None)
                if self._closing:
                    return
                _, _, function = heapq.heappop(self._heap)
            try:
                function()
            except BaseException:
                log.exception("a timed call failed; the thread goes on")
