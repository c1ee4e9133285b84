"""The readers: threads with a read-only connection each."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.cache.runtime.threads import closed_future, run_into, start_daemon
from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.store import Connection

T = TypeVar("T")


def _do_nothing(_connection: Connection) -> None:
    """Do nothing after a task."""


class Readers:
    """Reader threads with a ``query_only`` connection each and a mailbox of one per view: the latest request wins."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        check: Callable[[], None],
        n_threads: int = 2,
        *,
        after_task: Callable[[Connection], object] = _do_nothing,
    ) -> None:
        """``connect`` opens a reader connection; it is called on each thread at its first task.

        ``check`` is called before each task, which ends with what it raises; ``after_task`` with the connection after
        each, and must not raise.
        """
        self._after_task = after_task
        self._connect = connect
        self._check = check
        self._tasks: OrderedDict[object, tuple[Future[Any], Callable[[Connection], Any]]] = OrderedDict()
        self._condition = threading.Condition()
        self._closing = False
        self._generation = 0  # of the connections
        self._running: list[int] = []  # the generation of the connection of each running task
        self._threads = [start_daemon(f"candledesk-reader-{i}", self._run) for i in range(n_threads)]

    def submit(self, task: Callable[[Connection], T], *, mailbox: object = None) -> Future[T]:
        """Queue ``task(connection)``; a waiting task of the same ``mailbox`` is cancelled."""
        future: Future[T] = Future()
        key = object() if mailbox is None else ("mailbox", mailbox)
        with self._condition:
            if self._closing:
                return closed_future()
            previous = self._tasks.pop(key, None)
            self._tasks[key] = (future, task)
            self._condition.notify()
        if previous is not None:
            previous[0].cancel()
        return future

    def reconnect(self) -> None:
        """Let each thread open a new connection before its next task, and wait for the tasks that run now."""
        with self._condition:
            self._generation += 1
            self._condition.wait_for(lambda: all(one == self._generation for one in self._running))

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
        own_generation = 0
        while True:
            with self._condition:
                while not self._tasks and not self._closing:
                    self._condition.wait()
                if self._closing:
                    break
                _, (future, task) = self._tasks.popitem(last=False)
                generation = self._generation
                self._running.append(generation)
            try:
                if connection is not None and own_generation != generation:
                    connection.close()
                    connection = None
                connection, own_generation = self._connected(connection, future), generation
                if connection is not None and not future.done():
                    run_into(future, self._run_task, task, connection)
                    self._after_task(connection)
            finally:
                with self._condition:
                    self._running.remove(generation)
                    self._condition.notify_all()
        if connection is not None:
            connection.close()

    def _run_task(self, task: Callable[[Connection], T], connection: Connection) -> T:
        try:
            return task(connection)
        except EnvironmentFaultError:
            self._check()  # the reason for what SQLite found
            raise

    def _connected(self, connection: Connection | None, future: Future[Any]) -> Connection | None:
        """Return a connection for a task; ``None`` when there is none, and the task's future has ended with why."""
        try:
            self._check()
            return connection or self._connect()
        except BaseException as error:  # noqa: BLE001 - the future carries it; the next task tries to open again
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
            return connection
