"""The writer of a database file: the one thread with a write connection."""

from __future__ import annotations

import logging
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.cache.runtime.threads import closed_future, run_into, start_daemon
from candledesk.domain.errors import CandleDeskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.store import Connection
    from candledesk.store.file_guard import FileGuard

T = TypeVar("T")
log = logging.getLogger(__name__)
MAX_LOG_BYTES = 32 << 20  # beyond it the checkpoint does not wait until the thread is idle
CALM_S = 0.2  # without a task, until the stamp of the file is written: between single writes it would cost a tenth


def _run_task(task: Callable[[Connection], T], connection: Connection) -> T:
    return task(connection)


@dataclass(frozen=True, slots=True)
class _QueuedTask:
    future: Future[Any]
    task: Callable[[Connection], Any]
    has_checkpoint: bool


class Writer:
    """The thread that owns the only write connection of one database file; tasks run one after the other."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        when_idle: Callable[[Connection], object],
        *,
        guard: FileGuard,
        name: str = "candledesk-writer",
        run: Callable[[Callable[[Connection], Any], Connection], Any] = _run_task,
    ) -> None:
        """``connect`` opens the connection on the thread; ``when_idle`` (the checkpoint) runs when no task waits.

        ``when_idle`` returns how many pages are left in the log. ``guard``: of the file; while it finds a fault, tasks
        end with that. ``run`` calls a task with the connection.
        """
        self._run = run
        self._connect = connect
        self._when_idle = when_idle
        self._guard = guard
        self._tasks: deque[_QueuedTask] = deque()
        self._urgent: deque[_QueuedTask] = deque()
        self._condition = threading.Condition()
        self._closing = False
        self._thread = start_daemon(name, self._work)

    def submit(
        self, task: Callable[[Connection], T], *, is_urgent: bool = False, has_checkpoint: bool = False
    ) -> Future[T]:
        """Queue ``task(connection)``; it makes its own transaction.

        ``is_urgent``: before all that are not, for the short writes that a person waits for. ``has_checkpoint``: it
        moves the log into the file itself, which no other task does.
        """
        future: Future[T] = Future()
        with self._condition:
            if self._closing:
                return closed_future()
            (self._urgent if is_urgent else self._tasks).append(_QueuedTask(future, task, has_checkpoint))
            self._condition.notify()
        return future

    def close(self, timeout_s: float) -> bool:
        """Take no more tasks, finish the queued ones, and tell whether all ended in time."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        connection: Connection | None = None
        is_dirty = False
        while True:
            item, closing = self._next(may_wait=not is_dirty)
            if item is not None:
                if connection is None:
                    connection = self._open(item.future)
                if connection is not None:
                    run_into(item.future, self._run_task, item, connection)
                    is_dirty = True
                if connection is None or self._guard.log_bytes() < MAX_LOG_BYTES:
                    continue
            if connection is not None and is_dirty:
                self._idle(connection)
                is_dirty = False
            if closing and item is None:
                break
        if connection is not None:
            self._guard.close(connection)

    def _next(self, *, may_wait: bool) -> tuple[_QueuedTask | None, bool]:
        """Return the next task, waiting for one where it may, and whether the end has come."""
        with self._condition:
            if may_wait and not self._condition.wait_for(self._has_work, CALM_S):
                self._guard.note_idle()
                self._condition.wait_for(self._has_work)
            queue = self._urgent or self._tasks
            return queue.popleft() if queue else None, self._closing

    def _has_work(self) -> bool:
        return bool(self._urgent or self._tasks or self._closing)

    def _run_task(self, item: _QueuedTask, connection: Connection) -> object:
        with self._guard.checkpoint() if item.has_checkpoint else self._guard.task():
            return self._run(item.task, connection)

    def _open(self, future: Future[Any]) -> Connection | None:
        try:
            return self._guard.connect(self._connect)
        except BaseException as error:  # noqa: BLE001 - the future carries it; the next task tries to open again
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
            return None

    def _idle(self, connection: Connection) -> None:
        try:
            with self._guard.checkpoint():
                n_left = self._when_idle(connection)
            self._guard.note_log(is_empty=n_left == 0)
        except CandleDeskError as error:
            log.warning("the checkpoint failed; it is tried again after the next write: %s", error)
        except Exception:
            log.exception("the checkpoint failed; it is tried again after the next write")
