"""The threads of the cache: one writer, two readers, the fetch pool and the clockwork (DESIGN.md, "Threads").

All are daemons: a hung network call must never keep the process alive. A task that raises anything, even
``SystemExit``, ends its own future and nothing else.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import OrderedDict, deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.domain.errors import CandleDeskError, ClosingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.store import Connection

T = TypeVar("T")
log = logging.getLogger(__name__)


def start_daemon(name: str, target: Callable[[], None]) -> threading.Thread:
    """Start and return a daemon thread."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


def run_into(future: Future[T], function: Callable[..., T], *args: object) -> None:
    """Run ``function`` and put its result or whatever it raised into ``future``."""
    try:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = function(*args)
        except BaseException as error:  # noqa: BLE001 - the thread must outlive its task; the future carries the error
            future.set_exception(error)
        else:
            future.set_result(result)
    except BaseException:  # a done-callback raised what ``concurrent.futures`` does not catch, as ``SystemExit``
        log.exception("who was told of a result failed; the thread goes on")


def _closed_future() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(ClosingError("CandleDesk is shutting down"))
    return future


class Writer:
    """The thread that owns the only write connection of one database file; tasks run one after the other."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        when_idle: Callable[[Connection], object],
        *,
        name: str = "candledesk-writer",
    ) -> None:
        """``connect`` opens the connection on the thread; ``when_idle`` (the checkpoint) runs when no task waits."""
        self._connect = connect
        self._when_idle = when_idle
        self._tasks: deque[tuple[Future[Any], Callable[[Connection], Any]]] = deque()
        self._urgent: deque[tuple[Future[Any], Callable[[Connection], Any]]] = deque()
        self._condition = threading.Condition()
        self._closing = False
        self._thread = start_daemon(name, self._run)

    def submit(self, task: Callable[[Connection], T], *, is_urgent: bool = False) -> Future[T]:
        """Queue ``task(connection)``; it makes its own transaction.

        ``is_urgent``: before all that are not, for the short writes that a person waits for.
        """
        future: Future[T] = Future()
        with self._condition:
            if self._closing:
                return _closed_future()
            (self._urgent if is_urgent else self._tasks).append((future, task))
            self._condition.notify()
        return future

    def close(self, timeout_s: float) -> bool:
        """Take no more tasks, finish the queued ones, and tell whether all ended in time."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        connection: Connection | None = None
        is_dirty = False
        while True:
            with self._condition:
                while not (self._urgent or self._tasks or self._closing or is_dirty):
                    self._condition.wait()
                queue = self._urgent or self._tasks
                item = queue.popleft() if queue else None
                closing = self._closing
            if item is not None:
                future, task = item
                if connection is None:
                    connection = self._open(future)
                if connection is not None:
                    run_into(future, task, connection)
                    is_dirty = True
                continue
            if connection is not None and is_dirty:
                self._idle(connection)
                is_dirty = False
            if closing:
                break
        if connection is not None:
            connection.close()

    def _open(self, future: Future[Any]) -> Connection | None:
        try:
            return self._connect()
        except BaseException as error:  # noqa: BLE001 - told through the future; the next task tries to open again
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
            return None

    def _idle(self, connection: Connection) -> None:
        try:
            self._when_idle(connection)
        except CandleDeskError as error:
            log.warning("the checkpoint failed; it is tried again after the next write: %s", error)
        except Exception:
            log.exception("the checkpoint failed; it is tried again after the next write")


class Readers:
    """Reader threads with a ``query_only`` connection each and a mailbox of one per view: the latest request wins."""

    def __init__(self, connect: Callable[[], Connection], n_threads: int = 2) -> None:
        """``connect`` opens a reader connection; it is called on each thread at its first task."""
        self._connect = connect
        self._tasks: OrderedDict[object, tuple[Future[Any], Callable[[Connection], Any]]] = OrderedDict()
        self._condition = threading.Condition()
        self._closing = False
        self._threads = [start_daemon(f"candledesk-reader-{i}", self._run) for i in range(n_threads)]

    def submit(self, task: Callable[[Connection], T], *, mailbox: object = None) -> Future[T]:
        """Queue ``task(connection)``; a waiting task of the same ``mailbox`` is cancelled."""
        future: Future[T] = Future()
        key = object() if mailbox is None else ("mailbox", mailbox)
        with self._condition:
            if self._closing:
                return _closed_future()
            previous = self._tasks.pop(key, None)
            self._tasks[key] = (future, task)
            self._condition.notify()
        if previous is not None:
            previous[0].cancel()
        return future

    def close(self, timeout_s: float) -> None:
        """Stop after the running tasks."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            with self._condition:
                while not self._tasks and not self._closing:
                    self._condition.wait()
                if self._closing:
                    break
                _, (future, task) = self._tasks.popitem(last=False)
            try:
                connection = connection or self._connect()
            except BaseException as error:  # noqa: BLE001 - told through the future; the next task tries to open again
                if future.set_running_or_notify_cancel():
                    future.set_exception(error)
                continue
            run_into(future, task, connection)
        if connection is not None:
            connection.close()


class FetchPool:
    """A fixed number of daemon threads that take the most urgent task first (0 is the most urgent).

    One thread is kept for tasks of priority 0: a scroll never waits until backfills give a thread back.
    """

    def __init__(self, n_threads: int) -> None:
        """Start the threads."""
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closing = False
        self._n_background = 0
        self._max_background = max(1, n_threads - 1)
        self._threads = [start_daemon(f"candledesk-fetch-{i}", self._run) for i in range(n_threads)]

    def submit(self, priority: int, task: Callable[[], None]) -> None:
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

    def _next(self) -> tuple[int, Callable[[], None]] | None:
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


class DelayedCalls:
    """One thread that calls short functions after a delay; monotonic, so clock changes do not move it."""

    def __init__(self) -> None:
        """Start the thread."""
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._condition = threading.Condition()
        self._closing = False
        self._thread = start_daemon("candledesk-clockwork", self._run)

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
                log.exception("a timed call failed; the clockwork goes on")
