"""The writer of a database file: the one thread with a write connection."""

from __future__ import annotations

import logging
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.cache.runtime.threads import closed_future, run_into, start_daemon
from candledesk.domain.errors import CandleDeskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.store import Connection

T = TypeVar("T")
log = logging.getLogger(__name__)


def _run_task(task: Callable[[Connection], T], connection: Connection) -> T:
    return task(connection)


class Writer:
    """The thread that owns the only write connection of one database file; tasks run one after the other."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        when_idle: Callable[[Connection], object],
        *,
        name: str = "candledesk-writer",
        run: Callable[[Callable[[Connection], Any], Connection], Any] = _run_task,
    ) -> None:
        """``connect`` opens the connection on the thread; ``when_idle`` (the checkpoint) runs when no task waits.

        ``run`` calls a task with the connection.
        """
        self._run_task = run
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
                return closed_future()
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
                    run_into(future, self._run_task, task, connection)
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
        except BaseException as error:  # noqa: BLE001 - the future carries it; the next task tries to open again
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
