"""What a command says on stderr while a provider does not answer."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from candledesk.cache.runtime.threads import start_daemon
from candledesk.domain.errors import CandleDeskError
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.cache.api import CommandApi

LOOK_S = 1.0
AGAIN_S = 30.0  # between two lines


@contextmanager
def saying_what_is_awaited(cache: CommandApi) -> Iterator[None]:
    """Run a block that waits for the cache; a line is printed when nothing is answered, and again from time to time."""
    is_over = threading.Event()
    start_daemon("candledesk-waiting", lambda: _say(cache, is_over))
    try:
        yield
    finally:
        is_over.set()


def _say(cache: CommandApi, is_over: threading.Event) -> None:
    next_at = 0.0
    while not is_over.wait(LOOK_S):
        try:
            state = cache.limiter_state()
        except CandleDeskError:  # the running instance has ended: the command itself reports that
            continue
        if state.unanswered_since is not None and time.monotonic() >= next_at and not is_over.is_set():
            waited_s = max(0, int(time.time()) - state.unanswered_since)
            text = f"candledesk: no answer from {state.provider} yet, for {waited_s} s now; Ctrl-C ends the wait"
            print(printable(text), file=sys.stderr, flush=True)
            next_at = time.monotonic() + AGAIN_S
