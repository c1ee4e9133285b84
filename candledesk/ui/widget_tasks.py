"""Coroutines of the window: they wait for the cache on the event loop of the GUI thread and end with their owner."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.domain.errors import CandleDeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

    from PySide6.QtCore import QObject

T = TypeVar("T")
_log = logging.getLogger(__name__)


async def result_of(future: Future[T]) -> T:
    """Wait for a future of the cache and return its result; what it raises is raised here.

    Unlike with ``asyncio.wrap_future``, a wait that is cancelled does not cancel the future: others may wait for it,
    and its worker stores what arrives.
    """
    if not future.done():
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def set_ended() -> None:
            if not ended.done():
                ended.set_result(None)

        def forward(_future: Future[T]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(set_ended)

        future.add_done_callback(forward)
        await ended
    return future.result()


class WidgetTasks:
    """The coroutines that a widget started; those that still wait when it is destroyed are cancelled.

    A coroutine runs on the GUI thread and must not open a nested event loop (``exec`` of a dialog or menu): the others
    would not go on in it.
    """

    def __init__(self, owner: QObject, report: Callable[[str], object]) -> None:
        """``report`` gets the sentence of a ``CandleDeskError`` that a coroutine raises; other errors are logged."""
        self._report = report
        self._is_destroyed = False
        self._tasks: set[asyncio.Task[Any]] = set()
        owner.destroyed.connect(self._on_owner_destroyed)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine beside those that were started before."""
        task = asyncio.get_event_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._on_ended)

    def replace(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine instead of those that were started before."""
        self.cancel()
        self.start(coroutine)

    def cancel(self) -> None:
        """End every coroutine where it waits."""
        for task in tuple(self._tasks):
            task.cancel()

    def _on_owner_destroyed(self) -> None:
        self._is_destroyed = True
        self.cancel()

    def _on_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, CancelledError):  # the cache drops its futures when it closes
            return
        if not isinstance(error, CandleDeskError):
            _log.error("unexpected error in the window", exc_info=error)
        elif not self._is_destroyed:
            self._report(str(error))
