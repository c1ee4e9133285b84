"""Access to ``user.db`` from any thread: one thread owns the only connection, and callers get futures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from candledesk.store.database_file import checkpoint, snapshot, transaction
from candledesk.store.file_guard import FileGuard
from candledesk.store.user.database import connect_user_reader, open_user_database, translate_damage

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from candledesk.domain.errors import EnvironmentFaultError
    from candledesk.store import Connection

T = TypeVar("T")


class TaskThread(Protocol):
    """A thread that runs tasks on its connection, one after the other (``cache.runtime``)."""

    def submit(self, task: Callable[[Connection], T]) -> Future[T]:
        """Queue a task; its result or error ends the future."""

    def close(self, timeout_s: float) -> bool:
        """Take no more tasks, finish the queued ones; return whether all ended in time."""


class StartThread(Protocol):
    """Starts the thread; ``connect`` opens its connection at the first task, ``when_idle`` runs when no task waits."""

    def __call__(
        self, connect: Callable[[], Connection], when_idle: Callable[[Connection], object], *, guard: FileGuard
    ) -> TaskThread:
        """Return the running thread."""


def _now_s() -> int:
    return int(time.time())


class UserData:
    """The user data of one home; the file is opened, created or migrated by its thread at the first task.

    ``notice``: a sentence for people when a damaged file was renamed, else empty; final when the first task has ended.
    ``refusal``: why nothing can be stored (a read-only home), else ``None``.
    """

    def __init__(
        self,
        path: Path,
        start_thread: StartThread,
        *,
        refusal: EnvironmentFaultError | None = None,
        now: Callable[[], int] = _now_s,
    ) -> None:
        """Start the thread; nothing is opened yet."""
        self.notice = ""
        self.refusal = refusal
        self.now = now
        self._path = path
        guard = FileGuard(path, is_written=refusal is None)
        self._thread = start_thread(self._connect, checkpoint, guard=guard)

    def read(self, task: Callable[[Connection], T]) -> Future[T]:
        """Run ``task`` in one read transaction.

        The future ends with ``EnvironmentFaultError`` when the file cannot be opened or read.
        """

        def run(conn: Connection) -> T:
            with translate_damage(self._path), snapshot(conn):
                return task(conn)

        return self._thread.submit(run)

    def write(self, task: Callable[[Connection], T]) -> Future[T]:
        """Run ``task`` as one write transaction, which is on the disk when the future ends.

        The future ends with ``EnvironmentFaultError`` when the file cannot be opened or written; then the transaction
        is rolled back.
        """

        def run(conn: Connection) -> T:
            if self.refusal is not None:
                raise self.refusal
            with translate_damage(self._path), transaction(conn):
                return task(conn)

        return self._thread.submit(run)

    def close(self, timeout_s: float) -> bool:
        """Take no more tasks and wait for the queued ones; return whether all ended within ``timeout_s`` seconds.

        May be called again to wait longer.
        """
        return self._thread.close(timeout_s)

    def _connect(self) -> Connection:
        if self.refusal is None:
            opened = open_user_database(self._path, self.now())
            self.notice = opened.notice
            return opened.connection
        if not self._path.exists():
            raise self.refusal
        return connect_user_reader(self._path)
