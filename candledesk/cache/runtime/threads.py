"""What the threads of the cache share (DESIGN.md, "Threads").

All are daemons: a hung network call must never keep the process alive. A task that raises anything, even
``SystemExit``, ends its own future and nothing else.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from candledesk.domain.errors import ClosingError

if TYPE_CHECKING:
    from collections.abc import Callable

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
        log.exception("a callback of a future failed; the thread goes on")


def closed_future() -> Future[Any]:
    """Return a future that has failed with ``ClosingError``."""
    future: Future[Any] = Future()
    future.set_exception(ClosingError("CandleDesk is shutting down"))
    return future
