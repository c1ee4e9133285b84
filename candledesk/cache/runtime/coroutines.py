"""Coroutines that wait for futures of the cache's threads, without an event loop.

A coroutine goes on in the thread that ends what it waits for, so it must do nothing there that takes long.
"""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

    from candledesk.cache.runtime.timers import DelayedCalls

T = TypeVar("T")


class wait_for(Generic[T]):  # noqa: N801 - it is used like a function
    """``await wait_for(future)``: the future's result, or what it raises."""

    def __init__(self, future: Future[T]) -> None:
        """Wait for nothing before it is awaited."""
        self._future = future

    def __await__(self) -> Generator[Future[T], None, T]:
        """Hand the future to ``start_coroutine``, which goes on when it has ended."""
        yield self._future
        return self._future.result()


def start_coroutine(coroutine: Coroutine[Future[Any], None, T]) -> Future[T]:
    """Run a coroutine that awaits nothing but ``wait_for``; return the future of its result, which cannot be cancelled.

    Until it first waits it runs in the calling thread.
    """
    result: Future[T] = Future()
    result.set_running_or_notify_cancel()
    _advance(coroutine, result)
    return result


def _advance(coroutine: Coroutine[Future[Any], None, T], result: Future[T]) -> None:
    try:
        awaited = coroutine.send(None)
        while awaited.done():
            awaited = coroutine.send(None)
    except StopIteration as end:
        result.set_result(end.value)
    except BaseException as error:  # noqa: BLE001 - the thread must outlive it; the future carries the error
        result.set_exception(error)
    else:
        awaited.add_done_callback(lambda _: _advance(coroutine, result))


def in_time(future: Future[T], timeout_s: float | None, late: T, delayed_calls: DelayedCalls) -> Future[T]:
    """Return a future of the result of ``future``, or of ``late`` when that has not come within ``timeout_s``."""
    first: Future[T] = Future()

    def on_end(ended: Future[T]) -> None:
        with suppress(InvalidStateError):
            error = ended.exception()
            if error is None:
                first.set_result(ended.result())
            else:
                first.set_exception(error)

    def on_late() -> None:
        with suppress(InvalidStateError):
            first.set_result(late)

    future.add_done_callback(on_end)
    if timeout_s is not None:
        delayed_calls.call_later(timeout_s, on_late)
    return first
