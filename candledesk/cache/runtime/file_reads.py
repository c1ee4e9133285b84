"""Reads of files that a person names, each on a thread of its own: a slow disk delays nothing else."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.runtime.threads import run_into, start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def start_file_read(read: Callable[[], T]) -> Future[T]:
    """Run ``read`` on a thread of its own and return its future, which fails with what it raises."""
    future: Future[T] = Future()
    start_daemon("candledesk-file", partial(run_into, future, read))
    return future
