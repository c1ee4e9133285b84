"""The fetch pool: the threads that ask the provider, the most urgent task first."""

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


class FetchPool:
    """A fixed number of daemon threads that take the most urgent task first (0 is the most urgent).

    One thread is kept for tasks of priority 0: a scroll never waits until backfills give a thread back.
    """

    def __init__(self, n_threads: int) -> None:
        """Start the threads."""
        self._heap: list[tuple[int, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closing = False
        self._n_background = 0
        self._max_background = max(1, n_threads - 1)
        self._threads = [start_daemon(f"candledesk-fetch-{i}", self._run) for i in range(n_threads)]

    def submit(self, priority: int, task: Callable[[], object]) -> None:
        """Queue ``task``; it is dropped when the pool is closing."""
        with self._condition:
            if not self._closing:
                heapq.heappush(self._heap, (priority, next(self._order), task))
                self._condition.notify()

    def close(self, timeout_s: float) -> int:
        """Drop what is queued, wait for what runs, and return how many threads had to be abandoned."""
        with self._condition:
            self._closing = True
            self._heap.clear()
            self._condition.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return sum(thread.is_alive() for thread in self._threads)

    def _next(self) -> tuple[int, Callable[[], object]] | None:
        with self._condition:
            while not self._closing:
                if self._heap and (self._heap[0][0] == 0 or self._n_background < self._max_background):
                    priority, _, task = heapq.heappop(self._heap)
                    self._n_background += priority > 0
                    return priority, task
                self._condition.wait()
        return None

    def _run(self) -> None:
        while (item := self._next()) is not None:
            priority, task = item
            try:
                task()
            except BaseException:
                log.exception("a fetch task failed; its thread goes on")
            if priority > 0:
                with self._condition:
                    self._n_background -= 1
                    self._condition.notify()
